"""An index folder by somebody who wishes us ill: one line or an answer, and nothing is touched outside of it."""

import json
import math
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random

import apsw
import numpy as np
import pytest

from helpers.library import cli
from helpers.small_library import FILES, Answers, answers, floors, in_time, look, state_of
from index.building.build import build
from index.building.info import info
from index.building.verify import verify
from index.embedding.embedder import Embedder
from index.errors import InterviewQAError
from index.splitting.windows import WINDOW
from index.storage.connection import _checking_vfs
from index.storage.index_folder import DAMAGE_NAME, FILE_NAME, HOLDER_NAME, LOCK_NAME, MENDED_NAME
from index.storage.transcripts import MARK, SEGMENT

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


# Rows that nobody of us wrote.

SCALARS: tuple[object, ...] = (
    *(None, -1, 0, 1, 2, 7, 10**6, 2**31, 2**32 - 1, 2**62, -(2**63), 0.5, 1e308, -1e308, math.inf, -math.inf),
    *("", "x", "0", "\0", "../../../etc/passwd", "a/b\0c", "ü" * 5000, "x" * 10**6, "\ud7ff\U0010ffff", "cave.txt"),
    *(b"", b"\xff", bytes(7), bytes(16), bytes(20), bytes(48), bytes(1536), b"\xff" * 48, b"\xff" * 1536, b"\x7f" * 20),
)
JSONS = (
    *("null", "true", "0", "-1", "1e999", "NaN", "-Infinity", "9" * 5000, '"x"', '""', "[]", "{}", "[null]", "[[]]"),
    *('["/dev/zero", "/dev"]', '["/dev/zero"]', '["\\u0000", "/"]', '["a", "b", "c.zip", "d"]', '["x\\ud800", "y"]'),
    *("[1, 2]", '{"a": 1}', '{"title": 5}', '{"guests": 5}', '{"guests": "Ada"}', '{"guests": [5]}', '{"nope": "x"}'),
    *('{"title": null, "guests": [], "hosts": [], "date": "2020\\n\\u001b[31m", "media": "http://["}',),
    *('{"media": "\\u0000"}', "[" * 10**6, '{"a":' * 10**5, '"' + "x" * 10**6 + '"', '["' + "x/" * 10**5 + '", "/"]'),
    *('"/dev/zero"', '"../x"', '"0123456789abcdef"', '"' + "0" * 64 + '"', "384", "383", "1000000000", "-384"),
)
TABLES = ("facts", "transcripts", "encodings", "passages", "speaking", "names")
SHADOWS = ("words_data", "words_idx", "words_content", "words_docsize", "words_config", "spellings_data")


def alter(random: Random, connection: apsw.Connection) -> str:
    """Change rows at random, and return what was done."""
    while True:
        table = random.choice((*TABLES, "facts", "passages", "transcripts", "encodings", *SHADOWS))
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        column = random.choice(columns)
        # As bytes, because an earlier change may have left what is no UTF-8.
        keys = [key for (key,) in connection.execute(f"SELECT CAST({columns[0]} AS BLOB) FROM {table}")]
        if not keys:
            continue
        key, value = random.choice(keys), _value(random, column)
        where = "" if random.random() < 0.3 else f" WHERE CAST({columns[0]} AS BLOB) IS ?"
        bound = (key,) if where else ()
        shown = repr(value)[:60]
        kind = random.choice(("set", "set", "set", "set", "set", "not text", "delete", "double"))
        statement, values = {
            "set": (f"UPDATE {table} SET {column} = ?{where}", (value, *bound)),
            "not text": (f"UPDATE {table} SET {column} = CAST(x'ff00fe' AS TEXT){where}", bound),
            "delete": (f"DELETE FROM {table}{where}", bound),
            "double": (f"INSERT INTO {table} SELECT {_but(columns, column)} FROM {table}{where}", (value, *bound)),
        }[kind]
        # What the table itself refuses is tried in another way.
        with suppress(apsw.ConstraintError, apsw.MismatchError):
            connection.execute(statement, values)
            if connection.changes():
                return f"{kind} {table}.{column} = {shown}{where} {bound}"


