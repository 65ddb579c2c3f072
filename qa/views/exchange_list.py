"""The exchanges of a library: what was asked, with all that was answered to it, however many passages that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from index.arrays import Vectors
from index.search.search_index import Snapshot
from index.storage.database import Database
from index.types import Span

# So much of what was asked, or of what was said where nothing was asked, is enough to know it by.
LONGEST_TEXT_CHARS = 140


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, or a passage that nobody asked for."""

    transcript: str
    passage_ids: tuple[int, ...]
    encoding_ids: tuple[int, ...]  # of the passages
    span: Span  # from the first passage to the last, in the transcript's text
    asks: bool  # whether the text below is a question
    text: str  # what was asked, or else how it begins; the beginning of it, on one line
    speaker: str | None  # who says most of it, where anybody is named


def exchanges(database: Database) -> list[Exchange]:
    """Return the exchanges in the order of transcripts and of what was said; asides are none."""
    rows: list[Any] = database.connection.execute(
        "SELECT p.transcript_id, t.name, p.id, p.encoding_id, p.start, p.end, p.question_start,"
        " substr(t.text, 1 + coalesce(p.question_start, p.start),"
        "  min(?, coalesce(p.question_end - p.question_start, p.end - p.start))),"
        " (SELECT speaker FROM speaking WHERE passage_id = p.id ORDER BY share DESC, speaker LIMIT 1)"
        " FROM passages p JOIN transcripts t ON t.id = p.transcript_id"
        " WHERE NOT p.is_aside ORDER BY t.name, p.start",
        (LONGEST_TEXT_CHARS + 1,),
    ).fetchall()
    # A passage that answers nothing is an exchange of its own.
    groups = groupby(rows, key=lambda row: (row[0], row[6] if row[6] is not None else ("passage", row[2])))
    return [_exchange(list(group)) for _, group in groups]


def row_of(there: Sequence[Exchange], transcript: str, offset: int) -> int | None:
    """Return the row of the exchange in which something is said, by its offset in the transcript's text."""
    rows = (row for row, each in enumerate(there) if each.transcript == transcript)
    return next((row for row in rows if there[row].span.start <= offset < there[row].span.end), None)


def vectors_of(snapshot: Snapshot, of: Sequence[Exchange]) -> Vectors:
    """Return the vector of each exchange, of length 1: the middle of those of its passages."""
    if not of:
        return np.zeros((0, snapshot.vectors.dimension), np.float32)
    sizes = [len(exchange.encoding_ids) for exchange in of]
    firsts = np.cumsum([0, *sizes[:-1]])
    every = snapshot.vectors.vectors([i for exchange in of for i in exchange.encoding_ids])
    sums = np.add.reduceat(every, firsts)
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
