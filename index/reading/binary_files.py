"""Files that are no text: a Word document -> its XML, and one line that says what any other is.

https://learn.microsoft.com/openspecs/office_standards/ms-docx
"""

import codecs
import io
import re
import zlib
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from index.errors import TranscriptError
from index.safe_files import MOST_BYTES, refuse_size

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD_BYTES = 4096

_SAVE = "save the transcript as text or as a Word document (.docx)"
_WRITE = "only what is written can be read; transcribe it first"

# What files begin with. A text might begin with some of these as well, but holds no zero byte.
_KINDS = [
    (rb"ID3[\x02-\x04]|\xff[\xfb\xf3\xf2\xfa\xf1\xf9]|RIFF....WAVE|fLaC|OggS|FORM....AIF|\.snd|#!AMR", "sound", _WRITE),
    (rb"....ftyp(?:heic|heix|mif1|avif)|\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|II\*\0|MM\0\*|BM", "an image", _WRITE),
    (rb"....ftyp|\x1a\x45\xdf\xa3|RIFF....AVI|\0\0\x01\xba|FLV\x01", "a film or sound", _WRITE),
    (rb"\x1f\x8b|BZh|7z\xbc\xaf|Rar!|\xfd7zXZ|\x28\xb5\x2f\xfd", "a compressed archive", "unpack it first"),
    (rb"SQLite format 3|\x7fELF|MZ", "a program's or a database's file", _SAVE),
]

# The first part of some OpenDocument, EPUB and Office files' lists.
_PACKED = [
    ("xl/", "an Excel workbook", _SAVE),
    ("ppt/", "a PowerPoint presentation", _SAVE),
    ("Index/", "a Pages document", _SAVE),
    ("META-INF/container.xml", "an e-book (.epub)", _SAVE),
    ("content.xml", "an OpenDocument file that is no text", _SAVE),
]

_DOCUMENT = "word/document.xml"
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*+>")
_TARGET = re.compile(r"\sTarget\s*=\s*[\"']/?([^\"'<>]*+)[\"']")

_FAULTS = (BadZipFile, NotImplementedError, RuntimeError, ValueError, OverflowError, EOFError, OSError, zlib.error)


def unpack(data: bytes, name: str) -> bytes | None:
    """Return the XML that a Word document's words are in; None for bytes that may be a text.

    Raises TranscriptError, in one line, for what is neither.
    """
    if data.startswith(_ZIP):
        return _document(data, name)
    kind = _kind(data)
    if kind:
        raise TranscriptError(f"{name} is {kind[0]}; {kind[1]}")
    return None


def _kind(data: bytes) -> tuple[str, str] | None:
    head = data[:_HEAD_BYTES]
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "a document with a password", "save it without one"
        return "a document of an old Office (.doc)", "save it as .docx or as text"
    if b"%PDF-" in head[:1024] and (head.startswith(b"%PDF-") or b"\0" in head):
        return "a PDF", _SAVE
    if b"\0" in head:
        for begins, kind, way_out in _KINDS:
            if re.match(begins, head, re.DOTALL):
                return kind, way_out
    return None


def _document(data: bytes, name: str) -> bytes:
    try:
        with ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
            part = _main_part(packed, names)
            if part is None:
                kind, way_out = next(
                    ((kind, way_out) for begins, kind, way_out in _PACKED if any(n.startswith(begins) for n in names)),
                    ("a zip", "give it a name that ends in .zip"),
                )
                raise TranscriptError(f"{name} is {kind}; {way_out}")
            return _part(packed, part, name, MOST_BYTES)
    except _FAULTS as error:
        raise TranscriptError(f"{name} is a damaged zip or Word document; save it anew, or as text") from error


def _main_part(packed: ZipFile, names: list[str]) -> str | None:
    """Return the name of the part that holds the words: some of Word's programs call it document2.xml."""
    if "_rels/.rels" in names:
        relations = _part(packed, "_rels/.rels", "_rels/.rels", 1_000_000).decode("utf-8", "replace")
        for relation in _RELATION.findall(relations):
            target = _TARGET.search(relation)
            if '/officeDocument"' in relation.replace("'", '"') and target and target[1].startswith("word/"):
                return target[1] if target[1] in names else None
    if "content.xml" in names and "mimetype" in names:
        kind = _part(packed, "mimetype", "mimetype", 1000)
        return "content.xml" if kind.startswith(b"application/vnd.oasis.opendocument.text") else None
    return _DOCUMENT if _DOCUMENT in names else None


def rich_text(data: bytes, name: str) -> str | None:
    """Return the text of a Rich Text Format file, None for any other. Raises TranscriptError if it cannot be parsed."""
    if not data.startswith(b"{\\rtf"):
        return None
    from striprtf.striprtf import rtf_to_text

    try:
        return str(rtf_to_text(data.decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]
    # The library raises whatever its parsing meets.
    except Exception as error:
        raise TranscriptError(f"{name} is damaged Rich Text Format; save it as .docx or as text") from error


def _part(packed: ZipFile, part: str, name: str, most: int) -> bytes:
    entry = packed.getinfo(part)
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile(part)
    with packed.open(entry) as file:
        # What a zip says of its files' sizes need not be true.
        data = file.read(most + 1)
    refuse_size(f"{name} ({part})", len(data), most)
    return data


def xml_text(data: bytes, name: str) -> str:
    """Decode XML, which is in UTF-8 or UTF-16. Raises TranscriptError for what is neither."""
    is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise TranscriptError(f"{name} is a damaged Word document; save it anew, or as text") from error
