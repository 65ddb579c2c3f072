"""Captions that roll: cues that show again what was there, and add to it -> each word once, as often as it was said.

YouTube's automatic captions have two lines, the upper one said before, and cues of 10 ms between that show
one line alone; broadcasters roll up three lines; others grow by words; Whisper shows a line once a word, with
the word underlined. Whether a file rolls is decided by all of it: people repeat themselves in any.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import NamedTuple

from index.reading.captions.cues import Cue, Line
from index.types import Mark

# How many more cues have to repeat earlier words and add to them than start with new words;
# a pair of cues proves nothing. Cues that only say the same again do not count: people do that anyway.
ROLLING_SHARE = 0.5
FEWEST_ROLLING = 2

# YouTube's cues between two lines last for 10 ms, and those of tools that round them for little more.
FLASH_S = 0.05

# What was on the screen is gone after a silence.
LONGEST_GAP_S = 2.0

# Captions roll up three lines at most, or four; a cue of many more is no screen.
MOST_LINES = 8
LONGEST_SCREEN_CHARS = 20_000


class _Screen(NamedTuple):
    """What a cue shows, in words; of one that is longer than a screen, nothing."""

    cue: Cue
    lines: list[str]  # white space aside
    words: list[str]
    ends: list[int]  # number of words in the lines up to and including each

    @property
    def is_flash(self) -> bool:
        return self.cue.end_s - self.cue.start_s <= FLASH_S


def without_repeats(cues: Sequence[Cue]) -> Sequence[Cue]:
    """Return cues that hold only what is new in each, timed as the one in which it appears; all where none rolls."""
    shown = [cue for cue in cues if cue.lines]
    if _share(_moves_highlight(*pair) for pair in pairwise(shown)) >= ROLLING_SHARE:
        return _highlights_joined(shown)
    adds, grows, breaks = 0, 0, 0
    for before, after in pairwise(map(_screen, shown)):
        kept = next(iter(_kept(before, after, may_grow=True)), 0)
        if _adds(before, after, kept):
            adds += 1
            grows += not after.is_flash and kept not in after.ends
        breaks += kept == 0
    if adds < FEWEST_ROLLING or adds < ROLLING_SHARE * (adds + breaks):
        return cues
    return _collapsed(shown, may_grow=2 * grows >= adds)


def _share(outcomes: Iterator[bool]) -> float:
    counted = list(outcomes)
    return sum(counted) / len(counted) if sum(counted) >= FEWEST_ROLLING else 0.0


def _screen(cue: Cue) -> _Screen:
    fits = len(cue.lines) <= MOST_LINES and sum(len(line.text) for line in cue.lines) <= LONGEST_SCREEN_CHARS
    lines = [line.text.split() for line in cue.lines] if fits else []
    ends = list(accumulate(len(words) for words in lines))
    return _Screen(cue, [" ".join(words) for words in lines], [word for words in lines for word in words], ends)


def _kept(before: _Screen, after: _Screen, may_grow: bool) -> Iterator[int]:
    """Yield how many words at a cue's beginning may be those that the one before ended with, most first.

    They begin with a line there, and end one here unless captions grow by words.
    """
    if after.cue.is_fresh or not after.lines or not before.lines or not _goes_on(before, after):
        return
    for start in [0, *before.ends[:-1]]:
        words = before.words[start:]
        if after.words[: len(words)] == words and (may_grow or len(words) in after.ends):
            yield len(words)


def _goes_on(before: _Screen, after: _Screen) -> bool:
    silence = after.cue.start_s - before.cue.end_s
    return silence <= LONGEST_GAP_S and after.cue.start_s >= before.cue.start_s


def _adds(before: _Screen, after: _Screen, kept: int) -> bool:
    """Whether a cue shows that captions roll: by words that are others than those it keeps, or by flashing."""
    if kept == 0:
        return False
    if kept == len(after.words):
        return after.is_flash and not before.is_flash
    return len(set(after.words)) > 1 and after.words[kept : 2 * kept] != after.words[:kept]


def _collapsed(cues: Sequence[Cue], may_grow: bool) -> list[Cue]:
    said: list[Cue] = []
    before: _Screen | None = None
    for after in map(_screen, cues):
        kept = 0
        if before is not None:
            ways = _kept(before, after, may_grow)
            kept = next((n for n in ways if n < len(after.words) or _is_held(before, after, may_grow)), 0)
            if kept == len(after.words) and _scrolls(before, after):
                kept = after.ends[-2]
        _say(said, after, kept)
        before = after
    return said


def _is_held(before: _Screen, after: _Screen, may_grow: bool) -> bool:
    """Whether a cue with nothing new only shows again what is there, and nobody says it again."""
    if after.is_flash or len(after.lines) < len(before.lines):
        return True
    is_at_once = after.cue.start_s - before.cue.end_s <= FLASH_S
    return is_at_once and not may_grow and (before.is_flash or len(after.lines) > 1)


def _scrolls(before: _Screen, after: _Screen) -> bool:
    """Whether a screen full of one line's repetitions may have moved up by one: it lasts, so it brings another."""
    return not after.is_flash and 1 < len(after.lines) == len(before.lines) and len(set(after.lines)) == 1


