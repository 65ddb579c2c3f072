"""Speaker labels by the evidence of the whole file: what stands before the words, recurs, alternates, explains lines.

A shape of label says nothing about the name in it, which may be in any script, in small letters, or hold digits, `|`
and emoji. The shape that explains most lines wins; a file that no shape explains has no labels of this kind.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from index.reading.scripts.non_speaker_labels import is_field, is_value
from index.reading.scripts.timestamps import SPELLED, Stamp

_CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_TIME = rf"(?:{_CLOCK}|{SPELLED}|\d{{1,2}}h\d{{2}}m\d{{2}}s)"
_RANGE = rf"{_TIME}(?:[ \t]*(?:-->|->|[-–—])[ \t]*{_TIME})?"
_BEFORE = rf"(?:[\[(<]?(?P<before>{_RANGE})[\])>]?[ \t]*(?:[-–|][ \t]*)?)?"
_NAME = r"(?P<name>[^\s:：\[\](){}<>*\"“”][^:：\[\](){}<>*\r\n]{0,60}?)"
# A display name with what Zoom puts behind it: "Ada Moss (she/her)".
_NAME_AND_MORE = r"(?P<name>[^\s:：\[\](){}<>*\"“”][^:：\[\]{}<>*\r\n]{0,60}?)"

# Labels before the words: `Ada: words`, `**Ada**: words`, `[Ada] words`, `[00:03 Ada] words`, `(Ada) words`.
_BESIDE = (
    re.compile(rf"{_BEFORE}(?:[*_]{{1,3}})?{_NAME_AND_MORE}[*_]{{0,3}}[ \t]*[:：][*_]{{0,3}}(?:[ \t]+|(?<=：))(?=\S)"),
    re.compile(
        rf"{_BEFORE}\[(?:(?P<first>{_RANGE})[ \t,]+)?{_NAME}(?:[ \t,]+(?P<last>{_RANGE}))?\][ \t]*:?[ \t]*(?=\S)"
    ),
    re.compile(
        rf"{_BEFORE}\((?:(?P<first>{_RANGE})[ \t,]+)?{_NAME}(?:[ \t,]+(?P<last>{_RANGE}))?\)[ \t]*:?[ \t]+(?=\S)"
    ),
)
# Labels on a line of their own: `[Ada] 10:02:03`, `[Ada] (0:01 - 0:11)`, `Ada   0 minutes 4 seconds`.
_ABOVE = (
    re.compile(rf"\[{_NAME}\][ \t]*[\[(]?(?P<last>{_RANGE})[\])]?"),
    re.compile(rf"{_NAME}[ \t]{{1,10}}(?P<last>{SPELLED})"),
)
_STAMP_ALONE = re.compile(rf"[\[(<]?{_RANGE}[\])>]?")

# How much of the lines a shape beside the words has to explain; how much of the labels recurring names have to be.
EXPLAINED_SHARE = 0.8
RECURRING_SHARE = 0.6
# The fewest labels, and how often another speaker has to follow.
FEWEST_LABELS = 3
ALTERNATING_SHARE = 0.15
# Fields of a form have shorter values, at the median.
FEWEST_WORDS_SAID, FEWEST_CHARS_SAID = 3, 15
# A name of more words is a sentence.
MOST_NAME_WORDS = 6
# No recording has its first words this late: it is the time of day.
LATEST_START_S = 1800.0


class EvidentLabel(NamedTuple):
    """A speaker, where the words after the label start, and the time in the label."""

    speaker: str
    end: int
    stamp: Stamp | None = None


def evident_labels(lines: Sequence[str]) -> list[EvidentLabel | None]:
    """Return the label of each line by the best shape that explains the file; all None if none does."""
    candidates = [_beside(lines, shape) for shape in _BESIDE] + [_above(lines, shape) for shape in _ABOVE]
    return max(candidates, key=lambda labels: sum(label is not None for label in labels))


def _beside(lines: Sequence[str], shape: re.Pattern[str]) -> list[EvidentLabel | None]:
    labels = [_label(shape.match(line)) for line in lines]
    # A line with nothing but a time belongs to the line below.
    n_open = sum(not _STAMP_ALONE.fullmatch(line.strip()) for line in lines)
    explains = sum(map(bool, labels)) >= EXPLAINED_SHARE * n_open
    is_said = _are_words([line[label.end :] for line, label in zip(lines, labels, strict=True) if label])
    return _without_time_of_day(labels) if explains and is_said and _are_speakers(labels) else [None] * len(lines)


def _are_words(said: Sequence[str]) -> bool:
    """Whether what stands behind the labels is speech: long enough, and mostly no values of a form's fields."""
    if not said or 2 * sum(map(is_value, said)) > len(said):
        return False
    # Scripts without spaces have one word a line.
    words, chars = median(len(text.split()) for text in said), median(map(len, said))
    return words >= FEWEST_WORDS_SAID or chars >= FEWEST_CHARS_SAID


