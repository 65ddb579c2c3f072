"""How much each signal of the ranking counts, measured on the library with its model when it is built.

A few words of a passage are searched like a question: the passage after it is about the same, passages elsewhere are
not. By as much as a signal tells the two apart, for how much it varies among passages that do not answer, it counts. A
model that does not know the library's script tells little apart, and its cosines count as little, whatever their range.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from index.arrays import Ids, Vectors
from index.embedding.embedder import Embedder
from index.search.snapshot import Snapshot
from index.text.tokenization import word_spans
from qa.question.query import interpret
from qa.question.words import content_words
from qa.ranking.bm25 import score_words
from qa.ranking.late_interaction import match, token_weights

# Words of a question; passages that are searched with some of theirs; passages elsewhere that each is compared with.
QUESTION_WORDS = 12
ASKED = 120
ELSEWHERE = 64

# Passages further apart than this are not about the same, in a library of one interview.
APART = 10

# What is measured in seven libraries of English speech with all-MiniLM-L6-v2, the geometric means: by how many standard
# deviations a signal sets the next passage apart, and this deviation. The weights of the ranking are set for it.
REFERENCE_SEPARATION = (2.10, 2.00, 1.70, 1.75, 2.20)
REFERENCE_DEVIATION = (0.044, 0.042, 0.078, 0.083, 1.38)

# With this many questions, what is measured counts as much as the reference.
PRIOR_QUESTIONS = 10

# A factor nearer to 1 than this is chance: in libraries alike, those of 120 questions differ as much.
TOLERANCE = 1.3

# The most that a signal counts, in multiples of the reference.
MOST = 8.0

# Where late interaction sets apart less than this share of what words in common do, the model cannot tell what answers:
# 0.8 to 1.1 in those libraries, 0.6 in German, 0.3 in Russian.
LEAST_SEPARATION = 0.35


class SignalScales(NamedTuple):
    """Factors of the signals: 1 for a library like those that the weights were set for."""

    late: float = 1.0  # late interaction with the whole passage
    window: float = 1.0  # late interaction with its best window
    cosine: float = 1.0  # cosine of its best window
    dense: float = 1.0  # cosine of the whole passage
    words: float = 1.0  # BM25
    is_understood: bool = True  # whether the model can tell what answers

    @classmethod
    def of(cls, index_metadata: Mapping[str, Any]) -> "SignalScales":
        """Return the scales of an index; those of the reference where none were measured."""
        return cls(*index_metadata.get("signal_scales", ()))


def fit_scales(snapshot: Snapshot, embedder: Embedder) -> SignalScales:
    """Return the scales for a library, measured with its own passages."""
    index = snapshot.search_index
    follows = index.transcripts[1:] == index.transcripts[:-1]
    rows = np.flatnonzero(follows & (index.asides[1:] == 0) & (index.asides[:-1] == 0))
    random = np.random.default_rng(0)
    asked = np.sort(random.choice(rows, min(ASKED, len(rows)), replace=False))
    elsewhere = random.choice(len(index.ids), min(2 * ELSEWHERE, len(index.ids)), replace=False)
    passages = snapshot.database.passages(index.ids[asked].tolist())
    measured = [
        _signals(snapshot, embedder, question, np.concatenate([[row + 1], others]))
        for row, passage in zip(asked.tolist(), passages, strict=True)
        if (question := _middle(snapshot.database.transcript(passage.transcript).text[slice(*passage.span)]))
        and len(others := _not_near(index.transcripts, row, elsewhere)) > 1
    ]
    if not measured:
        return SignalScales()
    difference = np.mean([signals[:, 0] - signals[:, 1:].mean(axis=1) for signals in measured], axis=0)
    deviation = np.maximum(np.mean([signals[:, 1:].std(axis=1) for signals in measured], axis=0), 1e-6)
    separation = np.maximum(difference / deviation, 0.0)
    trust = separation / REFERENCE_SEPARATION
    factors = np.clip(trust / max(float(trust.mean()), 1e-6) * REFERENCE_DEVIATION / deviation, 1e-3, MOST)
    share = len(measured) / (len(measured) + PRIOR_QUESTIONS)
    factors = factors**share
    factors = np.where(np.abs(np.log(factors)) > np.log(TOLERANCE), factors, 1.0)
    late, window, cosine, dense, words = factors.round(4).tolist()
    is_understood = bool(separation[0] > LEAST_SEPARATION * separation[-1]) or share < 0.5
    return SignalScales(late, window, cosine, dense, words, is_understood)


def _middle(text: str) -> str:
    """Return the words in the middle of a passage; nothing where it has too few."""
    spans = [*word_spans(text)]
    first = (len(spans) - QUESTION_WORDS) // 2
    return text[spans[first].start : spans[first + QUESTION_WORDS - 1].end] if first >= 0 else ""


def _not_near(transcripts: Ids, row: int, others: Ids) -> Ids:
    """Return the passages of other interviews; of this one where there are none, those far enough away."""
    of_others = others[transcripts[others] != transcripts[row]]
    return (of_others if len(of_others) else others[np.abs(others - row) > APART])[:ELSEWHERE]


def _signals(snapshot: Snapshot, embedder: Embedder, question: str, rows: Ids) -> Vectors:
    """Return what each signal says of passages, (signals, passages), in the order of SignalScales."""
    index = snapshot.search_index
    query = interpret(snapshot, [question], embedder, literally=True).original
    scores = score_words(snapshot, content_words(question), frozenset(), None)
    ids: Sequence[int] = index.ids[rows].tolist()
    weights = token_weights(query.searched, query.encoded, scores.idf, scores.unknown)
    matches = match(query.encoded, weights, [*map(snapshot.database.token_vectors(ids).__getitem__, ids)])
    dense = index.vectors.of_rows(index.encodings[rows]) @ query.encoded.vector
    best_windows, best_cosines = matches.best(matches.windows), matches.best(matches.cosines)
    return np.stack([matches.whole, best_windows, best_cosines, dense, scores.bm25[rows]])
