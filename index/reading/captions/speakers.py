"""Cues -> segments by who speaks: a voice that the file names, a label that opens a line, or nobody that is known."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.reading.captions.cues import Cue, Line
from index.reading.captions.rolling import without_repeats
from index.reading.scripts.speaker_labels import Label, find_labels
from index.text.non_speech import blank_non_speech
from index.types import Mark, ParsedFile, ParseWarning, Segment

# `>>` anywhere; a dash opens a line, and is no minus and no mark of a pause: "-5", "— and".
_TURN = re.compile(r">{2,3}[ \t]*|[-‐](?!\d)[ \t]*(?=[^\s-])|[–—][ \t]+(?=\S)")
_MAY_BE_LABEL = re.compile(r"[:：\[(]|\b[QA]\.")
# Characters that are not seen, as some players add around a cue.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_TURN_WITHIN = re.compile(r"(?<=\s)>{2,3}(?=\s)")

# If every cue has a label, this share of cues by the same speaker has one.
AGAIN_SHARE = 0.8

# So much of a line may be a label.
LONGEST_LABEL_CHARS = 200


@dataclass(slots=True)
class _Opener:
    """A line, or a part of one from `>>` on, with what it opens with."""

    line: Line
    is_first: bool  # of its cue
    mark: int = 0  # characters of a mark that somebody else speaks
    label: Label | None = None


def read_cues(
    cues: Sequence[Cue], metadata: dict[str, object] | None = None, warnings: Sequence[ParseWarning] = ()
) -> ParsedFile:
    """Return one segment a cue, or several where several people speak in it; what a file shows twice is said once.

    If a file has voices, or labels nearly every cue, a cue without a label has no speaker. Otherwise a label's speaker
    goes on until another label, or a mark of a turn without one.
    """
    said = without_repeats(list(_without_duplicates(cues)))
    has_voices = any(line.voice for cue in said for line in cue.lines)
    parts = _voiced(said) if has_voices else _labelled(said)
    segments = [s for cue, spoken in zip(said, parts, strict=True) for s in _segments(cue, spoken)]
    return ParsedFile(segments, metadata or {}, separator=" ", warnings=warnings)


def _without_duplicates(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield the cues but those that show the words of the cue before at the same time."""
    last: tuple[float, float, str] | None = None
    for cue in cues:
        shown = cue.start_s, cue.end_s, _visible(cue)
        if shown != last:
            yield cue
        last = shown


def _visible(cue: Cue) -> str:
    return " ".join(word for line in cue.lines for word in _UNSEEN.sub("", line.text).split())


_Spoken = list[tuple[str | None, list[Line]]]


def _voiced(cues: Sequence[Cue]) -> Iterator[_Spoken]:
    for cue in cues:
        spoken: _Spoken = []
        for line in cue.lines:
            _add(spoken, line.voice, line)
        yield spoken


def _labelled(cues: Sequence[Cue]) -> Iterator[_Spoken]:
    openers: list[list[_Opener]] = []
    if any(_MAY_BE_LABEL.search(line.text) for cue in cues for line in cue.lines):
        openers = [list(_openers(cue)) for cue in cues]
        _label([opener for of_cue in openers for opener in of_cue])
    if not any(opener.label for of_cue in openers for opener in of_cue):
        yield from _voiced(cues)
        return
    speaker: str | None = None
    goes_on = not _are_labelled_anew(openers)
    for of_cue in openers:
        spoken: _Spoken = []
        speaker = speaker if goes_on else None
        is_noise = not any(blank_non_speech(opener.line.text).strip() for opener in of_cue)
        for opener in of_cue:
            if opener.label:
                speaker = opener.label.speaker
                line = opener.line.cut(opener.mark + opener.label.end)
                if line is not None:
                    spoken.append((speaker, [line]))
                continue
            if opener.mark:
                speaker = None
                spoken.append((None, [opener.line]))
            else:
                _add(spoken, None if is_noise else speaker, opener.line)
        yield spoken


def _are_labelled_anew(openers: Sequence[Sequence[_Opener]]) -> bool:
    """Whether cues say again who goes on, so that one without a label is anybody's; Zoom's do."""
    speakers = [next((opener.label.speaker for opener in of_cue if opener.label), None) for of_cue in openers]
    again = sum(before == after is not None for before, after in pairwise(speakers))
    return again > 0 and again >= AGAIN_SHARE * (again + sum(speaker is None for speaker in speakers))


def _openers(cue: Cue) -> Iterator[_Opener]:
    """Yield a cue's lines, cut where `>>` stands within one."""
    for row, line in enumerate(cue.lines):
        places = [0, *(match.start() for match in _TURN_WITHIN.finditer(line.text)), len(line.text)]
        for at, (start, end) in enumerate(pairwise(places)):
            part = line.cut(start, end)
            if part is not None:
                mark = _TURN.match(part.text)
                yield _Opener(part, row == 0 and at == 0, mark.end() if mark else 0)


def _label(openers: Sequence[_Opener]) -> None:
    """Find the labels of all lines together; in the middle of a cue, without a mark, a name has to come back."""
    texts = [opener.line.text[opener.mark : opener.mark + LONGEST_LABEL_CHARS] for opener in openers]
    # A name in brackets may be all of its line: what it is a label of is on the next one.
    for row, opener in enumerate(openers[1:]):
        if texts[row].endswith((")", "]")) and not opener.is_first:
            texts[row] += f" {texts[row + 1]}"
    labels = [
        label if label and _names(text, label) else None
        for text, label in zip(texts, find_labels(texts, may_be_form=False), strict=True)
    ]
    often = Counter(label.speaker for label in labels if label)
    for opener, label in zip(openers, labels, strict=True):
        if label and (opener.is_first or opener.mark or often[label.speaker] > 1):
            opener.label = label


def _names(text: str, label: Label) -> bool:
    """Whether a label is more than a sound: `[Chuckles]`."""
    return any(character.isalnum() for character in blank_non_speech(text)[: label.end])


def _add(spoken: _Spoken, speaker: str | None, line: Line) -> None:
    if spoken and spoken[-1][0] == speaker:
        spoken[-1][1].append(line)
    else:
        spoken.append((speaker, [line]))


def _segments(cue: Cue, spoken: _Spoken) -> Iterator[Segment]:
    for row, (speaker, lines) in enumerate(spoken):
        text, marks = _joined(lines)
        # An unknown time, NaN, is neither before nor after another.
        marks = [mark for mark in marks if not (mark.start_s < cue.start_s or mark.start_s > cue.end_s)]
        begins = marks[0].start_s if marks and marks[0].offset == 0 else None
        yield Segment(
            text,
            lines[0].start,
            lines[-1].end,
            speaker,
            start_s=_known(cue.start_s) if row == 0 else begins,
            end_s=_known(cue.end_s) if row + 1 == len(spoken) else None,
            marks=tuple(mark for mark in marks if mark.offset > 0),
        )


def _known(seconds: float) -> float | None:
    return None if math.isnan(seconds) else seconds


def _joined(lines: Sequence[Line]) -> tuple[str, list[Mark]]:
    """Join lines by spaces; a line that opens a turn stays on a line of its own."""
    parts: list[str] = []
    marks: list[Mark] = []
    length = 0
    for row, line in enumerate(lines):
        if row:
            parts.append("\n" if line.begins_turn() else " ")
            length += 1
        marks += (Mark(length + mark.offset, mark.start_s) for mark in line.marks)
        parts.append(line.text)
        length += len(line.text)
    return "".join(parts), marks
