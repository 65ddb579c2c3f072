"""Scripts whose turns open with a label, `Name: text`, with or without a time on either side of the name."""

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import replace

from index.types import Segment

_TIME = r"[\[(]?(?P<{}>(?:\d{{1,2}}:)?\d{{1,2}}:\d{{2}}(?:[.,]\d{{1,3}})?)[\])]?"
_NAME = r"(?P<name>[^\W_][\w.'’-]*(?:[ \t]+(?:[\w.'’-]+|\([\w .'’-]+\))){0,4}(?:,[ \t]*[A-Z][\w.'’ -]{1,30})?)"
_LABEL = re.compile(
    rf"^[ \t]*(?:{_TIME.format('before')}[ \t]*[-–]?[ \t]*)?{_NAME}[ \t]*(?:{_TIME.format('inside')}[ \t]*)?"
    rf":(?!\S)[ \t]*(?:{_TIME.format('after')}(?![^\s]))?[ \t]*",
    re.MULTILINE,
)
# A line in brackets between turns is a heading or a date, and nobody's words.
_ASIDE = re.compile(r"^[ \t]*\[[^\]\n]*\][ \t]*\r?$", re.MULTILINE)

LONGEST_NAME_CHARS = 50
LONGEST_LONE_NAME_WORDS = 4


def sniff(text: str) -> bool:
    """At least two turns, one name that comes back or labels on half of the lines."""
    labels = _labels(text)
    lines = sum(1 for line in text.splitlines() if line.strip())
    recurring = [name for name, count in Counter(_name(m) for m in labels).items() if count > 1]
    return len(labels) >= 2 and bool(recurring or 2 * len(labels) >= lines)


def read(text: str) -> list[Segment]:
    """Return one segment a turn; words before the first label, and lines in brackets, have no speaker.

    A turn lasts until the next one starts, as far as the file gives times.
    """
    labels = _labels(text)
    borders: list[tuple[int, int, str | None, float | None]] = [(0, 0, None, None)]
    borders += [(m.start(), m.end(), _name(m), _seconds(m)) for m in labels]
    borders += [(m.start(), m.start(), None, None) for m in _ASIDE.finditer(text)]
    borders.sort(key=lambda border: border[:2])
    ends = [border[0] for border in borders[1:]] + [len(text)]
    segments = []
    for (_, start, speaker, start_s), end in zip(borders, ends, strict=True):
        words = text[start:end].strip()
        if words:
            at = text.index(words, start)
            segments.append(Segment(words, at, at + len(words), speaker, start_s))
    return _with_ends(segments)


def _labels(text: str) -> list[re.Match[str]]:
    """Return the labels that open turns: names that come back, and names met once that stand like one.

    Prose holds colons too. A line such as "Here is the thing: nobody knew" is no label: its words
    are not capitalised, or it continues the line above it.
    """
    found = [m for m in _LABEL.finditer(text) if len(m["name"]) <= LONGEST_NAME_CHARS]
    often = Counter(_name(m) for m in found)
    recurring = {m.start() for m in found if often[_name(m)] > 1 and _capitalised(m)}
    return [m for m in found if m.start() in recurring or _stands_alone(text, m, recurring)]


def _capitalised(label: re.Match[str]) -> bool:
    first = label["name"][0]
    return first.isupper() or first.isdigit() or not first.isascii() or bool(label["before"] or label["inside"])


def _stands_alone(text: str, label: re.Match[str], recurring: AbstractSet[int]) -> bool:
    """Whether a name is written as one, and what is above it has ended: a paragraph, a sentence or a turn."""
    words = re.findall(r"[^\W\d_][\w.'’-]*", label["name"])
    titled = bool(words) and all(word[0].isupper() for word in words) and len(words) <= LONGEST_LONE_NAME_WORDS
    above = text[: label.start()].rstrip(" \t\r\n")
    ended = text[len(above) : label.start()].count("\n") > 1 or above.endswith((".", "?", "!", "…", '"', "”"))
    return titled and (not above or ended or above.rfind("\n") + 1 in recurring)


def _name(label: re.Match[str]) -> str:
    return " ".join(label["name"].split())


def _seconds(label: re.Match[str]) -> float | None:
    stamp = label["before"] or label["inside"] or label["after"]
    if stamp is None:
        return None
    seconds = 0.0
    for part in stamp.replace(",", ".").split(":"):
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