def _above(lines: Sequence[str], shape: re.Pattern[str]) -> list[EvidentLabel | None]:
    labels = [_label(shape.fullmatch(line.strip())) for line in lines]
    rows = [row for row, label in enumerate(labels) if label]
    # Words follow each label.
    are_heads = all(later > row + 1 for row, later in pairwise([*rows, len(lines)]))
    if not are_heads or not _are_speakers(labels):
        return [None] * len(lines)
    heads = [label and label._replace(end=len(line)) for label, line in zip(labels, lines, strict=True)]
    return _without_time_of_day(heads)


def _are_speakers(labels: Sequence[EvidentLabel | None]) -> bool:
    """Whether names recur, are few, alternate, and are not all headings, as in a conversation."""
    names = [label.speaker for label in labels if label]
    counts = Counter(names)
    recurring = sum(count for count in counts.values() if count > 1)
    changes = sum(before != after for before, after in pairwise(names))
    return (
        len(names) >= FEWEST_LABELS
        and len(counts) > 1
        and recurring >= RECURRING_SHARE * len(names)
        and changes >= ALTERNATING_SHARE * (len(names) - 1)
        and not all(map(is_field, counts))
    )


def _label(match: re.Match[str] | None) -> EvidentLabel | None:
    if match is None:
        return None
    name = " ".join(match["name"].split()).rstrip(",;-–| ")
    groups = match.groupdict()
    written = groups.get("before") or groups.get("first") or groups.get("last")
    has_letters = any(character.isalnum() for character in name) and not _STAMP_ALONE.fullmatch(name)
    is_name = has_letters and len(name.split()) <= MOST_NAME_WORDS and not name.endswith((".", "!"))
    # A program that could not tell who it was writes "(speaker ?)".
    is_name = is_name and (not name.endswith("?") or name.endswith(" ?"))
    return EvidentLabel(name, match.end(), _stamp(written)) if is_name else None


def _stamp(written: str | None) -> Stamp | None:
    times = [_seconds(time) for time in re.findall(_TIME, written or "")]
    if not times or times[-1] < times[0]:
        return None
    return Stamp(times[0], times[1] if len(times) > 1 else None)


def _seconds(time: str) -> float:
    if ":" in time:
        seconds = 0.0
        for part in time.replace(",", ".").split(":"):
            seconds = 60 * seconds + float(part)
        return seconds
    units = {"h": 3600, "m": 60, "s": 1}
    return float(sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)[ \t]*([hms])", time)))


def _without_time_of_day(labels: Sequence[EvidentLabel | None]) -> list[EvidentLabel | None]:
    first = next((label.stamp for label in labels if label and label.stamp), None)
    if first is None or first.start_s <= LATEST_START_S:
        return list(labels)
    return [label and label._replace(stamp=None) for label in labels]
