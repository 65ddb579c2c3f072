"""FAISS over the stored vectors: exact inner product; derived from the database and made again at need.

The file's name carries the state of the library that it was made from, so a reader that knows the
state never searches another one's vectors.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.arrays import Ids, Vectors
from index.errors import StoreError
from index.folder import DERIVED_FORMS, OWN_FILE

# FAISS writes 45 bytes before the vectors.
MOST_HEADER_BYTES = 1024


class VectorIndex:
    """Vectors by id, searched for the ones nearest to a query."""

    def __init__(self, ids: Ids, vectors: Vectors) -> None:
        """Index vectors (n, dimension) of length 1; `ids` ascend."""
        import faiss

        self._faiss = faiss
        self._ids = ids
        self._flat: faiss.Index = faiss.IndexFlatIP(vectors.shape[1])
        self._flat.add(vectors)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Ids:
        """Return the ids of the vectors, ascending."""
        return self._ids

    @property
    def dimension(self) -> int:
        """Return how long each vector is."""
        return int(self._flat.d)

    def search(self, query: Vectors, k: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Return up to k (id, cosine similarity) pairs, best first; `among` are the ids to choose from."""
        faiss, params = self._faiss, None
        if among is not None:
            rows = self._rows(np.asarray(among, np.int64))
            params = faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))
        k = min(k, len(self) if among is None else len(among))
        if k == 0:
            return []
        scores, rows = self._flat.search(query.reshape(1, -1), k, params=params)
        # FAISS fills up with row -1 when it finds fewer than k vectors.
        return [(int(self._ids[row]), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """Return the vectors (len(ids), dimension) of the ids."""
        rows = self._rows(np.asarray(ids, np.int64))
        return np.asarray(self._flat.reconstruct_batch(rows), np.float32) if len(rows) else self._none()

    def changed(self, ids: Ids, added: Vectors) -> "VectorIndex":
        """Return the index of these ids, ascending: those that it has already, and then those that are added."""
        kept = ids[: len(ids) - len(added)]
        return VectorIndex(ids, np.concatenate([self.vectors(kept.tolist()), added]))

    def save(self, folder: Path, state: str) -> str:
        """Write the file of a state, whole or not at all, and return its SHA-256. Raises StoreError."""
        path = file_of(folder, state)
        draft = path.with_suffix(".draft")
        data = self._faiss.serialize_index(self._flat).tobytes()
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise StoreError(f"{path} cannot be written: {error.strerror}; the index is as it was before") from error
        return sha256(data).hexdigest()

    @classmethod
    def load(cls, folder: Path, state: str, checksum: str, ids: Ids, dimension: int) -> "VectorIndex":
        """Read the file of a state. Raises StoreError where it is missing or is not what was written.

        FAISS trusts the sizes that a file states, so of a file that may come from anybody only the vectors
        are taken: they are what follows the header.
        """
        import faiss

        path = file_of(folder, state)
        data = _read(path, len(ids), dimension)
        header = faiss.serialize_index(faiss.IndexFlatIP(dimension)).nbytes
        if len(data) != header + 4 * dimension * len(ids) or sha256(data).hexdigest() != checksum:
            raise StoreError(f"{path} is damaged")
        vectors = np.frombuffer(data, "<f4", offset=header).reshape(len(ids), dimension)
        if not np.isfinite(vectors).all():
            raise StoreError(f"{path} is damaged")
        return cls(ids, vectors)

    def _rows(self, ids: Ids) -> Ids:
        return np.searchsorted(self._ids, ids).astype(np.int64)

    def _none(self) -> Vectors:
        return np.zeros((0, self.dimension), np.float32)


def file_of(folder: Path, state: str) -> Path:
    """Return where the vectors of a state are kept."""
    return folder / f"vectors-{state}.faiss"


def is_sound(folder: Path, state: str, checksum: str, n: int, dimension: int) -> bool:
    """Whether the file of a state, with its n vectors, is there and as it was written."""
    try:
        return sha256(_read(file_of(folder, state), n, dimension)).hexdigest() == checksum
    except StoreError:
        return False


def _read(path: Path, n: int, dimension: int) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | OWN_FILE), "rb") as file:
            data = file.read(4 * n * dimension + MOST_HEADER_BYTES + 1)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > 4 * n * dimension + MOST_HEADER_BYTES:
        raise StoreError(f"{path} is damaged")
    return data


def remove_others(folder: Path, state: str) -> None:
    """Remove what was derived from other states, and drafts that an interrupted build left."""
    kept = {file_of(folder, state).name, f"map-{state}.npy"}
    for path in [path for form in DERIVED_FORMS for path in folder.glob(form)]:
        if path.name not in kept and path.is_file():
            with suppress(OSError):  # The new state is saved; the next build removes it.
                path.unlink(missing_ok=True)
