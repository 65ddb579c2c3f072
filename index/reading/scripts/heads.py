"""Heads of a script's lines: by which name and time each begins, judged with all other lines.

Ada: text                 [00:01:02] Ada: text        Ada (00:01:02):          Ada   0:03
                                                      text                     text
00:01 Ada                 0:03                        [00:01:02] text          **Ada** text
text                      text
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.reading.scripts.lines import Line
from index.reading.scripts.speaker_labels import LONGEST_NAME_CHARS, NAME, find_labels, is_titled, may_speak
from index.reading.scripts.timestamps import CLOCK, IN_BRACKETS, SPELLED, STAMP, Stamp, are_in_order, read_stamp

_SEPARATOR = r"(?:[ \t]{1,20}|[ \t]*[-–|,][ \t]*)"
# Lexicap has a link to each line before its time.
_ALONE = re.compile(rf"(?:[Ll]ink[ \t]*\|[ \t]*)?(?P<stamp>{STAMP}|{SPELLED})")
_NAME_AND_STAMP = re.compile(rf"(?:\[(?P<bracketed>{NAME})\]|(?P<name>{NAME})){_SEPARATOR}(?P<stamp>{STAMP})[ \t]*:?")
_STAMP_AND_NAME = re.compile(rf"(?P<stamp>{STAMP}){_SEPARATOR}(?P<name>{NAME})[ \t]*:?")
_NAME_STAMP_WORDS = re.compile(
    rf"(?P<name>{NAME}){_SEPARATOR}(?P<stamp>{IN_BRACKETS}|\d?\d:\d\d:\d\d)[ \t]*:?[ \t]*(?=\S)"
)
_STAMP_WORDS = re.compile(rf"(?P<stamp>{STAMP})[ \t]*(?:[-–|][ \t]+)?(?=\S)")
_CELLS = re.compile(
    rf"(?:(?P<stamp>{STAMP})?\t[ \t]*)?(?P<name>{NAME}):?[ \t]*\t[ \t]*(?:(?P<after>{STAMP})[ \t]*\t[ \t]*)?(?=\S)"
)
_LEAD = re.compile(
    rf"(?:(?P<before>{STAMP})[ \t]*(?:[-–|][ \t]*)?)?(?P<name>{NAME})[ \t]*(?:[-–|,][ \t]*)?"
    rf"(?P<after>{STAMP})?[ \t]*[:.]?[ \t]*"
)
_AFTER_LEAD = re.compile(rf"[ \t]*(?:[-–|][ \t]*)?(?P<stamp>{STAMP})?[ \t]*:?[ \t]*")
_NAME_ALONE = re.compile(rf"(?P<name>{NAME})[ \t]*:?")
# The page of a video shows each time a second time, in words: "1 minute, 2 seconds".
_SPELLED = re.compile(rf"(?:\d+ hours?,? ?)?(?:\d+ minutes?,? ?)?(?:\d+ seconds?)?(?:{CLOCK})?")
_SPELLED_AND_CLOCK = re.compile(rf"(?:{SPELLED}){STAMP}")
_VERSE = re.compile(r"\d{1,3}:\d(?!\S)")

# A time alone on a line, or before words without brackets, is one of a transcript's if there are more of them.
FEWEST_BARE_STAMPS = 3

# Where names have lines of their own beside the times' lines, nearly every time has one.
MOST_STAMPS_SHARE = 0.8

# A name with nothing beside it comes back so often, and is on this share of the lines.
FEWEST_ALONE = 3
MOST_ALONE_SHARE = 0.25

# Meeting software may save the time of day; no recording has its first words this late.
LATEST_START_S = 1800.0

# A heading has fewer words than this.
HEADING_WORDS = 12


@dataclass(slots=True)
class Head:
    """What a line opens with: who speaks from here on, from when on, and where the words begin."""

    end: int = 0
    speaker: str | None = None
    stamp: Stamp | None = None


def find_heads(lines: Sequence[Line]) -> list[Head]:
    """Return what each line opens with, by the first way of writing that the lines show."""
    texts = [line.text for line in lines]
    labels = find_labels(texts, [line.opens for line in lines])
    heads = [Head(label.end, label.speaker, label.stamp) if label else Head() for label in labels]
    if not any(labels):
        for find in (
            _by_name_and_stamp,
            _by_lead,
            _by_stamp_and_name,
            _by_cells,
            _by_name_and_stamp_apart,
            _by_name_alone,
        ):
            found = find(lines)
            if any(found):
                heads = [head or Head() for head in found]
                break
    _add_stamps(lines, heads)
    return heads


def is_heading(line: Line) -> bool:
    """Whether all of the line stands out, and it is no sentence."""
    is_short = line.text.count(" ") < HEADING_WORDS
    return 0 < len(line.text) <= line.lead and is_short and not line.text.endswith((".", "?", "!", ":", ","))


def _by_name_and_stamp(lines: Sequence[Line]) -> list[Head | None]:
    """`Ada  0:03`, `[Ada] 10:02:03` on a line of their own; `Ada (0:03) text`."""
    heads = _named(lines, lambda line: _NAME_AND_STAMP.fullmatch(_short(line)))
    if not any(heads):
        return _named(lines, lambda line: _NAME_STAMP_WORDS.match(line.text))
    first, opening = next((line, head) for line, head in zip(lines, heads, strict=True) if head)
    if first.text.startswith("[") and (opening.stamp or Stamp(0.0)).start_s > LATEST_START_S:
        heads = [head and Head(head.end, head.speaker) for head in heads]
    return heads if _words_follow(heads) else [None] * len(lines)


def _by_stamp_and_name(lines: Sequence[Line]) -> list[Head | None]:
    """`00:01 Ada` on a line of its own; not where such lines are just short: words follow below."""
    n_stamped = sum(bool(_STAMP_WORDS.match(line.text)) for line in lines)
    heads = _named(lines, lambda line: _STAMP_AND_NAME.fullmatch(_short(line)))
    speakers = Counter(head.speaker for head in heads if head)
    fits = speakers.total() == n_stamped and 2 * len(speakers) <= n_stamped + 1 and _words_follow(heads)
    return heads if fits else [None] * len(lines)


def _words_follow(heads: Sequence[Head | None]) -> bool:
    """Whether between most heads there are lines: a list of chapters has none."""
    rows = [row for row, head in enumerate(heads) if head]
    return 2 * sum(later > row + 1 for row, later in pairwise([*rows, len(heads)])) >= len(rows)


def _by_lead(lines: Sequence[Line]) -> list[Head | None]:
    """A name that stands out, alone on its line or before the words."""

    def lead(line: Line) -> re.Match[str] | None:
        return _LEAD.fullmatch(line.text[: line.lead]) if 0 < line.lead <= 2 * LONGEST_NAME_CHARS else None

    heads = _named(lines, lead, fewest_names=2)
    if not any(heads):
        return heads
    often = Counter(head.speaker for head in heads if head)
    # What stands out once and has a line of its own is a heading.
    heads = [
        None if head and often[head.speaker] == 1 and is_heading(line) else head
        for line, head in zip(lines, heads, strict=True)
    ]
    for line, head in zip(lines, heads, strict=True):
        after = _AFTER_LEAD.match(line.text, line.lead) if head else None
        if head and after:
            head.end = after.end()
            head.stamp = head.stamp or (read_stamp(after["stamp"]) if after["stamp"] else None)
    # What is all that anybody says is no name.
    silent = sum(
        head is not None and len(line.text) == head.end and below is not None
        for line, head, below in zip(lines, heads, [*heads[1:], Head()], strict=True)
    )
    return heads if 2 * silent < sum(map(bool, heads)) else [None] * len(lines)


def _by_cells(lines: Sequence[Line]) -> list[Head | None]:
    """`Ada<tab>text`, on most lines, with a time in a cell of its own or without."""
    heads = _named(lines, lambda line: _CELLS.match(line.text), fewest_names=2)
    return heads if 2 * sum(map(bool, heads)) >= len(lines) else [None] * len(lines)


def _by_name_and_stamp_apart(lines: Sequence[Line]) -> list[Head | None]:
    """A name on the line above each time or below it, words on the lines after both."""
    alone = [bool(_ALONE.fullmatch(_short(line))) for line in lines]
    stamps = {row for row, is_alone in enumerate(alone) if is_alone}
    # With one line between two times, what looks like a name is what was said.
    apart = {row for row in stamps if not stamps & {row + 1, row + 2}}
    for step in (-1, 1):
        places = {lines[row + step].start for row in apart if 0 <= row + step < len(lines)}
        names = [line for line in lines if line.start in places]
        found = iter(_named(names, lambda line: _NAME_ALONE.fullmatch(_short(line))))
        heads = [next(found) if line.start in places else None for line in lines]
        speakers = Counter(head.speaker for head in heads if head)
        if 2 * len(speakers) <= speakers.total() and speakers.total() >= MOST_STAMPS_SHARE * len(stamps) > 0:
            return heads
    return [None] * len(lines)


def _by_name_alone(lines: Sequence[Line]) -> list[Head | None]:
    """Names on lines of their own, with nothing beside them: they come back often, and words are below each."""
    often = Counter(line.text for line in lines if len(line.text) <= LONGEST_NAME_CHARS)
    names = {text for text, times in often.items() if times >= FEWEST_ALONE and _stands_for_somebody(text)}
    rows = [row for row, line in enumerate(lines) if line.text in names]
    is_said = all(later > row + 1 for row, later in pairwise([*rows, len(lines)]))
    if len(names) < 2 or not is_said or len(rows) < MOST_ALONE_SHARE * len(lines):
        return [None] * len(lines)
    return [Head(len(line.text), line.text) if line.text in names else None for line in lines]


def _stands_for_somebody(text: str) -> bool:
    return text[-1].isalnum() and not text.isdecimal() and text.count(" ") < FEWEST_ALONE and _is_name(text)


def _named(
    lines: Sequence[Line], match: Callable[[Line], re.Match[str] | None], fewest_names: int = 1
) -> list[Head | None]:
    """Return the heads of matching lines, if enough names recur and the times ascend."""
    matches = [match(line) for line in lines]
    heads = [_head(m) if m else None for m in matches]
    heads = [head if head and head.speaker and _is_name(head.speaker) else None for head in heads]
    found = [head for head in heads if head]
    often = Counter(head.speaker for head in found)
    stamps = [head.stamp for head in found if head.stamp]
    several = sum(times > 1 for times in often.values()) >= fewest_names
    all_stamped = len(stamps) == len(found) > 1
    return heads if (several or all_stamped) and are_in_order(stamps) else [None] * len(lines)


def _head(match: re.Match[str]) -> Head:
    groups = match.groupdict()
    name = groups.get("name") or groups.get("bracketed")
    written = groups.get("stamp") or groups.get("before") or groups.get("after")
    return Head(match.end(), " ".join(name.split()) if name else None, read_stamp(written) if written else None)


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME_CHARS and is_titled(text) and may_speak(text)


def _short(line: Line) -> str:
    """Return the line if a name and a time may be all of it."""
    return line.text if len(line.text) <= 2 * LONGEST_NAME_CHARS else ""


def _add_stamps(lines: Sequence[Line], heads: Sequence[Head]) -> None:
    """Find times alone on a line and before words, where no name was found."""
    bracketed = re.compile(rf"(?P<stamp>{IN_BRACKETS})")
    free = [(line, head) for line, head in zip(lines, heads, strict=True) if not head.end]
    alone = [(m, head) for line, head in free if (m := _ALONE.fullmatch(_short(line)))]
    before = [
        (m, head) for line, head in free if (m := _STAMP_WORDS.match(line.text)) and not _ALONE.fullmatch(_short(line))
    ]
    # "1:10 And God called" is no time where there is "1:9" as well.
    is_verse = any(_VERSE.match(line.text) for line, _ in free)
    for found in (alone, before):
        stamps = [stamp for m, _ in found if (stamp := read_stamp(m["stamp"]))]
        is_enough = len(stamps) >= FEWEST_BARE_STAMPS and are_in_order(stamps) and not is_verse
        for m, head in found:
            stamp = read_stamp(m["stamp"])
            is_long = found is alone and m["stamp"].count(":") > 1
            if stamp and (is_enough or is_long or bracketed.match(m["stamp"])):
                head.end, head.stamp = m.end(), stamp
    _skip_spelled(lines, heads)
    _skip_repeated(lines, heads)


def _skip_spelled(lines: Sequence[Line], heads: Sequence[Head]) -> None:
    """Leave out lines that spell the time above them."""
    for (above, stamped), (line, head) in pairwise(zip(lines, heads, strict=True)):
        is_alone = stamped.stamp is not None and stamped.end == len(above.text)
        if is_alone and not head.end and _SPELLED.fullmatch(line.text[:80]):
            head.end = len(line.text)


def _skip_repeated(lines: Sequence[Line], heads: Sequence[Head]) -> None:
    """Leave out the name, and the time in words and digits, that some exports write once more above a label."""
    labelled = [row for row, head in enumerate(heads) if head.speaker and head.stamp]
    repeated: dict[int, list[int]] = {row: [] for row in labelled}
    for row, above in repeated.items():
        for each in range(row - 1, max(0, row - 2) - 1, -1):
            text = lines[each].text
            is_time = _SPELLED_AND_CLOCK.fullmatch(text[: 2 * LONGEST_NAME_CHARS]) is not None
            if heads[each].speaker or not (is_time or text == heads[row].speaker):
                break
            above.append(each)
    # An export does so above nearly every label; a name above one label was said.
    if sum(map(bool, repeated.values())) >= MOST_STAMPS_SHARE * len(labelled):
        for each in (each for above in repeated.values() for each in above):
            heads[each].end, heads[each].stamp = len(lines[each].text), None
