"""Arrays in a file: what is damaged or by somebody who wishes us ill is refused in one line, and then done without."""

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from helpers.small_library import Answers, answers, floors
from index.building.build import build
from index.building.verify import verify
from index.embedding.embedder import Embedder
from index.errors import StoreError
from index.search.array_file import Arrays, open_arrays, write_arrays
from index.search.search_index import load_search_index, search_file
from index.storage.database import Database

SOME: Arrays = {
    "numbers": np.arange(7, dtype=np.int64),
    "codes": np.arange(12, dtype=np.uint8).reshape(3, 4),
    "none": np.zeros(0, np.float32),
}


def test_what_was_written_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "some.arrays"
    checksum = write_arrays(path, SOME)
    # A short file is read, a long one mapped.
    for most_read in (10**6, 0):
        monkeypatch.setattr("index.search.array_file.MOST_READ_BYTES", most_read)
        found = open_arrays(path, checksum)
        assert found.keys() == SOME.keys()
        assert all(np.array_equal(found[name], SOME[name]) and found[name].dtype == SOME[name].dtype for name in SOME)


def test_a_short_file_that_is_cut_off_while_it_is_open_is_held_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "some.arrays"
    found = open_arrays(path, write_arrays(path, SOME))
    os.truncate(path, 0)
    assert found["codes"].tolist() == SOME["codes"].tolist()


def test_any_byte_that_is_another_is_met_or_between_the_arrays(tmp_path: Path) -> None:
    path = tmp_path / "some.arrays"
    checksum = write_arrays(path, SOME)
    whole, refused = path.read_bytes(), 0
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            found = open_arrays(path, checksum)
        except StoreError:
            refused += 1
        else:
            assert all(np.array_equal(found[name], SOME[name]) for name in SOME), at
    (size,) = np.frombuffer(whole[:8], "<i8")
    assert refused == 8 + size + 7 * 8 + 12
    for end in range(0, whole.index(SOME["codes"].tobytes()) + 12, 5):
        path.write_bytes(whole[:end])
        with pytest.raises(StoreError, match="is damaged"):
            open_arrays(path, checksum)


HEADERS = (
    *(b"", b"[]", b"null", b"7", b"\xff", b"[" * 90_000, b'{"a": 1}', b'{"a": {}}', b'{"a": ["<i8", [1], 0, "", 5]}'),
    *(b'{"a": ["<i8", [-1, -1], 0, ""]}', b'{"a": ["<i8", [1], -8, ""]}', b'{"a": ["<i8", [1e9], 0, ""]}'),
    *(b'{"a": ["<i8", [99999999999999999999], 0, ""]}', b'{"a": ["<i8", [0, 99999999999999999999], 0, ""]}'),
    *(b'{"a": ["<i8", [1], 1e999, ""]}', b'{"a": ["O", [1], 0, ""]}', b'{"a": [[], [1], 0, ""]}'),
    *(b'{"a": ["<i8", "ab", 0, ""]}', b'{"a": ["<i8", [1], 99999999999999999999, ""]}'),
    b'{"a": ["|u1", [%s], 0, ""]}' % b", ".join([b"1"] * 99),
)


@pytest.mark.parametrize("header", HEADERS, ids=range(len(HEADERS)))
@pytest.mark.parametrize("size", [None, 2**64 - 1])
def test_a_header_that_nobody_of_us_wrote_is_refused(tmp_path: Path, header: bytes, size: int | None) -> None:
    path = tmp_path / "some.arrays"
    said = len(header) if size is None else size
    path.write_bytes((said.to_bytes(8, "little") + header).ljust(100_000, b"\1"))
    with pytest.raises(StoreError, match="is damaged"):
        open_arrays(path, sha256(header).hexdigest())


# What somebody makes of the arrays of an index who writes checksums as we do.


def _posted(arrays: Arrays, **others: "np.ndarray[Any, Any]") -> Arrays:
    """Seal postings anew."""
    arrays = arrays | others
    ends = arrays["posting_ends"].tolist()
    rows, times = arrays["posting_rows"], arrays["posting_times"]
    seals = [crc32(times[a:b].data, crc32(rows[a:b].data)) for a, b in zip([0, *ends], ends, strict=False)]
    return arrays | {"posting_seals": np.array(seals, np.uint32)}


