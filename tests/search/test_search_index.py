"""Vectors and words as they are searched: what is found is what comparing all would find."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from helpers.library import build_index
from helpers.small_library import floors
from index.building.build import build
from index.building.verify import verify
from index.embedding.embedder import Embedder
from index.errors import StoreError
from index.samples import SAMPLES
from index.search import vector_index as vectors_module
from index.search.array_file import open_arrays
from index.search.product_quantizer import ProductQuantizer, encode, train, vector_checksums
from index.search.search_index import build_in_memory, load_search_index, save_search_index, search_file
from index.search.vector_index import HEADER_BYTES, VectorIndex, file_of, map_vectors, read_vectors, write_vectors
from index.storage.database import Database
from index.storage.queries import match_phrase
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.ranking.top_k import BLOCK, best

STATE = "0" * 16


def unit_vectors(n: int, dimension: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    vectors = np.random.default_rng(5).standard_normal((n, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def test_the_vector_index_agrees_with_plain_numpy(tmp_path: Path) -> None:
    vectors = unit_vectors(500, 16)
    ids = np.arange(500, dtype=np.int64) * 3 + 1
    checksum = write_vectors(tmp_path, "s", 500, 16, [vectors[:100], vectors[100:]])
    among = ids[::5].tolist()
    for held in (vectors, read_vectors(tmp_path, "s", checksum, 500, 16), map_vectors(tmp_path, "s", 500, 16)):
        index = VectorIndex(ids, held)
        cosines = vectors @ vectors[7]
        assert [i for i, _ in index.search(vectors[7], 20)] == ids[np.argsort(-cosines)[:20]].tolist()
        order = [i for i in ids[np.argsort(-cosines)].tolist() if i in set(among)]
        assert [i for i, _ in index.search(vectors[7], 20, among)] == order[:20]
        assert np.array_equal(index.vectors([4, 1]), vectors[[1, 0]])
        assert len(index.search(vectors[7], 999, [1, 4])) == 2
        assert index.search(vectors[7], 5, []) == []


def test_the_file_is_one_that_faiss_reads(tmp_path: Path) -> None:
    import faiss

    vectors = unit_vectors(30, 16)
    write_vectors(tmp_path, "s", 30, 16, [vectors])
    read = faiss.read_index(str(file_of(tmp_path, "s")))
    assert np.array_equal(read.reconstruct_n(0, read.ntotal), vectors)


def test_of_many_vectors_nearly_all_of_the_nearest_are_found_by_their_codes() -> None:
    vectors = unit_vectors(6000, 32)
    centroids = train(vectors)
    index = VectorIndex(
        np.arange(6000), vectors, ProductQuantizer(centroids, encode(centroids, vectors), 32), vector_checksums(vectors)
    )
    found = total = 0
    for query in vectors[:50]:
        nearest = np.argsort(-(vectors @ query))[:10].tolist()
        found += len({*nearest} & {i for i, _ in index.search(query, 10)})
        total += 10
    assert found >= 0.95 * total
    among = np.arange(0, 6000, 7)
    (best_one, cosine), *_ = index.search(vectors[14], 3, among)
    assert (best_one, round(cosine, 4)) == (14, 1.0)


def test_what_is_asked_about_is_found_where_all_that_is_near_lies_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "MAX_FLAT_VECTORS", 1000)
    vectors = unit_vectors(20_000, 32)
    query, n_far = vectors[-1].copy(), 2000
    vectors += np.where(np.arange(20_000) < n_far, -1, 1)[:, None] * query
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    centroids = train(vectors)
    index = VectorIndex(
        np.arange(20_000),
        vectors,
        ProductQuantizer(centroids, encode(centroids, vectors), 32),
        vector_checksums(vectors),
    )
    nearest = np.argsort(-(vectors[:n_far] @ query))[:10].tolist()
    found = [row for row, _ in index.search(query, 10, np.arange(n_far))]
    assert len({*found} & {*nearest}) >= 9


def test_a_vector_that_is_not_as_it_was_written_is_met_by_its_seal() -> None:
    vectors = unit_vectors(50, 16)
    checks = vector_checksums(vectors)
    centroids = train(unit_vectors(500, 16))
    vectors[3, 5] = np.nextafter(vectors[3, 5], np.float32(2))
    index = VectorIndex(np.arange(50), vectors, ProductQuantizer(centroids, encode(centroids, vectors), 16), checks)
    assert len(index.vectors([2, 4])) == 2
    with pytest.raises(StoreError, match="the index is damaged"):
        index.vectors([3])


TALK = (
    "Host: How was the café on the pier?\nAda: Naïve running, runs, ran. The runner's café burned 3.5 times, and"
    " the pier burned down.\nHost: And the boats?\nAda: The boats were burning too. So the pier was gone, the pier.\n"
)


def test_words_count_as_full_text_search_counts_them(tmp_path: Path) -> None:
    build_index(
        {"a.txt": TALK, "b.txt": TALK.replace("pier", "mole"), "c.txt": "Host: Why?\nBo: Because.\n"}, tmp_path / "i"
    )
    with Library(tmp_path / "i").snapshot() as snapshot:
        postings, ids = snapshot.search_index.postings, snapshot.search_index.ids
        for word in ("pier", "piers", "burned", "café", "CAFE", "running", "mole", "why", "zeppelin", "as"):
            found = postings.match(word)
            assert found is not None
            expected = match_phrase(snapshot.database, word)
            assert ids[found[0]].tolist() == [i for i, _ in expected], word
            # Where half of all hold a word FTS5's own formula has no idf to divide by.
            if 2 * len(expected) < len(ids):
                assert found[1].tolist() == pytest.approx([f for _, f in expected], rel=1e-5), word
        assert postings.match("pier burned") is None  # it is two
        assert postings.match("...") is None


def test_what_is_searched_after_changes_is_as_if_it_was_made_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "i"
    build_index({"a.txt": TALK, "b.txt": TALK.replace("pier", "mole"), "c.txt": TALK.replace("pier", "dam")}, folder)
    build_index({"a.txt": TALK.replace("boats", "horses"), "c.txt": TALK.replace("pier", "dam"), "d.txt": TALK}, folder)
    with Database.open(folder) as database:
        index_metadata = database.index_metadata()
        changed, made = (
            load_search_index(database, folder, index_metadata),
            build_in_memory(database, index_metadata["dimension"]),
        )
        assert changed.is_searched_as(made)
        assert made.postings.match("horse")
        assert len(made.postings.match("mole")[0]) == 0  # type: ignore[index]


@pytest.fixture
def large(sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an index of the samples that is searched as one of many passages is."""
    folder = tmp_path / "large"
    shutil.copytree(sample_folder, folder)
    monkeypatch.setattr("index.search.search_index.MAX_FLAT_VECTORS", 1)
    monkeypatch.setattr("index.search.search_index.CHECKED_BYTES", 100)
    monkeypatch.setattr(vectors_module, "MAX_FLAT_VECTORS", 1)
    with Database.create(folder) as database, database.transaction(write=True):
        _, index_metadata = save_search_index(database, folder, STATE, database.index_metadata()["dimension"])
        database.set_index_metadata(state=STATE, **index_metadata)
    return folder


