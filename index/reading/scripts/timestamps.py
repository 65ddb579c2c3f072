"""Times as scripts write them: 1:02:03, [00:01:02.5], (0:03), [00:00.000 --> 00:04.500], #00:01:02-3#."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

# Hours, minutes, seconds with a fraction or a video's frames; or minutes and seconds; or with letters.
CLOCK = (
    r"(?<![\d:.,])(?:\d{1,3}:[0-5]?\d:[0-5]?\d(?:[.,]\d{1,3}|:\d{2})?|\d{1,3}:[0-5]\d(?:[.,]\d{1,3})?"
    r"|\d{1,2}h[0-5]\dm[0-5]\ds)(?![\d:])"
)
# A time of day, which says nothing of the recording.
_HALF = r"(?:[ \t\u00a0\u202f]?[AaPp]\.?[Mm]\b\.?)"
_RANGE = rf"{CLOCK}(?:[ \t]{{0,3}}(?:-->|->|[-–—])[ \t]{{0,3}}{CLOCK})?"
_F4 = r"#\d{1,2}:\d{2}:\d{2}-\d#"
IN_BRACKETS = rf"\[[ \t]?{_RANGE}{_HALF}?[ \t]?\]|\([ \t]?{_RANGE}{_HALF}?[ \t]?\)|<{CLOCK}>|\{{{CLOCK}\}}|{_F4}"
STAMP = rf"(?:{IN_BRACKETS}|{CLOCK}(?:{_HALF}|[ \t]{{0,3}}(?:-->|[-–—])[ \t]{{0,3}}{CLOCK})?)"
# A day and perhaps the time of day, as messengers write it before a name: no time of the recording either.
DATE = rf"\[?\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}},?[ \t\u00a0\u202f]+\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2}})?{_HALF}?\]?"

# Times in a transcript go on; parts of an interview may each begin anew, and two people speak at once.
IN_ORDER_SHARE = 0.8

# As Teams spells them: "1 hour 2 minutes 5 seconds".
SPELLED = r"(?:\d{1,3} hours?,? )?(?:\d{1,3} minutes?,? )?\d{1,4} seconds?|(?:\d{1,3} hours?,? )?\d{1,3} minutes?"
_UNITS = {"hour": 3600, "minute": 60, "second": 1}

_CLOCK = re.compile(CLOCK)
_HALF_OF_DAY = re.compile(rf"\d{_HALF}")


class Stamp(NamedTuple):
    """A time that was written down, or the two between which something is said."""

    start_s: float
    end_s: float | None = None


def read_stamp(text: str) -> Stamp | None:
    """Return the time that a match of STAMP holds; None where it is one of day, or ends before it starts."""
    if _HALF_OF_DAY.search(text):
        return None
    clocks = _CLOCK.findall(text.replace("#", " ").rsplit("-", 1)[0] if text.startswith("#") else text)
    seconds = [_seconds(clock) for clock in clocks]
    if not clocks and text[:1].isdigit():
        seconds = [float(sum(int(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+) (hour|minute|second)", text)))]
    if not seconds or seconds[-1] < seconds[0]:
        return None
    return Stamp(seconds[0], seconds[1] if len(seconds) > 1 else None)


def are_in_order(stamps: Sequence[Stamp]) -> bool:
    """Whether the times mostly go on."""
    steps = [later.start_s >= earlier.start_s for earlier, later in pairwise(stamps)]
    return sum(steps) >= IN_ORDER_SHARE * len(steps)


def _seconds(clock: str) -> float:
    whole, _, fraction = re.sub("[hm]", ":", clock.rstrip("s")).replace(",", ".").partition(".")
    parts = [int(part) for part in whole.split(":")]
    if len(parts) > 3:  # The last part counts a video's frames.
        parts = parts[:3]
    seconds = 0
    for part in parts:
        seconds = 60 * seconds + part
    return seconds + (float(f"0.{fraction}") if fraction else 0.0)
