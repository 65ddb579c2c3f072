"""Turns of a script: lines -> segments, by the names and times that the lines begin with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.reading.scripts.header import split_header
from index.reading.scripts.heads import Head, find_heads, is_heading
from index.reading.scripts.lines import Line
from index.reading.scripts.timestamps import CLOCK, Stamp, read_stamp
from index.text.html_entities import with_entities_decoded
from index.types import ParsedFile, Segment

_WITHIN = re.compile(rf"\[{CLOCK}\]|\(\d{{1,2}}:\d{{2}}:\d{{2}}\)|#\d{{1,2}}:\d{{2}}:\d{{2}}-\d#")
_BRACKETS_ALONE = re.compile(r"\[[^\]\n]*\]|\([^()\n]*\)")


@dataclass(slots=True)
class _Turn:
    speaker: str | None = None
    stamp: Stamp | None = None
    pieces: list[tuple[str, int, int]] = field(default_factory=list)  # words, and their place in the file


def read_lines(lines: Sequence[Line], source: str | None = None) -> ParsedFile:
    """Return one segment a turn, or a part of a turn that starts with a time.

    Words before the first label and bracketed lines between turns have no speaker; without labels and times, all lines
    are one segment. With `source`, the text of the lines, segments are slices of it; otherwise lines are joined. A turn
    lasts until the next one starts, as far as times are given.
    """
    metadata, below = split_header(lines)
    if lines and is_heading(lines[0]):
        metadata.setdefault("title", lines[0].text)
    turns = _turns(below, find_heads(below))
    segments = [_segment(turn, end_s, source) for turn, end_s in _with_ends(turns) if turn.pieces]
    if source is not None:
        segments = [part for segment in segments for part in with_entities_decoded(segment)]
    return ParsedFile(segments, metadata)


def placed(contents: ParsedFile, text: str) -> ParsedFile:
    """Narrow each segment's place to its words, if the marked-up text contains them unchanged."""
    segments = [
        replace(segment, start=at, end=at + len(segment.text))
        if (at := text.find(segment.text, segment.start, segment.end)) >= 0
        else segment
        for segment in contents.segments
    ]
    return contents._replace(segments=segments)


def _turns(lines: Sequence[Line], heads: Sequence[Head]) -> list[_Turn]:
    turns = [_Turn()]

    def begin(speaker: str | None, stamp: Stamp | None) -> None:
        # A time that stands above a name, or at the end of what was said before it, is when that one begins.
        is_free = not turns[-1].pieces
        turns.append(_Turn(speaker, stamp or (turns[-1].stamp if is_free else None)))

    is_labelled = any(head.speaker for head in heads)
    for row, (line, head) in enumerate(zip(lines, heads, strict=True)):
        if head.speaker:
            begin(head.speaker, head.stamp)
        elif head.stamp:
            begin(turns[-1].speaker, head.stamp)
        elif is_labelled and (is_heading(line) or (_is_aside(line) and _is_head(heads, row + 1))):
            begin(None, None)
        at = head.end
        for match in _WITHIN.finditer(line.text, at):
            _add(turns[-1], line, at, match.start())
            begin(turns[-1].speaker, read_stamp(match.group()))
            at = match.end()
        _add(turns[-1], line, at, len(line.text))
    return turns


def _is_head(heads: Sequence[Head], row: int) -> bool:
    """Whether a turn begins at the row, or the text has ended before it."""
    return row >= len(heads) or heads[row].end > 0


def _is_aside(line: Line) -> bool:
    """Whether a line is a date or a noise in brackets, or a question that is set as a heading."""
    is_question = 0 < len(line.text) <= line.lead and line.text.endswith("?")
    return is_question or bool(_BRACKETS_ALONE.fullmatch(line.text))


def _add(turn: _Turn, line: Line, start: int, end: int) -> None:
    said = line.text[start:end]
    begins = start + len(said) - len(said.lstrip())
    said = said.strip()
    if said:
        if line.end - line.start == len(line.text):
            turn.pieces.append((said, line.start + begins, line.start + begins + len(said)))
        else:
            turn.pieces.append((said, line.start, line.end))


def _with_ends(turns: Sequence[_Turn]) -> list[tuple[_Turn, float | None]]:
    """Return each turn with its end: its own, or the start of the next turn if that has a time."""
    ended: list[tuple[_Turn, float | None]] = []
    # Up to a turn without a time the end is unknown; times are interpolated by words.
    for turn, later in zip(turns, [*turns[1:], _Turn()], strict=True):
        start_s, end_s = turn.stamp or (None, None)
        next_s = later.stamp.start_s if later.stamp else None
        lasts = end_s is None and start_s is not None and next_s is not None and next_s >= start_s
        ended.append((turn, next_s if lasts else end_s))
    return ended


def _segment(turn: _Turn, end_s: float | None, source: str | None) -> Segment:
    start, end = turn.pieces[0][1], turn.pieces[-1][2]
    text = "\n".join(words for words, _, _ in turn.pieces) if source is None else source[start:end]
    return Segment(text, start, end, turn.speaker, turn.stamp and turn.stamp.start_s, end_s)