def test_a_library_of_many_passages_answers_as_a_small_one_does(library: Library, large: Path) -> None:
    with Library(large).snapshot() as snapshot:
        assert "codes" in open_arrays(search_file(large, STATE), snapshot.index_metadata["search_sha256"])
    for question in ("What about the castor oil?", "Why does she go to the glacier?"):
        for only in (None, ["yuki-arnalds-glacier.txt"]):
            found, expected = (answer(each, question, 5, only).passages for each in (Library(large), library))
            assert [p.text for p in found] == [p.text for p in expected]


def test_words_that_are_not_as_they_were_written_are_met_when_they_are_looked_up(large: Path) -> None:
    path = search_file(large, STATE)
    with Library(large).snapshot() as snapshot:
        at = path.read_bytes().index(snapshot.search_index.postings.arrays["posting_times"].tobytes())
        n = len(snapshot.search_index.postings.arrays["posting_times"])
    data = bytearray(path.read_bytes())
    data[at : at + n] = bytes(byte ^ 1 for byte in data[at : at + n])
    path.write_bytes(data)
    damaged = Library(large)
    with pytest.raises(StoreError, match="the index is damaged; build it again"):
        answer(damaged, "What about the castor oil?")


@pytest.mark.parametrize("name", ["posting_rows", "posting_times", "vectors"])
@pytest.mark.parametrize("changed", [False, True])
def test_a_build_makes_again_what_of_a_large_index_is_not_as_it_was_written(
    large: Path, embedder: Embedder, tmp_path: Path, name: str, changed: bool
) -> None:
    with Database.open(large) as database:
        index_metadata = database.index_metadata()
        expected = load_search_index(database, large, index_metadata)
    path = file_of(large, STATE) if name == "vectors" else search_file(large, STATE)
    data = bytearray(path.read_bytes())
    at = HEADER_BYTES if name == "vectors" else data.index(expected.arrays[name].tobytes())
    data[at] ^= 1
    path.write_bytes(data)
    assert any("is damaged" in line for line in verify(large, embedder).problems)
    more = tmp_path / "more.txt"
    more.write_text("Ada: What about the zebras?\nDi: They came at noon.\n")
    build([SAMPLES, *([more] if changed else [])], large, embedder, fit=floors)
    assert verify(large, embedder).problems == []


