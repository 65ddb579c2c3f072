"""A hostile index folder: one line or an answer, and nothing outside of it is touched."""

import json
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import apsw
import pytest

from helpers.library import cli
from helpers.small_library import FILES, Answers, answers, floors, in_time, look, state_of
from index.building.build import build
from index.building.info import info
from index.building.verify import verify
from index.embedding.embedder import Embedder
from index.errors import InterviewQAError
from index.storage.connection import _checking_vfs
from index.storage.index_folder import DAMAGE_NAME, FILE_NAME, HOLDER_NAME, LOCK_NAME, MENDED_NAME

OUTSIDE = "The combination of the safe is four, eight, fifteen."

# What an answer may take beyond what the model does: a text of 200 MB is read once or twice, and not ten times.
MOST_KB = 3_000_000


@contextmanager
def altering(folder: Path) -> Iterator[apsw.Connection]:
    """Open the library file so that all that is written has the checksums that we write, and nothing is refused."""
    connection = apsw.Connection(str(folder / FILE_NAME), vfs=_checking_vfs())
    with closing(connection):
        connection.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        yield connection
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM index_metadata; DELETE FROM passages WHERE id = 2",
        "DELETE FROM index_metadata WHERE name IN ('state', 'fingerprint')",
    ],
)
def test_missing_rows_are_one_line_and_the_next_build_repairs_them(
    folder: Path, files: Path, reader: Embedder, statement: str
) -> None:
    with altering(folder) as connection:
        connection.execute(statement)
    look(folder, reader)
    build([files], folder, reader, floors)
    assert verify(folder, reader) == ([], [])
    assert look(folder, reader) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transcripts SET text = ? WHERE name = 'cave.txt'",
        "UPDATE index_metadata SET value = ? WHERE name = 'built'",
    ],
)
def test_a_text_of_200_megabytes_is_read_in_bounded_memory(folder: Path, reader: Embedder, statement: str) -> None:
    with altering(folder) as connection:
        connection.execute(statement, ("x y " * 50_000_000,))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with in_time(statement):
        look(folder, reader)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KB


