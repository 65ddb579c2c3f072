"""What somebody knows better than a transcript's file: written beside it, and followed by the next build."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZipFile

import pytest

from helpers.library import cli, put
from helpers.small_library import FILES, floors
from index.building.build import build
from index.building.verify import verify
from index.editing.corrections import as_text, changed, correct, leave_out, refusal, refused, speakers_in
from index.embedding.embedder import Embedder
from index.errors import TranscriptError
from index.samples import SAMPLES
from index.sources.discovery import find_files
from index.sources.sources import Source, Sources
from index.storage.database import Database
from index.types import Metadata

TALK = (
    "SPEAKER_00: How old is the boat?\nSPEAKER_01: Ninety years.\n"
    "SPEAKER_00: Does she leak?\nSPEAKER_01: Like a basket.\n"
    "SPEAKER_00: And who mends her?\nSPEAKER_02: Mostly I do.\n"
    "SPEAKER_00: With what?\nSPEAKER_01: Wool, and tar.\n"
)


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    return put(tmp_path / "in", talk__txt=TALK, cave__txt=FILES["cave.txt"])


def source(path: Path) -> Source:
    with Sources() as sources:
        return sources.source(path, path.parent)


def names(paths: list[Path], folder: Path, embedder: Embedder) -> list[str]:
    """Build, and return what is in the index."""
    build(paths, folder, embedder, floors)
    assert verify(folder, embedder) == ([], [])
    with Database.open(folder) as database:
        return list(database.files())


def metadata(talks: Path, embedder: Embedder, name: str = "talk.txt") -> Metadata:
    names([talks], talks.parent / "i", embedder)
    with Database.open(talks.parent / "i") as database:
        return database.metadata_by_transcript()[name]


def test_a_file_that_is_left_out_is_in_no_index_until_it_is_taken_back(talks: Path, embedder: Embedder) -> None:
    folder, talk = talks.parent / "i", source(talks / "talk.txt")
    assert names([talks], folder, embedder) == ["cave.txt", "talk.txt"]
    leave_out(talk, is_left_out=True)
    assert (talks / "talk.txt.toml").read_text() == "left_out = true\n"
    assert names([talks], folder, embedder) == ["cave.txt"]
    with Sources() as sources:
        assert list(find_files([talks], sources).left_out) == ["talk.txt"]
    told = cli("build", talks, "--index", folder, cwd=talks)
    assert told.stdout.startswith("1 transcripts, ")
    assert ", 1 left out)" in told.stdout
    leave_out(talk, is_left_out=False)
    assert not (talks / "talk.txt.toml").exists()
    assert names([talks], folder, embedder) == ["cave.txt", "talk.txt"]


def test_it_is_left_out_also_where_what_is_missing_is_kept(talks: Path, embedder: Embedder) -> None:
    folder = talks.parent / "i"
    build([talks], folder, embedder, floors)
    leave_out(source(talks / "talk.txt"), is_left_out=True)
    assert build([talks], folder, embedder, floors, keep_missing=True).transcripts == 1


def test_who_left_it_out_in_another_file_is_respected_until_it_is_taken_back(talks: Path, embedder: Embedder) -> None:
    put(talks, interviews__toml='["talk.txt"]\nleft_out = true # not yet\n')
    assert names([talks], talks.parent / "i", embedder) == ["cave.txt"]
    leave_out(source(talks / "talk.txt"), is_left_out=False)
    assert (talks / "talk.txt.toml").read_text() == "left_out = false\n"
    assert "left_out = true # not yet" in (talks / "interviews.toml").read_text()
    assert names([talks], talks.parent / "i", embedder) == ["cave.txt", "talk.txt"]


def test_where_all_are_left_out_that_is_said(talks: Path) -> None:
    put(talks, interviews__toml="left_out = true")
    with Sources() as sources:
        # They are found all the same, to be taken back.
        assert sorted(find_files([talks], sources).left_out) == ["cave.txt", "talk.txt"]
    with pytest.raises(TranscriptError, match="are left out; remove left_out from"):
        build([talks], talks.parent / "i")
    assert not (talks.parent / "i").exists()


def test_those_who_speak_get_their_names_and_with_them_their_parts(talks: Path, embedder: Embedder) -> None:
    talk = source(talks / "talk.txt")
    begins = ["How old is the boat?", "Ninety years.", "Mostly I do."]
    numbers = ["SPEAKER_00", "SPEAKER_01", "SPEAKER_02"]
    assert speakers_in(talk) == dict(zip(numbers, zip(numbers, begins, strict=True), strict=True))
    assert metadata(talks, embedder).guests == ()
    correct(talk, {}, {"SPEAKER_00": "Ada Moss", "SPEAKER_01": " Bo  Lind ", "SPEAKER_02": "Bo Lind"})
    found = metadata(talks, embedder)
    assert (found.hosts, found.guests) == (("Ada Moss",), ("Bo Lind",))
    with Database.open(talks.parent / "i") as database:
        transcript = database.transcript("talk.txt")
    assert [segment.speaker for segment in transcript.segments] == ["Ada Moss", "Bo Lind"] * 4
    assert (talks / "talk.txt").read_text() == TALK
    named = dict(zip(numbers, zip(["Ada Moss", "Bo Lind", "Bo Lind"], begins, strict=True), strict=True))
    assert speakers_in(source(talks / "talk.txt")) == named
    correct(talk, {}, dict.fromkeys(numbers, ""))
    assert not (talks / "talk.txt.toml").exists()
    assert metadata(talks, embedder).guests == ()


def test_spellings_that_are_joined_are_renamed_together_and_one_alone_that_is_named_itself(
    talks: Path, embedder: Embedder
) -> None:
    put(talks, talk__txt="ADA MOSS, HOST: Well?\nBO LIND: Yes.\nMOSS: So?\nLIND: No.\nMOSS: Now?\nBO LIND: So.\n")
    put(
        talks,
        interviews__toml='["talk.txt".speakers]\n"BO LIND" = "Bo Lind"\nLIND = "Eva Lind"\n"ADA MOSS" = "Ada M."\n',
    )
    assert metadata(talks, embedder).hosts == ("Ada M.",)
    with Database.open(talks.parent / "i") as database:
        spoken = [segment.speaker for segment in database.transcript("talk.txt").segments]
    assert spoken == ["Ada M.", "Bo Lind", "Ada M.", "Eva Lind", "Ada M.", "Bo Lind"]
    assert list(speakers_in(source(talks / "talk.txt"))) == ["ADA MOSS", "BO LIND", "LIND"]


WRITTEN = """# Found in the attic.
guest = "B. Lind"   # as on the box

