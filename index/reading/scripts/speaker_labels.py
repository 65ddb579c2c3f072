"""Which lines start with a speaker label: `Ada:`, `ADA MOSS, HOST:`, `[00:01] Ada (00:02): `, `[Ada]`.

Prose holds colons too. A label is a name that comes back, and where there are some, one that is met once
and stands like one. Names are told by their capitals, not by a list of names.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from index.reading.scripts.bare_labels import POINTED, chat_matches, returning
from index.reading.scripts.label_evidence import evident_labels
from index.reading.scripts.non_speaker_labels import is_field, is_value
from index.reading.scripts.timestamps import DATE, IN_BRACKETS, STAMP, Stamp, read_stamp

_ROLE = r"(?:[Cc]o-?)?(?:host|byline|moderator|anchor|interviewer|reporter|guest|narrator|presenter)"
# What is said of somebody behind the name: "(Writer, Oslo)", ", MAYOR", ", host"; no time.
_ASIDE = rf"(?:[ \t]{{1,3}}\((?![ \t]?\d{{1,3}}:\d)[^()\r\n]{{1,100}}\)|,[ \t]*(?:[A-Z][\w.'’& -]{{1,60}}|{_ROLE}\b))"
NAME = (
    r"[^\W_][\w.'’-]{0,40}(?:[ \t]{1,3}(?:\w[\w.'’-]{0,40}|#\d{1,3}|\([\w .'’-]{1,40}\))){0,5}" rf"(?:{_ASIDE}){{0,3}}"
)
# Beside a name a bare time has leading zeros or hours: "John 3:16" is a verse.
_BESIDE = rf"(?:{IN_BRACKETS}|\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,]\d{{1,3}})?|\d{{2}}:\d{{2}})"
_LABEL = re.compile(
    rf"(?:>{{2,3}}[ \t]*|[-–—*•][ \t]+|\d{{1,5}}[.)]?[ \t]+)?"
    rf"(?:(?:(?P<day>{DATE})|(?P<before>{STAMP}))[ \t]*(?:[-–|][ \t]*)?)?"
    rf"(?P<name>{NAME})(?:[ \t]*(?:[-–|,][ \t]*)?(?P<inside>{_BESIDE}))?[ \t\u00a0\u202f]*"
    rf"(?::(?!\S)|：)[ \t]*(?:(?P<after>{STAMP})(?!\S)[ \t]*)?"
)
# Hearings and old typescripts have other labels as well; see bare_labels.
_IN_BRACKETS = re.compile(rf"(?:[-–—][ \t]+)?[\[(](?P<name>{NAME})[\])][ \t]*:?[ \t]*(?=\S)")
# These are nothing but speakers.
_ROLES = re.compile(r"(?:speaker|spk|s|interviewer|interviewee|participant|moderator|host|guest)?[ _]?\d{0,3}", re.I)
_ASIDE_AT_END = re.compile(r"[ \t]*[(,].*$")
_ADDRESS = re.compile(r"https?://\S+$")

LONGEST_NAME_CHARS = 50
LONGEST_NAME_WORDS = 5

# Small words inside of names, and small words that no name is without.
_PARTICLES = frozenset("of de del della der den di da van von la le el al bin ibn y e and the".split())

# This many lines that start with names in capitals are turns, even if only one name recurs.
FEWEST_SHOUTED = 3

# This many names with times are labels.
FEWEST_STAMPED = 3

# A name in small letters has to come back so often among others in capitals, each time on a line of its own.
FEWEST_SMALL = 3

# Where nearly all lines have labels, and these come back, short words behind them are no fields.
ALL_LABELLED_SHARE = 0.9


class Label(NamedTuple):
    """A name at the beginning of a line, and where the words after it begin."""

    speaker: str
    end: int
    stamp: Stamp | None = None


def find_labels(lines: Sequence[str], opens: Sequence[bool] = (), *, may_be_form: bool = True) -> list[Label | None]:
    """Return for each line the label that it opens with, judged by all of them together.

    `opens` says which lines begin a paragraph, if that is known; captions are no form with fields (`may_be_form`).
    """
    named = _by_name(lines, opens, may_be_form=may_be_form)
    evident = evident_labels(lines)
    # The evidence of the whole file decides where it explains more lines, or more of them, than the look of names.
    if _explained(evident) > _explained(named):
        return [label and Label(*label) for label in evident]
    return named


def _explained(labels: Sequence[tuple[str, int, Stamp | None] | None]) -> tuple[int, int]:
    """Return how many lines have a label, and how many characters belong to labels."""
    return sum(label is not None for label in labels), sum(label[1] for label in labels if label)


def _by_name(lines: Sequence[str], opens: Sequence[bool], *, may_be_form: bool) -> list[Label | None]:
    """Return the labels that look like names."""
    chat = chat_matches(lines)
    if chat:
        return [_label(m) if m else None for m in chat]
    labels = _with_colons(lines, opens, may_be_form=may_be_form)
    pointed = [_label(m) if m else None for m in returning(POINTED, lines, _is_fit, opens)]
    if any(labels):
        # In court those who are not on the stand have colons.
        by_letter = [label if label and label.speaker in ("Q", "A") else None for label in pointed]
        return [a or b for a, b in zip(labels, by_letter or labels, strict=True)]
    bracketed = [_label(m) if m else None for m in returning(_IN_BRACKETS, lines, _is_fit)]
    return bracketed or pointed or labels


def is_titled(name: str) -> bool:
    """Whether the words are written as a name's: "Ada", "Bo van der Berg", "SPEAKER_00", "Speaker 1", "1"."""
    name = _bare(name)
    words = [word for word in re.findall(r"[^\W\d_][\w.'’-]*", name) if word not in _PARTICLES]
    if name.isdecimal() or not words or name[0].isdecimal():  # "4 March 2021"
        return name.isdecimal()
    return len(words) <= LONGEST_NAME_WORDS and all(not word[0].islower() for word in words)


