"""Question -> ranked passages: dense and lexical candidates, fused by adding up their scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Vectors
from index.build import Snapshot
from index.types import Span
from qa.words import fulltext_query

# How many the two searches hand on. A passage has several vectors, so the dense one looks deeper.
DENSE_CANDIDATES = 200
LEXICAL_CANDIDATES = 100

# score = cosine + LEXICAL_WEIGHT * BM25. BM25 grows with how rare the matching words are and how many
# of them match, so where the words say a lot they decide, and where they say little the meaning does.
# Reciprocal rank fusion throws that away: measured on six development sets, it fell between its two
# legs on three of them, this sum on none. Flat between 0.03 and 0.06.
LEXICAL_WEIGHT = 0.04


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; scores are higher for better matches."""

    passage_id: int
    score: float
    dense: float  # cosine of its best view
    lexical: float  # BM25
    windows: tuple[tuple[Span, float], ...]  # its parts, each with its cosine, in its order


@dataclass(frozen=True, slots=True)
class Query:
    """A text to search for, with its embedding (dimension,)."""

    text: str
    vector: Vectors


def search(
    snapshot: Snapshot, queries: Sequence[Query], k: int, transcript_ids: Sequence[int] | None = None
) -> list[Hit]:
    """Return up to k hits, best first; ties go to the passage that was stored first.

    Of several queries, each has the same say, and the windows are scored by the first. `transcript_ids`
    are the only ones to search.
    """
    lexical = [_lexical(snapshot, query.text, transcript_ids) for query in queries]
    candidates = set().union(*lexical, *(_dense_candidates(snapshot, q.vector, transcript_ids) for q in queries))
    views = snapshot.database.views(sorted(candidates))
    vectors = snapshot.vectors.vectors([vector_id for _, vector_id, _, _ in views])
    similarities = vectors @ np.stack([query.vector for query in queries]).T  # (views, queries)
    cosines = {passage_id: np.full(len(queries), -1.0, np.float32) for passage_id in candidates}
    windows: dict[int, list[tuple[Span, float]]] = {passage_id: [] for passage_id in candidates}
    for (passage_id, _, kind, span), row in zip(views, similarities, strict=True):
        np.maximum(cosines[passage_id], row, out=cosines[passage_id])
        if kind == "window":
            windows[passage_id].append((span, float(row[0])))
    hits = []
    for passage_id in candidates:
        dense = float(cosines[passage_id].mean())
        words = sum(scores.get(passage_id, 0.0) for scores in lexical) / len(queries)
        score = dense + LEXICAL_WEIGHT * words
        hits.append(Hit(passage_id, score, dense, words, tuple(windows[passage_id])))
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:k]


def _dense_candidates(snapshot: Snapshot, vector: Vectors, transcript_ids: Sequence[int] | None) -> set[int]:
    among = None if transcript_ids is None else snapshot.database.vector_ids_of_transcripts(transcript_ids)
    nearest = snapshot.vectors.search(vector, DENSE_CANDIDATES, among)
    return snapshot.database.passages_of_vectors([vector_id for vector_id, _ in nearest], transcript_ids)


def _lexical(snapshot: Snapshot, question: str, transcript_ids: Sequence[int] | None) -> dict[int, float]:
    query = fulltext_query(question)
    return dict(snapshot.database.match_words(query, transcript_ids, LEXICAL_CANDIDATES)) if query else {}
