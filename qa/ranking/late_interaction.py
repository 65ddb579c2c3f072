"""Late interaction: each word piece of a question looks for its best match among those of a passage.

As in ColBERT (Khattab and Zaharia, SIGIR 2020): a passage scores the mean, over the question's word
pieces, of the greatest cosine to any of its own. Each word weighs its idf, so that "hydrophone" has more
to say than "thing". Against one vector a text, this finds names and details; against words in common, it
finds what was put differently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Ids, Vectors
from index.embedding.binary_quantization import bytes_each, dot_sign_bits
from index.embedding.embedder import Encoded
from index.errors import StoreError
from index.splitting.windows import WINDOW
from index.storage.records import TokenVectors
from index.text.tokenization import word_spans

# What a stop word weighs, beside idf from 0 to about 10. "How" and "where" shade the words around them.
STOP_WEIGHT = 1.0

# What a word that the library does not say weighs of its idf: it can only match by its meaning.
UNKNOWN_SHARE = 0.5

# The sign bits of this many passages are unpacked at once: 10 MB.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Matches:
    """How passages match a question; cosines, so at most 1."""

    whole: Vectors  # (passages,), of the question's word pieces, wherever in the passage
    windows: Vectors  # (windows of all passages,), the same within each window
    cosines: Vectors  # (windows of all passages,), between the question and each window as a whole
    counts: Sequence[int]  # how many windows each passage has

    def of_each(self, values: Vectors) -> list[Vectors]:
        """Return the values of windows, passage by passage."""
        return np.split(values, np.cumsum(self.counts)[:-1])

    def best(self, values: Vectors) -> Vectors:
        """Return the greatest value of each passage's windows, (passages,)."""
        greatest: Vectors = np.maximum.reduceat(values, np.cumsum([0, *self.counts[:-1]]))
        return greatest


def token_weights(question: str, encoded: Encoded, idf: Mapping[str, float], unknown: frozenset[str]) -> Vectors:
    """Return the weight of each of the question's word pieces, (n,), together 1; all 0 where there is no word.

    `idf` holds the words that are no stop words, those that the library does not say among them.
    """
    weights = np.zeros(len(encoded.tokens), np.float32)
    for start, end in word_spans(question):
        pieces = [i for i, span in enumerate(encoded.spans[: len(weights)]) if start <= span.start < end]
        word = question[start:end].lower()
        share = UNKNOWN_SHARE if word in unknown else 1.0
        for i in pieces:
            # Pairs of characters overlap.
            weights[i] = max(weights[i], share * idf.get(word, STOP_WEIGHT) / len(pieces))
    total = weights.sum()
    return weights / total if total else weights


def match(encoded: Encoded, weights: Vectors, passages: Sequence[TokenVectors]) -> Matches:
    """Return how well one or more passages match a question whose word pieces have these weights.

    Raises StoreError where what the passages are found by cannot be: the index is damaged.
    """
    chunks = [_match(encoded, weights, passages[at : at + CHUNK]) for at in range(0, len(passages), CHUNK)]
    whole, windows, cosines = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
    return Matches(whole, windows, cosines, [passage.n_windows for passage in passages])


def _match(encoded: Encoded, weights: Vectors, passages: Sequence[TokenVectors]) -> tuple[Vectors, Vectors, Vectors]:
    dimension = len(encoded.vector)
    sizes = np.array([len(passage.tokens) // bytes_each(dimension) for passage in passages])
    windows = np.frombuffer(b"".join(passage.windows for passage in passages), WINDOW)
    counts = [passage.n_windows for passage in passages]
    first, last = windows["first"].astype(np.int64), windows["last"].astype(np.int64)
    whole = all(len(passage.tokens) % bytes_each(dimension) == 0 for passage in passages) and all(counts)
    if not whole or (last > np.repeat(sizes, counts)).any() or (first > last).any():
        raise StoreError("the index is damaged; build it again with: interview-qa build PATH")
    # A vector's signs have the length of the root of their number.
    asked = np.vstack([encoded.tokens, encoded.vector]) / np.float32(dimension**0.5)
    similar = dot_sign_bits([passage.tokens for passage in passages], asked)
    starts = np.cumsum(sizes) - sizes
    offsets = np.repeat(starts, counts)
    wholes = _best(similar[:, :-1], starts, starts + sizes) @ weights
    within = _best(similar[:, :-1], first + offsets, last + offsets) @ weights
    sums = np.concatenate([[0.0], np.cumsum(similar[:, -1], dtype=np.float64)])
    cosines = (sums[last + offsets] - sums[first + offsets]) * dimension**0.5 / windows["norm"]
    return wholes, within, cosines.astype(np.float32)


def _best(similar: Vectors, starts: Ids, ends: Ids) -> Vectors:
    """Return the greatest value of each column in each range of rows, (ranges, columns)."""
    # One row more ends the last range.
    rows = np.vstack([similar, np.full((1, similar.shape[1]), -1, np.float32)])
    between = np.stack([starts, ends], axis=1).ravel()
    greatest: Vectors = np.maximum.reduceat(rows, between, axis=0)[::2]
    return greatest
