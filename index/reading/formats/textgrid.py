"""Praat TextGrid, long and short form: interval tiers, one a speaker; empty intervals are silence.

https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html
"""

import re

from index.types import ParsedFile, Segment

_OPENING = re.compile(r"[\s\ufeff]*+(?:File type = )?\"ooTextFile[^\"]*\"\s+(?:Object class = )?\"TextGrid\"")
# Numbers and strings are the values; everything else is there for people.
_VALUE = re.compile(
    r"\"((?:[^\"]|\"\")*)\"|(?<![\w\[.\-])(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w\]])|<(exists|absent)>"
)
_TAG = re.compile(r"</?[A-Z_]+/?>")


def sniff(text: str) -> bool:
    """Whether the text starts as a TextGrid."""
    return bool(_OPENING.match(text))


def parse(text: str) -> ParsedFile:
    """Return one segment for each interval with words, in the order of time, by the name of its tier."""
    values = list(_VALUE.finditer(text, text.index("TextGrid") + len('TextGrid"')))
    segments: list[Segment] = []
    row = next((n + 2 for n, value in enumerate(values) if value[3]), len(values))  # behind <exists> and the size
    while row + 4 < len(values):
        kind, tier, size = values[row][1], values[row + 1][1], _size(values[row + 4][2])
        row += 5
        width = 3 if kind == "IntervalTier" else 2
        for at in range(row, min(row + width * size, len(values) - width + 1), width):
            if kind == "IntervalTier":
                segments += _segment(values[at : at + 3], tier or None)
        row += width * size
    return ParsedFile(sorted(segments, key=lambda segment: segment.start_s or 0.0))


def _size(value: str | None) -> int:
    """Return how many intervals a tier has; none for what is no such number."""
    return int(value) if value and value.isdecimal() and len(value) < 10 else 0


def _segment(values: list[re.Match[str]], tier: str | None) -> list[Segment]:
    start, end, label = values
    words = _TAG.sub("", (label[1] or "").replace('""', '"'))
    text = " ".join(words.split())
    if not text or not start[2] or not end[2]:
        return []
    return [Segment(text, label.start(1), label.end(1), tier, float(start[2]), float(end[2]))]
