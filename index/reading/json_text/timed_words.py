"""Words, each with its time and its speaker -> segments."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from index.reading.json_text.fields import Timed, in_one_line
from index.reading.json_text.positioned_json import Said
from index.types import Mark, Segment

# A segment of words ends at the first sentence end after this many words.
FEWEST_WORDS = 15
# Who pauses so long has said something.
PAUSE_S = 1.0

# A word is looked for so far behind the one before it: what is between them has no time, or is spelled otherwise.
WINDOW_CHARS = 200

# Fewer words than this in each of a file's texts, and none so long, and it has them word by word; Chinese has no
# spaces between them.
BY_WORD = 1.5
LONG_WORD_CHARS = 15

# So often there is white space between two of them where a file writes it: others are parts of one word.
SPACED_SHARE = 0.25

_END = re.compile(r"[.!?…。！？؟][\"'”’»)\]]*+\s*+\Z")
_TAIL_CHARS = 20


class Word(NamedTuple):
    """A word, or more, with the white space around it."""

    text: str
    timed: Timed
    said: Said  # what it is a part of
    part: tuple[int, int]  # of that, without white space

    @property
    def start(self) -> int:
        """File offset."""
        return self.said.place(*self.part)[0]

    @property
    def end(self) -> int:
        """File offset."""
        return self.said.place(*self.part)[1]


def word(said: Said, timed: Timed) -> Word:
    """Return as a word a text that has more than white space."""
    found = in_one_line(said)
    lead = len(found.text) - len(found.text.lstrip())
    return Word(found.text, timed, found, (lead, len(found.text.rstrip())))


def are_words(texts: Sequence[str]) -> bool:
    """Whether each of the texts is a word, or a part of one."""
    words, chars = (sum(map(len, counted)) for counted in ((text.split() for text in texts), texts))
    return bool(texts) and words <= BY_WORD * len(texts) and chars <= LONG_WORD_CHARS * len(texts)


def spaced(groups: Sequence[Sequence[Word]]) -> list[Word]:
    """Return the words of all groups with white space between the groups; as they are where the file writes it."""
    pairs = [(before[-1].text, after[0].text) for before, after in pairwise(groups)]
    are_apart = [before[-1:].isspace() or after[:1].isspace() for before, after in pairs]
    if any(are_apart) and sum(are_apart) >= SPACED_SHARE * len(pairs):
        are_apart = [True] * len(pairs)
    words: list[Word] = []
    for group, is_apart in zip(groups, [True, *are_apart], strict=bool(groups)):
        words += group if is_apart else [group[0]._replace(text=f" {group[0].text}"), *group[1:]]
    return words


def aligned(said: Said, spelled: Iterable[tuple[Sequence[str], Timed]], spoken_by: str | None = None) -> list[Word]:
    """Cut a text where its words begin, each given in one spelling or more; whatever they are, it stays whole.

    A word without a speaker has the speaker before it; the first words have the next speaker.
    """
    said = in_one_line(said)
    cuts: list[tuple[int, Timed]] = []
    at = 0
    for spellings, timed in spelled:
        found = next((place for s in spellings if (place := _find(said.text, s.strip(), at)) is not None), None)
        if found is not None:
            cuts.append((found[0], timed))
            at = found[1]
    speaker = next((timed.speaker for _, timed in cuts if timed.speaker), spoken_by)
    if not cuts or said.text[: cuts[0][0]].strip():
        cuts.insert(0, (0, Timed()))
    cuts[0] = (0, cuts[0][1])
    ends = [*(start for start, _ in cuts[1:]), len(said.text)]
    words: list[Word] = []
    for (start, timed), end in zip(cuts, ends, strict=True):
        speaker = timed.speaker or speaker
        part = said.text[start:end]
        lead = len(part) - len(part.lstrip())
        place = (start + lead, start + len(part.rstrip()))
        words.append(Word(part, timed._replace(speaker=speaker), said, place))
    return words


def by_speaker(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Yield the words that one speaker says without another between them."""
    group: list[Word] = []
    for word in words:
        if group and word.timed.speaker != group[-1].timed.speaker:
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def in_breaths(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Yield words up to another speaker, a pause, or the end of a sentence."""
    for spoken in by_speaker(words):
        group: list[Word] = []
        count = 0
        for word in spoken:
            if group and (_pauses(group[-1].timed, word.timed) or (count >= FEWEST_WORDS and _ends(group[-1]))):
                yield group
                group, count = [], 0
            group.append(word)
            count += len(word.text.split())
        yield group


def segments(groups: Iterable[Sequence[Word]]) -> list[Segment]:
    """Join each group of words to a segment."""
    return [_segment(group) for group in groups]


def segments_within(words: Sequence[Word], timed: Timed) -> Iterator[Segment]:
    """Join what each speaker says; the first begins and the last ends when the file says that all of it does."""
    groups = list(by_speaker(words))
    for row, group in enumerate(groups):
        start_s = timed.start_s if row == 0 else None
        yield _segment(group, start_s, timed.end_s if row + 1 == len(groups) else None)


def _segment(words: Sequence[Word], start_s: float | None = None, end_s: float | None = None) -> Segment:
    """Join words to a segment with the time of each that is known; it starts with the first and ends with the last."""
    joined = "".join(word.text for word in words)
    offset = len(joined.lstrip()) - len(joined)
    marks: list[Mark] = []
    for word in words:
        place = offset + len(word.text) - len(word.text.lstrip())
        if word.timed.start_s is not None and place > 0:
            marks.append(Mark(place, word.timed.start_s))
        offset += len(word.text)
    first, last = words[0], words[-1]
    start_s = first.timed.start_s if start_s is None else start_s
    end_s = last.timed.end_s if end_s is None else end_s
    if start_s is not None and end_s is not None:
        end_s = end_s if end_s >= start_s else None
        marks = [mark for mark in marks if start_s <= mark.start_s and (end_s is None or mark.start_s <= end_s)]
    return Segment(joined.strip(), first.start, last.end, first.timed.speaker, start_s, end_s, tuple(marks))


def _find(text: str, spelling: str, at: int) -> tuple[int, int] | None:
    """Return where a word begins and ends in a text, at the beginning of one of its words or right at the offset."""
    until = at + WINDOW_CHARS + len(spelling)
    found = text.find(spelling, at, until) if spelling else -1
    while found > at and text[found - 1].isalnum():
        found = text.find(spelling, found + 1, until)
    return (found, found + len(spelling)) if found >= 0 else None


def _pauses(before: Timed, after: Timed) -> bool:
    return before.end_s is not None and after.start_s is not None and after.start_s - before.end_s >= PAUSE_S


def _ends(word: Word) -> bool:
    return bool(_END.search(word.text[-_TAIL_CHARS:]))
