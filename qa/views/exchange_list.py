"""The exchanges of a library: each question with its whole answer, over all of its passages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from index.arrays import Vectors
from index.search.snapshot import Snapshot
from index.storage.database import Database
from index.storage.queries import exchange_rows
from index.types import Span

# How much of the question, or of the speech if nothing was asked, names an exchange.
LONGEST_TEXT_CHARS = 140


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, or a passage that answers no question."""

    transcript: str
    passage_ids: tuple[int, ...]
    encoding_ids: tuple[int, ...]  # of the passages
    span: Span  # from the first passage to the last, in the transcript's text
    asks: bool  # whether `text` is a question
    text: str  # the beginning of the question, or else of the speech, on one line
    speaker: str | None  # who says most of it, if anybody is named


def exchanges(database: Database) -> list[Exchange]:
    """Return the exchanges in the order of transcripts and of speech, without asides."""
    rows = exchange_rows(database, LONGEST_TEXT_CHARS + 1)
    # A passage without a question is an exchange of its own.
    groups = groupby(rows, key=lambda row: (row[0], row[6] if row[6] is not None else ("passage", row[2])))
    return [_exchange(list(group)) for _, group in groups]


def row_of(listed: Sequence[Exchange], transcript: str, offset: int) -> int | None:
    """Return the row of the exchange that holds an offset of the transcript's text."""
    rows = (row for row, exchange in enumerate(listed) if exchange.transcript == transcript)
    return next((row for row in rows if listed[row].span.start <= offset < listed[row].span.end), None)


def vectors_of(snapshot: Snapshot, listed: Sequence[Exchange]) -> Vectors:
    """Return one unit vector for each exchange, the mean of its passages' vectors: (len(listed), dimension)."""
    if not listed:
        return np.zeros((0, snapshot.vectors.dimension), np.float32)
    sizes = [len(exchange.encoding_ids) for exchange in listed]
    firsts = np.cumsum([0, *sizes[:-1]])
    vectors = snapshot.vectors.vectors([i for exchange in listed for i in exchange.encoding_ids])
    sums = np.add.reduceat(vectors, firsts)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


def _exchange(rows: Sequence[Any]) -> Exchange:
    _, name, _, _, start, _, question_start, text, _ = rows[0]
    speakers = [row[8] for row in rows if row[8]]
    return Exchange(
        name,
        passage_ids=tuple(row[2] for row in rows),
        encoding_ids=tuple(row[3] for row in rows),
        span=Span(start, rows[-1][5]),
        asks=question_start is not None,
        text=" ".join(text[:LONGEST_TEXT_CHARS].split()) + "…" * (len(text) > LONGEST_TEXT_CHARS),
        speaker=max(speakers, key=speakers.count) if speakers else None,
    )
