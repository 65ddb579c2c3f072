"""Checksums of rows in the library file: SQLite's own are right in a page that took another one's place."""

from zlib import crc32

SEAL_BYTES = 4


def row_checksum(*parts: bytes) -> bytes:
    """Return a checksum of the parts of a row."""
    found = 0
    for part in parts:
        found = crc32(part, crc32(len(part).to_bytes(8, "little"), found))
    return found.to_bytes(SEAL_BYTES, "little")


def checksum_matches(sealed: object, *parts: bytes) -> bool:
    """Whether the parts of a row are as they were stored."""
    return sealed == row_checksum(*parts)
