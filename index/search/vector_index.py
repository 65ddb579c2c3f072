"""The nearest vectors to a query, by FAISS: derived from the database and made again at need.

Up to EXACT vectors, each is compared. Of more, FAISS chooses by their codes, see
index.search.product_quantizer, and the chosen ones are compared themselves.

The file's name carries the state of the library that it was made from, so a reader that knows the
state never searches another one's vectors.
"""

import os
from collections.abc import Iterable, Sequence
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Ids, Vectors
from index.errors import StoreError
from index.search.product_quantizer import ProductQuantizer, vector_checksums
from index.storage.index_folder import OWN_FILE, whole_file

# Comparing this many takes a tenth of the time of embedding the question.
MAX_FLAT_VECTORS = 5_000

# Re-rank max(4 * k, 600, n / 500) candidates of the product quantizer exactly.
LOOKED_AT_TIMES, LOOKED_AT_LEAST, LOOKED_AT_OF = 4, 600, 500

# If fewer than half of the wanted vectors pass the filter, search this many times more.
WIDER_TIMES = 4

# What FAISS writes before the vectors of an IndexFlatIP: in it, how many there are, and how many numbers.
HEADER_BYTES = 45
N_AT, NUMBERS_AT = slice(8, 16), slice(37, 45)

DAMAGED = "the index is damaged; build it again with: interview-qa build PATH"


