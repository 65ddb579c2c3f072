"""The lines of a caption file: which are timings, which name a cue, and which are said in it.

A cue lasts until the next timing, whatever blank lines are in it: so no word is lost where a player would
lose it. What stands right above a timing names its cue if the file as a whole is written so.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from index.types import ParseWarning

# Files that were converted twice have \r\r\n.
_LINE_END = re.compile(r"\r?\r\n|\n|\r")
_FILLED = re.compile(r"[^\s\ufeff][^\r\n]*+")

_WHOLE = r"(?:([0-9]{1,9}):)?([0-9]{1,9}):([0-9]{1,9})"
_CLOCK = re.compile(rf"{_WHOLE}(?:[.,]([0-9]{{1,9}}))?(?![0-9:.,])")
_ARROW = re.compile(rf"{_CLOCK.pattern}[ \t]*+-->[ \t]*+{_CLOCK.pattern}")
_COMMA = re.compile(rf"{_WHOLE}(?:[.]([0-9]{{1,9}}))?,[ \t]*+{_CLOCK.pattern}")
_LIKE_ARROW = re.compile(r"[\s\ufeff]*+[0-9]++:[0-9:.,]*+[ \t]*+-->")
_LIKE_COMMA = re.compile(r"[\s\ufeff]*+[0-9]++:[0-9][0-9:.]*+,[ \t]*+[0-9]++:[0-9][0-9:.]*+\s*+$")
_BLOCK = re.compile(r"[\s\ufeff]*+(?:WEBVTT|NOTE|STYLE|REGION)(?!\S)")
_OTHER = re.compile(r"[\s\ufeff]*+(?:<[!?/a-zA-Z]|[\[{]\s*+[\"{\[\]}])")

# "align:start position:0%", "X1:100 X2:200", and with a slip of the hand "align: start".
_SETTINGS = re.compile(r"(?:align|line|position|size|vertical|region)[ \t]*+:|[A-Za-z][\w-]*+:(?=\S)", re.IGNORECASE)

_NUMBER = re.compile(r"#?([0-9]{1,18})[.:)]?")
# "8f3d0c1e-77aa/12-0", "cue_3", and Webex's `3 "Ada Moss" (1234)`: nobody speaks so.
_CODE = re.compile(r"(?=[^\s/_0-9]*+[/_0-9])[\w./:-]{1,80}|[0-9]{1,18} \"[^\"]{1,80}\"(?: \([0-9]{1,18}\))?")

# A file's first cue is near its top.
HEAD_LINES = 10

# If this share of cues has a number above, the file numbers its cues; other names must be nearly everywhere.
NUMBERED_SHARE = 0.5
NAMED_SHARE = 0.8
FEWEST_NAMED = 3
# Numbers that go on by one so often are counted, and one that does not may have been said.
COUNTED_SHARE = 0.9

QUOTED_CHARS = 40


class Row(NamedTuple):
    """A line that holds more than white space, trimmed."""

    start: int  # file offsets
    end: int
    apart: bool  # whether a blank line or nothing is above it


class Timing(NamedTuple):
    """When a cue starts and ends, NaN for an unknown time."""

    start_s: float
    end_s: float
    rest: int | None = None  # the file offset of words on the same line
    problem: str | None = None  # why a time is unknown


class Timed(NamedTuple):
    """A cue's timing, name and lines."""

    timing: Timing
    name: str | None
    rows: Sequence[Row]
    offset: int  # of the timing, in the file


def expected(text: str, row: Row, what: str) -> str:
    """Return the message that says what was expected in a row's place, and quotes its beginning."""
    return f"expected {what}: {text[row.start : min(row.end, row.start + QUOTED_CHARS)]!r}"


def warnings_of(cues: Sequence[Timed]) -> list[ParseWarning]:
    """Return a warning for each cue with an unknown time."""
    return [ParseWarning(cue.offset, cue.timing.problem) for cue in cues if cue.timing.problem]


def opening_timing(text: str) -> str | None:
    """Return the first line near the top that is meant for a timing; None too where a text opens with mark-up."""
    if _OTHER.match(text):
        return None
    head = (match.group() for match in islice(_FILLED.finditer(text), HEAD_LINES))
    return next((line for line in head if _LIKE_ARROW.match(line) or _LIKE_COMMA.match(line)), None)


def opens_with_block(text: str) -> bool:
    """Whether a text opens as captions of the web do: with WEBVTT, or a block that is no cue."""
    return bool(_BLOCK.match(text))


def filled_rows(text: str) -> list[Row]:
    """Return the lines that hold more than white space."""
    rows: list[Row] = []
    apart = True
    for start, end in _lines(text):
        line = text[start:end]
        said = line.strip().strip("\ufeff").strip()
        if said:
            begin = start + line.index(said[0])
            rows.append(Row(begin, begin + len(said), apart))
        apart = not said
    return rows


def arrow_timing(text: str, row: Row) -> Timing | None:
    """Parse `00:00:01,000 --> 00:00:04.5 align:start`; None if the line does not start with a time and an arrow."""
    if text.find("-->", row.start, row.end) < 0:
        return None
    match = _ARROW.match(text, row.start, row.end)
    return _timing(text, row, match) if match or _LIKE_ARROW.match(text[row.start : row.end]) else None


