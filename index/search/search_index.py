"""All that a search reads besides the texts, as arrays in two files that are derived from the library file.

Each state of the library has its own files. If they are missing or damaged, they are derived again in memory;
the next build writes them.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Ids, Vectors
from index.errors import StoreError
from index.search.array_file import Arrays, open_arrays, write_arrays
from index.search.postings import LARGE, Postings
from index.search.product_quantizer import (
    N_CENTROIDS,
    TRAINED_ON,
    ProductQuantizer,
    code_bytes,
    encode,
    supports_pq,
    train,
    vector_checksums,
)
from index.search.string_table import Strings
from index.search.vector_index import MAX_FLAT_VECTORS, VectorIndex, map_vectors, read_vectors, rows_of, write_vectors
from index.storage.database import Database
from index.storage.index_folder import DERIVED_FORMS
from index.storage.queries import index_words, languages, passage_table, spellings

# Centroids are trained again when the number of vectors has grown or shrunk by this factor.
GROWTH = 2

# Vectors are copied in parts of this many: 15 MB.
PART = 10_000

# A file no longer than this is checked as a whole when it is opened: that takes a twentieth of a second.
CHECKED_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """What is searched. Passages are known by their rows, in the order of their ids."""

    vectors: VectorIndex
    ids: Ids  # of the passages, ascending
    encodings: Ids  # the row of each passage's vector
    transcripts: Ids  # the id of each passage's transcript
    asides: "np.ndarray[Any, np.dtype[np.uint8]]"  # 1 for an opening, an advertisement or a farewell
    postings: Postings
    by_encoding: Ids  # the rows of passages, in the order of their vectors
    spelled: Strings  # the words as they are spelled, lower case
    spelled_in: "np.ndarray[Any, np.dtype[np.uint32]]"  # how many passages hold each

    def is_searched_as(self, other: "SearchIndex") -> bool:
        """Whether passages and words are the other's."""
        mine, theirs = self.arrays, other.arrays
        return all(np.array_equal(mine[name], theirs[name]) for name in theirs)

    @property
    def arrays(self) -> Arrays:
        """Return all of it but the vectors."""
        return self.postings.arrays | {
            "passages": self.ids,
            "encodings": self.encodings,
            "transcripts": self.transcripts,
            "asides": self.asides,
            "spelled_characters": self.spelled.characters,
            "spelled_ends": self.spelled.ends,
            "spelled_in": self.spelled_in,
        }

    def rows(self, passage_ids: Ids) -> Ids:
        """Return the rows of passages by their ids, ascending. Raises StoreError where one is not there."""
        return rows_of(self.ids, passage_ids)

    def passages_of(self, encodings: Ids) -> Ids:
        """Return the rows of the passages that have one of the vectors, ascending."""
        firsts, ends = (
            np.searchsorted(self.encodings, encodings, side, sorter=self.by_encoding) for side in ("left", "right")
        )
        counts = ends - firsts
        at = np.arange(counts.sum()) + np.repeat(firsts - np.cumsum(counts) + counts, counts)
        return np.sort(self.by_encoding[at])

    def rows_in(self, transcript_ids: Sequence[int] | None) -> Ids | None:
        """Return the rows of the transcripts' passages, ascending; None for all."""
        if transcript_ids is None:
            return None
        return np.flatnonzero(np.isin(self.transcripts, np.asarray(transcript_ids, np.int64)))


def build_in_memory(database: Database, dimension: int) -> SearchIndex:
    """Return what is searched, made in memory. Raises DamagedError."""
    ids = database.encoding_ids()
    vectors = np.concatenate([*_vectors(database, ids, dimension, None)])
    return _with_vectors(database, VectorIndex(ids, vectors), None, None)


def save_search_index(
    database: Database,
    folder: Path,
    state: str,
    dimension: int,
    before: SearchIndex | None = None,
    kept: Ids | None = None,
) -> tuple[SearchIndex, dict[str, Any]]:
    """Make what is searched and write its files; return it with what has to be recorded. Raises StoreError."""
    ids = database.encoding_ids()
    parts = _vectors(database, ids, dimension, before)
    index_metadata: dict[str, Any] = {"vectors_sha256": write_vectors(folder, state, len(ids), dimension, parts)}
    vectors = map_vectors(folder, state, len(ids), dimension)
    coarse = None
    if len(ids) > MAX_FLAT_VECTORS and supports_pq(dimension):
        learnt_of = database.index_metadata().get("centroids_of", 0)
        is_alike = learnt_of <= GROWTH * len(ids) and len(ids) <= GROWTH * learnt_of
        alike = before.vectors if before and before.vectors.coarse and is_alike else None
        coarse = _coarse(ids, vectors, alike)
        index_metadata["centroids_of"] = learnt_of if alike else len(ids)
    derived = _with_vectors(database, VectorIndex(ids, vectors, *(coarse or ())), before, kept)
    arrays = derived.arrays | {"vector_ids": ids}
    if coarse:
        arrays |= coarse[0].arrays | {"vector_seals": coarse[1]}
    return derived, index_metadata | {"search_sha256": write_arrays(search_file(folder, state), arrays)}


