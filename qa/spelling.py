"""Typing mistakes in a question, put right by the library's own words; what was said is never changed."""

import re
from collections.abc import Container, Iterable

from rapidfuzz.distance import OSA

from index.database import Database
from index.fulltext import match_word, spellings
from qa.words import STOP_WORDS, content_words

# A letter left out, doubled, changed or swapped with its neighbour, once in a short word, twice in a long one.
# Shorter words have too many neighbours; the first letter is nearly always right.
SHORTEST_CHARS = 5
LONG_CHARS = 8


def corrected(database: Database, text: str, ordinary: Container[str] = frozenset()) -> str:
    """Return the text with each word that the library does not hold replaced by the nearest one that it does.

    Of equally near ones the most frequent is taken; a word that none is near stays, and so do `ordinary`
    ones: "progress" is no mistake for "process".
    """
    unknown = [
        w
        for w in content_words(text)
        if len(w) >= SHORTEST_CHARS and w not in ordinary and not match_word(database.connection, w, None)[1]
    ]
    for word in unknown:
        nearest = _nearest(word, spellings(database.connection, word[0]))
        if nearest:
            text = re.sub(rf"\b{re.escape(word)}\b", nearest, text, flags=re.IGNORECASE)
    return text


def _nearest(word: str, known: Iterable[tuple[str, int]]) -> str | None:
    edits = 1 + (len(word) >= LONG_CHARS)
    near = [
        (distance, -n_passages, spelling)
        for spelling, n_passages in [*known, *((stop, 0) for stop in STOP_WORDS if stop[0] == word[0])]
        if len(spelling) >= SHORTEST_CHARS and (distance := OSA.distance(word, spelling, score_cutoff=edits)) <= edits
    ]
    return min(near)[2] if near else None
