"""Which lines open with the name of whoever speaks: `Ada:`, `ADA MOSS, HOST:`, `[00:01] Ada (00:02): `, `[Ada]`.

Prose holds colons too. A label is a name that comes back, and where there are some, one that is met once
and stands like one. Names are told by their capitals, not by a list of names.
"""

import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from index.readers.clocks import IN_BRACKETS, STAMP, Stamp, read_stamp

NAME = (
    r"[^\W_][\w.'’-]{0,40}(?:[ \t]{1,3}(?:\w[\w.'’-]{0,40}|\([\w .'’-]{1,40}\))){0,4}(?:,[ \t]*[A-Z][\w.'’ -]{1,30})?"
)
# Beside a name a bare time has leading zeros or hours: "John 3:16" is a verse.
_BESIDE = rf"(?:{IN_BRACKETS}|\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,]\d{{1,3}})?|\d{{2}}:\d{{2}})"
_LABEL = re.compile(
    rf"(?:>{{2,3}}[ \t]*|[-–—*•][ \t]+|\d{{1,5}}[.)]?[ \t]+)?(?:(?P<before>{STAMP})[ \t]*(?:[-–|][ \t]*)?)?"
    rf"(?P<name>{NAME})(?:[ \t]*(?:[-–|,][ \t]*)?(?P<inside>{_BESIDE}))?[ \t\u00a0\u202f]*"
    rf"(?::(?!\S)|：)[ \t]*(?:(?P<after>{STAMP})(?!\S)[ \t]*)?"
)
# Hearings and old typescripts: a question and its answer, by their letters.
_LETTER = re.compile(r"(?P<name>[QA])\.[ \t]+(?=\S)")
_IN_BRACKETS = re.compile(rf"(?:[-–—][ \t]+)?[\[(](?P<name>{NAME})[\])][ \t]*:?[ \t]*(?=\S)")

_ADDRESS = re.compile(r"https?://\S+$")

LONGEST_NAME_CHARS = 50
LONGEST_NAME_WORDS = 5

# Small words inside of names, and small words that no name is without.
_PARTICLES = frozenset("of de del della der den di da van von la le el al bin ibn y e and the".split())

# What opens lines with a colon or in brackets, and speaks not.
_NO_SPEAKERS = frozenset(
    "note notes example examples source sources summary update warning chapter part section title date time location"
    " transcript caption photo image figure table ps nb tip remember conclusion introduction abstract keywords topics"
    " references links music applause laughter laughs silence crosstalk inaudible unintelligible pause noise"
    " foreign http https".split()
)


class Label(NamedTuple):
    """A name at the beginning of a line, and where the words after it begin."""

    speaker: str
    end: int
    stamp: Stamp | None = None


def find_labels(lines: Sequence[str], opens: Sequence[bool] = ()) -> list[Label | None]:
    """Return for each line the label that it opens with, judged by all of them together.

    `opens` says which lines begin a paragraph, if that is known.
    """
    matches = [_LABEL.match(line) for line in lines]
    found = [m if m and len(m["name"]) <= LONGEST_NAME_CHARS and may_speak(m["name"]) else None for m in matches]
    often = Counter(_name(m) for m in found if m)
    recurring = {row for row, m in enumerate(found) if m and often[_name(m)] > 1 and is_titled(m["name"])}
    if not recurring:
        # Where nothing is capitalised, on most lines, small names will do.
        small = {row for row, m in enumerate(found) if m and often[_name(m)] > 1 and " " not in m["name"]}
        names = {_name(m) for row in small if (m := found[row])}
        rows = small if 2 * len(small) >= len(lines) and len(names) > 1 else set()
    else:
        rows = recurring
    rows = rows | {row for row, m in enumerate(found) if m and _stands_alone(lines, opens, row, m, rows)}
    names = {_name(m) for row in rows if (m := found[row])}
    several_return = sum(often[name] > 1 for name in names) > 1
    if several_return or (len(rows) > 1 and 2 * len(rows) >= len(lines)):
        labels = _without_headings(lines, [_label(m) if m and row in rows else None for row, m in enumerate(found)])
    else:
        labels = [None] * len(lines)
    return labels if any(labels) else _returning(_IN_BRACKETS, lines) or _returning(_LETTER, lines) or labels


def is_titled(name: str) -> bool:
    """Whether the words are written as a name's: "Ada", "Bo van der Berg", "SPEAKER_00", "Speaker 1", "1"."""
    words = [word for word in re.findall(r"[^\W\d_][\w.'’-]*", name) if word not in _PARTICLES]
    is_number = name.isdecimal()
    return len(words) <= LONGEST_NAME_WORDS and (is_number or (bool(words) and all(not w[0].islower() for w in words)))


def may_speak(name: str) -> bool:
    """Whether the words are no heading's that anybody may write before a colon."""
    words = re.findall(r"\w+", name.lower())
    return not (words and (words[0] in _NO_SPEAKERS or words[-1] in _NO_SPEAKERS))


def _without_headings(lines: Sequence[str], labels: Sequence[Label | None]) -> list[Label | None]:
    """Leave out names after which mostly nothing is said: the next line has a label again, or is an address."""
    silent: Counter[str] = Counter()
    for row, label in enumerate(labels):
        if label and not lines[row][label.end :].strip():
            below = lines[row + 1] if row + 1 < len(lines) else ""
            silent[label.speaker] += (row + 1 < len(labels) and bool(labels[row + 1])) or bool(_ADDRESS.match(below))
    often = Counter(label.speaker for label in labels if label)
    headings = {name for name, times in silent.items() if 2 * times > often[name]}
    return [None if label and label.speaker in headings else label for label in labels]


def _returning(written: re.Pattern[str], lines: Sequence[str]) -> list[Label | None]:
    """Return labels that are written so; none at all where not at least two of them come back."""
    found = [written.match(line) for line in lines]
    often = Counter(_name(m) for m in found if m and is_titled(m["name"]) and may_speak(m["name"]))
    if sum(times > 1 for times in often.values()) < 2:
        return []
    return [Label(_name(m), m.end()) if m and _name(m) in often else None for m in found]


def _stands_alone(
    lines: Sequence[str], opens: Sequence[bool], row: int, label: re.Match[str], labelled: AbstractSet[int]
) -> bool:
    """Whether a name is written as one, and what is above it has ended: a paragraph, a sentence or a turn."""
    if row in labelled or not is_titled(label["name"]):
        return False
    above = lines[row - 1] if row else ""
    ended = above.endswith((".", "?", "!", "…", '"', "”", "]"))
    return row == 0 or ended or row - 1 in labelled or (bool(opens) and opens[row])


def _name(label: re.Match[str]) -> str:
    return " ".join(label["name"].split())


def _label(match: re.Match[str]) -> Label:
    written = match["before"] or match["inside"] or match["after"]
    return Label(_name(match), match.end(), read_stamp(written) if written else None)
