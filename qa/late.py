"""Late interaction: each word piece of a question looks for its best match among those of a passage.

As in ColBERT (Khattab and Zaharia, SIGIR 2020): a passage scores the mean, over the question's word
pieces, of the greatest cosine to any of its own. Each word weighs its idf, so that "hydrophone" has more
to say than "thing". Against one vector a text, this finds names and details; against words in common, it
finds what was put differently.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Vectors
from index.embedders import Encoded
from index.errors import StoreError
from index.signs import bytes_each, unpack_signs
from index.stored import FoundBy

# What a stop word weighs, beside idf from 0 to about 10. "How" and "where" shade the words around them.
STOP_WEIGHT = 1.0

# What a word that the library does not say weighs of its idf: it can only match by its meaning.
UNKNOWN_SHARE = 0.5

# The signs of so many passages are unpacked at once: 30 MB.
CHUNK = 200

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Match:
    """How a passage matches a question; cosines, so at most 1."""

    whole: float  # of the question's word pieces, wherever in the passage
    windows: Vectors  # (n,), the same within each window
    cosines: Vectors  # (n,), between the question and each window as a whole


def token_weights(question: str, encoded: Encoded, idf: Mapping[str, float], unknown: frozenset[str]) -> Vectors:
    """Return the weight of each of the question's word pieces, (n,), together 1; all 0 where there is no word.

    `idf` holds the words that are no stop words, those that the library does not say among them.
    """
    weights = np.zeros(len(encoded.tokens), np.float32)
    for word in _WORD.finditer(question):
        pieces = [i for i, span in enumerate(encoded.spans[: len(weights)]) if word.start() <= span.start < word.end()]
        name = word.group().lower()
        share = UNKNOWN_SHARE if name in unknown else 1.0
        for i in pieces:
            weights[i] = share * idf.get(name, STOP_WEIGHT) / len(pieces)
    total = weights.sum()
    return weights / total if total else weights


def match(encoded: Encoded, weights: Vectors, passages: Sequence[FoundBy]) -> list[Match]:
    """Return how each passage matches a question of which the word pieces have these weights.

    Raises StoreError where what the passages are found by cannot be: the index is damaged.
    """
    chunks = (passages[at : at + CHUNK] for at in range(0, len(passages), CHUNK))
    return [found for chunk in chunks for found in _match(encoded, weights, chunk)]


def _match(encoded: Encoded, weights: Vectors, passages: Sequence[FoundBy]) -> list[Match]:
    dimension = len(encoded.vector)
    sizes = np.array([len(passage.tokens) // bytes_each(dimension) for passage in passages])
    windows = np.concatenate([passage.windows for passage in passages])
    counts = [len(passage.windows) for passage in passages]
    ends_at = np.repeat(sizes, counts)
    whole = all(len(passage.tokens) % bytes_each(dimension) == 0 for passage in passages) and all(counts)
    if not whole or (windows["last"] > ends_at).any() or (windows["first"] > windows["last"]).any():
        raise StoreError("the index is damaged; build it again with: interview-qa build PATH")
    # A vector's signs have the length of the root of their number. One row more ends the last window.
    asked = np.vstack([encoded.tokens, encoded.vector]) / np.float32(dimension**0.5)
    signs = unpack_signs([passage.tokens for passage in passages], dimension)
    similar = np.vstack([signs @ asked.T, np.full((1, len(asked)), -1, np.float32)])
    starts = np.cumsum(sizes) - sizes
    wholes = _best(similar[:, :-1], starts, starts + sizes) @ weights
    offsets = np.repeat(starts, counts)
    firsts, lasts = windows["first"] + offsets, windows["last"] + offsets
    within = _best(similar[:, :-1], firsts, lasts) @ weights
    sums = np.concatenate([[0.0], np.cumsum(similar[:, -1], dtype=np.float64)])
    cosines = (sums[lasts] - sums[firsts]) * dimension**0.5 / windows["norm"]
    borders = np.cumsum(counts)[:-1]
    parts = zip(wholes, np.split(within, borders), np.split(cosines.astype(np.float32), borders), strict=True)
    return [Match(float(whole), late, cosine) for whole, late, cosine in parts]


def _best(similar: Vectors, starts: Vectors, ends: Vectors) -> Vectors:
    """Return the greatest value of each column in each range of rows, (ranges, columns)."""
    between = np.stack([starts, ends], axis=1).ravel().astype(np.int64)
    best: Vectors = np.maximum.reduceat(similar, between, axis=0)[::2]
    return best
