"""Field names of text, speaker and times in JSON transcripts: `startTime`, `start_ms`.

Names are compared without their capitals, dashes and underscores.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import median

from index.reading.json_text.fields import MILLISECONDS, Timed, dicts, seconds, speaker, timed

# Names of texts, the surest first; the others may be anything's where no time is beside them.
TEXTS = (
    "text transcript transcripttext transcription sentence content body utterance displaytext display caption"
    " dialogue message speech"
).split()
_WORDS = "punctuatedword punct word segment value line name".split()
# Names of an array of words, or of sentences, within what somebody says.
INNER = "words sentences segments result timestamps items elements turns".split()
# Several guesses, the first the likeliest.
_GUESSES = frozenset("alternatives nbest".split())

_SPEAKERS = (
    "speakername speakerdisplayname speaker speakerlabel speakerid speakertag participantname participant role author"
    " displayname username sender who name"
).split()

# Tables of names, and the fields of a row that say who is meant.
_TABLES = frozenset("speakers participants speakermap speakernames".split())
_CODES = frozenset("id speakerid spk key code".split())

_STARTS = frozenset(
    "start starttime starttimestamp startoffset startat datastart begin begintime from offset timestamp time timecode"
    " timestart ts t in".split()
)
_ENDS = frozenset("end endtime endtimestamp endoffset endat dataend stop to until timeend out".split())
_LENGTHS = frozenset("duration dur length".split())
_UNIT = re.compile(r"(?:in)?(milliseconds|millis|msec|ms|seconds|secs|sec|s|ticks)\Z")
_UNITS = {"milliseconds": MILLISECONDS, "millis": MILLISECONDS, "msec": MILLISECONDS, "ms": MILLISECONDS}
# Microsoft counts in steps of 100 ns.
TICKS = 10_000_000.0

# A letter takes no ten seconds, whatever silences there are, and no less than ten milliseconds.
FEWEST_MS_A_CHAR = 10
FEWEST_TICKS_A_CHAR = 20_000

_ISO = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?", re.ASCII)
_RANGE = re.compile(r"[\[(]?[ \t]*+(\d[\d:.,]*+)[ \t]*+(?:-->|->|-|–)?[ \t]*+(\d[\d:.,]*+)?[ \t]*+[\])]?", re.ASCII)


@lru_cache(maxsize=10_000)
def plain(name: str) -> str:
    """Return a name without capitals, dashes, underscores and spaces."""
    return re.sub(r"[-_ ]", "", name).lower()


def text_path(row: Mapping[str, object]) -> tuple[str | int, ...] | None:
    """Return where in an object the text is that it is about; None where it has none."""
    names = {plain(key): key for key, value in row.items() if isinstance(value, str)}
    key = next((names[name] for name in TEXTS if name in names), None)
    if key is None and any(_meaning(key)[0] == "start" for key in row):
        key = next((names[name] for name in _WORDS if name in names), None)
    if key is not None:
        return (key,)
    for key, guess in _guesses(row):
        path = text_path(guess)
        if path:
            return (key, 0, *path)
    return None


def inner(row: Mapping[str, object]) -> tuple[str | int, ...] | None:
    """Return where in an object the array is of its words, or of other parts; None where it has none."""
    names = {plain(key): key for key, value in row.items() if isinstance(value, list) and value}
    key = next((names[name] for name in INNER if name in names), None)
    if key is not None:
        return (key,)
    for key, guess in _guesses(row):
        path = inner(guess)
        if path:
            return (key, 0, *path)
    return None


def who(row: Mapping[str, object], names: Mapping[object, str | None]) -> str | None:
    """Return who speaks in an object, by the name that a table gives for what is there, if one does."""
    keys = {plain(key): key for key in row}
    text = text_path(row)
    for name in _SPEAKERS:
        key = keys.get(name)
        if key is None or (text and text[0] == key):
            continue
        value = row[key]
        found = names.get(value) if isinstance(value, str | float) else None
        found = found or speaker(value)
        if found:
            return found
    return next((found for _, guess in _guesses(row) if (found := who(guess, names))), None)


def name_table(holders: Sequence[Mapping[str, object]]) -> dict[object, str | None]:
    """Return speakers' names by their numbers or codes, from the tables beside or around what is said."""
    found: dict[object, str | None] = {}
    for key, table in (item for holder in holders for item in holder.items()):
        if plain(key) not in _TABLES:
            continue
        rows = table.items() if isinstance(table, dict) else ((None, row) for row in dicts(table))
        for code, row in rows:
            codes = [code] if code is not None else [row[name] for name in row if plain(name) in _CODES]
            name = speaker(row) if isinstance(row, str) else who(row, {}) if isinstance(row, dict) else None
            found |= {each: name for each in codes if isinstance(each, str | float) and name}
    return found


