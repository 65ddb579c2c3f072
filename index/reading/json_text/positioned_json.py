"""JSON whose values know where in the text they stand: https://www.rfc-editor.org/rfc/rfc8259.

Read as kindly as possible: control characters in strings and NaN are let pass, several values in a row (JSON
Lines) are an array, and all numbers are floats, so that none is too long. Of a name that an object holds
twice, the last counts.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, NamedTuple

from index.errors import MalformedError, TranscriptError

_OPENING = re.compile(r'[\s\ufeff]*+(?:\{\s*+["}]|\[\s*+(?:\[\s*+)?\{|\[\s*+"|(?:\[\s*+\]|\{\s*+\})\s*+\Z)')
_SPACE = re.compile(r"[ \t\r\n\ufeff]*+")
_COLON = re.compile(r"[ \t\r\n]*+:[ \t\r\n]*+")
_NEXT = re.compile(r"[ \t\r\n]*+,?[ \t\r\n]*+")
_DECODER = json.JSONDecoder(parse_int=float, strict=False)

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
# Halves of characters, and the zero that no text holds: escapes can write them, and nothing can store them.
_NO_TEXT = re.compile("[\ud800-\udfff\0]")

_MESSAGES = {
    "Expecting value": "expected a value",
    "Expecting ',' delimiter": "expected a comma",
    "Expecting ':' delimiter": "expected a colon",
    "Expecting property name enclosed in double quotes": "expected a name in double quotes",
    "Illegal trailing comma before end of": "expected no comma before the end",
    "Invalid \\escape": "expected an escape that JSON knows",
    "Invalid \\uXXXX escape": "expected four hexadecimal digits",
}
_KNOWN = (
    "Whisper, WhisperX, whisper.cpp, YouTube, Podcasting 2.0, AssemblyAI, Rev AI, Deepgram, Amazon Transcribe"
    " and lists of objects with a text each; of others, save the transcript as WebVTT or as text"
)

QUOTED_CHARS = 40
# What is left of a value where the file was cut off in the middle of one: `tru`, `-1.`, `\u00`.
LONGEST_STUMP_CHARS = 12


class Value(NamedTuple):
    """A value, and where it stands in the text."""

    text: str  # all of it
    data: object  # as the json module has it
    start: int
    end: int
    rows: tuple["Value", ...] = ()  # of JSON Lines

    def members(self) -> Iterator[tuple[str, "Value"]]:
        """Yield an object's names and values; none for what is no object."""
        if not isinstance(self.data, dict):
            return
        at = _end(_SPACE, self.text, self.start + 1)
        while self.text[at] != "}":
            name, end = _decoded(self.text, at)
            value = _value(self.text, _end(_COLON, self.text, end))
            yield str(name), value
            at = _end(_NEXT, self.text, value.end)

    def elements(self) -> Iterator["Value"]:
        """Yield an array's values; none for what is no array."""
        if self.rows or not isinstance(self.data, list):
            yield from self.rows
            return
        at = _end(_SPACE, self.text, self.start + 1)
        while self.text[at] != "]":
            value = _value(self.text, at)
            yield value
            at = _end(_NEXT, self.text, value.end)

    def get(self, name: str) -> "Value | None":
        """Return an object's value by its name, or None."""
        if not isinstance(self.data, dict) or name not in self.data:
            return None
        found = None
        for key, value in self.members():
            if key == name:
                found = value
                # What it holds twice is there twice; most texts are near the beginnings of their objects.
                if isinstance(value.data, str) and value.data == self.data[name]:
                    break
        return found

    def at(self, *path: str | int) -> "Value":
        """Return the value that names and numbers lead to, or the last that they do."""
        value = self
        for step in path:
            inner = value.get(step) if isinstance(step, str) else next(islice(value.elements(), step, None), None)
            if inner is None:
                break
            value = inner
        return value

    def said(self, *path: str | int, expected: str) -> "Said | None":
        """Return what a string says that names and numbers lead to, white space and all; None where null is there.

        Raises MalformedError where nothing is there, or something else.
        """
        data: Any = self.data
        try:
            for step in path:
                data = data[step]
        except (KeyError, IndexError, TypeError):
            raise self.at(*path).malformed(expected) from None
        if isinstance(data, str):
            return Said(_NO_TEXT.sub("\ufffd", data), self, path)
        if data is not None:
            raise self.at(*path).malformed(expected)
        return None

    def malformed(self, expected: str) -> MalformedError:
        """Return the error that says what was expected in the value's place, and quotes its beginning."""
        quoted = self.text[self.start : min(self.end, self.start + QUOTED_CHARS)]
        return MalformedError(self.start, f"expected {expected}: {quoted!r}")


