"""Bytes -> text, in whatever encoding a transcript was saved, or packed as a Word document's XML is."""

import codecs
import re

from index.errors import TranscriptError
from index.reading.binary_files import rich_text, unpack, xml_text
from index.reading.legacy_encodings import latin_encoding, other_encoding

# The first two bytes of UTF-32's mark are those of UTF-16's.
_BOMS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]

# CHAT has times between U+0015.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x14\x16-\x1f\x7f\ufffe\uffff]")
# A stray control character from an old editor is no reason to refuse a text; more of them are no text.
MOST_CONTROLS = 0.01

# Latin-1 has nothing that is written between 0x80 and 0x9f, Windows-1252 little, and both are for
# languages most of whose letters are ASCII. Texts in other scripts' encodings look different.
_HIGH = re.compile(r"[\x80-\x9f]")
MOST_FOREIGN = 0.3

# How many bytes may be invalid in a text of another encoding.
MOST_STRANGE = 0.001


def decode(data: bytes, name: str) -> str:
    """Decode UTF-8, UTF-16 or UTF-32, else the encoding that the letters speak for; of a .docx return the XML.

    Bytes that are strange in a text that else is UTF-8 are read as Windows-1252. Line ends stay as they
    are. Raises TranscriptError for what is no text, and says what it is if that is known.
    """
    rich = rich_text(data, name)
    if rich is not None:
        return rich
    document = unpack(data, name)
    if document is not None:
        return xml_text(document, name)
    text = _decode(data)
    if text is not None and "\0" not in text and len(_CONTROL.findall(text)) <= MOST_CONTROLS * len(text):
        return text
    raise TranscriptError(f"{name} is not a text file; save the transcript as plain text (UTF-8)")


def _decode(data: bytes) -> str | None:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
    # Text in UTF-16 without a mark: nearly every second byte of Western text is zero.
    head = data[:4096]
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        if len(data) % 2 == 0 and head[first::2].count(0) > 0.4 * len(head) / 2:
            return data.decode(encoding, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(data)
    return _decode_other(data) if "\x1b$" in text else text


def _decode_legacy(data: bytes) -> str | None:
    """Decode what is not in Unicode, or not all of it."""
    strange = data.decode("utf-8", "replace").count("\ufffd")
    n_high = len(data) - len(data.translate(None, delete=bytes(range(0x80, 0x100))))
    n_leading = len(data) - len(data.translate(None, delete=bytes(range(0xC0, 0x100))))
    if n_leading > 2 * strange:
        return data.decode("utf-8", "windows-1252")
    if n_high <= MOST_FOREIGN * len(data):
        text = data.decode(latin_encoding(data), "windows-1252")
        if len(_HIGH.findall(text)) <= MOST_CONTROLS * len(text):
            return text
    return _decode_other(data)


def _decode_other(data: bytes) -> str | None:
    """Decode a text in another script than Latin, None where its encoding is not sure."""
    encoding = other_encoding(data)
    text = data.decode(encoding, "replace") if encoding else ""
    return text if encoding and text.count("\ufffd") <= MOST_STRANGE * len(text) else None


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    strange = error.object[error.start : error.end]
    # Five bytes mean nothing in Windows-1252 either; Latin-1 has something for each.
    return "".join(bytes([b]).decode("cp1252", "replace").replace("\ufffd", chr(b)) for b in strange), error.end


codecs.register_error("windows-1252", _as_windows_1252)