def comma_timing(text: str, row: Row) -> Timing | None:
    """Parse `0:00:01.000,0:00:04.000`; None for any other line."""
    if row.end - row.start > 2 * QUOTED_CHARS or not _LIKE_COMMA.match(text[row.start : row.end]):
        return None
    return _timing(text, row, _COMMA.match(text, row.start, row.end))


def timed_cues(
    text: str, rows: Sequence[Row], read_timing: Callable[[str, Row], Timing | None], first_is_named: bool = False
) -> list[Timed]:
    """Return the cues that rows make up. With `first_is_named` any line right above the first timing is its name.

    Words above the first timing are a cue of unknown time.
    """
    found = [(at, timing) for at, row in enumerate(rows) if (timing := read_timing(text, row))]
    places = [at for at, _ in found]
    names = _names(text, rows, places)
    if first_is_named and places and places[0] > 0 and not rows[places[0]].apart:
        names.add(places[0] - 1)
    above = [
        row
        for at, row in enumerate(rows[: places[0]] if places else rows)
        if at not in names and not _NUMBER.fullmatch(text, row.start, row.end)
    ]
    cues: list[Timed] = []
    if above:
        problem = expected(text, above[0], "a cue's timing")
        cues.append(Timed(Timing(math.nan, math.nan, problem=problem), None, above, above[0].start))
    ends = [*places[1:], len(rows)][: len(places)]
    for (at, timing), end in zip(found, ends, strict=True):
        name = text[rows[at - 1].start : rows[at - 1].end] if at - 1 in names else None
        said = rows[at + 1 : end - 1 if end - 1 in names else end]
        if timing.rest is not None:
            said = [Row(timing.rest, rows[at].end, False), *said]
        cues.append(Timed(timing, name, said, rows[at].start))
    return cues


def inline_seconds(clock: str) -> float | None:
    """Return the seconds of `00:00:01.500`; None where that is no time."""
    match = _CLOCK.fullmatch(clock)
    return _seconds(match.groups()) if match and int(match[2]) < 60 and int(match[3]) <= 60 else None


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _LINE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _timing(text: str, row: Row, match: re.Match[str] | None) -> Timing:
    if match is None:
        return Timing(math.nan, math.nan, problem=expected(text, row, "a cue's timing"))
    groups = match.groups()
    rest = text[match.end() : row.end].strip()
    place = row.end - len(rest) if rest and not _SETTINGS.match(rest) else None
    # A second that is rounded up may be the sixtieth.
    if max(int(groups[1]), int(groups[5])) > 59 or max(int(groups[2]), int(groups[6])) > 60:
        return Timing(math.nan, math.nan, place, expected(text, row, "minutes and seconds below 60"))
    start_s, end_s = _seconds(groups[:4]), _seconds(groups[4:])
    if end_s < start_s:
        return Timing(start_s, math.nan, place, expected(text, row, "a cue that ends after it starts"))
    return Timing(start_s, end_s, place)


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(f"{seconds}.{fraction or 0}")


def _names(text: str, rows: Sequence[Row], places: Sequence[int]) -> set[int]:
    """Return which rows are names of cues; only rows right above a timing are."""
    timings = set(places)
    above = [at - 1 for at in places if at > 0 and at - 1 not in timings]
    if not above:
        return set()
    near = [at for at in above if not rows[at + 1].apart]
    if 2 * len(near) < len(places):
        # Every second line is blank in files that went through a word processor.
        spaced = [at for at in above if rows[at].apart and rows[at + 1].apart and at - 1 not in timings]
        if len(spaced) >= COUNTED_SHARE * len(places) and _counted_share(text, rows, spaced) >= COUNTED_SHARE:
            return set(spaced)
    numbers = {at: number for at in near if (number := _number(text, rows[at])) is not None}
    if len(numbers) < NUMBERED_SHARE * len(places):
        free = [at for at in near if rows[at].apart]
        if len(free) >= NAMED_SHARE * len(places) and len(places) >= FEWEST_NAMED:
            return set(free)
        are_parted = len(free) + sum(rows[at].apart for at in places) >= NAMED_SHARE * len(places)
        return {at for at in free if are_parted and _CODE.fullmatch(text, rows[at].start, rows[at].end)}
    return _numbers(rows, numbers, _counted_share(text, rows, near) >= COUNTED_SHARE)


def _numbers(rows: Sequence[Row], numbers: dict[int, int], are_counted: bool) -> set[int]:
    """Return the rows whose number names a cue, and is not the end of what is said in the one before."""
    glued = [at for at in numbers if not rows[at].apart]
    are_glued = 2 * len(glued) > len(numbers)
    order = list(numbers)
    names: set[int] = set()
    last = 0
    for place, at in enumerate(order):
        number = numbers[at]
        goes_on = number in (last, last + 1, 0, 1)
        leads_on = place + 1 < len(order) and numbers[order[place + 1]] == number + 1
        if rows[at].apart or goes_on or (are_glued and (leads_on or not are_counted)):
            names.add(at)
            last = number
    return names


def _number(text: str, row: Row) -> int | None:
    match = _NUMBER.fullmatch(text, row.start, row.end)
    return int(match[1]) if match else None


def _counted_share(text: str, rows: Sequence[Row], places: Sequence[int]) -> float:
    numbers = [_number(text, rows[at]) for at in places]
    steps = [b == a + 1 for a, b in pairwise(numbers) if a is not None and b is not None]
    return (sum(steps) + 1) / len(numbers) if any(steps) else 0.0
