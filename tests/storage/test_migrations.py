"""Index files of older versions: tests/indexes/version-N.sqlite.gz, as version N made it of two transcripts."""

import gzip
import shutil
from contextlib import closing, suppress
from pathlib import Path

import apsw
import pytest

from helpers.library import cli, put
from index.building.build import build
from index.building.verify import verify
from index.embedding.embedder import Embedder
from index.errors import DamagedError, NoIndexError, StoreError
from index.storage import connection, migrations
from index.storage.database import Database
from index.storage.index_folder import DAMAGE_NAME, FILE_NAME
from index.storage.integrity import integrity_problems
from index.storage.migrations import STEPS
from index.storage.ratings import ratings
from index.storage.schema import SCHEMA_VERSION
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.ranking.no_answer import fit

INDEXES = Path(__file__).parent.parent / "indexes"
TALKS = {
    "boat__txt": "Ada: How old is the boat?\nBo: Ninety years and some, and she leaks like a basket.\n",
    "bread__txt": "Ada: Which flour do you like best?\nCy: Rye, because it smells of rain on a warm road.\n",
}


def old_index(version: int, folder: Path) -> Path:
    folder.mkdir(parents=True)
    with gzip.open(INDEXES / f"version-{version}.sqlite.gz") as file:
        (folder / FILE_NAME).write_bytes(file.read())
    return folder


def test_there_is_a_file_of_each_version_before_this_one() -> None:
    assert sorted(STEPS) == list(range(1, SCHEMA_VERSION))
    assert {path.name for path in INDEXES.iterdir()} == {f"version-{version}.sqlite.gz" for version in STEPS}


@pytest.mark.parametrize("version", sorted(STEPS))
def test_a_build_brings_it_up_to_date(version: int, tmp_path: Path, embedder: Embedder) -> None:
    folder, talks = old_index(version, tmp_path / "i"), put(tmp_path / "talks", **TALKS)
    report = build([talks], folder, embedder, fit)
    assert (report.transcripts, report.passages, report.read) == (2, 2, 2)
    # From version 2 on, what the model made of a text is stored as it is now.
    assert report.embedded == (2 if version == 1 else 0)
    assert verify(folder, embedder) == ([], [])
    best = answer(Library(folder, embedder), "Which flour do you like?", 1).passages[0]
    assert (best.transcript, best.text) == (
        "bread.txt",
        TALKS["bread__txt"].replace("Ada: ", "").replace("Cy: ", "")[:-1],
    )


@pytest.mark.parametrize("version", [2, 3, 4])
def test_it_answers_without_being_built_again(version: int, tmp_path: Path, embedder: Embedder) -> None:
    folder = old_index(version, tmp_path / "i")
    best = answer(Library(folder, embedder), "Which flour do you like?", 1).passages[0]
    assert best.transcript == "bread.txt"
    assert "Rye, because it smells of rain" in best.text
    assert [speaker for speaker, _ in best.turns] == ["Ada", "Cy"]
    with Database.open(folder) as database:
        assert integrity_problems(database.connection) == []
        assert database.connection.execute("PRAGMA checksum_verification").get == "1"


def test_what_was_damaged_before_is_not_taken_for_sound(tmp_path: Path, embedder: Embedder) -> None:
    folder, talks = old_index(4, tmp_path / "i"), put(tmp_path / "talks", **TALKS)
    with closing(as_it_is(folder)) as connection:
        connection.execute("UPDATE transcripts SET text = replace(text, 'Ninety', 'Twenty')")
    with Database.open(folder) as database:
        assert database.transcript("bread.txt").text.startswith("Which flour")
        with pytest.raises(DamagedError):
            database.transcript("boat.txt")
    build([talks], folder, embedder, fit)
    assert verify(folder, embedder) == ([], [])
    assert "Ninety" in answer(Library(folder, embedder), "How old is the boat?", 1).passages[0].text


def as_it_is(folder: Path) -> apsw.Connection:
    return apsw.Connection(str(folder / FILE_NAME), connection.WRITE, vfs=connection._checking_vfs())


