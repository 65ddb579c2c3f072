"""A map of all exchanges: similar ones lie close together.

t-SNE (https://www.jmlr.org/papers/v9/vandermaaten08a.html) of the exchanges' vectors. It takes seconds, so the map is
stored in the index folder, named by the state that it shows.
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

# t-SNE lays out at most 2,000 exchanges (five seconds on one core); the others are
# placed between their nearest neighbours.
LAID_OUT = 2000
NEIGHBOURS = 3

# With fewer exchanges, the first two principal components.
FEWEST_LAID_OUT = 10

# Parameters of t-SNE. Half of its usual steps give a map that looks the same; starting from the principal components
# makes it deterministic.
DIMENSIONS = 50
PERPLEXITY = 30.0
STEPS = 500

# The weight of a neighbour is exp(SHARPNESS * cosine); AT_ONCE exchanges are compared in one product.
SHARPNESS = 20.0
AT_ONCE = 4096


def draw_map(library: Library) -> tuple[list[Exchange], Vectors]:
    """Return the exchanges of the library, and the place of each: (n, 2), from 0 to 1.

    Reads the stored map of the current state, or computes it and stores it if the folder is writable.
    """
    with library.snapshot() as snapshot:
        state: str = snapshot.index_metadata["state"]
        listed = exchanges(snapshot.database)
        stored = _load(library.folder, state, len(listed))
        if stored is not None:
            return listed, stored
        vectors = vectors_of(snapshot, listed)
    places = lay_out(vectors)
    with suppress(OSError):  # Computed again the next time.
        _save(library.folder, state, places)
    return listed, places


def lay_out(vectors: Vectors) -> Vectors:
    """Return a place (n, 2), from 0 to 1, for each unit vector; similar ones are close."""
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
    """Return the file of a state's map; a build removes those of other states."""
    return folder / f"map-{state}.npy"


def _embedded(vectors: Vectors) -> Vectors:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    n = len(vectors)
    if n < 3 or not np.ptp(vectors, axis=0).any():
        return np.stack([np.arange(n), np.zeros(n)], axis=1).astype(np.float32)
    # More threads mostly wait for each other, and take the processor from questions.
    with threadpool_limits(1):
        if n < FEWEST_LAID_OUT:
            return np.asarray(PCA(2, random_state=0).fit_transform(vectors), np.float32)
        reduced = PCA(min(DIMENSIONS, n - 1, vectors.shape[1]), random_state=0).fit_transform(vectors)
        tsne = TSNE(2, init="pca", perplexity=min(PERPLEXITY, (n - 1) / 3), max_iter=STEPS, random_state=0)
        return np.asarray(tsne.fit_transform(reduced), np.float32)


def _scaled(places: Vectors) -> Vectors:
    """Return the places scaled to fill 0 to 1 on both axes."""
    if not len(places):
        return places
    low, extent = places.min(axis=0), np.ptp(places, axis=0)
    return np.asarray((places - low) / np.where(extent > 0, extent, 1), np.float32)


def _beside(vectors: Vectors, known: Vectors, places: Vectors) -> Vectors:
    """Return for each vector the mean place of its nearest known vectors, weighted by cosine."""
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
    """Return the stored map of a state with n exchanges; None if it is missing or damaged.

    The file's header is compared with the one we would write and never parsed, so a foreign file is harmless.
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