def _but(columns: list[str], column: str) -> str:
    return ", ".join("?" if each == column else each for each in columns)


def _value(random: Random, column: str) -> object:
    if column == "windows" and random.random() < 0.8:
        records = np.frombuffer(random.randbytes(WINDOW.itemsize * random.randrange(1, 9)), WINDOW).copy()
        if random.random() < 0.7:
            for name, most in (("start", 200), ("end", 200), ("first", 20), ("last", 20)):
                records[name] %= random.choice((most, 2**32 - 1))
            records["norm"] = random.choice((0.0, -1.0, math.nan, math.inf, 1e-38, 3e38, 5.0))
        return records.tobytes()
    if column in {"vector", "tokens"} and random.random() < 0.7:
        vector = np.full(random.choice((384, 384, 383, 768)), random.choice((0, math.nan, math.inf, 3e38, 1)), "<f4")
        return vector.tobytes()
    if column == "marks" and random.random() < 0.8:
        marks = np.frombuffer(random.randbytes(MARK.itemsize * random.randrange(1, 4)), MARK).copy()
        marks["start_s"] = random.choice((0.0, -1.0, math.nan, math.inf, 1e300, 5.0))
        return marks.tobytes()
    if column == "segments" and random.random() < 0.8:
        return np.frombuffer(random.randbytes(SEGMENT.itemsize * random.randrange(1, 4)), SEGMENT).tobytes()
    if column in {"value", "about", "source", "spoken"} and random.random() < 0.85:
        return random.choice(JSONS)
    return random.choice(SCALARS)


def fuzz(seeds: range, whole: Path, files: Path, reader: Embedder, folder: Path) -> int:
    """Alter an index once for each seed, and do with it all that is done; return how many were refused at all."""
    refused = 0
    for seed in seeds:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        random = Random(seed)
        with altering(folder) as connection:
            done = [alter(random, connection) for _ in range(random.choice((1, 1, 1, 3)))]
        what = f"seed {seed}: {done}"
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            with in_time(what):
                refused += bool(look(folder, reader))
                with suppress(InterviewQAError):
                    build([files], folder, reader, fit=floors)
        except Exception as error:
            error.add_note(what)
            raise
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KB, what
    return refused


def test_rows_that_we_did_not_write_are_refused_or_answered(
    whole: Path, files: Path, reader: Embedder, tmp_path: Path
) -> None:
    refused = fuzz(range(40), whole, files, reader, tmp_path / "index")
    assert 10 < refused < 40


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM facts; DELETE FROM passages WHERE id = 2",
        "DELETE FROM facts WHERE name IN ('state', 'fingerprint')",
        "UPDATE facts SET value = '\"\"' WHERE name = 'built'",
        "UPDATE facts SET value = '\"2026-01-01\"' WHERE name = 'built'",
        "UPDATE facts SET value = '{}' WHERE name = 'floor'",
        """UPDATE transcripts SET source = '["x\\ud800", "y"]' WHERE id = 1""",
    ],
)
def test_what_nobody_writes_is_one_line_and_the_next_build_mends_it(
    folder: Path, files: Path, reader: Embedder, statement: str
) -> None:
    with altering(folder) as connection:
        connection.execute(statement)
    look(folder, reader)
    build([files], folder, reader, floors)
    assert verify(folder, reader) == ([], [])
    assert look(folder, reader) == []


@pytest.mark.slow
def test_many_rows_that_we_did_not_write_are_refused_or_answered(
    whole: Path, files: Path, reader: Embedder, tmp_path: Path
) -> None:
    assert 75 < fuzz(range(1000, 1300), whole, files, reader, tmp_path / "index") < 300


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    ["UPDATE transcripts SET text = ? WHERE name = 'cave.txt'", "UPDATE facts SET value = ? WHERE name = 'built'"],
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
    "view": "CREATE VIEW theirs AS SELECT * FROM facts",
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
        connection.execute("UPDATE facts SET value = ? WHERE name = 'looked'", ("0",))
        if kind != "/":
            connection.execute("UPDATE facts SET value = ? WHERE name = 'paths'", (json.dumps([str(place)]),))
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