ALTERED: dict[str, Callable[[Arrays], Arrays]] = {
    "rows beyond all": lambda a: _posted(a, posting_rows=np.full_like(a["posting_rows"], 2**32 - 1)),
    "ends that go back": lambda a: a | {"stem_ends": a["stem_ends"][::-1]},
    "ends below none": lambda a: a | {"stem_ends": a["stem_ends"] - 9},
    "words that end beyond all": lambda a: a | {"posting_ends": a["posting_ends"] + 1},
    "spelled words beyond all": lambda a: a | {"spelled_ends": a["spelled_ends"] * 2**40},
    "vectors beyond all": lambda a: a | {"encodings": a["encodings"] + 5},
    "vectors below none": lambda a: a | {"encodings": a["encodings"] - 1},
    "lengths of fewer": lambda a: a | {"lengths": a["lengths"][1:]},
    "another kind of number": lambda a: a | {"passages": a["passages"].astype(np.float32)},
    "no number": lambda a: a | {"vector_ids": np.zeros((), np.int64)},
    "nothing of the kind": lambda a: {"passages": a["passages"]},
    "more than there is": lambda a: a | {"more": a["passages"]},
    "vectors with names of others": lambda a: a | {"vector_ids": a["vector_ids"] + 7},
    "words said more often": lambda a: _posted(a, posting_times=a["posting_times"] + np.uint8(1)),
    "vectors by one name": lambda a: a | {"vector_ids": np.zeros_like(a["vector_ids"])},
    "codes too short": lambda a: a | _codes(len(a["vector_ids"]), 47),
    "codes of too few": lambda a: a | _codes(len(a["vector_ids"]) - 1, 48),
    "centroids of too few": lambda a: a | _codes(len(a["vector_ids"]), 48) | {"centroids": np.zeros(8, np.float32)},
    "passages that are not in the library": lambda a: a | {"passages": a["passages"] + 1000},
}


def _codes(n: int, size: int) -> Arrays:
    return {
        "centroids": np.zeros(16 * 384, np.float32),
        "codes": np.zeros((n, size), np.uint8),
        "vector_seals": np.zeros(n, np.uint32),
    }


@pytest.mark.parametrize("what", ALTERED)
def test_arrays_that_nobody_of_us_wrote_are_done_without(
    folder: Path, files: Path, reader: Embedder, right: Answers, what: str
) -> None:
    with Database.create(folder) as database:
        index_metadata = database.index_metadata()
        path = search_file(folder, index_metadata["state"])
        altered = ALTERED[what](open_arrays(path, index_metadata["search_sha256"]))
        database.set_index_metadata(search_sha256=write_arrays(path, altered))
    if what == "passages that are not in the library":
        # The lookup meets it.
        with pytest.raises(StoreError, match="is damaged"):
            answers(folder, reader)
    elif what != "words said more often":
        assert answers(folder, reader) == right
    assert verify(folder, reader).problems
    build([files], folder, reader, fit=floors)
    assert verify(folder, reader).problems == []
    assert answers(folder, reader) == right


def test_every_byte_of_an_index_is_looked_at_or_none_of_its_affair(folder: Path) -> None:
    with Database.open(folder) as database:
        index_metadata = database.index_metadata()
        path = search_file(folder, index_metadata["state"])
        whole, expected = path.read_bytes(), load_search_index(database, folder, index_metadata)
        header = json.loads(whole[8 : 8 + int.from_bytes(whole[:8], "little")])
        assert header.keys() == {*expected.arrays, "vector_ids"}
        for at in range(0, len(whole), 3):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x80]) + whole[at + 1 :])
            try:
                found = load_search_index(database, folder, index_metadata)
            except StoreError:
                continue
            assert found.is_searched_as(expected), at


def test_what_an_interrupted_build_left_goes_with_the_next_one(folder: Path, files: Path, reader: Embedder) -> None:
    left = [folder / name for name in (f"search-{'0' * 16}.arrays", f"vectors-{'0' * 16}.faiss", "search-1.draft")]
    for each in left:
        each.write_bytes(b"left")
    more = folder.parent / "files"
    shutil.copytree(files, more)
    (more / "new.txt").write_text("Ada: Is it warm?\nBo: It is, in here, by the stove.\n")

    def fails(*_: object) -> dict[str, float]:
        raise StoreError("the disk is full")

    for name in ("one.txt", "two.txt"):
        (more / name).write_text(f"Ada: Is it warm?\nBo: In {name} it is, by the stove.\n")
        with pytest.raises(StoreError, match="the disk is full"):
            build([more], folder, reader, fit=fails)
    assert not any(each.exists() for each in left)
    # The state that answers, and of what the last build did not save.
    assert len([*folder.glob("search-*")]) <= 2