def load_search_index(
    database: Database, folder: Path, index_metadata: dict[str, Any], *, is_checked: bool = False
) -> SearchIndex:
    """Open the files of a state; of large ones, what is read only in part is checked now if `is_checked`, else then.

    Raises StoreError where they are missing, are not what was written, or are what nobody writes.
    """
    path, dimension = search_file(folder, index_metadata["state"]), index_metadata["dimension"]
    try:
        is_checked_now = is_checked or path.stat().st_size <= CHECKED_BYTES
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    arrays = open_arrays(path, str(index_metadata.get("search_sha256")), frozenset() if is_checked_now else LARGE)
    try:
        _refuse_odd(arrays, dimension)
        if is_checked_now and (arrays["posting_rows"] >= len(arrays["passages"])).any():
            raise ValueError("words in passages that are not there")
    # The file may come from anybody, who need not care what goes where.
    except (LookupError, TypeError, ValueError) as error:
        raise StoreError(f"{path} is damaged") from error
    if len(arrays["passages"]) != database.count("passages"):
        raise StoreError(f"{path} is damaged")
    return SearchIndex(
        _vectors_of(arrays, folder, index_metadata, is_checked=is_checked),
        arrays["passages"],
        arrays["encodings"],
        arrays["transcripts"],
        arrays["asides"],
        Postings(arrays, is_checked=is_checked_now),
        np.argsort(arrays["encodings"], kind="stable"),
        Strings(arrays["spelled_characters"], arrays["spelled_ends"]),
        arrays["spelled_in"],
    )


def search_file(folder: Path, state: str) -> Path:
    """Return where the arrays of a state are kept."""
    return folder / f"search-{state}.arrays"


def remove_others(folder: Path, state: str) -> None:
    """Remove what was derived from other states, and drafts that an interrupted build left."""
    for path in (path for form in DERIVED_FORMS for path in folder.glob(form)):
        is_draft = path.suffix == ".draft"
        if (is_draft or state not in path.name) and path.is_file():
            with suppress(OSError):  # The new state is saved; the next build removes it.
                path.unlink(missing_ok=True)


def _refuse_odd(arrays: Arrays, dimension: int) -> None:
    """Raise ValueError, LookupError or TypeError for arrays that no build writes: libraries in C would follow them."""
    n, n_vectors, n_stems, n_spelled, n_postings = (
        len(arrays[name]) for name in ("passages", "vector_ids", "stem_ends", "spelled_ends", "posting_rows")
    )
    ends = {name: int(arrays[name][-1]) if len(arrays[name]) else 0 for name in ("stem_ends", "spelled_ends")}
    wanted: dict[str, tuple[str, tuple[int, ...]]] = {
        "vector_ids": ("<i8", (n_vectors,)),
        "passages": ("<i8", (n,)),
        "encodings": ("<i8", (n,)),
        "transcripts": ("<i8", (n,)),
        "asides": ("|u1", (n,)),
        "lengths": ("<u4", (n,)),
        "languages": ("<u4", (n,)),
        "stem_characters": ("|u1", (ends["stem_ends"],)),
        "stem_ends": ("<i8", (n_stems,)),
        "posting_ends": ("<i8", (n_stems,)),
        "posting_rows": ("<u4", (n_postings,)),
        "posting_times": ("|u1", (n_postings,)),
        "posting_seals": ("<u4", (n_stems,)),
        "spelled_characters": ("|u1", (ends["spelled_ends"],)),
        "spelled_ends": ("<i8", (n_spelled,)),
        "spelled_in": ("<u4", (n_spelled,)),
    }
    if "codes" in arrays:
        wanted |= {
            "centroids": ("<f4", (N_CENTROIDS * dimension,)),
            "codes": ("|u1", (n_vectors, code_bytes(dimension))),
            "vector_seals": ("<u4", (n_vectors,)),
        }
    if {name: (array.dtype.str, array.shape) for name, array in arrays.items()} != wanted:
        raise ValueError("arrays of another form")
    ascending = {"vector_ids": 1, "passages": 1, "stem_ends": 0, "posting_ends": 0, "spelled_ends": 0}
    if any((np.diff(arrays[name], prepend=0) < least).any() for name, least in ascending.items()):
        raise ValueError("what ascends does not")
    if n_stems and arrays["posting_ends"][-1] != n_postings:
        raise ValueError("words that are in other passages than there are")
    if ((arrays["encodings"] < 0) | (arrays["encodings"] >= n_vectors)).any():
        raise ValueError("passages without vectors")


