"""Plain text without speakers: wrapped lines, paragraphs, or one endless line of captions."""

from index.reading.scripts.header import split_header
from index.reading.scripts.lines import text_lines
from index.text.html_entities import with_entities_decoded
from index.types import ParsedFile, Segment

# A header's lines are at the top; no more of the text is cut into lines to find them.
HEAD_CHARS = 20_000


def sniff(_text: str) -> bool:
    """Any text is plain text; the registry asks this reader last."""
    return True


def parse(text: str) -> ParsedFile:
    """Return the whole text below its header as one segment; words that hold character references are their own."""
    lines = text_lines(text[:HEAD_CHARS])
    metadata, below = split_header(lines)
    start = below[0].start if below else 0
    said = text[start:].strip().strip("\ufeff").strip()
    at = text.index(said, start)
    parts = list(with_entities_decoded(Segment(said, at, at + len(said)))) if said else []
    return ParsedFile(parts, metadata, separator=" ")
