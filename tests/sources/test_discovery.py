"""Finding and reading files: by which names they go, in folders and zips, and what is refused of them."""

import os
import tracemalloc
from pathlib import Path

import pytest

from helpers.files import find, put
from index import safe_files
from index.errors import TranscriptError
from index.safe_files import read_bytes
from index.sources.discovery import find_files
from index.sources.sources import Sources

# Names


def test_files_go_by_names_that_tell_them_apart(tmp_path: Path) -> None:
    for place in ("a/one.txt", "a/deep/two.TXT", "b/one.txt", "b/.hidden/x.txt", "b/photo.jpg"):
        put(tmp_path / place, "words")
    found = find(tmp_path / "a", tmp_path / "b", tmp_path / "a" / "one.txt")
    assert list(found.transcripts) == ["a/one.txt", "b/one.txt", "deep/two.TXT"]
    assert [path.name for path in found.ignored] == ["photo.jpg"]


def test_a_folder_without_transcripts_is_named(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=rf"no transcripts in {tmp_path}; expected files ending in"):
        find(tmp_path)
    with pytest.raises(TranscriptError, match=r"gone does not exist"):
        find(tmp_path / "gone")


# What is refused of a zip


# Sizes and changes


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(200_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(TranscriptError, match=r"large\.txt is too large to be read: 200 MB; at most 64 MB are"):
            read_bytes(large)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def changing(path: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Make a file grow by a line at each of its first `times` reads."""
    fstat, calls = os.fstat, []

    def look(number: int) -> os.stat_result:
        calls.append(number)
        if len(calls) % 2 == 0 and len(calls) <= 2 * times:
            with path.open("a") as file:
                file.write("More.\n")
        return fstat(number)

    monkeypatch.setattr(os, "fstat", look)
    monkeypatch.setattr(safe_files, "PAUSE_S", 0)


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "ada.txt", "First.\n")
    changing(path, monkeypatch, 2)
    assert read_bytes(path) == b"First.\nMore.\nMore.\n"


def test_a_file_that_keeps_changing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "ada.txt", "First.\n")
    changing(path, monkeypatch, 3)
    with pytest.raises(TranscriptError, match=r"ada\.txt keeps changing; build again when it is finished"):
        read_bytes(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"gone\.txt cannot be read: No such file or directory"):
        read_bytes(tmp_path / "gone.txt")


# Zips in the index


def test_a_link_out_of_the_folder_is_skipped_with_a_line(tmp_path: Path) -> None:
    put(tmp_path / "talks" / "boat.txt", "Ada: hello there")
    put(tmp_path / "secret.txt", "Ada: nobody knows")
    (tmp_path / "talks" / "out.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "talks" / "in.txt").symlink_to(tmp_path / "talks" / "boat.txt")
    with Sources() as sources:
        found = find_files([tmp_path / "talks"], sources)
        assert [*found.transcripts] == ["boat.txt"]
        (line,) = found.skipped
        assert "out.txt is a link out of" in line
        assert [*find_files([tmp_path / "talks" / "out.txt"], sources).transcripts] == ["out.txt"]
