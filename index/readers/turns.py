"""Scripts whose turns open with a label, `Name: text`, with or without a time on either side of the name."""

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import replace

from index.types import Segment

_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_TIME = r"(?:\[{0}\]|\({0}\)|{0})".format(f"(?:{_CLOCK})")
# Beside a name a bare time has leading zeros or hours: "John 3:16" is a verse.
_TIME_BY_NAME = rf"(?:\[{_CLOCK}\]|\({_CLOCK}\)|\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,]\d{{1,3}})?|\d{{2}}:\d{{2}})"
_NAME = r"[^\W_][\w.'’-]*(?:[ \t]+(?:\w[\w.'’-]*|\([\w .'’-]+\))){0,4}(?:,[ \t]*[A-Z][\w.'’ -]{1,30})?"
_LABEL = re.compile(
    rf"^\ufeff?[ \t]*+(?:(?P<before>{_TIME})[ \t]*+(?:[-–][ \t]*+)?+)?(?P<name>{_NAME})"
    rf"(?:[ \t]*+(?:[-–][ \t]*+)?+(?P<inside>{_TIME_BY_NAME}))?[ \t]*+"
    rf"(?::(?!\S)|：)[ \t]*(?:(?P<after>{_TIME})(?!\S))?[ \t]*",
    re.MULTILINE,
)
# A line in brackets between turns is a heading, a date or a noise, and nobody's words.
_ASIDE = re.compile(r"^[ \t]*\[[^\]\n]*\][ \t]*\r?$", re.MULTILINE)

LONGEST_NAME_CHARS = 50
LONGEST_NAME_WORDS = 5

# Small words inside of names, and small words that no name is without.
_PARTICLES = frozenset("of de del della der den di da van von la le el al bin ibn y e and the".split())

# Above a label that is met once only, this much of the text shows whether something has ended there.
_ABOVE_CHARS = 200


def sniff(text: str) -> bool:
    """Two names that come back, or labels on half of the lines."""
    labels = _labels(text)
    lines = sum(1 for line in text.splitlines() if line.strip())
    recurring = [name for name, count in Counter(_name(m) for m in labels).items() if count > 1]
    return len(recurring) >= 2 or (len(labels) >= 2 and 2 * len(labels) >= lines)


def read(text: str) -> list[Segment]:
    """Return one segment a turn; words before the first label, and lines in brackets, have no speaker.

    A turn lasts until the next one starts, as far as the file gives times.
    """
    borders: list[tuple[int, int, str | None, float | None]] = [(0, 0, None, None)]
    labels = _labels(text)
    borders += [(m.start(), m.end(), _name(m), _seconds(m)) for m in labels]
    begins = {m.start() for m in labels} | {len(text)}
    # A line in brackets after which the turn goes on is part of it.
    asides = [m for m in _ASIDE.finditer(text) if _next_line(text, m.end()) in begins]
    borders += [(m.start(), m.start(), None, None) for m in asides]
    borders.sort(key=lambda border: border[:2])
    ends = [border[0] for border in borders[1:]] + [len(text)]
    segments = []
    for (_, start, speaker, start_s), end in zip(borders, ends, strict=True):
        words = text[start:end].strip()
        if words:
            at = text.index(words, start)
            segments.append(Segment(words, at, at + len(words), speaker, start_s))
    return _with_ends(segments)


def _next_line(text: str, at: int) -> int:
    """Return where the next line that is not empty begins."""
    match = re.compile(r"\s*").match(text, at)
    begins = match.end() if match else at
    return begins if begins == len(text) else text.rfind("\n", 0, begins) + 1


def _labels(text: str) -> list[re.Match[str]]:
    """Return the labels that open turns: names that come back, and names met once that stand like one.

    Prose holds colons too. "Here is the thing: nobody knew" is no label, however often it comes: its
    words are not capitalised. Where nothing is, on most lines, small names will do.
    """
    found = [m for m in _LABEL.finditer(text) if len(m["name"]) <= LONGEST_NAME_CHARS]
    often = Counter(_name(m) for m in found)
    recurring = {m.start() for m in found if often[_name(m)] > 1 and _is_titled(m["name"])}
    if not recurring:
        lines = sum(1 for line in text.splitlines() if line.strip())
        small = [m for m in found if often[_name(m)] > 1 and " " not in m["name"]]
        return small if 2 * len(small) >= lines and len({_name(m) for m in small}) > 1 else _alone(text, found, set())
    return _alone(text, found, recurring)


def _alone(text: str, found: list[re.Match[str]], recurring: AbstractSet[int]) -> list[re.Match[str]]:
    return [m for m in found if m.start() in recurring or _stands_alone(text, m, recurring)]


def _is_titled(name: str) -> bool:
    """Whether the words are written as a name's: "Ada", "Bo van der Berg", "SPEAKER_00", "Speaker 1"."""
    words = [word for word in re.findall(r"[^\W\d_][\w.'’-]*", name) if word not in _PARTICLES]
    is_number = bool(re.fullmatch(r"\d+", name))
    return len(words) <= LONGEST_NAME_WORDS and (is_number or (bool(words) and all(not w[0].islower() for w in words)))


def _stands_alone(text: str, label: re.Match[str], recurring: AbstractSet[int]) -> bool:
    """Whether a name is written as one, and what is above it has ended: a paragraph, a sentence or a turn."""
    nearby = text[max(0, label.start() - _ABOVE_CHARS) : label.start()]
    above = nearby.rstrip(" \t\r\n")
    ended = nearby[len(above) :].count("\n") > 1 or above.endswith((".", "?", "!", "…", '"', "”", "]"))
    line_above = label.start() - len(nearby) + above.rfind("\n") + 1
    begins = not above and label.start() < _ABOVE_CHARS
    return _is_titled(label["name"]) and (begins or ended or line_above in recurring)


def _name(label: re.Match[str]) -> str:
    return " ".join(label["name"].split())


def _seconds(label: re.Match[str]) -> float | None:
    stamp = label["before"] or label["inside"] or label["after"]
    if stamp is None:
        return None
    seconds = 0.0
    for part in stamp.strip("[]()").replace(",", ".").split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def _with_ends(segments: list[Segment]) -> list[Segment]:
    ended: list[Segment] = []
    later: float | None = None
    for segment in reversed(segments):
        start_s = segment.start_s
        lasts = start_s is not None and later is not None and later >= start_s
        ended.append(replace(segment, end_s=later) if lasts else segment)
        later = later if start_s is None else start_s
    return ended[::-1]
