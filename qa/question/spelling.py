"""Typing mistakes in a question, put right by the library's own words; what was said is never changed."""

import re
from collections.abc import Container

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.search.snapshot import Snapshot
from qa.question.stop_words import STOP_WORDS
from qa.question.words import content_words

# A letter left out, doubled, changed or swapped with its neighbour, once in a short word, twice in a long one.
# Shorter words have too many neighbours; the first letter is nearly always right.
SHORTEST_CHARS = 5
LONG_CHARS = 8

# What one letter takes in UTF-8.
MOST_BYTES_EACH = 4


def corrected(snapshot: Snapshot, text: str, ordinary: Container[str] = frozenset()) -> str:
    """Return the text with each word that the library does not hold replaced by the nearest one that it does.

    Of equally near ones the most frequent is taken; a word that none is near stays, and so do `ordinary`
    ones: "progress" is no mistake for "process".
    """
    unknown = [
        w for w in content_words(text) if len(w) >= SHORTEST_CHARS and w not in ordinary and not snapshot.is_said(w)
    ]
    for word in unknown:
        nearest = _nearest(snapshot, word)
        if nearest:
            text = re.sub(rf"\b{re.escape(word)}\b", nearest, text, flags=re.IGNORECASE)
    return text


def _alike(snapshot: Snapshot, word: str, edits: int) -> dict[str, int]:
    """Return the library's words that begin and are as long as the word, nearly; and in how many passages each is."""
    spelled, n_bytes, give = snapshot.search_index.spelled, len(word.encode()), edits * MOST_BYTES_EACH
    near = [*spelled.part(spelled.beginning(word[0].encode()), range(n_bytes - give, n_bytes + give + 1))]
    held_by = snapshot.search_index.spelled_in[np.array([row for row, _ in near], np.int64)].tolist()
    return {text.decode("utf-8", "replace"): n for (_, text), n in zip(near, held_by, strict=True)}


def _nearest(snapshot: Snapshot, word: str) -> str | None:
    edits = 1 + (len(word) >= LONG_CHARS)
    choices = _alike(snapshot, word, edits) | {stop: 0 for stop in STOP_WORDS if stop[0] == word[0]}
    found = extract(word, choices.keys(), scorer=OSA.distance, score_cutoff=edits, limit=None)
    near = [(distance, -choices[near], near) for near, distance, _ in found if len(near) >= SHORTEST_CHARS]
    return min(near)[2] if near else None
