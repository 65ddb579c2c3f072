"""Whisper's tables: `start`, `end` and `text` between tabs, times in milliseconds, a row a segment."""

import math
import re

from index.reading.captions.cue_timings import Row, Timed, Timing, expected, filled_rows, warnings_of
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

    An invalid time is unknown, with a warning.
    """
    cues: list[tuple[Timing, list[Row], int]] = []
    for row in filled_rows(text)[1:]:
        if text.find("\t", row.start, row.end) < 0 and cues:
            cues[-1][1].append(row)
        else:
            timing, words = _times(text, row)
            cues.append((timing, [Row(words, row.end, False)] if words < row.end else [], row.start))
    timed = [Timed(timing, None, rows, offset) for timing, rows, offset in cues]
    return read_cues([read_cue(text, cue) for cue in timed], warnings=warnings_of(timed))


def _times(text: str, row: Row) -> tuple[Timing, int]:
    """Return a row's times, and where its words begin."""
    match = _TIMES.match(text, row.start, row.end)
    if match is None:
        problem = expected(text, row, "milliseconds, a tab, milliseconds, a tab and words")
        return Timing(math.nan, math.nan, problem=problem), row.start
    start_s, end_s = int(match[1]) / 1000, int(match[2]) / 1000
    if end_s < start_s:
        return Timing(start_s, math.nan, problem=expected(text, row, "a row that ends after it starts")), match.end()
    return Timing(start_s, end_s), match.end()