class VectorIndex:
    """Vectors by id, searched for the ones nearest to a query."""

    def __init__(self, ids: Ids, vectors: Vectors, coarse: ProductQuantizer | None = None, checks: Any = None) -> None:
        """Index vectors (n, dimension) of length 1; `ids` ascend.

        With `coarse` they may lie in a file that nobody has checked; `checks` are their seals.
        """
        import faiss

        self._faiss = faiss
        self._ids = ids
        self._vectors, self._checks = vectors, checks
        self._coarse = coarse
        if coarse is None:
            self._flat: faiss.Index = faiss.IndexFlatIP(vectors.shape[1])
            self._flat.add(np.ascontiguousarray(vectors))
            # FAISS has them now.
            self._vectors = faiss.rev_swig_ptr(self._flat.get_xb(), vectors.size).reshape(vectors.shape)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Ids:
        """Return the ids of the vectors, ascending."""
        return self._ids

    @property
    def coarse(self) -> ProductQuantizer | None:
        """Return the codes of the vectors, where they are many."""
        return self._coarse

    @property
    def checks(self) -> Any:
        """Return the seals of the vectors, where they lie in a file that nobody has checked."""
        return self._checks

    @property
    def dimension(self) -> int:
        """Return how long each vector is."""
        return int(self._vectors.shape[1])

    def search(self, query: Vectors, k: int, among: Sequence[int] | Ids | None = None) -> list[tuple[int, float]]:
        """Return up to k (id, cosine similarity) pairs, best first; `among` are the ids to choose from."""
        rows = None if among is None else self.rows(np.unique(np.asarray(among, np.int64)))
        found, scores = self.nearest(query, k, rows)
        return list(zip(self._ids[found].tolist(), scores.tolist(), strict=True))

    def nearest(self, query: Vectors, k: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """Return up to k (rows, cosine similarities), best first; `among` are the rows to choose from, ascending."""
        n = len(self) if among is None else len(among)
        k = min(k, n)
        if k == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        if among is None and self._coarse is None:
            # A thread each would wait for the others longer than it works.
            self._faiss.omp_set_num_threads(1)
            scores, rows = self._flat.search(query.reshape(1, -1), k)
            return rows[0].astype(np.int64), scores[0]
        if among is not None and (self._coarse is None or n <= MAX_FLAT_VECTORS):
            rows = among
        else:
            wanted = max(LOOKED_AT_TIMES * k, LOOKED_AT_LEAST, len(self) // LOOKED_AT_OF)
            rows = self._chosen(query, wanted, among)
        similar = self.of_rows(rows) @ query
        best = np.lexsort((rows, -similar))[:k]
        return rows[best], similar[best]

    def _chosen(self, query: Vectors, wanted: int, among: Ids | None) -> Ids:
        """Return about the `wanted` nearest rows, of all or `among` those, by their codes."""
        assert self._coarse is not None
        if among is None:
            return self._coarse.search(query, min(len(self), wanted))
        # Few of those that are found may be among the wanted: what is asked about may be said elsewhere.
        asked = wanted * len(self) // len(among)
        while True:
            rows = self._coarse.search(query, min(len(self), asked))
            rows = rows[np.isin(rows, among)][:wanted]
            if 2 * len(rows) >= min(wanted, len(among)) or asked >= len(self):
                return rows
            asked *= WIDER_TIMES

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """Return the vectors (len(ids), dimension) of the ids."""
        return self.of_rows(self.rows(np.asarray(ids, np.int64)))

    def rows(self, ids: Ids) -> Ids:
        """Return the rows of ids. Raises StoreError where one is not there."""
        return rows_of(self._ids, ids)

    def of_rows(self, rows: Ids) -> Vectors:
        """Return the vectors (len(rows), dimension) of rows. Raises StoreError where one is not what was written."""
        found = np.asarray(self._vectors[rows], np.float32)
        if self._checks is not None and not (
            np.array_equal(vector_checksums(found), self._checks[rows]) and np.isfinite(found).all()
        ):
            raise StoreError(DAMAGED)
        return found


def rows_of(ids: Ids, wanted: Ids) -> Ids:
    """Return where in the ids, which ascend, each of the wanted is. Raises StoreError where one is not there."""
    rows = np.searchsorted(ids, wanted).astype(np.int64)
    if not np.array_equal(ids[rows[rows < len(ids)]], wanted):
        raise StoreError(DAMAGED)
    return rows


def write_vectors(folder: Path, state: str, n: int, dimension: int, parts: Iterable[Vectors]) -> str:
    """Write the file of a state, whole or not at all, and return its SHA-256. Raises StoreError.

    The parts together are n vectors; the file is FAISS's own form of an IndexFlatIP.
    """
    import faiss

    header = bytearray(faiss.serialize_index(faiss.IndexFlatIP(dimension)).tobytes())
    assert len(header) == HEADER_BYTES
    header[N_AT], header[NUMBERS_AT] = n.to_bytes(8, "little"), (n * dimension).to_bytes(8, "little")
    found = sha256(header)
    with whole_file(file_of(folder, state)) as file:
        file.write(header)
        for part in parts:
            data = np.ascontiguousarray(part, "<f4").data
            found.update(data)
            file.write(data)
    return found.hexdigest()


def read_vectors(folder: Path, state: str, checksum: str, n: int, dimension: int) -> Vectors:
    """Read the file of a state into memory.

    Raises StoreError where it is missing or is not what was written. FAISS trusts the sizes that a file
    states, so of a file that may come from anybody only the vectors are taken: they follow the header.
    """
    path, n_bytes = file_of(folder, state), HEADER_BYTES + 4 * n * dimension
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | OWN_FILE), "rb") as file:
            data = file.read(n_bytes + 1)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) != n_bytes or sha256(data).hexdigest() != checksum:
        raise StoreError(f"{path} is damaged")
    vectors = np.frombuffer(data, "<f4", offset=HEADER_BYTES).reshape(n, dimension)
    if not np.isfinite(vectors).all():
        raise StoreError(f"{path} is damaged")
    return vectors


def map_vectors(folder: Path, state: str, n: int, dimension: int, checksum: str | None = None) -> Vectors:
    """Return the vectors of a state as they lie in its file, unchecked where the checksum is not given.

    Raises StoreError where their number is off, or the checksum is another.
    """
    path = file_of(folder, state)
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | OWN_FILE), "rb") as file:
            if os.fstat(file.fileno()).st_size != HEADER_BYTES + 4 * n * dimension:
                raise StoreError(f"{path} is damaged")
            if checksum and file_digest(file, "sha256").hexdigest() != checksum:
                raise StoreError(f"{path} is damaged")
            held = np.memmap(file, np.uint8, "r")
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    mapped: Vectors = np.asarray(held)[HEADER_BYTES:].view("<f4").reshape(n, dimension)
    return mapped


def file_of(folder: Path, state: str) -> Path:
    """Return where the vectors of a state are kept."""
    return folder / f"vectors-{state}.faiss"
