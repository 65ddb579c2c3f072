"""Zip archives: read like folders, and refused where they are damaged, hostile or too large."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from helpers.files import find, put
from helpers.library import cli
from index.building.build import build
from index.building.info import info
from index.building.verify import verify
from index.errors import TranscriptError
from index.sources import zip_archives
from index.sources.discovery import find_files
from index.sources.sources import Sources
from index.sources.zip_archives import MOST_DEPTH, Archives
from qa.ranking.no_answer import fit_thresholds

BOAT = "Ada: How old is the boat?\nBo: Ninety years and some, and she leaks like a basket.\n"

CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"


def texts(*paths: Path) -> dict[str, str]:
    """Return name -> content of the transcripts found."""
    with Sources() as sources:
        found = find_files(paths, sources).transcripts
        return {name: sources.read(source).data.decode() for name, source in found.items()}


def packed(files: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def test_a_zip_is_like_a_folder(tmp_path: Path) -> None:
    inner = packed({"cave.txt": CAVE})
    talks = put(tmp_path / "all" / "talks.zip", packed({"2021/ada.txt": BOAT, "more.ZIP": inner, "ada.jpg": b"?"}))
    put(tmp_path / "all" / "bo.txt", "Words.")
    assert texts(tmp_path / "all") == {
        "bo.txt": "Words.",
        "talks.zip/2021/ada.txt": BOAT,
        "talks.zip/more.ZIP/cave.txt": CAVE,
    }
    assert texts(talks) == {"2021/ada.txt": BOAT, "more.ZIP/cave.txt": CAVE}
    assert [path.name for path in find(talks).ignored] == ["ada.jpg"]


def test_files_of_two_zips_are_told_apart_by_the_zips(tmp_path: Path) -> None:
    one, two = (put(tmp_path / name, packed({"ada.txt": name})) for name in ("one.zip", "two.zip"))
    assert texts(one, two) == {"one.zip/ada.txt": "one.zip", "two.zip/ada.txt": "two.zip"}
    assert list(find(one, one).transcripts) == ["ada.txt"]


def test_what_systems_put_into_zips_is_left_alone(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("talks/", "")
        made.writestr("talks/ada.txt", BOAT)
        made.writestr("__MACOSX/talks/._ada.txt", b"\x00\x05\x16\x07")
        made.writestr("__MACOSX/ada.txt", "no")
        made.writestr("talks/.draft.txt", "no")
        link = zipfile.ZipInfo("talks/link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    nameless = buffer.getvalue().replace(b"talks/ada.txt", b"\0alks/ada.txt", 2)
    assert texts(put(tmp_path / "a.zip", buffer.getvalue())) == {"talks/ada.txt": BOAT}
    with pytest.raises(TranscriptError, match="no transcripts in"):
        find(put(tmp_path / "b.zip", nameless))


def test_names_in_zips_are_read_as_their_systems_write_them(tmp_path: Path) -> None:
    data = packed({"caf_.txt": BOAT, "2021_bo.txt": CAVE})
    # macOS writes UTF-8 without saying so; old programs of Windows write backslashes.
    named = packed({"cafXX.txt": BOAT}).replace(b"cafXX.txt", "café.txt".encode())
    assert list(texts(put(tmp_path / "mac.zip", named))) == ["café.txt"]
    assert list(texts(put(tmp_path / "old.zip", data.replace(b"2021_bo", b"2021\\bo")))) == ["2021/bo.txt", "caf_.txt"]


def spoiled(data: bytes) -> bytes:
    """Return a zip with another byte in the middle of its first file."""
    at = 30 + len("ada.txt") + 10
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def encrypted() -> bytes:
    data = bytearray(packed({"ada.txt": BOAT}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def packed_in_all_ways(deep: int, last: bytes) -> bytes:
    for _ in range(deep):
        last = packed({"in.zip": last})
    return last


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: b"no zip", "{zip} cannot be read: the zip is damaged (File is not a zip file)"),
        (lambda: packed({"ada.txt": BOAT})[:-30], "{zip} cannot be read: the zip is damaged (File is not a zip file)"),
        (lambda: packed({"../ada.txt": BOAT}), "{zip} is refused: a file in it would lie outside of it: ../ada.txt"),
        (
            lambda: packed({"/etc/ada.txt": BOAT}),
            "{zip} is refused: a file in it would lie outside of it: /etc/ada.txt",
        ),
        (lambda: packed({"C:\\ada.txt": BOAT}), "{zip} is refused: a file in it would lie outside of it: C:/ada.txt"),
        (
            lambda: packed({"a/..\\..\\b.txt": BOAT}),
            "{zip} is refused: a file in it would lie outside of it: a/../../b.txt",
        ),
        (encrypted, "{zip} is encrypted: ada.txt; unpack it first"),
        (
            lambda: packed({"ada.txt": BOAT}, zipfile.ZIP_BZIP2),
            "{zip} is packed in an unusual way: ada.txt; unpack it first",
        ),
        (
            lambda: packed_in_all_ways(MOST_DEPTH, BOAT.encode()),
            "{zip}/in.zip/in.zip/in.zip is a zip too deep in others; unpack bad.zip first",
        ),
    ],
)
def test_a_zip_that_cannot_be_trusted_is_named_in_one_line(
    tmp_path: Path, make: Callable[[], bytes], message: str
) -> None:
    bad = put(tmp_path / "bad.zip", make())
    message = message.format(zip=bad)
    with pytest.raises(TranscriptError) as raised:
        find(bad)
    assert str(raised.value) == message
    put(tmp_path / "good.zip", packed({"cave.txt": CAVE}))
    found = find(tmp_path)
    assert list(found.transcripts) == ["good.zip/cave.txt"]
    assert found.closed == (("bad.zip/", message),)


def test_a_damaged_zip_in_a_zip_does_not_stop_its_neighbours(tmp_path: Path) -> None:
    talks = put(tmp_path / "talks.zip", packed({"bad.zip": b"no zip", "good.zip": packed({"cave.txt": CAVE})}))
    found = find(talks)
    assert list(found.transcripts) == ["good.zip/cave.txt"]
    assert found.closed == (
        ("bad.zip/", f"{talks}/bad.zip cannot be read: the zip is damaged (File is not a zip file)"),
    )


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_file_in_a_zip_is_named(tmp_path: Path, compression: int) -> None:
    bad = put(tmp_path / "bad.zip", spoiled(packed({"ada.txt": BOAT, "cave.txt": CAVE}, compression)))
    report = build([bad], tmp_path / "index", fit=fit_thresholds)
    assert report.transcripts == 1
    (line,) = report.errors
    assert line.startswith(f"{bad}/ada.txt cannot be read: the zip is damaged (")


def lying(data: bytes, size: int) -> bytes:
    """Return a zip of one file that claims another size for it."""
    found = bytearray(data)
    struct.pack_into("<I", found, 22, size)
    struct.pack_into("<I", found, data.index(b"PK\x01\x02") + 24, size)
    return bytes(found)


def test_a_bomb_is_refused_whatever_it_claims(tmp_path: Path) -> None:
    bomb = packed({"ada.txt": b"a" * 3_000_000})
    assert len(bomb) < 4000
    honest, small = put(tmp_path / "honest.zip", bomb), put(tmp_path / "small.zip", lying(bomb, 100))
    with (
        Archives() as zips,
        pytest.raises(TranscriptError, match=r"honest\.zip/ada\.txt is too large to be read: 3 MB"),
    ):
        zips.read(honest, ("ada.txt",), most=2_000_000)
    huge = put(tmp_path / "huge.zip", lying(packed({"ada.txt": BOAT}), 5_000_000))
    with Archives() as zips, pytest.raises(TranscriptError, match=r"huge\.zip/ada\.txt is too large to be read: 5 MB"):
        zips.read(huge, ("ada.txt",), most=2_000_000)
    # No more is unpacked than is claimed, and then it is not what its checksum says.
    with (
        Archives() as zips,
        pytest.raises(TranscriptError, match=r"small\.zip/ada\.txt cannot be read: the zip is dam"),
    ):
        zips.read(small, ("ada.txt",), most=2_000_000)


def test_many_large_files_together_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_archives, "MOST_BYTES_IN_ALL", 2_500_000)
    files: dict[str, str | bytes] = {f"{n}.txt": b"a" * 1_000_000 for n in range(3)}
    with pytest.raises(TranscriptError, match=r"many\.zip holds more than 0\.0025 GB; unpack it, and build from parts"):
        find(put(tmp_path / "many.zip", packed(files)))
    # A recording in the zip is not read, and does not count.
    files["2.mp3"] = files.pop("2.txt")
    assert list(find(put(tmp_path / "many.zip", packed(files))).transcripts) == ["0.txt", "1.txt"]


def test_what_is_read_counts_and_not_what_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archives, "MOST_BYTES_IN_ALL", 2_500_000)
    many = put(tmp_path / "many.zip", packed({f"{n}.txt": b"a" * 1_000_000 for n in range(3)}))
    with Archives() as zips:
        for name in ("0.txt", "1.txt", "0.txt", "1.txt"):
            assert len(zips.read(many, (name,))) == 1_000_000
        with pytest.raises(TranscriptError, match=r"many\.zip holds more than 0\.0025 GB"):
            zips.read(many, ("2.txt",))


def test_zips_within_a_zip_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archives, "MOST_BYTES_IN_ALL", 2_500_000)
    inner = packed({"a.txt": b"a" * 1_000_000, "b.zip": packed({"c.txt": b"c" * 1_000_000})}, zipfile.ZIP_STORED)
    many = put(tmp_path / "many.zip", packed({"1.zip": inner, "2.zip": inner}))
    with Sources() as sources, pytest.raises(TranscriptError, match=r"many\.zip holds more than 0\.0025 GB"):
        find_files([many], sources)


def test_more_files_than_anybody_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = put(tmp_path / "many.zip", packed({f"{n}.txt": BOAT for n in range(60)}))
    for name, value in (("MOST_ENTRIES", 50), ("MOST_LIST_BYTES", 60 * 46)):
        with monkeypatch.context() as patch:
            patch.setattr(zip_archives, name, value)
            with pytest.raises(
                TranscriptError, match=rf"many\.zip holds more than {zip_archives.MOST_ENTRIES:,} files"
            ):
                find(many)
    assert len(find(many).transcripts) == 60
    monkeypatch.setattr(zip_archives, "MOST_ENTRIES", 50)
    hidden = put(tmp_path / "hidden.zip", packed({f".{n}.txt": BOAT for n in range(60)} | {"ada.txt": BOAT}))
    with pytest.raises(TranscriptError, match=r"hidden\.zip holds more than 50 files"):
        find(hidden)


def test_broken_zips_are_read_or_refused(tmp_path: Path) -> None:
    random = Random(3)
    inner = packed({"cave.txt": CAVE, "cave.toml": 'title = "The cave"'})
    sound = packed({"ada.txt": BOAT * 9, "more.zip": inner, "interviews.toml": 'host = "Ada Moss"'})
    path = tmp_path / "a.zip"
    read = 0
    for number in range(1000):
        data = bytearray(sound)
        for _ in range(random.choice([1, 1, 2, 5])):
            at = random.randrange(len(data))
            data[at : at + random.choice([1, 1, 4])] = random.randbytes(random.choice([0, 1, 1, 4]))
        path.write_bytes(data if number % 7 else data[: random.randrange(len(data))])
        try:
            read += len(texts(path))
        except TranscriptError as error:
            assert str(path) in str(error), number  # noqa: PT017
    assert read > 100


def test_a_zip_is_opened_once_for_all_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talks = put(tmp_path / "talks.zip", packed({f"{n}.txt": f"{BOAT}{n}" for n in range(20)}))
    opened = []

    class Counted(zipfile.ZipFile):
        def __init__(self, *arguments: object) -> None:
            opened.append(arguments)
            super().__init__(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(zip_archives, "ZipFile", Counted)
    assert len(texts(talks)) == 20
    assert len(opened) == 1


def test_files_in_a_zip_are_asked_and_checked_like_others(tmp_path: Path) -> None:
    talks = put(tmp_path / "in" / "talks.zip", packed({"2021/boat.txt": BOAT, "cave.txt": CAVE}))
    assert cli("build", "in", "--index", "i", cwd=tmp_path).returncode == 0
    told = cli("ask", "How old is the boat?", "--index", "i", "--top-k", "1", "--json", cwd=tmp_path).stdout
    assert '"transcript": "talks.zip/2021/boat.txt"' in told
    assert verify(tmp_path / "i").problems == []
    put(talks, packed({"2021/boat.txt": BOAT.replace("Ninety", "Twelve")}))
    changed, gone = verify(tmp_path / "i").stale
    assert changed.startswith("talks.zip/2021/boat.txt changed since the index was built")
    assert gone.startswith(f"talks.zip/cave.txt: {talks}/cave.txt is not in the zip any more;")
    report = build([tmp_path / "in"], tmp_path / "i", fit=fit_thresholds)
    assert (report.transcripts, report.read, report.removed) == (1, 1, 1)


def test_what_the_index_held_of_a_zip_stays_while_that_is_damaged(tmp_path: Path) -> None:
    put(tmp_path / "in" / "boat.txt", BOAT)
    talks = put(tmp_path / "in" / "talks.zip", packed({"cave.txt": CAVE}))
    build([tmp_path / "in"], tmp_path / "i", fit=fit_thresholds)
    talks.write_bytes(talks.read_bytes()[:-30])
    report = build([tmp_path / "in"], tmp_path / "i", fit=fit_thresholds)
    assert (report.transcripts, report.removed) == (2, 0)
    assert report.errors == (f"{talks} cannot be read: the zip is damaged (File is not a zip file)",)
    assert [t["name"] for t in info(tmp_path / "i")["transcripts"]] == ["boat.txt", "talks.zip/cave.txt"]
