"""Building: what is re-used, what is replaced, what survives a fault."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path
from random import Random
from typing import Any

import pytest
from filelock import FileLock

from helpers.library import build_index
from index.building import build as build_module
from index.building.build import build
from index.building.info import info
from index.building.verify import verify
from index.errors import DamagedError, HeldError, NoIndexError, StoreError, TranscriptError
from index.samples import SAMPLES
from index.sources.discovery import find_files
from index.sources.sources import Sources
from index.storage.database import Database
from index.storage.index_folder import FILE_NAME, LOCK_NAME
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.ranking.no_answer import fit_thresholds

BOAT = "Ada: How old is the boat?\nBo: Ninety years and some, and she leaks like a basket.\n"
BREAD = "Ada: Which flour do you like best?\nCy: Rye, because it smells of rain on a warm road.\n"
CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"


def best(folder: Path, question: str) -> tuple[str, str]:
    """Return transcript and words of the best passage."""
    passage = answer(Library(folder), question, 1).passages[0]
    return passage.transcript, passage.text


def test_a_build_says_what_it_did(tmp_path: Path) -> None:
    report = build_index({"boat.txt": BOAT, "bread.txt": BREAD}, tmp_path / "index")
    assert (report.transcripts, report.passages, report.read, report.removed, report.errors) == (2, 2, 2, 0, ())
    assert report.embedded == 2


def test_building_unchanged_files_again_embeds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    before = (tmp_path / "index" / FILE_NAME).read_bytes()
    monkeypatch.setattr(build_module, "load_embedder", lambda _: pytest.fail("loaded the model"))
    report = build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert (report.read, report.embedded, report.removed) == (0, 0, 0)
    assert (tmp_path / "index" / FILE_NAME).read_bytes() == before


def test_a_changed_file_is_replaced_and_the_others_keep_their_vectors(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT, "bread.txt": BREAD}, tmp_path / "index")
    report = build_index({"boat.txt": BOAT.replace("Ninety", "Twelve"), "bread.txt": BREAD}, tmp_path / "index")
    assert (report.read, report.embedded) == (1, 1)
    assert "Twelve" in best(tmp_path / "index", "How old is the boat?")[1]
    assert verify(tmp_path / "index").problems == []


def test_a_new_name_costs_no_embedding(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    report = build_index({"ship.txt": BOAT}, tmp_path / "index")
    assert (report.read, report.renamed, report.embedded, report.removed) == (1, 1, 0, 0)
    assert best(tmp_path / "index", "How old is the boat?")[0] == "ship.txt"


def test_what_is_gone_is_found_no_more(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT, "cave.txt": CAVE}, tmp_path / "index")
    report = build_index({"boat.txt": BOAT}, tmp_path / "index")
    assert (report.transcripts, report.removed) == (1, 1)
    assert best(tmp_path / "index", "What scared you in the cave?")[0] == "boat.txt"
    with Database.open(tmp_path / "index") as database:
        assert database.count("encodings") == 1
        assert database.count("words") == 1


def test_a_bad_file_is_reported_and_what_the_index_held_of_it_stays(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT, "cave.txt": CAVE}, tmp_path / "index")
    (tmp_path / "transcripts" / "cave.txt").write_bytes(b"\x00\x01\x02")
    (tmp_path / "transcripts" / "bread.txt").write_text(BREAD)
    report = build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert report.errors == ("cave.txt is not a text file; save the transcript as plain text (UTF-8)",)
    assert report.transcripts == 3
    assert best(tmp_path / "index", "What scared you in the cave?")[0] == "cave.txt"
    assert best(tmp_path / "index", "Which flour do you like best?")[0] == "bread.txt"


def test_an_interrupted_build_leaves_the_old_state_and_keeps_its_vectors(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    (tmp_path / "transcripts" / "cave.txt").write_text(CAVE)

    def stop(what: str, *_: int) -> None:
        if what == "saving":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds, progress=stop)
    assert [t["name"] for t in info(tmp_path / "index")["transcripts"]] == ["boat.txt"]
    assert verify(tmp_path / "index").problems == []
    report = build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert (report.transcripts, report.embedded) == (2, 0)


def test_a_build_of_nothing_readable_leaves_the_index_alone(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)))
    with pytest.raises(TranscriptError, match=r"noise\.txt is not a text file"):
        build([tmp_path / "noise.txt"], tmp_path / "index", fit=fit_thresholds)
    assert best(tmp_path / "index", "How old is the boat?")[0] == "boat.txt"


def test_a_folder_that_cannot_be_read_is_reported_and_its_transcripts_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index({"boat.txt": BOAT, "deep/cave.txt": CAVE}, tmp_path / "index")
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read everything, so no real folder is closed to it
    report = build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert (report.transcripts, report.removed) == (2, 0)
    assert report.errors == (f"{tmp_path}/transcripts/deep cannot be read: Permission denied",)


def test_a_second_build_at_once_is_told_of_the_first(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    with (
        FileLock(tmp_path / "index" / LOCK_NAME),
        pytest.raises(HeldError, match=r"another build is at work in .*; try again when it is done"),
    ):
        build([tmp_path / "transcripts"], tmp_path / "index")
    # What else is wrong with the folder is no reason to wait.
    (tmp_path / "index" / LOCK_NAME).unlink(missing_ok=True)
    (tmp_path / "index" / LOCK_NAME).mkdir()
    with pytest.raises(StoreError, match="cannot be written") as refused:
        build([tmp_path / "transcripts"], tmp_path / "index")
    assert not isinstance(refused.value, HeldError)


def test_rows_that_were_lost_are_found_and_made_again(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    with sqlite3.connect(tmp_path / "index" / FILE_NAME) as connection:
        connection.execute("DELETE FROM passages")
    assert "rows without their owner" in verify(tmp_path / "index").problems[0]
    build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert verify(tmp_path / "index").problems == []


def test_damage_that_somebody_met_who_asked_is_mended_by_the_next_build(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT, "cave.txt": CAVE}, tmp_path / "index")
    with Database.create(tmp_path / "index") as database:
        database._connection.execute("UPDATE transcripts SET seal = x'00' WHERE name = 'boat.txt'")
    with pytest.raises(DamagedError, match=r"is damaged .*; make it again with: interview-qa build PATH"):
        best(tmp_path / "index", "How old is the boat?")
    build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert best(tmp_path / "index", "How old is the boat?")[0] == "boat.txt"
    assert verify(tmp_path / "index").problems == []


@pytest.mark.parametrize("finder", ["verify", "build"])
def test_an_encoding_that_is_not_as_it_was_stored_is_found_and_made_again(tmp_path: Path, finder: str) -> None:
    build_index({"boat.txt": BOAT, "cave.txt": CAVE}, tmp_path / "index")
    with Database.create(tmp_path / "index") as database:
        database._connection.execute("UPDATE encodings SET tokens = zeroblob(length(tokens))")
    if finder == "verify":
        assert "not what was stored" in verify(tmp_path / "index").problems[0]
    else:
        # The new transcript says what was read before, which is looked up and not read again.
        (tmp_path / "transcripts" / "ship.txt").write_text(BOAT)
    build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert verify(tmp_path / "index").problems == []
    assert best(tmp_path / "index", "What scared you in the cave?")[0] == "cave.txt"


def test_a_full_disk_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    (tmp_path / "transcripts" / "cave.txt").write_text(CAVE)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="cannot be written: No space left on device; the index is as it was before"):
        build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert verify(tmp_path / "index").problems == []
    assert [t["name"] for t in info(tmp_path / "index")["transcripts"]] == ["boat.txt"]


def test_random_damage_is_an_error_of_ours_or_none(tmp_path: Path, sample_folder: Path) -> None:
    random = Random(7)
    sound = (sample_folder / FILE_NAME).read_bytes()
    folder = tmp_path / "index"
    shutil.copytree(sample_folder, folder)
    for _ in range(30):
        data = bytearray(sound)
        at = random.randrange(100, len(data) - 4096)
        data[at : at + 4096] = random.randbytes(4096)
        (folder / FILE_NAME).write_bytes(data)
        for look in (verify, info):
            # Nothing else than our own error may come out; damage to what was said may go unseen by info.
            with contextlib.suppress(StoreError):
                look(folder)


def test_a_build_that_was_stopped_before_its_first_save_is_no_index(tmp_path: Path) -> None:
    with Database.create(tmp_path / "index"):
        pass
    for look in (Library, verify, info):
        with pytest.raises(NoIndexError, match="no index in"):
            look(tmp_path / "index")


def test_an_odd_name_is_a_name_and_a_link_out_of_the_folder_costs_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "talks"
    folder.mkdir()
    (tmp_path / "elsewhere.txt").write_text(CAVE)
    (folder / "link.txt").symlink_to(tmp_path / "elsewhere.txt")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(BOAT)
    (folder / "loop").symlink_to(folder)
    report = build([folder], tmp_path / "index", fit=fit_thresholds)
    assert report.transcripts == 1
    assert [error.partition(" is a link out of ")[0] for error in report.errors] == [str(folder / "link.txt")]
    assert sorted(t["name"] for t in info(tmp_path / "index")["transcripts"]) == ["caf\ufffd.txt"]
    assert verify(tmp_path / "index").problems == []


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(TranscriptError, match=r"pipe\.txt is neither a file nor a folder"):
        find_files([tmp_path / "pipe.txt"], Sources())
    with pytest.raises(TranscriptError, match="no transcripts in"):
        find_files([tmp_path], Sources())


def test_a_lost_or_damaged_vector_file_is_made_again(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT, "cave.txt": CAVE}, tmp_path / "index")
    (vectors,) = (tmp_path / "index").glob("vectors-*.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"?")
    assert "is damaged" in verify(tmp_path / "index").problems[0]
    assert best(tmp_path / "index", "What scared you in the cave?")[0] == "cave.txt"
    vectors.unlink()
    assert best(tmp_path / "index", "How old is the boat?")[0] == "boat.txt"
    build([tmp_path / "transcripts"], tmp_path / "index", fit=fit_thresholds)
    assert verify(tmp_path / "index").problems == []


def test_an_open_library_follows_a_build(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    library = Library(tmp_path / "index")
    assert answer(library, "What scared you in the cave?", 1).passages[0].transcript == "boat.txt"
    build_index({"boat.txt": BOAT, "cave.txt": CAVE}, tmp_path / "index")
    assert answer(library, "What scared you in the cave?", 1).passages[0].transcript == "cave.txt"


def test_verify_lists_files_that_changed_since(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT, "cave.txt": CAVE}, tmp_path / "index")
    (tmp_path / "transcripts" / "boat.txt").write_text(CAVE)
    (tmp_path / "transcripts" / "cave.txt").unlink()
    changed, gone = verify(tmp_path / "index").stale
    assert changed.startswith("boat.txt changed since the index was built")
    assert gone.startswith("cave.txt is gone since")


def test_verify_finds_passages_that_were_tampered_with(tmp_path: Path) -> None:
    build_index({"boat.txt": BOAT}, tmp_path / "index")
    with sqlite3.connect(tmp_path / "index" / FILE_NAME) as connection:
        connection.execute("UPDATE passages SET start = start + 9")
    assert verify(tmp_path / "index").problems[0].startswith("boat.txt: its passages do not hold its words")


def test_the_index_is_readable_by_its_owner_only(sample_folder: Path) -> None:
    assert {oct(path.stat().st_mode & 0o777) for path in sample_folder.iterdir()} == {"0o600"}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(StoreError, match=r"holds something else \(thesis\.doc\); choose another folder with --index"):
        build([SAMPLES], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_file_that_is_no_index_of_ours_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(StoreError, match="was made by another program"):
        Library(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(os.urandom(5000))
    with pytest.raises(StoreError, match=r"is damaged \(file is not a database\); make it again with"):
        Library(tmp_path)


def test_an_index_of_a_newer_version_is_refused(tmp_path: Path, sample_folder: Path) -> None:
    shutil.copytree(sample_folder, tmp_path / "index")
    with sqlite3.connect(tmp_path / "index" / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="was made by a newer version; update interview-qa"):
        Library(tmp_path / "index")


def test_an_index_of_an_older_version_is_built_again(tmp_path: Path, files: Path, whole: Path) -> None:
    shutil.copytree(whole, tmp_path / "index")
    with sqlite3.connect(tmp_path / "index" / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 5")
    with pytest.raises(StoreError, match="schema version 5 is older than any release"):
        Library(tmp_path / "index")
    assert build([files], tmp_path / "index").errors == ()
    assert Library(tmp_path / "index").folder == tmp_path / "index"


def test_no_index_is_one_line_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match=r"no index in .*; build one with: interview-qa build PATH"):
        Library(tmp_path)
