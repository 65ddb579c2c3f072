"""Character references that the captions of the web leave in plain texts: `&amp;`, `&#39;`, `&amp;#39;`."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from index.types import Segment

# With the semicolon, "AT&T" holds none; longer numbers are no characters.
_REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_WORD = re.compile(r"\S+")


def decode_entities(text: str) -> str:
    """Return the text with its references replaced, those that were escaped twice as well."""
    once = _REFERENCE.sub(lambda match: html.unescape(match.group()), text)
    return _REFERENCE.sub(lambda match: html.unescape(match.group()), once) if once != text else text


def with_entities_decoded(segment: Segment) -> Iterator[Segment]:
    """Yield a segment that is a slice of its file in parts, so that only words with references differ from it."""
    if not _REFERENCE.search(segment.text):
        yield segment
        return
    text = segment.text
    words = [word.span() for word in _WORD.finditer(text) if _REFERENCE.search(word.group())]
    borders = sorted({0, len(text), *(border for word in words for border in word)})
    parts = [
        replace(segment, text=decoded, start=segment.start + start + lead, end=segment.start + start + lead + len(said))
        for start, end in pairwise(borders)
        for said in [text[start:end].strip()]
        for decoded in [decode_entities(said).strip()]
        for lead in [len(text[start:end]) - len(text[start:end].lstrip())]
        if decoded
    ]
    for row, part in enumerate(parts):
        yield replace(
            part,
            start_s=segment.start_s if row == 0 else None,
            end_s=segment.end_s if row + 1 == len(parts) else None,
        )
