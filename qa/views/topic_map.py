"""A map of all exchanges: what is about the same lies near each other.

t-SNE, https://www.jmlr.org/papers/v9/vandermaaten08a.html, of the exchanges' vectors. It takes seconds, so a
map is kept beside the index, in a file that is named by the state that it is of.
"""

import io
import os
from contextlib import suppress
from pathlib import Path

import numpy as np

from index.arrays import Vectors
from index.storage.index_folder import OWN_FILE
from qa.answering.library import Library
from qa.views.exchange_list import Exchange, exchanges, vectors_of

# Of a larger library so many exchanges are laid out, and the others put beside the ones that are nearest to them:
# 2,000 take five seconds on one core, and twice as many take twice that.
LAID_OUT = 2000
NEIGHBOURS = 3

# Of so few, nothing but the two directions in which they differ most can be told.
FEWEST_LAID_OUT = 10

# What t-SNE gets and does. Half of its usual steps give a map that looks the same; with the plain directions to
# begin with, a map of a library comes out the same each time.
DIMENSIONS = 50
PERPLEXITY = 30.0
STEPS = 500

# How much more a nearer neighbour counts, and how many exchanges are compared at once.
SHARPNESS = 20.0
AT_ONCE = 4096


def draw_map(library: Library) -> tuple[list[Exchange], Vectors]:
    """Return the exchanges of the library, and the place of each (n, 2), from 0 to 1 on both sides.

    A map that was drawn before is read; another is kept for the next time, where the folder can be written.
    """
    with library.snapshot() as snapshot:
        state: str = snapshot.index_metadata["state"]
        there = exchanges(snapshot.database)
        kept = _load(library.folder, state, len(there))
        if kept is not None:
            return there, kept
        vectors = vectors_of(snapshot, there)
    places = lay_out(vectors)
    with suppress(OSError):  # It is drawn again the next time.
        _save(library.folder, state, places)
    return there, places


def lay_out(vectors: Vectors) -> Vectors:
    """Return a place (n, 2) for each vector of length 1, from 0 to 1 on both sides, like ones near each other."""
    rows = spaced(len(vectors), LAID_OUT)
    places = np.zeros((len(vectors), 2), np.float32)
    laid_out = _scaled(_embedded(vectors[rows]))
    places[rows] = laid_out
    others = np.setdiff1d(np.arange(len(vectors)), rows)
    for first in range(0, len(others), AT_ONCE):
        some = others[first : first + AT_ONCE]
        places[some] = _beside(vectors[some], vectors[rows], laid_out)
    return np.clip(places, 0, 1)


def spaced(n: int, k: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return up to k rows of n, evenly spaced."""
    return np.unique(np.linspace(0, max(0, n - 1), min(n, k)).astype(np.int64))


def map_of(folder: Path, state: str) -> Path:
    """Return where the map of a state is kept; index.search.search_index removes those of other states."""
    return folder / f"map-{state}.npy"


def _embedded(vectors: Vectors) -> Vectors:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    n = len(vectors)
    if n < 3 or not np.ptp(vectors, axis=0).any():
        return np.stack([np.arange(n), np.zeros(n)], axis=1).astype(np.float32)
    # Several threads wait for each other most of the time, and take the processor from who asks.
    with threadpool_limits(1):
        if n < FEWEST_LAID_OUT:
            return np.asarray(PCA(2, random_state=0).fit_transform(vectors), np.float32)
        reduced = PCA(min(DIMENSIONS, n - 1, vectors.shape[1]), random_state=0).fit_transform(vectors)
        tsne = TSNE(2, init="pca", perplexity=min(PERPLEXITY, (n - 1) / 3), max_iter=STEPS, random_state=0)
        return np.asarray(tsne.fit_transform(reduced), np.float32)


def _scaled(places: Vectors) -> Vectors:
    """Return the places moved and stretched to fill 0 to 1 on both sides."""
    if not len(places):
        return places
    low, extent = places.min(axis=0), np.ptp(places, axis=0)
    return np.asarray((places - low) / np.where(extent > 0, extent, 1), np.float32)


def _beside(vectors: Vectors, known: Vectors, places: Vectors) -> Vectors:
    """Return places for vectors between those of the known ones that are nearest, by how near they are."""
    cosines = vectors @ known.T
    k = min(NEIGHBOURS, len(known))
    nearest = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
    near = np.take_along_axis(cosines, nearest, axis=1)
    weights = np.exp(SHARPNESS * (near - near.max(axis=1, keepdims=True)))
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray((weights[:, :, None] * places[nearest]).sum(axis=1), np.float32)


def _as_file(places: Vectors) -> bytes:
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(places, "<f4"), allow_pickle=False)
    return file.getvalue()


def _save(folder: Path, state: str, places: Vectors) -> None:
    path = map_of(folder, state)
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | OWN_FILE, 0o600), "wb") as file:
        file.write(_as_file(places))
    draft.replace(path)


def _load(folder: Path, state: str, n: int) -> Vectors | None:
    """Return the map of a state with n exchanges; None where there is none, or it is not as it was written.

    The file may come from anybody: what it says of itself has to be what we would write, and is not read.
    """
    expected = _as_file(np.zeros((n, 2), np.float32))
    try:
        with os.fdopen(os.open(map_of(folder, state), os.O_RDONLY | OWN_FILE), "rb") as file:
            data = file.read(len(expected) + 1)
    except OSError:
        return None
    header = len(expected) - 8 * n
    if len(data) != len(expected) or data[:header] != expected[:header]:
        return None
    places = np.frombuffer(data, "<f4", offset=header).reshape(n, 2)
    is_sound = bool(np.isfinite(places).all() and (places >= 0).all() and (places <= 1).all())
    return np.asarray(places, np.float32) if is_sound else None