def when(row: Mapping[str, object], per_s: float) -> Timed:
    """Return start and end of an object; numbers without a unit in their name are `per_second` units."""
    found: dict[str, float] = {}
    for role, unit, value in _times(row):
        time = _seconds(value, unit or per_s)
        if time is not None:
            found.setdefault(role, time)
    start_s, end_s = found.get("start"), found.get("end")
    if end_s is None and start_s is not None and "length" in found:
        end_s = start_s + found["length"]
    return timed(start_s, end_s)


def per_second(rows: Sequence[tuple[Mapping[str, object], int]]) -> float:
    """Return how many units a second the objects' times have, judged by the characters spoken."""
    starts: list[float] = []
    lengths: list[float | None] = []
    for row, _ in rows:
        numbers: dict[str, float] = {}
        for role, unit, value in _times(row):
            number = _number(value) if unit is None else None
            if number is not None and not number.is_integer():
                return 1.0
            if number is not None:
                numbers.setdefault(role, number)
        start, end = numbers.get("start"), numbers.get("end")
        starts.append(math.nan if start is None else start)
        lengths.append(end - start if start is not None and end is not None else numbers.get("length"))
    gaps = [after - before for before, after in pairwise([*starts, math.nan])]
    rates = [
        rate
        for (_, chars), length, gap in zip(rows, lengths, gaps, strict=True)
        if not math.isnan(rate := (gap if length is None else length) / max(1, chars))
    ]
    rate = median(rates) if rates else 0.0
    if rate >= FEWEST_TICKS_A_CHAR:
        return TICKS
    return MILLISECONDS if rate >= FEWEST_MS_A_CHAR else 1.0


def in_milliseconds(array: object) -> bool:
    """Whether objects with a `text` each count their times in milliseconds."""
    return per_second([(row, len(str(row.get("text")))) for row in dicts(array)]) == MILLISECONDS


def is_timed(row: Mapping[str, object]) -> bool:
    """Whether an object says when something starts."""
    return any(role == "start" and value is not None for role, _, value in _times(row))


def _guesses(row: Mapping[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    for key, value in row.items():
        if plain(key) in _GUESSES and isinstance(value, list) and value and isinstance(value[0], dict):
            yield key, value[0]


def _times(row: Mapping[str, object]) -> Iterator[tuple[str, float | None, object]]:
    """Yield (role, unit, value) of times, offsets last: they may count frames.

    A time may be an object with a start and an end, or a pair of them.
    """
    for key, value in sorted(row.items(), key=lambda item: "offset" in item[0]):
        role, unit = _meaning(key)
        if plain(key) == "instances" and isinstance(value, list) and value and isinstance(value[0], dict):
            yield from _times(value[0])
        elif role == "start" and isinstance(value, list) and len(value) == 2:
            yield "start", unit, value[0]
            yield "end", unit, value[1]
        elif role == "start" and isinstance(value, dict) and any(_meaning(name)[0] == "start" for name in value):
            yield from _times(value)
        elif role == "start" and isinstance(value, str) and (match := _RANGE.fullmatch(value.strip())):
            yield "start", unit, match[1]
            yield from [("end", unit, match[2])] if match[2] else []
        elif role:
            yield role, unit, value


@lru_cache(maxsize=10_000)
def _meaning(key: str) -> tuple[str, float | None]:
    """Return which time a name is of, "" for none, and in which unit, if it says so."""
    name = plain(key)
    if name in _STARTS or name in _ENDS or name in _LENGTHS:
        stem, unit = name, None
    else:
        match = _UNIT.search(name)
        if match is None:
            return "", None
        stem = name[: match.start()]
        unit = TICKS if match[1] == "ticks" else _UNITS.get(match[1], 1.0)
    role = "start" if stem in _STARTS else "end" if stem in _ENDS else "length" if stem in _LENGTHS else ""
    return role, unit


def _number(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, float) and abs(value) < float("inf") else None


def _seconds(value: object, per_s: float) -> float | None:
    if isinstance(value, dict):
        if "relative" in value:
            return seconds(value["relative"])
        whole, rest = seconds(value.get("seconds", 0.0)), seconds(value.get("nanos", 0.0), 1e9)
        is_time = bool({"seconds", "nanos"} & value.keys()) and whole is not None and rest is not None
        return whole + rest if is_time and whole is not None and rest is not None else None
    if isinstance(value, str) and value.startswith("PT") and (match := _ISO.fullmatch(value)):
        hours, minutes, rest_s = (float(part or 0) for part in match.groups())
        return 3600 * hours + 60 * minutes + rest_s
    return seconds(value, per_s)