@pytest.mark.parametrize("table", ["segments", "transcripts", "passages"])
def test_of_one_that_is_damaged_all_is_kept_that_can_be_read(table: str, tmp_path: Path, embedder: Embedder) -> None:
    folder, talks = old_index(4, tmp_path / "i"), put(tmp_path / "talks", **TALKS)
    said = "Rye, because it smells of rain on a warm road."
    with closing(as_it_is(folder)) as connection:
        connection.execute("INSERT INTO ratings VALUES ('Which flour?', '[]', 'bread.txt', ?, 1)", (said,))
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).get
        size = connection.execute("PRAGMA page_size").get
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    data = bytearray((folder / FILE_NAME).read_bytes())
    data[page * size - 100] ^= 1
    (folder / FILE_NAME).write_bytes(data)
    report = build([talks], folder, embedder, fit)
    assert (report.transcripts, report.embedded) == (2, 0)
    assert verify(folder, embedder) == ([], [])
    assert [(rating.question, rating.text) for rating in ratings(folder)] == [("Which flour?", said)]


def test_a_transcript_of_a_damaged_one_is_kept_though_its_file_is_gone(tmp_path: Path, embedder: Embedder) -> None:
    folder, talks = old_index(4, tmp_path / "i"), put(tmp_path / "talks", boat__txt=TALKS["boat__txt"])
    with closing(as_it_is(folder)) as connection:
        # A page whose checksum is right, with what nobody writes.
        connection.execute("UPDATE transcripts SET about = '[]' WHERE name = 'boat.txt'")
    with pytest.raises(DamagedError, match="make it again with: interview-qa build PATH"):
        Library(folder)
    build([talks], folder, embedder, fit, keep_missing=True)
    assert verify(folder, embedder)[0] == []
    assert "Rye" in answer(Library(folder, embedder), "Which flour do you like?", 1).passages[0].text


@pytest.mark.parametrize(
    "change",
    [
        "about = '{'",
        "about = x'00'",
        "text = ''",
        "text = 7",
        "name = x'ff'",
    ],
)
def test_values_that_nobody_writes_are_one_line_and_mended(change: str, tmp_path: Path, embedder: Embedder) -> None:
    folder, talks = old_index(4, tmp_path / "i"), put(tmp_path / "talks", **TALKS)
    with closing(as_it_is(folder)) as connection:
        connection.execute(f"UPDATE transcripts SET {change} WHERE name = 'boat.txt'")
    with suppress(StoreError):
        Library(folder)
    build([talks], folder, embedder, fit)
    assert verify(folder, embedder) == ([], [])


def test_version_1_is_no_index_until_it_is_built_again(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="build one with: interview-qa build PATH"):
        Library(old_index(1, tmp_path / "i"))


def test_a_step_that_fails_leaves_the_file_to_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    folder = old_index(2, tmp_path / "i")

    def full(_: apsw.Connection) -> int:
        raise apsw.FullError

    with monkeypatch.context() as patch:
        patch.setitem(migrations.STEPS, 3, full)
        with pytest.raises(StoreError, match="cannot be written to bring it up to date"):
            Library(folder, embedder)
    assert answer(Library(folder, embedder), "How old is the boat?", 1).passages[0].transcript == "boat.txt"


def test_a_newer_one_is_refused_in_one_line_and_stays_as_it_is(tmp_path: Path, sample_folder: Path) -> None:
    shutil.copytree(sample_folder, tmp_path / "i")
    with Database.create(tmp_path / "i") as database:
        database.connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (tmp_path / "i" / FILE_NAME).read_bytes()
    for command in (["ask", "How old is the boat?"], ["build"], ["info"], ["verify"]):
        done = cli(*command, "--index", "i", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1] == f"error: i/{FILE_NAME} was made by a newer version; update interview-qa"
    assert (tmp_path / "i" / FILE_NAME).read_bytes() == before


def test_who_has_it_open_while_a_newer_version_changes_it_takes_nothing_for_damage(
    tmp_path: Path, embedder: Embedder
) -> None:
    folder = tmp_path / "i"
    build([put(tmp_path / "talks", **TALKS)], folder, embedder, fit)
    library = Library(folder, embedder)
    answer(library, "How old is the boat?", 1)
    with Database.create(folder) as database:
        database.connection.execute(
            f"ALTER TABLE encodings RENAME TO others; PRAGMA user_version = {SCHEMA_VERSION + 1}"
        )
    with pytest.raises(StoreError, match="was made by a newer version; update interview-qa"):
        answer(library, "How old is the boat?", 1)
    assert not (folder / DAMAGE_NAME).exists()


def test_one_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = old_index(3, tmp_path / "i")
    monkeypatch.setattr(connection, "READ", apsw.SQLITE_OPEN_READONLY)  # root may write everywhere
    with pytest.raises(StoreError, match="was made by an older version, and cannot be written to bring it up to date"):
        Library(folder)
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]