def _say(said: list[Cue], screen: _Screen, kept: int) -> None:
    """Add what a cue shows after the words that were there before."""
    cue = screen.cue
    if kept == 0:
        said.append(cue)
        return
    row = next((row for row, end in enumerate(screen.ends) if end > kept), None)
    if row is None:
        return
    line = cue.lines[row]
    inside = kept - (screen.ends[row - 1] if row else 0)
    if inside:
        offset = next(match.start() for at, match in enumerate(re.finditer(r"\S+", line.text)) if at == inside)
        grown = _grown(said[-1].lines[-1], line, offset, cue.start_s) if said else None
        if grown is not None:
            said[-1] = replace(said[-1], end_s=max(said[-1].end_s, cue.end_s), lines=(*said[-1].lines[:-1], grown))
            first = None
        else:
            first = line.cut(offset)
    else:
        first = line
    lines = ((first,) if first else ()) + cue.lines[row + 1 :]
    if lines:
        said.append(replace(cue, lines=lines))


def _grown(before: Line, after: Line, offset: int, start_s: float) -> Line | None:
    """Return a line with the times of the words that it was said to begin with; None where it began otherwise."""
    if after.text[:offset].rstrip() != before.text:
        return None
    own = [mark for mark in after.marks if mark.offset > offset]
    return replace(after, marks=(*before.marks, Mark(offset, start_s), *own))


def _moves_highlight(before: Cue, after: Cue) -> bool:
    """Whether a cue shows the same as the one before it, at once, and another word of it stands out."""
    at, later = _highlight(before), _highlight(after)
    is_at_once = abs(after.start_s - before.end_s) <= FLASH_S
    moves = at != later and (later is None or at is None or later > at)
    return is_at_once and moves and [line.text for line in before.lines] == [line.text for line in after.lines]


def _highlight(cue: Cue) -> tuple[int, int] | None:
    """Return the row and the offset at which the first words begin that look different."""
    return next(((row, line.styled) for row, line in enumerate(cue.lines) if line.styled is not None), None)


def _highlights_joined(cues: Sequence[Cue]) -> list[Cue]:
    said: list[Cue] = []
    for row, cue in enumerate(cues):
        highlight = _highlight(cue)
        if row and _moves_highlight(cues[row - 1], cue):
            said[-1] = replace(said[-1], end_s=cue.end_s, lines=_marked(said[-1].lines, highlight, cue.start_s))
        else:
            said.append(replace(cue, lines=_marked(cue.lines, highlight, cue.start_s)))
    return said


def _marked(lines: tuple[Line, ...], place: tuple[int, int] | None, start_s: float) -> tuple[Line, ...]:
    if place is None:
        return lines
    row, offset = place
    line = lines[row]
    if line.marks and line.marks[-1].offset >= offset:
        return lines
    marked = replace(line, marks=(*line.marks, Mark(offset, start_s)))
    return (*lines[:row], marked, *lines[row + 1 :])