def may_speak(name: str) -> bool:
    """Whether the words are no heading's that anybody may write before a colon."""
    return not is_field(_bare(name))


def _with_colons(lines: Sequence[str], opens: Sequence[bool], *, may_be_form: bool) -> list[Label | None]:
    """Return the labels that end with a colon."""
    matches = [_LABEL.match(line) for line in lines]
    found = [m if m and len(_bare(m["name"])) <= LONGEST_NAME_CHARS and may_speak(m["name"]) else None for m in matches]
    often = Counter(_bare(m["name"]) for m in found if m)

    def rows_where(is_fit: Callable[[int, re.Match[str]], bool]) -> set[int]:
        return {row for row, m in enumerate(found) if m and is_fit(row, m)}

    rows = rows_where(lambda _, m: often[_bare(m["name"])] > 1 and is_titled(m["name"]))
    small = rows_where(lambda _, m: often[_bare(m["name"])] > 1 and " " not in m["name"] and m["name"].islower())
    if rows:
        # Of people who write themselves so; "otherwise: ..." is no name.
        alone = Counter(_bare(m["name"]) for line, m in zip(lines, found, strict=True) if m and m.end() == len(line))
        rows |= {
            row for row in small if (m := found[row]) and FEWEST_SMALL <= alone[m["name"]] == often[_bare(m["name"])]
        }
    elif 2 * len(small) >= len(lines) and len({_name(m) for row in small if (m := found[row])}) > 1:
        # Where nothing is capitalised, on most lines, small names will do.
        rows = small
    shouted = rows_where(lambda _, m: _is_shouted(m["name"]))
    if len(shouted & rows) > 1:
        rows |= shouted
    rows |= rows_where(lambda row, m: _stands_alone(lines, opens, row, m, rows))
    rows -= _fields_above(lines, found, rows, often) if may_be_form else set()
    names = {_bare(m["name"]) for row in rows if (m := found[row])}
    several_return = sum(often[name] > 1 for name in names) > 1
    are_many = len(rows) > 1 and 2 * len(rows) >= len(lines)
    are_shouted = len(names) > 1 and len(shouted & rows) >= FEWEST_SHOUTED and any(often[name] > 1 for name in names)
    are_stamped = len(names) > 1 and sum(_is_stamped(m) for row in rows if (m := found[row])) >= FEWEST_STAMPED
    are_fields = may_be_form and _are_fields(lines, found, rows, names)
    if are_fields or not (several_return or are_many or are_shouted or are_stamped):
        return [None] * len(lines)
    return _without_headings(lines, [_label(m) if m and row in rows else None for row, m in enumerate(found)])


def _are_fields(
    lines: Sequence[str], found: Sequence[re.Match[str] | None], rows: AbstractSet[int], names: AbstractSet[str]
) -> bool:
    """Whether most of what stands behind the colons are values, as in a form."""
    matches = [m for row in rows if (m := found[row])]
    if any(_is_stamped(m) or _ROLES.fullmatch(m["name"]) for m in matches):
        return False
    if len(rows) >= ALL_LABELLED_SHARE * len(lines) and len(rows) > len(names) + 1:
        return False
    return 2 * sum(is_value(_words(lines, found, row)) for row in rows) > len(rows)


def _fields_above(
    lines: Sequence[str], found: Sequence[re.Match[str] | None], rows: AbstractSet[int], often: Counter[str]
) -> set[int]:
    """Return the rows above the turns whose names are met once, with values behind them: a header's lines."""
    turns = [row for row in sorted(rows) if (m := found[row]) and often[_bare(m["name"])] > 1]
    first = turns[0] if turns else 0
    return {row for row in rows if row < first and is_value(_words(lines, found, row))}


def _words(lines: Sequence[str], found: Sequence[re.Match[str] | None], row: int) -> str:
    """Return what stands behind a label, or else on the line below."""
    m = found[row]
    words = lines[row][m.end() :] if m else ""
    return words if words.strip() or row + 1 == len(lines) else lines[row + 1]


def _is_stamped(label: re.Match[str]) -> bool:
    return bool(label["day"] or label["before"] or label["inside"] or label["after"])


def _is_shouted(name: str) -> bool:
    return len(re.findall(r"[^\W\d_]", _bare(name))) > 1 and _bare(name).isupper()


def _is_fit(name: str) -> bool:
    return is_titled(name) and may_speak(name)


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


def _bare(name: str) -> str:
    """Return the name without what is said of somebody behind it."""
    return " ".join(_ASIDE_AT_END.sub("", name).split())


def _label(match: re.Match[str]) -> Label:
    groups = match.groupdict()
    written = groups.get("before") or groups.get("inside") or groups.get("after")
    return Label(_name(match), match.end(), read_stamp(written) if written else None)
