"""Checksums of rows in the library file: SQLite's own are right in a page that took another one's place."""

from hashlib import blake2b
from zlib import crc32

SEAL_BYTES = 4

# Files that were begun before version 5 hold such ones too; what they seal is not written again.
SEAL_BYTES_BEFORE = 8


def seal(*parts: bytes) -> bytes:
    """Return a checksum of the parts of a row."""
    found = 0
    for part in parts:
        found = crc32(part, crc32(len(part).to_bytes(8, "little"), found))
    return found.to_bytes(SEAL_BYTES, "little")


def seal_before(*parts: bytes) -> bytes:
    """Return the checksum of the parts of a row that versions before 5 stored."""
    found = blake2b(digest_size=SEAL_BYTES_BEFORE)
    for part in parts:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.digest()


def is_sealed(sealed: object, *parts: bytes) -> bool:
    """Whether the parts of a row are as they were stored."""
    is_older = isinstance(sealed, bytes) and len(sealed) == SEAL_BYTES_BEFORE
    return sealed == (seal_before if is_older else seal)(*parts)
