"""The greatest of many numbers, without putting all of them in order."""

import numpy as np

from index.arrays import Ids, Vectors

# Scores are compared in blocks of this size; fewer are simply sorted.
BLOCK = 512


def best(scores: Vectors, k: int, above: float = -np.inf) -> Ids:
    """Return the rows of up to k greatest scores that are above, greatest first; ties go to the lower row."""
    n_blocks = len(scores) // BLOCK
    if k < n_blocks:
        # k blocks hold a score as great as this, so it is no greater than the one in place k.
        greatest = scores[: n_blocks * BLOCK].reshape(n_blocks, BLOCK).max(axis=1)
        least = np.partition(greatest, n_blocks - k)[n_blocks - k]
        rows = np.flatnonzero(scores >= least)
    else:
        rows = np.arange(len(scores))
    rows = rows[scores[rows] > above]
    order = np.lexsort((rows, -scores[rows]))[:k]
    found: Ids = rows[order].astype(np.int64)
    return found
