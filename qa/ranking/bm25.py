"""Words in common: BM25 over the library's words, and what each word of a question is worth.

BM25 as in Lucene: sum over the question's words of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length /
average length)), idf = ln(1 + (N - n + 0.5) / (n + 0.5)), with N passages, n of them with the word.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Ids, Vectors
from index.search.snapshot import Snapshot
from qa.question.phonetic_match import PhoneticMatch

# How much the name of a speaker or an interview counts beside the other words.
NAME_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """What words in common say."""

    bm25: Vectors  # (passages,), by row; 0 where none of the words is
    idf: dict[str, float]  # of each word, names too
    unknown: frozenset[str]  # the words that no passage of the library holds


def score_words(
    snapshot: Snapshot,
    words: Sequence[str],
    named: frozenset[str],
    scope: Ids | None,
    heard: Sequence[PhoneticMatch] = (),
) -> LexicalScores:
    """Score the passages, of these rows or of all, that hold at least one of the words.

    Those that are `named` weigh NAME_WEIGHT: they say where to look. What was `heard`
    counts as the word that was asked, as far as it is like it.
    """
    n_passages = len(snapshot.search_index.postings)
    bm25 = np.zeros(n_passages, np.float32)
    weights: dict[str, float] = {}
    unknown = set()
    for word in words:
        rows, frequencies = snapshot.matches(word)
        n_holding = len(rows)
        idf = math.log(1 + (n_passages - n_holding + 0.5) / (n_holding + 0.5))
        weights[word] = idf
        bm25[rows] += np.float32(idf * (NAME_WEIGHT if word in named else 1.0)) * frequencies
        if not n_holding:
            unknown.add(word)
            for _, said, likeness in (h for h in heard if word in h.asked.split()):
                rows, frequencies = snapshot.matches(said)
                bm25[rows] += np.float32(idf * likeness) * frequencies
    if scope is not None:
        inside = np.zeros(n_passages, np.float32)
        inside[scope] = bm25[scope]
        bm25 = inside
    return LexicalScores(bm25, weights, frozenset(unknown))