# Tables that nobody of us made. Those whose names begin so are otherwise SQLite's own.
FOREIGN = {
    "table": "CREATE TABLE theirs (x)",
    "index": "CREATE INDEX theirs ON names (speaker)",
    "view": "CREATE VIEW theirs AS SELECT * FROM index_metadata",
    "trigger": "CREATE TRIGGER theirs AFTER INSERT ON passages BEGIN UPDATE transcripts SET text = 'lies'; END",
    "a view in place of a table": "DROP TABLE speaking;"
    " CREATE VIEW speaking AS SELECT 1 AS passage_id, '' AS speaker, 1 AS share",
    "a column more": "ALTER TABLE names ADD COLUMN x TEXT DEFAULT 'y'",
    "a trigger by SQLite's name": "PRAGMA writable_schema = ON;"
    " INSERT INTO sqlite_schema VALUES ('trigger', 'sqlite_x', 'names', 0,"
    " 'CREATE TRIGGER sqlite_x AFTER DELETE ON names BEGIN UPDATE transcripts SET text = ''lies''; END')",
    "a shadow that is a view": "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET type = 'view', rootpage = 0,"
    " sql = 'CREATE VIEW words_config AS SELECT 1 AS k, 2 AS v' WHERE name = 'words_config'",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_tables_that_are_not_ours_are_refused(folder: Path, files: Path, reader: Embedder, what: str) -> None:
    with altering(folder) as connection:
        connection.execute(FOREIGN[what])
    assert len(look(folder, reader)) == 4
    build([files], folder, reader, fit=floors)
    assert verify(folder, reader).problems == []
    with altering(folder) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('theirs', 'sqlite_x')").get
    assert found == 0


# What is in the place of a file of ours.

OWN = (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", f"{FILE_NAME}-journal", "*.faiss", LOCK_NAME, HOLDER_NAME)
OWN = (*OWN, "*.arrays", DAMAGE_NAME, MENDED_NAME, f"{MENDED_NAME}-wal", f"{MENDED_NAME}-journal")


def place_of(folder: Path, name: str) -> Path:
    return next(folder.glob(name), folder / name)


def use(folder: Path, files: Path, reader: Embedder, right: Answers) -> None:
    """Look at an index, ask it, and build it again: what is not refused has to be right."""
    look(folder, reader)
    with suppress(InterviewQAError):
        assert answers(folder, reader) == right
    with suppress(InterviewQAError):
        build([files], folder, reader, fit=floors)


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("contents", ["index", pytest.param("text", marks=pytest.mark.slow)])
def test_no_link_leads_out_of_the_folder(
    folder: Path, files: Path, reader: Embedder, right: Answers, tmp_path: Path, name: str, contents: str
) -> None:
    outside = tmp_path / "outside"
    if contents == "text":
        outside.write_text(OUTSIDE)
    else:
        other = tmp_path / "other"
        (tmp_path / "secret.txt").write_text(f"Ada: What did you tell nobody?\nDi: {OUTSIDE}\n")
        build([tmp_path / "secret.txt"], other, reader, fit=floors)
        shutil.copyfile(place_of(other, name if name.startswith("*") else FILE_NAME), outside)
    outside.chmod(0o644)
    place = place_of(folder, name)
    place.unlink(missing_ok=True)
    place.symlink_to(outside)
    before = state_of(outside)
    with in_time(name):
        use(folder, files, reader, right)
        (folder / DAMAGE_NAME).touch()
        with suppress(InterviewQAError):
            build([files], folder, reader, fit=floors)
    assert state_of(outside) == before
    with suppress(InterviewQAError):
        assert answers(folder, reader) == right


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize(
    "kind", ["pipe", "folder", *(pytest.param(each, marks=pytest.mark.slow) for each in ("endless", "nowhere"))]
)
def test_what_is_no_file_is_not_waited_for(
    folder: Path, files: Path, reader: Embedder, right: Answers, name: str, kind: str
) -> None:
    place = place_of(folder, name)
    place.unlink(missing_ok=True)
    make: dict[str, Callable[[], object]] = {
        "pipe": lambda: os.mkfifo(place),
        "folder": lambda: (place / "deep").mkdir(parents=True),
        "endless": lambda: place.symlink_to("/dev/zero"),
        "nowhere": lambda: place.symlink_to(folder.parent / "made"),
    }
    make[kind]()
    with in_time(f"{name} {kind}"):
        use(folder, files, reader, right)
    assert not (folder.parent / "made").exists()


@pytest.mark.parametrize(
    "name", ["library.sqlite", "library.sqlite-wal", "*.faiss", "*.arrays", HOLDER_NAME, DAMAGE_NAME]
)
def test_a_file_of_a_terabyte_takes_no_memory(
    folder: Path, files: Path, reader: Embedder, right: Answers, name: str
) -> None:
    with place_of(folder, name).open("ab") as file:
        os.truncate(file.fileno(), 1 << 40)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with in_time(name):
        use(folder, files, reader, right)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KB / 10


@pytest.mark.parametrize("kind", ["pipe", "folder", "/dev/zero", "/proc/kmsg", "/"])
def test_a_place_that_the_index_names_is_not_waited_for(
    folder: Path, files: Path, reader: Embedder, tmp_path: Path, kind: str
) -> None:
    place = Path(kind) if kind.startswith("/") else tmp_path / kind
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    before = state_of(tmp_path / kind) if place.is_relative_to(tmp_path) else None
    with altering(folder) as connection:
        connection.execute("UPDATE transcripts SET source = ?", (json.dumps([str(place), str(place.parent)]),))
        connection.execute("UPDATE index_metadata SET value = ? WHERE name = 'scanned_at'", ("0",))
        if kind != "/":
            connection.execute("UPDATE index_metadata SET value = ? WHERE name = 'paths'", (json.dumps([str(place)]),))
    with in_time(kind):
        for stale in (info(folder)["stale"], verify(folder, reader).stale):
            # And, of such a path, that what it leads to is new.
            assert [line.split(":")[0].split()[0] for line in stale][:3] == list(FILES)
        build([files], folder, reader, fit=floors)
    assert verify(folder, reader) == ([], [])
    assert before == (state_of(place) if before else None)


@pytest.mark.parametrize("command", ["info", "verify"])
def test_what_is_refused_is_one_line_for_who_asked(folder: Path, tmp_path: Path, command: str) -> None:
    (folder / FILE_NAME).unlink()
    (folder / FILE_NAME).symlink_to("/etc/passwd")
    ran = cli(command, "--index", folder, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("error: ")
    assert len(ran.stderr.splitlines()) == 1
