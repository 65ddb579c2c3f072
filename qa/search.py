"""Question -> ranked passages: dense and lexical candidates, fused by adding up their scores."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Vectors
from index.database import Database
from index.fulltext import share_spoken_by
from index.snapshot import Snapshot
from index.types import Span
from qa.lexical import score_words
from qa.names import Named, find_names, without_names
from qa.spelling import corrected
from qa.words import content_words

# How many the two searches hand on, at least, and for each passage that is wanted: a passage has three or
# four vectors, so the dense one looks deeper.
DENSE_CANDIDATES, DENSE_PER_PASSAGE = 200, 4
LEXICAL_CANDIDATES, LEXICAL_PER_PASSAGE = 100, 1

# score = cosine + LEXICAL_WEIGHT * BM25, the cosine being the mean of the passage as a whole and of its
# best window. BM25 grows with how rare the matching words are and how many of them match, so where the
# words say a lot they decide, and where they say little the meaning does. Reciprocal rank fusion throws
# that away: measured on seven development sets, it fell between its two legs. Flat from 0.03 to 0.06.
LEXICAL_WEIGHT = 0.04


# What a passage gains that is all said by somebody whom the question names. Without it, two of the seven
# development sets lose 2 points of hit@300w; from 0.1 to 0.3 it makes no difference.
SPEAKER_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; scores are higher for better matches."""

    passage_id: int
    score: float
    dense: float  # cosine, the mean of the whole passage and its best window
    coverage: float  # how much of what the question's words say is in it, from 0 to 1
    windows: tuple[tuple[Span, float], ...]  # its parts, each with its cosine, in its order


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for: a text, the names in it, and the embedding (dimension,) of the text without them."""

    text: str
    named: Named
    vector: Vectors


def make_queries(
    database: Database,
    texts: Sequence[str],
    encode: Callable[[Sequence[str]], Vectors],
    transcript_ids: Sequence[int] | None = None,
) -> list[Query]:
    """Return a query for each text, and one more where it has typing mistakes that the library's words put right."""
    spelled = list(dict.fromkeys(text for given in texts for text in (given, corrected(database, given))))
    names = [find_names(database, content_words(text), transcript_ids) for text in spelled]
    vectors = encode([without_names(text, named) for text, named in zip(spelled, names, strict=True)])
    return [Query(*query) for query in zip(spelled, names, vectors, strict=True)]


def search(
    snapshot: Snapshot, queries: Sequence[Query], k: int, transcript_ids: Sequence[int] | None = None
) -> list[Hit]:
    """Return up to k hits, best first; ties go to the passage that was stored first.

    Of several queries, each has the same say, and the windows are scored by the first. `transcript_ids`
    are the only ones to search.
    """
    lexical = [score_words(snapshot.database, content_words(q.text), q.named.words, transcript_ids) for q in queries]
    candidates = set[int]().union(
        *(_best(scores.bm25, max(LEXICAL_CANDIDATES, LEXICAL_PER_PASSAGE * k)) for scores in lexical),
        *(_dense_candidates(snapshot, query.vector, k, transcript_ids) for query in queries),
    )
    dense, windows = _dense(snapshot, queries, sorted(candidates))
    steering = _steering(snapshot.database, queries, sorted(candidates))
    hits = []
    for passage_id in candidates:
        bm25 = sum(scores.bm25.get(passage_id, 0.0) for scores in lexical) / len(queries)
        coverage = sum(scores.coverage.get(passage_id, 0.0) for scores in lexical) / len(queries)
        score = dense[passage_id] + LEXICAL_WEIGHT * bm25 + steering[passage_id]
        hits.append(Hit(passage_id, score, dense[passage_id], coverage, tuple(windows[passage_id])))
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))[:k]


def _steering(database: Database, queries: Sequence[Query], passage_ids: Sequence[int]) -> dict[int, float]:
    """Return what names add to each passage: those of the first query that has any.

    A follow-up that names somebody else has moved on from whom the earlier question named.
    """
    named = next((q.named for q in queries if q.named.transcripts or q.named.speakers), queries[0].named)
    spoken = share_spoken_by(database.connection, named.speakers, passage_ids) if named.speakers else {}
    gains = {i: SPEAKER_WEIGHT * spoken.get(i, 0.0) for i in passage_ids}
    if named.transcripts:
        for passage in database.passages(passage_ids):
            gains[passage.id] += named.transcripts.get(passage.transcript_id, 0.0)
    return gains


def _dense(
    snapshot: Snapshot, queries: Sequence[Query], passage_ids: Sequence[int]
) -> tuple[dict[int, float], dict[int, list[tuple[Span, float]]]]:
    """Return the cosine of each passage, and its windows, each with its cosine to the first query."""
    views = snapshot.database.views(passage_ids)
    vectors = snapshot.vectors.vectors([vector_id for _, vector_id, _, _ in views])
    similarities = vectors @ np.stack([query.vector for query in queries]).T  # (views, queries)
    wholes, best = {}, {passage_id: np.full(len(queries), -1.0, np.float32) for passage_id in passage_ids}
    windows: dict[int, list[tuple[Span, float]]] = {passage_id: [] for passage_id in passage_ids}
    for (passage_id, _, kind, span), row in zip(views, similarities, strict=True):
        if kind == "whole":
            wholes[passage_id] = row
        else:
            np.maximum(best[passage_id], row, out=best[passage_id])
            windows[passage_id].append((span, float(row[0])))
    return {i: float((wholes[i] + best[i]).mean() / 2) for i in passage_ids}, windows


def _dense_candidates(snapshot: Snapshot, vector: Vectors, k: int, transcript_ids: Sequence[int] | None) -> set[int]:
    among = None if transcript_ids is None else snapshot.database.vector_ids_of_transcripts(transcript_ids)
    nearest = snapshot.vectors.search(vector, max(DENSE_CANDIDATES, DENSE_PER_PASSAGE * k), among)
    return snapshot.database.passages_of_vectors([vector_id for vector_id, _ in nearest], transcript_ids)


def _best(scores: dict[int, float], k: int) -> list[int]:
    return heapq.nlargest(k, scores, key=lambda passage_id: (scores[passage_id], -passage_id))
