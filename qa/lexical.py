"""Words in common: BM25 over the library's full text, and what each word of a question is worth.

BM25 as in Lucene: sum over the question's words of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length /
average length)), idf = ln(1 + (N - n + 0.5) / (n + 0.5)), with N passages of which n hold the word.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from index.database import Database
from index.fulltext import match_word
from qa.heard import Heard

# How much the name of a speaker or an interview counts beside the other words.
NAME_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """By passage id, for the passages that hold at least one of the words, and by word."""

    bm25: dict[int, float]
    idf: dict[str, float]  # of each word, names too
    unknown: frozenset[str]  # the words that no passage of the library holds


def score_words(
    database: Database,
    words: Sequence[str],
    named: frozenset[str],
    transcript_ids: Sequence[int] | None,
    heard: Sequence[Heard] = (),
) -> LexicalScores:
    """Score the passages, of these transcripts, that hold at least one of the words.

    Those that are `named` weigh NAME_WEIGHT: they say where to look. What was `heard`
    counts as the word that was asked, as far as it is like it.
    """
    n_passages = database.count("passages")
    bm25: dict[int, float] = defaultdict(float)
    weights: dict[str, float] = {}
    unknown = set()
    for word in words:
        matches, n_holding = match_word(database.connection, word, transcript_ids)
        idf = math.log(1 + (n_passages - n_holding + 0.5) / (n_holding + 0.5))
        weights[word] = idf
        if not n_holding:
            unknown.add(word)
        for passage_id, frequency in matches:
            bm25[passage_id] += idf * frequency * (NAME_WEIGHT if word in named else 1.0)
        for _, said, likeness in (h for h in heard if word in h.asked.split() and not n_holding):
            for passage_id, frequency in match_word(database.connection, said, transcript_ids)[0]:
                bm25[passage_id] += idf * frequency * likeness
    return LexicalScores(dict(bm25), weights, frozenset(unknown))
