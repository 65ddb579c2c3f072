"""Simpler ways to search, to compare with: plain windows, as most tools do, and each leg of ours alone."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.types import Span, Transcript
from qa.answering.library import Library
from qa.evaluation.gold_questions import GoldQuestion
from qa.evaluation.metrics import DEPTH, Found
from qa.question.query import interpret
from qa.ranking.search import Retriever, search_by

# Returns whether anything matched, and the passages, best first.
AskFunction = Callable[[GoldQuestion], tuple[bool, Sequence[Found]]]

WINDOW_WORDS = 100
OVERLAP_WORDS = 20


@dataclass(frozen=True, slots=True)
class Window:
    """Words of a transcript, and where they stand in its file."""

    transcript: str
    text: str
    file: Span


def single_retriever(library: Library, leg: Retriever) -> AskFunction:
    """Return a way to search our passages by one leg alone; whatever is found, matches."""

    def ask(question: GoldQuestion) -> tuple[bool, Sequence[Found]]:
        with library.snapshot() as snapshot:
            interpretation = interpret(snapshot, [question.question], library.embedder(snapshot.index_metadata))
            found = search_by(snapshot, interpretation, DEPTH, leg)
            passages = [(each.span, library.transcript(snapshot, each.transcript)) for each in found]
        return True, [_stretch(transcript, span) for span, transcript in passages]

    return ask


class WindowBaseline:
    """A library's transcripts, cut and embedded anew."""

    def __init__(self, library: Library, progress: Callable[[int, int], None] = lambda *_: None) -> None:
        with library.snapshot() as snapshot:
            self._embedder = library.embedder(snapshot.index_metadata)
            names = list(snapshot.database.transcript_ids())
            self._windows = [w for name in names for w in _cut(snapshot.database.transcript(name))]
        self._vectors = np.zeros((len(self._windows), self._embedder.dimension), np.float32)
        done = 0
        for rows, encoded in self._embedder.encode_in_batches([window.text for window in self._windows]):
            self._vectors[rows] = [each.vector for each in encoded]
            done += len(rows)
            progress(done, len(self._windows))

    def ask(self, question: GoldQuestion) -> tuple[bool, Sequence[Found]]:
        """Return the windows that are nearest to the question as it is; whatever is found, matches."""
        (asked,) = self._embedder.encode([question.question], is_query=True)
        best = np.argsort(-(self._vectors @ asked.vector), kind="stable")[:DEPTH]
        return True, [self._windows[row] for row in best]


def _cut(transcript: Transcript) -> list[Window]:
    words = [Span(*match.span()) for match in re.finditer(r"\S+", transcript.text)]
    windows = []
    for at in range(0, max(1, len(words) - OVERLAP_WORDS), WINDOW_WORDS - OVERLAP_WORDS):
        span = Span(words[at].start, words[min(at + WINDOW_WORDS, len(words)) - 1].end)
        windows.append(_stretch(transcript, span))
    return windows


def _stretch(transcript: Transcript, span: Span) -> Window:
    return Window(transcript.name, transcript.text[slice(*span)], transcript.in_file(span))
