"""Bytes -> text, in whatever encoding a transcript was saved."""

import codecs
import re

from index.errors import TranscriptError

_BOMS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
# A stray control character from an old editor is no reason to refuse a text; more of them are no text.
MOST_CONTROLS = 0.01

# Latin-1 has nothing that is written between 0x80 and 0x9f, Windows-1252 little, and both are for
# languages most of whose letters are ASCII. Texts in other scripts' encodings look different.
_HIGH = re.compile(r"[\x80-\x9f]")
MOST_FOREIGN = 0.3


def decode(data: bytes, name: str) -> str:
    """Decode UTF-8 or UTF-16 (with or without a byte order mark), Windows-1252 or Latin-1.

    Bytes that are strange in a text that else is UTF-8 are read as Windows-1252. Line ends stay as they
    are. Raises TranscriptError for what is no text.
    """
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
        return data.decode("utf-8")
    except UnicodeDecodeError:
        strange = data.decode("utf-8", "replace").count("\ufffd")
        if sum(byte >= 0xC0 for byte in data) > 2 * strange:
            return data.decode("utf-8", "windows-1252")
    text = data.decode("cp1252", "windows-1252")
    foreign = sum(byte >= 0x80 for byte in data) > MOST_FOREIGN * len(data)
    return None if foreign or len(_HIGH.findall(text)) > MOST_CONTROLS * len(text) else text


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    strange = error.object[error.start : error.end]
    # Five bytes mean nothing in Windows-1252 either; Latin-1 has something for each.
    return "".join(bytes([b]).decode("cp1252", "replace").replace("\ufffd", chr(b)) for b in strange), error.end


codecs.register_error("windows-1252", _as_windows_1252)
