"""Sidecar files: what they say of the transcripts beside them, and what a broken one costs."""

import json
import re
from pathlib import Path

import pytest

from helpers.library import put
from index.building.build import build
from index.building.verify import verify
from index.errors import TranscriptError
from index.reading.reader import read_transcript
from index.sources.discovery import find_files
from index.sources.sources import Sources
from index.storage.database import Database
from index.types import Metadata
from qa.ranking.no_answer import fit_thresholds

BOAT = "[00:00:01] Ada: How old is the boat?\n[00:00:05] Bo: Ninety years and some, and she leaks like a basket.\n"

CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"


def metadata_by_transcript(*paths: Path) -> dict[str, Metadata]:
    """Return name -> what is known, of the transcripts that are found."""
    with Sources() as sources:
        found = find_files(paths, sources).transcripts
        readings = {name: sources.read(source) for name, source in found.items()}
    return {name: read_transcript(data, name, known).metadata for name, (data, _, known) in readings.items()}


def test_a_folder_above_what_was_given_does_not_speak(tmp_path: Path) -> None:
    put(tmp_path, interviews__toml='host = "Ada Moss"', deep___bo__txt=CAVE)
    assert metadata_by_transcript(tmp_path)["deep/bo.txt"].hosts == ("Ada Moss",)
    assert metadata_by_transcript(tmp_path / "deep")["bo.txt"].hosts == ()
    assert metadata_by_transcript(tmp_path / "deep" / "bo.txt")["bo.txt"].hosts == ()


def test_captions_of_a_video_are_known_by_what_was_saved_with_them(tmp_path: Path) -> None:
    name = "On boats [a1-B2_c3D4e]"
    (tmp_path / f"{name}.en.txt").write_text(BOAT)
    (tmp_path / f"{name}.mp4").write_text("")
    (tmp_path / f"{name}.info.json").write_text(json.dumps({"title": "Boats: all of them", "upload_date": "20210304"}))
    found = metadata_by_transcript(tmp_path)
    assert found == {
        f"{name}.en.txt": Metadata("Boats: all of them", (), (), "2021-03-04", str(tmp_path / f"{name}.mp4"), "en")
    }
    (tmp_path / f"{name}.mp4").unlink()
    assert metadata_by_transcript(tmp_path)[f"{name}.en.txt"].media == "https://www.youtube.com/watch?v=a1-B2_c3D4e"


def test_what_speaks_of_a_transcript_is_none_and_is_no_noise(tmp_path: Path) -> None:
    put(
        tmp_path,
        ada__txt=BOAT,
        ada__toml="",
        ada__mp3="",
        ada__info__json="{}",
        interviews__toml="",
        bo__toml="",
        x__mp3="",
    )
    with Sources() as sources:
        found = find_files([tmp_path, tmp_path / "ada.toml", tmp_path / "ada.info.json"], sources)
    assert list(found.transcripts) == ["ada.txt"]
    assert [path.name for path in found.ignored] == ["bo.toml", "x.mp3"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ada.toml", 'title = "x"\nguest = Ada', "ada.toml, line 2: no TOML: "),
        ("ada.toml", 'title = "x', "ada.toml, line 1: no TOML: "),
        ("interviews.toml", "a\n", "interviews.toml, line 1: no TOML: "),
        ("ada.info.json", '{\n"title": }', "ada.info.json, line 2: no JSON: "),
        ("ada.info.json", "[]", "ada.info.json, line 1: expected a JSON object of what is known about a video"),
        ("ada.info.json", "[" * 100_000, "ada.info.json, line 1: no JSON that makes sense"),
        ("ada.toml", "a = " + "[" * 100_000, "ada.toml, line 1: no TOML that makes sense"),
    ],
)
def test_a_sidecar_that_cannot_be_read_is_named_once_and_its_transcripts_wait(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    put(tmp_path, **{"ada__txt": BOAT, "ada__srt": BOAT, name.replace(".", "__"): text})
    with Sources() as sources:
        for file in find_files([tmp_path], sources).transcripts.values():
            with pytest.raises(TranscriptError, match=rf"^{re.escape(f'{tmp_path}/{message}')}"):
                sources.read(file)


def test_a_sidecar_in_a_bad_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, ada__txt=BOAT)
    (tmp_path / "ada.toml").write_bytes(b'title = "x"\nguest = "Jos\xe9"')
    with pytest.raises(TranscriptError, match=r"ada\.toml, line 2: expected text in UTF-8"):
        metadata_by_transcript(tmp_path)


def test_a_sidecar_is_part_of_its_transcript(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", ada__txt=BOAT, cave__txt=CAVE)

    def built() -> tuple[int, int]:
        report = build([folder], tmp_path / "i", fit=fit_thresholds)
        assert verify(tmp_path / "i").problems == []
        return report.read, report.embedded

    assert built() == (2, 2)
    for name, text in (("ada.toml", 'title = "Boats"'), ("ada.toml", 'title = "Ships"'), ("ada.mp3", "")):
        (folder / name).write_text(text)
        (line,) = verify(tmp_path / "i").stale
        assert line.startswith("ada.txt changed")
        assert built() == (1, 0)
    (folder / "ada.toml").unlink()
    assert built() == (1, 0)
    assert built() == (0, 0)
    with Database.open(tmp_path / "i") as database:
        assert database.metadata_by_transcript()["ada.txt"] == Metadata("Ada", media=str(folder / "ada.mp3"))


def test_a_transcript_with_a_broken_sidecar_stays_as_it_was(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", ada__txt=BOAT, cave__txt=CAVE)
    build([folder], tmp_path / "i", fit=fit_thresholds)
    put(folder, interviews__toml="host =")
    report = build([folder], tmp_path / "i", fit=fit_thresholds)
    assert report.transcripts == 2
    assert [line.split(": ")[0] for line in report.errors] == [f"{folder}/interviews.toml, line 1"]
