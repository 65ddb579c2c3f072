"""What the objects of JSON transcripts hold: times, speakers, texts, and what a file says of itself."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from index.reading.json_text.positioned_json import Said, Value, json_of

# `1.5`, `1.5s`, `01:02.5`, `00:01:02,500`.
_CLOCK = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,9}(?:[.,]\d{0,9})?)s?", re.ASCII)
_BREAK = re.compile(r"(?<![ \t])[ \t]*+[\r\n]\s*+(?![-‐–—]|>>)")
_TURN = re.compile(r"(?<![ \t])[ \t]*+[\r\n]\s*+")

MILLISECONDS = 1000.0  # a second

# Longer than any recording: what is beyond is a mistake.
LATEST_S = 10_000_000.0

# Nobody is called so.
_NOBODY = frozenset({"", "?", "unknown", "unk", "none", "null", "undefined", "n/a"})

# How many elements of an array are inspected.
SHOWN = 100

# What a file says of itself, by the names that programs give it, and by the names that we know it by.
_ABOUT = {
    "title": "title",
    "guest": "guest",
    "host": "host",
    "date": "date",
    "language": "language",
    "lang": "language",
    "language_code": "language",
    "languageCode": "language",
    "media": "media",
    "audio_url": "media",
    "video_url": "media",
}


class Row(NamedTuple):
    """An object with text."""

    value: Value
    data: dict[str, object]  # as the json module has it

    def text(self, *path: str | int, expected: str) -> Said | None:
        """Return a text in the object, white space and all; None where it is white space, or null.

        Raises MalformedError where it has none there, or something else.
        """
        found = self.value.said(*path, expected=expected)
        return found if found and found.text.strip() else None


def holds(array: object, fits: Callable[[dict[str, object]], bool]) -> bool:
    """Whether one of the first elements of an array is an object that fits."""
    return isinstance(array, list) and any(fits(row) for row in islice(array, SHOWN) if isinstance(row, dict))


def root_of(text: str) -> dict[str, object]:
    """Return the object that a text is, as the json module has it; an empty one for any other text."""
    root = json_of(text)
    return root.data if root and isinstance(root.data, dict) else {}


def row_of(value: Value) -> Row:
    """Return an object with what it holds."""
    return Row(value, value.data if isinstance(value.data, dict) else {})


def rows_of(array: Value | None, expected: str) -> Iterator[Row]:
    """Yield the objects of an array. Raises MalformedError for another kind of element."""
    for element in array.elements() if array else ():
        if not isinstance(element.data, dict):
            raise element.malformed(expected)
        yield Row(element, element.data)


def dicts(array: object) -> Iterator[dict[str, object]]:
    """Yield the objects in what may be an array, as the json module has them."""
    yield from (row for row in array if isinstance(row, dict)) if isinstance(array, list) else ()


def in_one_line(found: Said) -> Said:
    """Return a text whose line breaks are spaces, but for those before a dash or `>>`, where somebody else speaks."""
    if "\n" not in found.text and "\r" not in found.text:
        return found
    return found.altered(_TURN.sub("\n", _BREAK.sub(" ", found.text)))


def seconds(value: object, per_s: float = 1.0) -> float | None:
    """Return a time in seconds from a number of `per_second` units or a clock; None for anything else."""
    if isinstance(value, str):
        match = _CLOCK.fullmatch(value.strip())
        if match is None:
            return None
        hours, minutes, rest = match.groups()
        value = float(rest.replace(",", "."))
        per_s = 1.0 if minutes else per_s
        value += 60 * (int(minutes or 0) + 60 * int(hours or 0))
    if not isinstance(value, float):
        return None
    value /= per_s
    return value if 0 <= value <= LATEST_S else None


class Timed(NamedTuple):
    """When something is said, and by whom."""

    start_s: float | None = None
    end_s: float | None = None
    speaker: str | None = None


def timed(start_s: float | None, end_s: float | None, speaker: str | None = None) -> Timed:
    """Return times, without an end that is before the start: programs that imagine words write such."""
    is_end = end_s is not None and (start_s is None or end_s >= start_s)
    return Timed(start_s, end_s if is_end else None, speaker)


def speaker(value: object) -> str | None:
    """Return how a speaker is called: by the label, by the number, or by the name in an object; None for nobody."""
    if isinstance(value, dict):
        value = next(
            (value[key] for key in ("name", "display_name", "label", "id") if value.get(key) is not None), None
        )
    if isinstance(value, float):
        return f"Speaker {int(value)}" if 0 <= value < LATEST_S and value.is_integer() else None
    name = " ".join(value.split()) if isinstance(value, str) else ""
    return None if name.lower() in _NOBODY else _printable(name)


def numbered(value: object, prefix: str = "") -> str | None:
    """Return how a speaker is called whom the file knows by a number or a letter behind a prefix."""
    name = speaker(value)
    short = name.removeprefix(prefix) if name else ""
    is_short = short.isdecimal() or (len(short) < 3 and short.isalpha() and short.isupper())
    return f"Speaker {short}" if is_short else name


def metadata(*objects_: object) -> dict[str, object]:
    """Return what objects say of the file, the first that says it."""
    found: dict[str, object] = {}
    for members in objects_:
        for theirs, ours in _ABOUT.items():
            value = members.get(theirs) if isinstance(members, dict) else None
            if isinstance(value, str) and value.strip():
                found.setdefault(ours, _printable(value))
    return found


def _printable(value: str) -> str:
    return value.encode("utf-8", "replace").decode().replace("\0", "?")
