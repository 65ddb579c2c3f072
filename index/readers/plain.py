"""Plain text without speakers: wrapped lines, paragraphs, or one endless line of captions."""

from index.types import Segment


def sniff(_text: str) -> bool:
    """Any text is plain text; the registry asks this reader last."""
    return True


def read(text: str) -> list[Segment]:
    """Return the whole text as one segment, without the white space around it."""
    start = len(text) - len(text.lstrip())
    return [Segment(text.strip(), start, start + len(text.strip()))]
