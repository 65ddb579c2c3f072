"""Queries -> ranked passages: dense and lexical candidates, then late interaction with the best of them."""

import heapq
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from index.database import Database
from index.fulltext import share_spoken_by
from index.snapshot import Snapshot
from index.types import Span
from qa.hit import Hit
from qa.late import Match, match, token_weights
from qa.lexical import LexicalScores, score_words
from qa.query import Query
from qa.spread import another_loss, spread
from qa.words import content_words

# How many passages each of the two searches hands on, and how many of those that score best by both are
# compared word piece by word piece; more where more are wanted. From 40 on the figures stay as they are.
CANDIDATES = 100
COMPARED = 100

# Candidates are ranked by cosine + FIRST_LEXICAL_WEIGHT * BM25. BM25 grows with how rare the matching words
# are and how many of them match, so where the words say a lot they decide, and where they say little the
# meaning does. Reciprocal rank fusion throws that away: on seven development sets it fell between its legs.
FIRST_LEXICAL_WEIGHT = 0.04

# score = LATE_WEIGHT * (late interaction with the whole + with the best window) + cosine of the best window
# + LEXICAL_WEIGHT * BM25. Four numbers would do no better than these two: from 1 to 2, and from 0.01 to
# 0.04, they change the sum of hit@1, hit@3 and hit@300w over six development sets by less than 0.02.
LATE_WEIGHT = 1.5
LEXICAL_WEIGHT = 0.02

# What a passage gains that is all said by somebody whom the question names. Without it, two of the seven
# development sets lose 2 points of hit@300w; from half to twice of it makes no difference.
SPEAKER_WEIGHT = 0.4


# What an opening, an advertisement or a farewell loses: it comes after what was said of the same thing.
ASIDE_LOSS = 0.2


# What ranks: everything, only the words in common, or only one vector a passage.
Evidence = Literal["all", "words", "vectors"]


def search(
    snapshot: Snapshot,
    queries: Sequence[Query],
    k: int,
    transcript_ids: Sequence[int] | None = None,
    evidence: Evidence = "all",
) -> list[Hit]:
    """Return up to k hits, best first; ties go to the passage that was stored first.

    Of several queries, each has the same say, and the windows are scored by the first. `transcript_ids`
    are the only ones to search. With `evidence` words or vectors alone rank, to see what each is worth.
    """
    database = snapshot.database
    lexical = [score_words(database, content_words(q.text), q.named.words, transcript_ids, q.heard) for q in queries]
    encoding_ids = _candidates(snapshot, queries, lexical, k, transcript_ids)
    dense = _cosines(snapshot, queries, encoding_ids)
    steering = _steering(database, queries, list(dense))
    bm25 = {i: _mean([scores.bm25.get(i, 0.0) for scores in lexical]) for i in dense}
    first = {i: dense[i] + FIRST_LEXICAL_WEIGHT * bm25[i] + steering[i] for i in dense}
    if evidence != "all":
        first = bm25 if evidence == "words" else dense
    compared = _best(first, max(COMPARED, k))
    stored = {passage.id: passage for passage in database.passages(compared)}
    hits = []
    for passage_id, spans, matches in _matches(database, queries, lexical, compared):
        windows = [m.windows + m.cosines / LATE_WEIGHT for m in matches]
        late = _mean([LATE_WEIGHT * (m.whole + float(m.windows.max())) + float(m.cosines.max()) for m in matches])
        passage = stored[passage_id]
        hits.append(
            Hit(
                passage,
                score=late + LEXICAL_WEIGHT * bm25[passage_id] + steering[passage_id] - ASIDE_LOSS * passage.is_aside,
                late=_mean([m.whole for m in matches]),
                dense=dense[passage_id],
                windows=tuple(zip(spans, windows[0].tolist(), strict=True)),
            )
        )
    if evidence != "all":
        return [replace(hit, score=first[hit.passage.id]) for hit in hits[:k]]
    hits.sort(key=lambda hit: (-hit.score, hit.passage.id))
    vectors = snapshot.vectors.vectors([encoding_ids[hit.passage.id] for hit in hits])
    return spread(hits, vectors, k, another_loss(queries[0].text, queries[0].named))


def _matches(
    database: Database, queries: Sequence[Query], lexical: Sequence[LexicalScores], passage_ids: Sequence[int]
) -> list[tuple[int, list[Span], list[Match]]]:
    """Return (passage id, its windows, how it matches each query) of each passage."""
    stored = database.found_by(passage_ids)
    passages = [stored[i] for i in passage_ids]
    by_query = []
    for query, scores in zip(queries, lexical, strict=True):
        weights = token_weights(query.searched, query.encoded, scores.idf, scores.unknown)
        by_query.append(match(query.encoded, weights, passages))
    return [
        (i, [Span(int(w["start"]), int(w["end"])) for w in passage.windows], list(matches))
        for i, passage, *matches in zip(passage_ids, passages, *by_query, strict=True)
    ]


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


def _candidates(
    snapshot: Snapshot,
    queries: Sequence[Query],
    lexical: Sequence[LexicalScores],
    k: int,
    transcript_ids: Sequence[int] | None,
) -> dict[int, int]:
    """Return passage id -> encoding id of the best passages by either search."""
    database, wanted = snapshot.database, max(CANDIDATES, k)
    among = None if transcript_ids is None else database.encoding_ids(transcript_ids).tolist()
    nearest = {i for query in queries for i, _ in snapshot.vectors.search(query.encoded.vector, wanted, among)}
    found = dict(database.passages_of_encodings(nearest, transcript_ids))
    by_words = {i for scores in lexical for i in _best(scores.bm25, wanted)} - found.keys()
    return found | database.encodings_of_passages(by_words)


def _cosines(snapshot: Snapshot, queries: Sequence[Query], encoding_ids: dict[int, int]) -> dict[int, float]:
    """Return passage id -> mean cosine to the queries."""
    vectors = snapshot.vectors.vectors(list(encoding_ids.values()))
    cosines = (vectors @ np.stack([query.encoded.vector for query in queries]).T).mean(axis=1)
    return dict(zip(encoding_ids, cosines.tolist(), strict=True))


def _best(scores: dict[int, float], k: int) -> list[int]:
    return heapq.nlargest(k, scores, key=lambda passage_id: (scores[passage_id], -passage_id))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
