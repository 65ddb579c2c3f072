"""Captions that were pasted into a document, line by line: their numbers, times and labels are no speech."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from index.reading.formats import srt, vtt
from index.reading.scripts.lines import Line
from index.types import ParsedFile

_TIMING = re.compile(r"\d{1,3}:[\d:.,]{4,12}[ \t]*-->[ \t]*\d{1,3}:\d")

# A document with fewer timings quotes some.
FEWEST_CUES = 2


def pasted_captions(lines: Sequence[Line]) -> ParsedFile | None:
    """Return the cues that the lines of a document are, placed in its file; None where they are no captions."""
    timings = [row for row, line in enumerate(lines) if _TIMING.match(line.text)]
    # Only a number, and what a WebVTT file opens with, is above the first.
    if len(timings) < FEWEST_CUES or timings[0] > 2:
        return None
    text, starts = _joined(lines, {*timings})
    parsed = vtt.parse(text) if vtt.sniff(text) else srt.parse(text) if srt.sniff(text) else None
    if parsed is None:
        return None

    def place(offset: int) -> int:
        row = max(0, bisect_right(starts, offset) - 1)
        line = lines[row]
        within = min(offset - starts[row], len(line.text))
        return line.start + within if line.end - line.start == len(line.text) else line.start

    segments = [
        replace(said, start=place(said.start), end=max(place(said.start), place(said.end))) for said in parsed.segments
    ]
    return parsed._replace(segments=segments, warnings=[w._replace(offset=place(w.offset)) for w in parsed.warnings])


def _joined(lines: Sequence[Line], timings: set[int]) -> tuple[str, list[int]]:
    """Return the lines as a file with a blank line above each cue, and where each line begins in it."""
    parts: list[str] = []
    starts: list[int] = []
    at = 0
    for row, line in enumerate(lines):
        is_number = line.text.isdecimal() and row + 1 in timings
        is_numbered = row in timings and row > 0 and lines[row - 1].text.isdecimal()
        before = "\n" if is_number or (row in timings and not is_numbered) else ""
        starts.append(at + len(before))
        parts.append(f"{before}{line.text}\n")
        at += len(parts[-1])
    return "".join(parts), starts
