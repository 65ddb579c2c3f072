r"""A cue's lines -> what is said in them: mark-up removed, references decoded, each character still in its place.

WebVTT: https://www.w3.org/TR/webvtt1/. SubRip has no standard; players know HTML tags and `{\an8}`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from index.reading.captions.cue_timings import Row, Timed, inline_seconds
from index.text.html_entities import decode_entities
from index.types import Mark

# What is no tag stays: "a < b", "<3", "<inaudible>".
_BARE = "[bius]|em|strong|c|v|lang|ruby|r[tp]|font|span|p|div|big|small|su[bp]|strike|tt|code|a"
_TOKEN = re.compile(
    r"<(?P<clock>[0-9]{1,9}:[0-9:.,]{2,30})>"
    r"|<v(?:\.[^\s<>]*+)?[ \t]++(?P<voice>[^<>]*+)>"
    r"|(?P<voice_end></v>)"
    # How a word is read aloud, or its parentheses: a gloss, not said again.
    r"|<r[tp]>[^<>]*+(?=</?r(?:[tp]|uby)>)"
    r"|(?P<line_break><br[ \t]*+/?>|\[br\])"
    rf"|(?P<tag><(?:{_BARE})(?:\.[^\s<>]*+)?[ \t]*+/?>)"
    r"|<lang(?:\.[^\s<>]*+)?[ \t][^<>]*+>"
    rf"|(?P<styled><(?:{_BARE})[ \t][^<>=]*+=[^<>]*+>)"
    rf"|</[ \t]?(?:{_BARE})[ \t]*+>"
    r"|\{\\[^{}]*+\}|\{[yc]:[^{}]{1,20}\}"
    r"|(?P<reference>&(?:amp;)?(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});)",
    re.IGNORECASE,
)
_MARKED_UP = re.compile(r"[<&{]|\[br\]", re.IGNORECASE)

# Nothing to be seen.
_INVISIBLE = " \t\r\n\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

_WORD = re.compile(r"\S")
_OPENS_TURN = re.compile(r"[-‐–—]|>>")


class Piece(NamedTuple):
    """A part of a line, and its place in the decoded file."""

    offset: int  # in the line's text
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cue, or a part of one that another voice says."""

    text: str
    pieces: tuple[Piece, ...]  # their texts, joined, are the line's
    marks: tuple[Mark, ...] = ()  # offsets in the line's text
    voice: str | None = None
    styled: int | None = None  # where the first words begin that look different
    opens: bool = True  # whether it begins a line of the cue

    @property
    def start(self) -> int:
        """File offset."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """File offset."""
        return self.pieces[-1].end

    def begins_turn(self) -> bool:
        """Whether a dash or `>>` says that somebody else speaks, on a line of its own."""
        return self.opens and bool(_OPENS_TURN.match(self.text))

    def cut(self, start: int, end: int | None = None) -> "Line | None":
        """Return what is between two offsets of the text, trimmed; None where that is nothing."""
        part = self.text[start:end]
        said = part.strip()
        if not said.strip(_INVISIBLE):
            return None
        start += len(part) - len(part.lstrip())
        end = start + len(said)
        if len(said) == len(self.text):
            return self
        marks = tuple(Mark(mark.offset - start, mark.start_s) for mark in self._marks(start, end))
        styled = None if self.styled is None else max(0, self.styled - start)
        opens = self.opens and not self.text[:start].strip()
        return replace(self, text=said, pieces=tuple(self._pieces(start, end)), marks=marks, styled=styled, opens=opens)

    def _marks(self, start: int, end: int) -> Sequence[Mark]:
        first, last = (bisect_left(self.marks, offset, key=lambda mark: mark.offset) for offset in (start, end))
        return self.marks[first:last]

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        row = bisect_right(self.pieces, start, key=lambda piece: piece.offset) - 1
        last = bisect_left(self.pieces, end, key=lambda piece: piece.offset)
        for offset, text, begins, ends in self.pieces[row:last]:
            cut = slice(max(start - offset, 0), min(end - offset, len(text)))
            is_exact = len(text) == ends - begins
            place = (begins + cut.start, begins + cut.stop) if is_exact else (begins, ends)
            yield Piece(max(0, offset - start), text[cut], *place)


@dataclass(frozen=True, slots=True)
class Cue:
    """What is said from one second to another."""

    start_s: float
    end_s: float
    lines: tuple[Line, ...]
    is_fresh: bool = False  # whether the cue's first line is blank: nothing that was there before is shown again


def read_cue(text: str, timed: Timed, voice: str | None = None) -> Cue:
    """Return a cue without its mark-up; a voice that has no end lasts as long as the cue, as `voice` does."""
    lines: list[Line] = []
    for row in timed.rows:
        if _MARKED_UP.search(text, row.start, row.end):
            reading = _Reading(text, voice)
            reading.read(row)
            lines += reading.lines
            voice = reading.voice
        else:
            said = text[row.start : row.end]
            line = Line(said, (Piece(0, said, row.start, row.end),), voice=voice).cut(0)
            lines += [line] if line else []
    start_s, end_s = timed.timing.start_s, timed.timing.end_s
    return Cue(start_s, end_s, tuple(lines), bool(timed.rows) and timed.rows[0].apart)


class _Reading:
    """Reads one line."""

    def __init__(self, text: str, voice: str | None) -> None:
        self.lines: list[Line] = []
        self.voice = voice
        self._text = text
        self._opens = True
        self._begin()

    def _begin(self) -> None:
        self._pieces: list[Piece] = []
        self._marks: list[Mark] = []
        self._styled: int | None = None
        self._length = 0

    def read(self, row: Row) -> None:
        at = row.start
        for token in _TOKEN.finditer(self._text, row.start, row.end):
            self._add(self._text[at : token.start()], at, token.start())
            at = token.end()
            self._apply(token)
        self._add(self._text[at : row.end], at, row.end)
        self._finish()

    def _apply(self, token: re.Match[str]) -> None:
        kind = token.lastgroup
        if kind == "reference":
            decoded = decode_entities(token.group())
            if decoded in ("\n", "\r"):
                self._finish()
                self._opens = True
            else:
                self._add(decoded, *token.span())
        elif kind == "line_break":
            self._finish()
            self._opens = True
        elif kind in ("voice", "voice_end"):
            self._finish()
            self.voice = _name(token["voice"]) if kind == "voice" else None
        elif kind == "clock":
            seconds = inline_seconds(token["clock"])
            if seconds is not None:
                self._marks.append(Mark(self._length, seconds))
        elif kind in ("tag", "styled") and self._styled is None:
            self._styled = self._length

    def _add(self, said: str, start: int, end: int) -> None:
        if said:
            self._pieces.append(Piece(self._length, said, start, end))
            self._length += len(said)

    def _finish(self) -> None:
        said = "".join(piece.text for piece in self._pieces)
        if said.strip(_INVISIBLE):
            marks = tuple(_at_words(said, self._marks))
            line = Line(said, tuple(self._pieces), marks, self.voice, self._styled, self._opens).cut(0)
            self.lines += [line] if line else []
            self._opens = False
        self._begin()


def _name(voice: str) -> str | None:
    return " ".join(decode_entities(voice).split()) or None


def _at_words(said: str, marks: Sequence[Mark]) -> Iterator[Mark]:
    """Move marks over the white space before the word that they time; those with no word after them are gone."""
    begins = last = -1
    for offset, start_s in marks:
        if offset > begins:
            word = _WORD.search(said, offset)
            if word is None:
                return
            begins = word.start()
        if begins > last:
            yield Mark(begins, start_s)
            last = begins
