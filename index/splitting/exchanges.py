"""Sentences -> exchanges: where something is asked, and how far its answer reaches."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.metadata.speaker_names import HOST_SHARE
from index.splitting.question_detection import (
    caption_sentences,
    is_back_channel,
    is_erratic,
    is_rhetorical,
    is_talk,
    is_unpunctuated,
    requests,
)
from index.text.sentences import is_question, sentence_spans
from index.types import Span, Transcript

# "Really?" and "Is that right?" react to an answer; a question that opens an exchange has more words.
SHORTEST_QUESTION_WORDS = 4
# In bare text reactions are told by their words, and "What is fog?" may open one too.
SHORTEST_BARE_QUESTION_WORDS = 3

# Where speakers are known, a question that its own speaker goes on to talk over for longer than this
# was not put to the other one.
OWN_ANSWER_WORDS = 30

# What a host says before a question leads up to it, if it is no story of its own.
LEAD_UP_WORDS = 60

# "Mm-hmm. Right." is a murmur; somebody who says more than this has the floor.
MURMUR_CHARS = 40

# Automatic captions follow each other without a gap; where nothing is said for so long, a sentence has ended.
PAUSE_S = 1.5

# How captions mark that somebody else speaks; ">>>" opens a new story.
_MARK = re.compile(r"(?<!\S)>{2,3}(?!\S*>)|^[ \t]*+[-–—][ \t]+(?=\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with what decides where passages are cut."""

    span: Span
    words: int
    pieces: int  # word pieces of the embedding model
    asks: bool
    turn: int  # row of the turn that it belongs to
    is_aside: bool = False  # of an opening, an advertisement or a farewell


@dataclass(frozen=True, slots=True)
class Exchange:
    """Rows of sentences: [start, end); the rows [asked.start, asked.end) are the question."""

    start: int
    end: int
    asked: Span | None


def turn_spans(transcript: Transcript) -> list[tuple[str | None, Span]]:
    """Return (speaker, span) of each turn: neighbouring segments of one speaker are one turn.

    So is what somebody goes on saying over the other's "mm-hmm", with it. In words without a label a
    turn begins at each mark that captions have for it (`>>`, or a dash at the start of a line).
    """
    return [(speaker, Span(parts[0].start, parts[-1].end)) for speaker, parts in _turns(transcript)]


def turn_sentences(transcript: Transcript) -> list[tuple[int, Span, bool]]:
    """Return (row of the turn, span, whether it asks) of each sentence; none reaches over two turns."""
    text = transcript.text
    turns = _turns(transcript)
    is_bare = len(turns) == 1 and is_talk(text)
    is_heard = is_erratic(text) or (is_talk(text) and is_unpunctuated(text))
    pauses = _pauses(transcript) if is_heard else []
    sentences: list[tuple[int, Span, bool]] = []
    for row, (_, parts) in enumerate(turns):
        may_request = is_bare or (len(turns) > 1 and row + 1 < len(turns))
        for part in _cut_at(parts, pauses):
            if is_heard:
                found = caption_sentences(text, *part)
            else:
                spans = sentence_spans(text, *part)
                found = [(s, _asks(text[slice(*s)], is_bare, may_request)) for s in spans]
            sentences += [(row, s, asks and not is_back_channel(text[slice(*s)])) for s, asks in found]
    return sentences


def exchanges(sentences: Sequence[Sentence], speakers: Sequence[str | None]) -> list[Exchange]:
    """Cut the sentences into exchanges, each from one question to the next; together they hold them all.

    What comes before the first question is an exchange in which nothing is asked. `speakers` are those
    of the turns. Where there are several, it shows whether a question was left to somebody else, what
    its speaker said after it is part of what was asked, what a host said before it leads up to it, and
    a question in reply to a question is its answer.
    """
    labelled = len(speakers) > 1
    shortest = SHORTEST_QUESTION_WORDS if labelled else SHORTEST_BARE_QUESTION_WORDS
    asked: list[Span] = []
    for run in _runs_of_questions(sentences):
        if _words(sentences[slice(*run)]) < shortest:
            continue
        end = _end_of_turn(sentences, run.start) if labelled else run.end
        answers_itself = _words(sentences[run.end : end]) > OWN_ANSWER_WORDS
        replies = labelled and bool(asked) and run.start == asked[-1].end
        if not answers_itself and not replies:
            asked.append(Span(run.start, end))
    starts = [run.start for run in asked]
    host = _host([speakers[sentences[start].turn] for start in starts]) if labelled else None
    if labelled:
        starts = [_lead_up(sentences, s) if speakers[sentences[s].turn] in (host, None) else s for s in starts]
    borders = [0, *starts, len(sentences)]
    found = zip(pairwise(borders), [None, *asked], strict=True)
    return [Exchange(start, end, run) for (start, end), run in found if end > start]


