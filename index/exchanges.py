"""Sentences -> exchanges: where something is asked, and how far its answer reaches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.captions import is_erratic, with_onsets
from index.sentences import is_question, sentence_spans
from index.types import Span, Transcript

# "Really?" and "Is that right?" react to an answer; a question that opens an exchange has more words.
SHORTEST_QUESTION_WORDS = 4

# Where speakers are known, a question that its own speaker goes on to talk over for longer than this
# was not put to the other one.
OWN_ANSWER_WORDS = 30

# Whoever asks this share of the questions is the host, whose words before a question lead up to it, if
# they are no story of their own.
HOST_SHARE = 0.75
LEAD_UP_WORDS = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with what decides where passages are cut."""

    span: Span
    words: int
    pieces: int  # word pieces of the embedding model
    asks: bool
    turn: int  # row of the turn that it belongs to


@dataclass(frozen=True, slots=True)
class Exchange:
    """Rows of sentences: [start, end) in all, of which the rows [asked.start, asked.end) ask."""

    start: int
    end: int
    asked: Span | None


def turn_spans(transcript: Transcript) -> list[tuple[str | None, Span]]:
    """Return (speaker, span) of each turn: neighbouring segments of one speaker are one turn."""
    turns: list[tuple[str | None, Span]] = []
    for segment, start in zip(transcript.segments, transcript.offsets, strict=True):
        span = Span(start, start + len(segment.text))
        if turns and turns[-1][0] == segment.speaker:
            span = Span(turns.pop()[1].start, span.end)
        turns.append((segment.speaker, span))
    return turns


def turn_sentences(transcript: Transcript) -> list[tuple[int, Span, bool]]:
    """Return (row of the turn, span, whether it asks) of each sentence; none reaches over two turns."""
    text = transcript.text
    erratic = is_erratic(text)
    sentences = []
    for row, (_, turn) in enumerate(turn_spans(transcript)):
        spans = sentence_spans(text, *turn)
        asking = with_onsets(text, spans) if erratic else [(s, is_question(text[slice(*s)])) for s in spans]
        sentences += [(row, span, asks) for span, asks in asking]
    return sentences


def exchanges(sentences: Sequence[Sentence], speakers: Sequence[str | None]) -> list[Exchange]:
    """Cut the sentences into exchanges, each from one question to the next; together they hold them all.

    What comes before the first question is an exchange in which nothing is asked. `speakers` are those
    of the turns. Where there are several, it shows whether a question was left to somebody else, what
    its speaker said after it is part of what was asked, what a host said before it leads up to it, and
    a question in reply to a question is its answer.
    """
    labelled = len(set(speakers)) > 1
    asked: list[Span] = []
    for run in _runs_of_questions(sentences):
        if _words(sentences[slice(*run)]) < SHORTEST_QUESTION_WORDS:
            continue
        end = _end_of_turn(sentences, run.start) if labelled else run.end
        answers_itself = _words(sentences[run.end : end]) > OWN_ANSWER_WORDS
        replies = labelled and bool(asked) and run.start == asked[-1].end
        if not answers_itself and not replies:
            asked.append(Span(run.start, end))
    starts = [run.start for run in asked]
    host = _host([speakers[sentences[start].turn] for start in starts]) if labelled else None
    if host is not None:
        starts = [_lead_up(sentences, s) if speakers[sentences[s].turn] == host else s for s in starts]
    borders = [0, *starts, len(sentences)]
    found = zip(pairwise(borders), [None, *asked], strict=True)
    return [Exchange(start, end, run) for (start, end), run in found if end > start]


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
