"""Uploads of all kinds, put into a folder of interviews: what can be read, by safe names, and nothing else."""

import io
import json
import os
import shutil
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.library import put
from helpers.small_library import FILES, floors
from index.building.build import build
from index.building.info import info
from index.editing import uploads
from index.editing.uploads import Added, Upload, add, home
from index.embedding.embedder import Embedder
from index.safe_files import MOST_NAME_BYTES, plain_name
from index.samples import SAMPLES

BOAT = FILES["boat.vtt"].encode()
CAVE = FILES["cave.txt"].encode()
BAD = b'{"segments":\n\n[{"text": "Hello"'


def zipped(**files: bytes) -> bytes:
    """Return a zip; in names `__` stands for a dot, and `___` for a slash."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("___", "/").replace("__", "."), data)
    return packed.getvalue()


def all_below(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, hidden or not."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_can_be_read_is_kept_and_what_cannot_is_told(tmp_path: Path) -> None:
    done = add([Upload("boat.vtt", BOAT), Upload("bad.json", BAD), Upload("tape.mp3", b"ID3")], tmp_path / "in")
    assert done.added == ["boat.vtt"]
    assert [line.split(":")[0] for line in done.errors] == [
        "tape.mp3 is no transcript by its name; those end in " + ", ".join(uploads.ENDINGS),
        "bad.json, line 3",
    ]
    assert all_below(tmp_path / "in") == {"boat.vtt": BOAT}


def test_where_nothing_can_be_read_no_folder_is_left(tmp_path: Path) -> None:
    assert not add([Upload("empty.txt", b" \n")], tmp_path / "in")
    assert list(tmp_path.iterdir()) == []


def test_the_same_is_there_already_and_another_stays_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    put(tmp_path, Boat__vtt=FILES["boat.vtt"], cave__txt="Ada: Hello, are you there?\n")
    uploads = [Upload("boat.vtt", BOAT), Upload("cave.txt", CAVE)]
    assert add(uploads, tmp_path) == Added(same=["boat.vtt"], differing=["cave.txt"])
    assert all_below(tmp_path)["cave.txt"] == b"Ada: Hello, are you there?\n"
    assert add(uploads, tmp_path, replace=["boat.vtt", "cave.txt"]) == Added(same=["boat.vtt"], replaced=["cave.txt"])
    assert all_below(tmp_path) == {"Boat.vtt": BOAT, "cave.txt": CAVE}


def test_two_uploads_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    done = add([Upload("a/boat.vtt", BOAT), Upload("b\\BOAT.vtt", CAVE), Upload("boat.vtt", BOAT)], tmp_path)
    assert (done.added, len(done.errors)) == (["boat.vtt"], 1)
    assert all_below(tmp_path) == {"boat.vtt": BOAT}


def test_a_zip_becomes_a_folder(tmp_path: Path) -> None:
    inner = zipped(cave__txt=CAVE, cave__toml=b'guest = "Di Orr"')
    packed = zipped(boat__vtt=BOAT, bad__json=BAD, tape__mp3=b"ID3", deep___year__zip=inner, __hidden__txt=CAVE)
    done = add([Upload("Talks.zip", packed)], tmp_path)
    assert sorted(done.added) == ["Talks/boat.vtt", "Talks/deep/year/cave.toml", "Talks/deep/year/cave.txt"]
    assert done.errors == ["Talks/bad.json, line 3: the JSON breaks off here"]
    assert len(all_below(tmp_path)) == 3
    assert sorted(add([Upload("Talks.zip", packed)], tmp_path).same) == sorted(done.added)


@pytest.mark.parametrize(
    ("packed", "told"),
    [
        (zipped(tape__mp3=b"ID3"), "a.zip holds no transcript"),
        (b"PK\3\4 and no more", "a.zip cannot be read: the zip is damaged (File is not a zip file)"),
        (
            zipped(___etc___passwd__txt=CAVE),
            "a.zip is refused: a file in it would lie outside of it: /etc/passwd.txt",
        ),
        (
            zipped(**{"a___..___..___b__txt": CAVE}),
            "a.zip is refused: a file in it would lie outside of it: a/../../b.txt",
        ),
        (zipped(big__txt=b"a " * 33_000_000), "a.zip/big.txt is too large to be read: 66 MB; at most 64 MB are"),
    ],
)
def test_a_zip_that_nobody_should_open_is_refused(tmp_path: Path, packed: bytes, told: str) -> None:
    done = add([Upload("a.zip", packed)], tmp_path / "in")
    assert done == Added(errors=[told])
    assert list(tmp_path.iterdir()) == []


def test_a_flood_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 3)
    done = add([Upload(f"{n}.txt", CAVE) for n in range(5)], tmp_path)
    assert done.added == ["0.txt", "1.txt", "2.txt"]
    assert done.errors == [f"{n}.txt is too much at once; add it with the next ones" for n in (3, 4)]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\talks\\ada.vtt", "ada.vtt"),
        ("ada\0.vtt", "ada.vtt"),
        ("ada\u202etxt.vtt", "adatxt.vtt"),
        (".ada.vtt", "ada.vtt"),
        ("con.vtt", "_con.vtt"),
        ("COM1.en.vtt", "_COM1.en.vtt"),
        ("...", "interview"),
        ("?.vtt", "interview.vtt"),
        ("Ada  &\tBo: <b>.vtt", "Ada & Bo- -b-.vtt"),
        ("ada.vtt.toml", "ada.vtt.toml"),
        ("Ásta.txt", "Ásta.txt"),
        ("", "interview"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert plain_name(name) == safe


@pytest.mark.parametrize("name", ["a" * 300 + ".vtt", "é" * 300 + ".vtt", "a." + "b" * 300])
def test_a_long_name_is_made_shorter(name: str) -> None:
    assert 1 < len(plain_name(name).encode()) <= MOST_NAME_BYTES
    assert plain_name(plain_name(name)) == plain_name(name)


def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "talks").symlink_to(tmp_path / "out")
    done = add([Upload("talks.zip", zipped(boat__vtt=BOAT))], tmp_path / "in")
    assert done.errors == ["talks/boat.vtt cannot be added: something else is in its place"]
    assert list((tmp_path / "out").iterdir()) == []


def test_who_was_stopped_while_adding_leaves_nothing_that_counts(tmp_path: Path, embedder: Embedder) -> None:
    left = put(tmp_path / "in" / ".adding-0", boat__vtt=FILES["boat.vtt"])
    os.utime(left, (0, 0))
    put(tmp_path / "in", cave__txt=FILES["cave.txt"])
    assert build([tmp_path / "in"], tmp_path / "i", embedder, floors).transcripts == 1
    add([Upload("cave.txt", CAVE)], tmp_path / "in")
    assert all_below(tmp_path / "in") == {"cave.txt": CAVE}


def test_of_many_who_add_at_once_one_is_first_and_the_others_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A slow disk.
    monkeypatch.setattr(os, "fsync", lambda _: time.sleep(0.1))

    def one(n: int) -> Added:
        return add([Upload("cave.txt", CAVE + b"Ada: And then?\n" * n)], tmp_path / "in")

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(one, range(8)))
    (first,) = [n for n, each in enumerate(done) if each.added]
    assert [each.differing for n, each in enumerate(done) if n != first] == [["cave.txt"]] * 7
    assert all_below(tmp_path / "in") == {"cave.txt": CAVE + b"Ada: And then?\n" * first}


def test_a_concurrent_reader_reads_the_old_or_the_new_file(tmp_path: Path) -> None:
    put(tmp_path / "in", cave__txt="Ada: Hello, are you there?\n")
    (tmp_path / "opened").hardlink_to(tmp_path / "in" / "cave.txt")
    assert add([Upload("cave.txt", CAVE)], tmp_path / "in", replace=["cave.txt"])
    assert (tmp_path / "opened").read_text() == "Ada: Hello, are you there?\n"


def test_one_bad_file_in_a_zip_is_told_and_those_after_it_are_added(tmp_path: Path) -> None:
    packed = zipped(a__txt=CAVE, b__txt=CAVE, c__txt=CAVE)
    # Its checksum is wrong, as where a disk has lost something.
    at = packed.index(b"b.txt") + len("b.txt")
    broken = packed[:at] + bytes([packed[at] ^ 255]) + packed[at + 1 :]
    done = add([Upload("k.zip", broken)], tmp_path)
    assert done.added == ["k/a.txt", "k/c.txt"]
    assert [line.split(":")[0] for line in done.errors] == ["k.zip/b.txt cannot be read"]


def test_of_a_zip_that_is_too_much_it_is_told_how_many_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = zipped(**{f"{name}__txt": CAVE for name in "abcde"})
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    done = add([Upload("k.zip", packed)], tmp_path)
    assert done.added == ["k/a.txt", "k/b.txt"]
    assert done.errors == ["k.zip is too much at once; add the last 3 of its files later"]
    monkeypatch.setattr(uploads, "MOST_FILES", 2000)
    monkeypatch.setattr(uploads, "MOST_BYTES", 3 * len(CAVE))
    assert add([Upload("m.zip", packed)], tmp_path).errors == [
        "m.zip is too much at once; add the last 2 of its files later"
    ]


def test_what_is_in_the_way_of_one_file_keeps_no_other_out(tmp_path: Path) -> None:
    put(tmp_path, k="a file, where a folder is to be")
    uploads = [Upload("boat.vtt", BOAT), Upload("k.zip", zipped(cave__txt=CAVE)), Upload("cave.txt", CAVE)]
    # In one zip, too, a file may lie where another one needs a folder.
    uploads.append(Upload("m.zip", zipped(a__txt=CAVE, a__txt___b__txt=CAVE, c__txt=CAVE)))
    done = add(uploads, tmp_path)
    assert sorted(done.added) == ["boat.vtt", "cave.txt", "m/a.txt", "m/c.txt"]
    assert sorted(done.errors) == [
        "k/cave.txt cannot be added: something else is in its place",
        "m/a.txt/b.txt cannot be added: something else is in its place",
    ]
    assert all_below(tmp_path)["k"] == b"a file, where a folder is to be"


def test_sidecars_come_along_and_those_that_cannot_be_read_do_not(tmp_path: Path) -> None:
    said = json.dumps({"title": "Boats"}).encode()
    uploads = [Upload("boat.vtt", BOAT), Upload("boat.info.json", said), Upload("boat.toml", b"title = ")]
    done = add(uploads, tmp_path)
    assert done.added == ["boat.info.json", "boat.vtt"]
    assert done.errors == ["boat.toml, line 1: no TOML: Invalid value"]


def test_interviews_are_added_to_the_first_folder_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    monkeypatch.chdir(tmp_path)
    new = tmp_path / "interviews"
    assert home([SAMPLES]) == uploads.Home(new, (new,), instead_of_samples=True)
    # What lies there already comes along, and that is told.
    assert home([put(new, one__txt="A: Hm?\n", two__txt="A: Ah?\n", notes__doc="x").parent]).others == 0
    assert home([SAMPLES]).others == 2
    assert home([SAMPLES, new]).others == 0
    shutil.rmtree(new)
    talks, single = (
        put(tmp_path / "talks", cave__txt=FILES["cave.txt"]),
        put(tmp_path / "b", a__txt="A: Hm?\n") / "a.txt",
    )
    assert home([single, SAMPLES, talks]) == uploads.Home(talks, (single, SAMPLES, talks), instead_of_samples=False)
    assert home([single]) == uploads.Home(new, (single, new), instead_of_samples=False)
    assert add([Upload("boat.vtt", BOAT)], home([single]).folder)
    build(home([single]).paths, tmp_path / "i", embedder, floors)
    assert [each["name"] for each in info(tmp_path / "i")["transcripts"]] == ["a.txt", "boat.vtt"]