class Said:
    """What a string of JSON says; where it stands is looked for when somebody asks."""

    def __init__(self, text: str, holder: Value, path: Sequence[str | int], is_altered: bool = False) -> None:
        self.text = text
        self._source = holder, path
        self._is_altered = is_altered

    def altered(self, text: str) -> "Said":
        """Return another text in the place of this one; if it is longer or shorter, its parts have no places."""
        return Said(text, *self._source, self._is_altered or len(text) != len(self.text))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the file offsets of a part; those of all where the text is another."""
        begins, ends, escapes, growth = self._place
        if self._is_altered:
            return begins, ends
        return begins + start + growth[bisect_right(escapes, start)], begins + end + growth[bisect_right(escapes, end)]

    @cached_property
    def _place(self) -> tuple[int, int, list[int], list[int]]:
        """Where the string begins and ends, where in the text escapes end, and how much longer each made the string."""
        holder, path = self._source
        value = holder.at(*path)
        begins, ends = value.start + 1, value.end - 1
        escapes: list[int] = []
        growth = [0]
        if "\\" in value.text[begins:ends]:
            for match in _ESCAPE.finditer(value.text, begins, ends):
                escapes.append(match.start() - begins - growth[-1] + 1)
                growth.append(growth[-1] + len(match.group()) - 1)
        return begins, ends, escapes, growth


def looks_like_json(text: str) -> bool:
    """Whether a text opens as an object does, or an array of objects or strings; `[Music]` does not."""
    return bool(_OPENING.match(text))


def parse_json(text: str) -> Value:
    """Return the value that a text is; several in a row are an array.

    Raises MalformedError where it breaks off or is no JSON.
    """
    found = _parsed(text)
    if isinstance(found, MalformedError):
        raise MalformedError(found.offset, str(found))
    return found


def refuse_broken(text: str) -> None:
    """Raise MalformedError for a text that starts like JSON and is truncated or invalid."""
    if looks_like_json(text):
        parse_json(text)


def refuse_unknown(text: str, name: str) -> None:
    """Raise TranscriptError, naming the file, for JSON that no reader knows."""
    if looks_like_json(text):
        raise TranscriptError(f"{name} is JSON of no transcript format that is known here; known are {_KNOWN}")


def json_of(text: str) -> Value | None:
    """Return the value that a text is; None where it is no JSON, or bare words in brackets."""
    if not looks_like_json(text):
        return None
    found = _parsed(text)
    return None if isinstance(found, MalformedError) else found


@lru_cache(maxsize=1)
def _parsed(text: str) -> Value | MalformedError:
    rows: list[Value] = []
    at = _end(_SPACE, text, 0)
    try:
        while at < len(text):
            if rows and text[at] not in "{[":
                return MalformedError(at, f"expected the end of the JSON: {text[at : at + QUOTED_CHARS]!r}")
            rows.append(_value(text, at))
            at = _end(_SPACE, text, rows[-1].end)
    except MalformedError as error:
        return error
    if len(rows) == 1:
        return rows[0]
    return Value(text, [row.data for row in rows], 0, len(text), tuple(rows))


def _value(text: str, at: int) -> Value:
    data, end = _decoded(text, at)
    return Value(text, data, at, end)


def _decoded(text: str, at: int) -> tuple[object, int]:
    """Return the value that begins at an offset, and where it ends."""
    try:
        return _DECODER.raw_decode(text, at)
    except RecursionError:
        raise MalformedError(at, "expected JSON that is nested less deeply") from None
    except json.JSONDecodeError as error:
        raise _explained(text, error) from None


def _explained(text: str, error: json.JSONDecodeError) -> MalformedError:
    rest = text[error.pos : error.pos + LONGEST_STUMP_CHARS].strip()
    is_end = len(text) - error.pos < LONGEST_STUMP_CHARS and not any(mark in rest for mark in '"]}')
    if is_end or error.msg.startswith("Unterminated string"):
        return MalformedError(min(error.pos, len(text) - 1), "the JSON breaks off here")
    quoted = text[error.pos : error.pos + QUOTED_CHARS]
    message = next((ours for theirs, ours in _MESSAGES.items() if error.msg.startswith(theirs)), "expected JSON")
    return MalformedError(error.pos, f"{message}: {quoted!r}")


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
