"""Words in common: BM25 over the library's full text, and how much of the question a passage holds.

BM25 as in Lucene: sum over the question's words of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length /
average length)), idf = ln(1 + (N - n + 0.5) / (n + 0.5)), with N passages of which n hold the word.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from index.database import Database
from index.fulltext import match_word

# How much the name of a speaker or an interview counts beside the other words.
NAME_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """By passage id, for the passages that hold at least one of the words."""

    bm25: dict[int, float]
    coverage: dict[int, float]  # the share of the words' idf that the passage holds, from 0 to 1


def score_words(
    database: Database, words: Sequence[str], named: frozenset[str], transcript_ids: Sequence[int] | None
) -> LexicalScores:
    """Score the passages, of these transcripts, that hold at least one of the words.

    Those that are `named` weigh NAME_WEIGHT, and cover nothing: they say where to look.
    """
    n_passages = database.count("passages")
    bm25: dict[int, float] = defaultdict(float)
    held: dict[int, float] = defaultdict(float)
    asked = 0.0
    for word in words:
        matches, n_holding = match_word(database.connection, word, transcript_ids)
        idf = math.log(1 + (n_passages - n_holding + 0.5) / (n_holding + 0.5))
        is_name = word in named
        asked += idf * (not is_name)
        for passage_id, frequency in matches:
            bm25[passage_id] += idf * frequency * (NAME_WEIGHT if is_name else 1.0)
            held[passage_id] += idf * (not is_name)
    return LexicalScores(dict(bm25), {passage_id: idf / asked for passage_id, idf in held.items()} if asked else {})
