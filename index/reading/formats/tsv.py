"""Whisper's tables: `start`, `end` and `text` between tabs, times in milliseconds, a row a segment."""

import re

from index.reading.captions.cue_timings import Row, Timed, Timing, filled_rows, malformed
from index.reading.captions.cues import read_cue
from index.reading.captions.speakers import read_cues
from index.types import ParsedFile

_HEADER = re.compile(r"[\s\ufeff]*+start\tend\ttext[ \t]*+(?=[\r\n]|\Z)", re.IGNORECASE)
_TIMES = re.compile(r"([0-9]{1,12})\t([0-9]{1,12})(?:\t|\Z)")


def sniff(text: str) -> bool:
    """Whether the first line names the three columns."""
    return bool(_HEADER.match(text))


def parse(text: str) -> ParsedFile:
    """Return one segment a row or a speaker in it; a line without a tab goes on with the row above it.

    Raises MalformedError for a row without two times, or with times that run backwards.
    """
    timed: list[tuple[Timing, list[Row]]] = []
    for row in filled_rows(text)[1:]:
        if text.find("\t", row.start, row.end) < 0 and timed:
            timed[-1][1].append(row)
        else:
            timing, words = _times(text, row)
            timed.append((timing, [Row(words, row.end, False)] if words < row.end else []))
    return read_cues([read_cue(text, Timed(timing, None, said)) for timing, said in timed])


def _times(text: str, row: Row) -> tuple[Timing, int]:
    """Return a row's times, and where its words begin."""
    match = _TIMES.match(text, row.start, row.end)
    if match is None:
        raise malformed(text, row, "milliseconds, a tab, milliseconds, a tab and words")
    start_s, end_s = int(match[1]) / 1000, int(match[2]) / 1000
    if end_s < start_s:
        raise malformed(text, row, "a row that ends after it starts")
    return Timing(start_s, end_s), match.end()
