"""Library files that stay open between questions: what was saved is seen, and what was removed is gone."""

import os
import shutil
from pathlib import Path

import pytest

from helpers.small_library import floors
from index.building.build import build
from index.embedding.embedder import Embedder
from index.storage.index_folder import FILE_NAME
from qa.answering.answer import answer
from qa.answering.library import Library

KEPT_BACK = "Ada: What is the secret?\nDi: That it is called zyxomma, and that nobody knows.\n"
ZEBRAS = "Ada: What about the zebras?\nDi: The zebras came at noon, and drank all of the gin.\n"


@pytest.fixture
def talks(files: Path, tmp_path: Path) -> Path:
    """Return a folder of transcripts, to be changed."""
    shutil.copytree(files, tmp_path / "talks")
    return tmp_path / "talks"


def test_removed_text_is_gone_once_nobody_reads_it_though_files_are_open(
    talks: Path, reader: Embedder, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    (talks / "secret.txt").write_text(KEPT_BACK)
    build([talks], folder, reader, fit=floors)
    library, other = Library(folder, reader), Library(folder, reader)
    assert "zyxomma" in answer(other, "What is the secret?").passages[0].text
    (talks / "secret.txt").unlink()
    with library.snapshot():
        with library.snapshot():
            pass
        build([talks], folder, reader, fit=floors)
        assert b"zyxomma" in (folder / FILE_NAME).read_bytes()  # a reader holds the state before
    assert not [each.name for each in folder.iterdir() if b"zyxomm" in each.read_bytes()]
    assert "zyxomma" not in answer(other, "What is the secret?").passages[0].text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_who_may_only_read_the_folder_sees_what_others_build(talks: Path, reader: Embedder, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    build([talks], folder, reader, fit=floors)
    for each in (tmp_path, *tmp_path.parents):
        if not each.stat().st_mode & 0o001:
            each.chmod(each.stat().st_mode | 0o011)

    def ask(library: Library | None) -> tuple[Library, str]:
        for each in folder.iterdir():
            each.chmod(0o444)
        folder.chmod(0o555)
        os.seteuid(65534)
        try:
            library = library or Library(folder, reader)
            return library, answer(library, "What about the zebras?").passages[0].text
        finally:
            os.seteuid(0)

    library, text = ask(None)
    assert "noon" not in text
    (talks / "zebras.txt").write_text(ZEBRAS)
    build([talks], folder, reader, fit=floors)
    assert "noon" in ask(library)[1]


def test_an_index_that_was_removed_or_replaced_is_not_asked_any_more(
    talks: Path, folder: Path, reader: Embedder, tmp_path: Path
) -> None:
    library = Library(folder, reader)
    assert "noon" not in answer(library, "What about the zebras?").passages[0].text
    (talks / "zebras.txt").write_text(ZEBRAS)
    build([talks], tmp_path / "other", reader, fit=floors)
    shutil.rmtree(folder)
    (tmp_path / "other").rename(folder)
    assert "noon" in answer(library, "What about the zebras?").passages[0].text