[speakers]
SPEAKER_01 = "B. Lind" # low voice
"""


def test_of_what_somebody_wrote_only_what_is_corrected_changes(talks: Path, embedder: Embedder) -> None:
    put(talks, talk__txt__toml=WRITTEN)
    correct(
        source(talks / "talk.txt"),
        {"guests": "Bo Lind; Eva Orr", "date": "2021-03-04", "title": "Boats = ]\n#"},
        {"SPEAKER_01": "Bo Lind"},
    )
    found = metadata(talks, embedder)
    assert (found.guests, found.date, found.title) == (("Bo Lind", "Eva Orr"), "2021-03-04", "Boats = ] #")
    written = (talks / "talk.txt.toml").read_text()
    assert written.startswith('# Found in the attic.\nguest = ["Bo Lind", "Eva Orr"]   # as on the box\n')
    assert written.endswith('[speakers]\nSPEAKER_01 = "Bo Lind" # low voice\n')


def test_it_is_believed_before_what_lies_beside_and_gives_way_to_it_when_it_is_emptied(
    talks: Path, embedder: Embedder
) -> None:
    put(talks, talk__toml='title = "Of old"\ndate = 1999')
    correct(source(talks / "talk.txt"), {"title": "Of late"}, {})
    assert metadata(talks, embedder).title == "Of late"
    correct(source(talks / "talk.txt"), {"title": ""}, {})
    assert metadata(talks, embedder).title == "Of old"
    assert (talks / "talk.toml").read_text() == 'title = "Of old"\ndate = 1999'


KNOWN = Metadata("Boats", ("Ada Moss", "Bo Lind"), (), "2021", "https://example.org/a.mp3", "en")


def test_only_what_is_another_is_corrected() -> None:
    wanted = {field: as_text(KNOWN, field) for field in ("title", "guests", "hosts", "date", "media", "language")}
    assert changed(KNOWN, wanted) == {}
    assert changed(KNOWN, wanted | {"guests": "Ada Moss "}) == {"guests": "Ada Moss"}


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("title", "Of boats", "12"),
        ("guests", "Cy Orr", ";"),
        ("date", "March 4, 2020", "last spring"),
        ("language", "Portuguese", "the usual"),
        ("media", "tapes/ada.mp3", "javascript:alert(1)"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_field(field: str, good: str, bad: str) -> None:
    assert refused(KNOWN, {field: good}, Path("/talks")) == {}
    assert list(refused(KNOWN, {field: bad, "hosts": "Ada"}, Path("/talks"))) == [field]
    assert refused(KNOWN, {field: ""}, Path("/talks")) == {}


def test_of_those_who_correct_at_once_nobody_is_forgotten(talks: Path) -> None:
    talk = source(talks / "talk.txt")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: correct(talk, {}, {f"SPEAKER_{n:02}": f"Ada the {n}th"}), range(20)))
    assert {name for name, _ in speakers_in(source(talks / "talk.txt")).values()} == {
        f"Ada the {n}th" for n in range(20)
    }
    assert sorted(path.name for path in talks.iterdir()) == ["cave.txt", "talk.txt", "talk.txt.toml"]


def test_a_sidecar_that_is_no_toml_is_left_as_it_is(talks: Path) -> None:
    put(talks, talk__txt__toml="title = ")
    with pytest.raises(TranscriptError, match=r"talk\.txt\.toml, line 1: no TOML"):
        correct(source(talks / "talk.txt"), {"title": "Boats"}, {})
    assert (talks / "talk.txt.toml").read_text() == "title = "


def test_where_nothing_can_be_written_beside_it_one_sentence_says_what_to_do(talks: Path, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "talks.zip", "w") as archive:
        archive.writestr("talk.txt", TALK)
    with Sources() as sources:
        zipped = sources.source(tmp_path / "talks.zip", tmp_path, ("talk.txt",))
    sample = source(next(SAMPLES.glob("*.txt")))
    assert refusal(zipped) == "This lies in a zip, which is only read: unpack talks.zip, and build from the folder."
    assert "they give way" in str(refusal(sample))
    for each in (zipped, sample):
        with pytest.raises(TranscriptError, match=r"zip|samples"):
            leave_out(each, is_left_out=True)
    (talks / "talk.txt.toml").mkdir()
    with pytest.raises(TranscriptError, match=r"talk\.txt\.toml (cannot be|is not a file)"):
        correct(source(talks / "talk.txt"), {"title": "Boats"}, {})
