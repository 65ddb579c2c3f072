"""Bytes -> text, in whatever encoding a transcript was saved."""

import codecs
import re

from index.errors import TranscriptError

_BOMS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]

# Tab, line feed, form feed and carriage return are the only control characters that text holds; Latin-1
# texts from old word processors bring a few of 0x80-0x9f, which Windows-1252 maps to quotes and dashes.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")


def decode(data: bytes, name: str) -> str:
    """Decode UTF-8 or UTF-16 (with or without a byte order mark), Windows-1252 or Latin-1.

    Line ends stay as they are. Raises TranscriptError for what is no text.
    """
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROL.search(text):
            break
        return text
    raise TranscriptError(f"{name} is not a text file; save the transcript as plain text (UTF-8)")


def _candidates(data: bytes) -> list[str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return [encoding]
    # Text in UTF-16 without a mark: nearly every second byte of Western text is zero.
    head = data[:4096]
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        if len(data) % 2 == 0 and head[first::2].count(0) > 0.4 * len(head) / 2:
            return [encoding]
    return ["utf-8", "cp1252", "latin-1"]