def _turns(transcript: Transcript) -> list[tuple[str | None, list[Span]]]:
    """Return (speaker, parts) of each turn; its parts are parted by what the other one murmured, a part too."""
    text = transcript.text
    turns: list[tuple[str | None, list[Span]]] = []
    for segment, offset in zip(transcript.segments, transcript.offsets, strict=True):
        spans = _marked_turns(text[offset : offset + len(segment.text)], offset, segment.speaker)
        for row, span in enumerate(spans):
            if row == 0 and turns and turns[-1][0] == segment.speaker and not _MARK.match(text[slice(*span)]):
                parts = turns[-1][1]
                parts[-1] = Span(parts[-1].start, span.end)
            else:
                turns.append((segment.speaker, [span]))
    joined: list[tuple[str | None, list[Span]]] = []
    for speaker, parts in turns:
        joined.append((speaker, parts))
        if len(joined) > 2 and speaker is not None and joined[-3][0] == speaker and _is_murmur(text, joined[-3:-1]):
            joined[-3:] = [(speaker, [part for _, spoken in joined[-3:] for part in spoken])]
    return joined


def _marked_turns(said: str, offset: int, speaker: str | None) -> list[Span]:
    """Cut words without a label, which begin at the offset, where captions mark that somebody else speaks."""
    marks = [match.start() for match in _MARK.finditer(said)] if speaker is None else []
    borders = [0, *(mark for mark in marks if mark > 0), len(said)]
    return [Span(offset + start, offset + end) for start, end in pairwise(borders)]


def _is_murmur(text: str, turns: Sequence[tuple[str | None, list[Span]]]) -> bool:
    """Whether the second of two turns only shows that somebody listens to the first, and answers no question."""
    (_, before), (_, murmured) = turns
    said = text[murmured[0].start : murmured[-1].end]
    asked = text[max(before[-1].start, before[-1].end - MURMUR_CHARS) : before[-1].end]
    return len(said) <= MURMUR_CHARS and is_back_channel(said) and not is_question(asked)


def _pauses(transcript: Transcript) -> list[int]:
    """Return where a segment begins after a silence."""
    rows = zip(pairwise(transcript.segments), transcript.offsets[1:], strict=True)
    return [
        offset
        for (before, after), offset in rows
        if before.end_s is not None and after.start_s is not None and after.start_s - before.end_s >= PAUSE_S
    ]


def _cut_at(parts: Sequence[Span], cuts: Sequence[int]) -> list[Span]:
    return [
        Span(*border)
        for part in parts
        for within in [cuts[bisect_right(cuts, part.start) : bisect_left(cuts, part.end)]]
        for border in pairwise([part.start, *within, part.end])
    ]


def _asks(said: str, is_bare: bool, may_request: bool) -> bool:
    """Whether a sentence of a text that can be trusted asks: by its mark, or as a request that a turn is left with."""
    if is_question(said):
        return not (is_bare and is_rhetorical(said))
    return may_request and requests(said)


def _host(askers: Sequence[str | None]) -> str | None:
    """Return who asks most of the questions; None where nobody asks far more than the others."""
    if not askers:
        return None
    speaker, n_asked = Counter(askers).most_common(1)[0]
    return speaker if n_asked >= HOST_SHARE * len(askers) else None


def _lead_up(sentences: Sequence[Sentence], row: int) -> int:
    """Return the first row of the turn that the question at `row` is in, unless there is too much before it."""
    start = row
    while start > 0 and sentences[start - 1].turn == sentences[row].turn:
        start -= 1
    return start if _words(sentences[start:row]) <= LEAD_UP_WORDS else row


def _runs_of_questions(sentences: Sequence[Sentence]) -> list[Span]:
    """Return the rows of each run of questions in one turn."""
    runs: list[Span] = []
    for row, sentence in enumerate(sentences):
        if not sentence.asks:
            continue
        if runs and runs[-1].end == row and sentences[row - 1].turn == sentence.turn:
            runs[-1] = Span(runs[-1].start, row + 1)
        else:
            runs.append(Span(row, row + 1))
    return runs


def _words(sentences: Sequence[Sentence]) -> int:
    return sum(sentence.words for sentence in sentences)


def _end_of_turn(sentences: Sequence[Sentence], row: int) -> int:
    """Return the row after the last sentence of the turn that the row is in."""
    turn = sentences[row].turn
    return next((later for later in range(row, len(sentences)) if sentences[later].turn != turn), len(sentences))
