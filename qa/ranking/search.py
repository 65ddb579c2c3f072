"""Search: dense and lexical candidates, re-ranked by late interaction, then diversified."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from index.arrays import Ids, Vectors, unique
from index.search.snapshot import Snapshot
from index.storage.queries import share_spoken_by
from index.storage.records import StoredPassage
from index.types import Span
from qa.question.query import Interpretation, Query
from qa.question.question_kind import is_topic
from qa.question.words import content_words
from qa.ranking.bm25 import LexicalScores, score_words
from qa.ranking.diversify import diversify, penalties_for
from qa.ranking.late_interaction import Matches, match, token_weights
from qa.ranking.signal_scales import SignalScales
from qa.ranking.top_k import best

# How many passages each of the two searches hands on, and how many of those that score best by both are
# compared word piece by word piece; more where more are wanted. From 40 on the figures stay as they are.
CANDIDATES = 100
COMPARED = 64

# Candidates are ranked by cosine + FIRST_LEXICAL_WEIGHT * BM25. BM25 grows with how rare the matching words
# are and how many of them match, so where the words say a lot they decide, and where they say little the
# meaning does. Reciprocal rank fusion throws that away: on seven development sets it fell between its legs.
FIRST_LEXICAL_WEIGHT = 0.04

# score = LATE_WEIGHT * (late interaction with the whole + with the best window) + cosine of the best window
# + LEXICAL_WEIGHT * BM25, each times its scale (qa.ranking.signal_scales). Chosen on nine development sets: from 1 to
# 2, and from 0.02 to 0.03, they change the mean of hit@1 by less than 0.005.
LATE_WEIGHT = 1.5
LEXICAL_WEIGHT = 0.025

# What a passage gains that is all said by somebody whom the question names. Without it, two of the seven
# development sets lose 2 points of hit@300w; from half to twice of it makes no difference.
SPEAKER_WEIGHT = 0.4


# How much more the cosine of the whole passage counts for a topic: that is what the whole of it is about. It is
# worth as much from 1 to 2, and nothing to a question, which is answered by a part.
TOPIC_DENSE_WEIGHT = 1.0

# What an opening, an advertisement or a farewell loses: it comes after what was said of the same thing.
ASIDE_LOSS = 0.2

# One leg alone, to see what it is worth: only the words in common, or only one vector a passage.
Retriever = Literal["words", "vectors"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; scores are higher for better matches."""

    passage: StoredPassage
    score: float
    late: float  # late interaction with the whole passage, the mean over the queries
    dense: float  # cosine of the whole passage, the mean over the queries
    bm25: float  # of the words in common, likewise
    windows: tuple[tuple[Span, float], ...]  # its parts, each with how well it matches the first query


class _Candidates(NamedTuple):
    """Passages by their rows, and what is known of each."""

    rows: Ids
    dense: Vectors  # cosine of the whole passage, the mean over the queries
    bm25: Vectors  # likewise
    steering: Vectors  # what names add to it

    def taken(self, which: Ids) -> "_Candidates":
        return _Candidates(self.rows[which], self.dense[which], self.bm25[which], self.steering[which])


def search(
    snapshot: Snapshot, interpretation: Interpretation, k: int, transcript_ids: Sequence[int] | None = None
) -> list[Hit]:
    """Return up to k hits from the library or from some transcripts, best first; ties go to the older passage.

    All queries of the interpretation weigh the same; windows are scored by the original one.
    """
    lexical, candidates = _candidates(snapshot, interpretation.queries, k, transcript_ids)
    scales = SignalScales.of(snapshot.index_metadata)
    first_lexical = FIRST_LEXICAL_WEIGHT * scales.words * candidates.bm25
    first_scores = scales.dense * candidates.dense + first_lexical + candidates.steering
    candidates = candidates.taken(best(first_scores, max(COMPARED, k)))
    if not len(candidates.rows):
        return []
    ids = snapshot.search_index.ids[candidates.rows].tolist()
    passages = [*map(snapshot.database.token_vectors(ids).__getitem__, ids)]
    matches = [
        match(query.encoded, token_weights(query.searched, query.encoded, scores.idf, scores.unknown), passages)
        for query, scores in zip(interpretation.queries, lexical, strict=True)
    ]
    scores = _scores(snapshot, interpretation, candidates, matches)
    chosen = _diversified(snapshot, interpretation, candidates, scores, k)
    late = np.mean([m.whole for m in matches], axis=0)
    of_windows = scales.window * matches[0].windows + scales.cosine * matches[0].cosines / LATE_WEIGHT
    windows = matches[0].of_each(of_windows)
    stored = {passage.id: passage for passage in snapshot.database.passages(ids[row] for row, _ in chosen)}
    return [
        Hit(
            stored[ids[row]],
            score=score,
            late=float(late[row]),
            dense=float(candidates.dense[row]),
            bm25=float(candidates.bm25[row]),
            windows=tuple(zip(passages[row].spans, windows[row].tolist(), strict=True)),
        )
        for row, score in chosen
    ]