def test_the_end_of_a_file_of_vectors_is_not_its_only_check(large: Path, embedder: Embedder) -> None:
    path = file_of(large, STATE)
    data = bytearray(path.read_bytes())
    data[3] ^= 1  # in what FAISS goes by
    path.write_bytes(data)
    assert any("is damaged" in line for line in verify(large, embedder).problems)


def test_passages_that_share_a_vector_are_all_found_by_it(tmp_path: Path) -> None:
    build_index({f"{i}.txt": TALK for i in range(5)} | {"z.txt": TALK.replace("pier", "mole")}, tmp_path / "i")
    with Library(tmp_path / "i").snapshot() as snapshot:
        derived = snapshot.search_index
        assert len(derived.vectors) < len(derived.ids)
        for wanted in ([], [0], [2, 0], range(len(derived.vectors))):
            expected = np.flatnonzero(np.isin(derived.encodings, [*wanted])).tolist()
            assert derived.passages_of(np.array(wanted, np.int64)).tolist() == expected


def test_the_greatest_are_found_without_putting_all_in_order() -> None:
    scores = np.random.default_rng(3).integers(0, 900, 40 * BLOCK).astype(np.float32)
    for k in (1, 7, 39, 200):
        assert best(scores, k).tolist() == np.lexsort((np.arange(len(scores)), -scores))[:k].tolist()
    assert best(scores, 5, above=899.0).tolist() == []
    assert len(best(np.array([0.0, 1.0, 0.0], np.float32), 9, above=0.0)) == 1


def test_an_interview_more_changes_no_codes_of_the_others(large: Path) -> None:
    with Database.create(large) as database, database.transaction(write=True):
        index_metadata = database.index_metadata()
        before = load_search_index(database, large, index_metadata)
        gone = database.remove(next(iter(database.transcript_ids())))
        kept = database.passage_ids()
        after, found = save_search_index(database, large, "1" * 16, index_metadata["dimension"], before, kept)
        assert before.vectors.coarse
        assert after.vectors.coarse
        assert found["centroids_of"] == len(before.vectors)
        assert np.array_equal(after.vectors.coarse.centroids, before.vectors.coarse.centroids)
        assert 0 < len(before.vectors) - len(after.vectors) <= gone
        rows = before.vectors.rows(after.vectors.ids)
        assert np.array_equal(after.vectors.coarse.codes, before.vectors.coarse.codes[rows])