def _vectors_of(arrays: Arrays, folder: Path, index_metadata: dict[str, Any], *, is_checked: bool) -> VectorIndex:
    """Return the vectors of a state, searched as its arrays have it."""
    state, ids, dimension = index_metadata["state"], arrays["vector_ids"], index_metadata["dimension"]
    if "codes" in arrays and not supports_pq(dimension):
        raise StoreError(f"{search_file(folder, state)} is damaged")
    coarse = ProductQuantizer(arrays["centroids"], arrays["codes"], dimension) if "codes" in arrays else None
    if coarse is None or 4 * dimension * len(ids) <= CHECKED_BYTES:
        return VectorIndex(
            ids, read_vectors(folder, state, index_metadata["vectors_sha256"], len(ids), dimension), coarse
        )
    mapped = map_vectors(folder, state, len(ids), dimension, index_metadata["vectors_sha256"] if is_checked else None)
    return VectorIndex(ids, mapped, coarse, arrays["vector_seals"])


def _with_vectors(
    database: Database, vectors: VectorIndex, before: SearchIndex | None, kept: Ids | None
) -> SearchIndex:
    """Return what is searched, with these vectors."""
    rows = passage_table(database)
    ids = np.ascontiguousarray(rows[:, 0])
    old = None
    is_new = np.ones(len(ids), np.bool_)
    if before is not None and kept is not None:
        now = np.searchsorted(ids, before.ids)
        stays = np.isin(before.ids, kept)
        old = before.postings, np.where(stays, now, -1)
        is_new[now[stays]] = False
    said = _said(database, ids, rows[:, 2], np.flatnonzero(is_new))
    spelled = spellings(database)
    encodings = vectors.rows(rows[:, 1])
    return SearchIndex(
        vectors,
        ids,
        encodings,
        np.ascontiguousarray(rows[:, 2]),
        rows[:, 3].astype(np.uint8),
        Postings.made(len(ids), said, old),
        np.argsort(encodings, kind="stable"),
        Strings.of(word.encode("utf-8", "surrogatepass") for word, _ in spelled),
        np.array([n for _, n in spelled], np.uint32),
    )


def _said(database: Database, ids: Ids, transcripts: Ids, rows: Ids) -> Iterator[tuple[int, str, str]]:
    """Yield (row, words that the passage is found by, their language) for some of the passages."""
    language_of = languages(database, np.unique(transcripts[rows]).tolist())
    for at in range(0, len(rows), PART):
        part = rows[at : at + PART]
        row_of = dict(zip(ids[part].tolist(), part.tolist(), strict=True))
        for passage_id, words, transcript_id in index_words(database, ids[part]):
            yield row_of[passage_id], words, language_of[transcript_id]


def _vectors(database: Database, ids: Ids, dimension: int, before: SearchIndex | None) -> Iterator[Vectors]:
    """Yield the vectors of encodings; those that the last state had are not looked up in the database."""
    yield np.zeros((0, dimension), np.float32)
    for at in range(0, len(ids), PART):
        part = ids[at : at + PART]
        vectors = np.empty((len(part), dimension), np.float32)
        known = np.isin(part, before.vectors.ids) if before else np.zeros(len(part), np.bool_)
        if before:
            vectors[known] = before.vectors.vectors(part[known].tolist())
        vectors[~known] = database.vectors(part[~known].tolist(), dimension)
        yield vectors


def _coarse(ids: Ids, vectors: Vectors, before: VectorIndex | None) -> tuple[ProductQuantizer, Any]:
    """Return the codes of vectors, and their seals; codes of before are taken as they are, and what they mean."""
    if before is None or before.coarse is None:
        sample = np.sort(np.random.default_rng(0).choice(len(vectors), min(len(vectors), TRAINED_ON), replace=False))
        centroids = train(np.ascontiguousarray(vectors[sample]))
        known = np.zeros(len(ids), np.bool_)
    else:
        centroids, known = before.coarse.centroids, np.isin(ids, before.ids)
    codes, checks = np.empty((len(ids), code_bytes(vectors.shape[1])), np.uint8), np.empty(len(ids), np.uint32)
    if before is not None and before.coarse is not None:
        rows = before.rows(ids[known])
        codes[known] = before.coarse.codes[rows]
        # Those that are handed on were compared with theirs.
        checks[known] = vector_checksums(vectors[known]) if before.checks is None else before.checks[rows]
    new = np.flatnonzero(~known)
    for at in range(0, len(new), PART):
        part = vectors[new[at : at + PART]]
        codes[new[at : at + PART]], checks[new[at : at + PART]] = encode(centroids, part), vector_checksums(part)
    return ProductQuantizer(centroids, codes, vectors.shape[1]), checks