def search_by(snapshot: Snapshot, interpretation: Interpretation, k: int, retriever: Retriever) -> list[StoredPassage]:
    """Return up to k passages, best first by one retriever alone."""
    _, candidates = _candidates(snapshot, interpretation.queries, k, None)
    rows = candidates.rows[best(candidates.bm25 if retriever == "words" else candidates.dense, k)]
    ids = snapshot.search_index.ids[rows].tolist()
    stored = {passage.id: passage for passage in snapshot.database.passages(ids)}
    return [stored[i] for i in ids]


def _candidates(
    snapshot: Snapshot, queries: Sequence[Query], k: int, transcript_ids: Sequence[int] | None
) -> tuple[list[LexicalScores], _Candidates]:
    """Return each query's lexical scores, and the best passages by words or by vectors, in the order of rows."""
    search_index, wanted = snapshot.search_index, max(CANDIDATES, k)
    scope = search_index.rows_in(transcript_ids)
    lexical = [score_words(snapshot, content_words(q.text), q.named.words, scope, q.heard) for q in queries]
    among = None if scope is None else unique(search_index.encodings[scope])
    near = [
        search_index.passages_of(search_index.vectors.nearest(query.encoded.vector, wanted, among)[0])
        for query in queries
    ]
    if scope is not None:
        near = [rows[np.isin(rows, scope, assume_unique=True)] for rows in near]
    rows = unique(np.concatenate([*near, *(best(scores.bm25, wanted, above=0.0) for scores in lexical)]))
    mean_vector = np.mean([query.encoded.vector for query in queries], axis=0)
    return lexical, _Candidates(
        rows,
        dense=search_index.vectors.of_rows(search_index.encodings[rows]) @ mean_vector,
        bm25=np.mean([scores.bm25[rows] for scores in lexical], axis=0),
        steering=_steering(snapshot, queries, rows),
    )


def _scores(
    snapshot: Snapshot, interpretation: Interpretation, candidates: _Candidates, matches: Sequence[Matches]
) -> Vectors:
    """Return the score of each candidate; see LATE_WEIGHT."""
    scales = SignalScales.of(snapshot.index_metadata)
    late = np.mean([m.whole for m in matches], axis=0)
    windows = np.mean(
        [LATE_WEIGHT * scales.window * m.best(m.windows) + scales.cosine * m.best(m.cosines) for m in matches], axis=0
    )
    words = LEXICAL_WEIGHT * scales.words * candidates.bm25
    scores = LATE_WEIGHT * scales.late * late + windows + words + candidates.steering
    scores -= ASIDE_LOSS * snapshot.search_index.asides[candidates.rows]
    if is_topic(interpretation.original.text):
        scores += TOPIC_DENSE_WEIGHT * scales.dense * candidates.dense
    return np.asarray(scores)


def _diversified(
    snapshot: Snapshot, interpretation: Interpretation, candidates: _Candidates, scores: Vectors, k: int
) -> list[tuple[int, float]]:
    """Return (row of the candidate, score) of up to k candidates, best first, near duplicates behind the best."""
    search_index = snapshot.search_index
    order = np.lexsort((candidates.rows, -scores))
    in_order = candidates.rows[order]
    vectors = search_index.vectors.of_rows(search_index.encodings[in_order])
    places = list(zip(search_index.transcripts[in_order].tolist(), in_order.tolist(), strict=True))
    penalties = penalties_for(interpretation.original.text, interpretation.original.named)
    chosen = diversify(scores[order].tolist(), places, vectors, k, penalties)
    return [(int(order[at]), score) for at, score in chosen]


def _steering(snapshot: Snapshot, queries: Sequence[Query], rows: Ids) -> Vectors:
    """Return what names add to each passage: those of the first query that has any.

    A follow-up that names somebody else has moved on from whom the earlier question named.
    """
    derived = snapshot.search_index
    named = next((q.named for q in queries if q.named.transcripts or q.named.speakers), queries[0].named)
    gains = np.zeros(len(rows), np.float32)
    if named.speakers:
        ids = derived.ids[rows].tolist()
        spoken = share_spoken_by(snapshot.database, named.speakers, ids)
        gains += np.array([SPEAKER_WEIGHT * spoken.get(i, 0.0) for i in ids], np.float32)
    if named.transcripts:
        of_each = derived.transcripts[rows].tolist()
        gains += np.array([named.transcripts.get(i, 0.0) for i in of_each], np.float32)
    return gains
