"""Recordings on the page, in a real browser: those that lie with the interviews are played, and no other file."""

import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from helpers.chat_page import FIRST_ANSWER_MS, Page
from helpers.library import ROOT, put
from helpers.small_library import FILES, floors
from index.building.build import build
from index.embedding.embedder import Embedder
from qa.answering.library import Library
from qa.page.player import playable

BOAT = FILES["boat.vtt"]


def record(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as recording:
        recording.setparams((1, 1, 8000, 0, "NONE", ""))
        recording.writeframes(bytes([128] * 8000))
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an interview whose recording lies with it, and three that name another file."""
    place = tmp_path_factory.mktemp("recorded")
    talks, private = place / "talks", record(place / "private.wav")
    record(talks / "sound" / "own.wav")
    (talks / "link.wav").symlink_to(private)
    for name, media in (("own", "sound/own.wav"), ("absolute", f"{private}"), ("above", "../private.wav")):
        put(talks, **{f"{name}__vtt": BOAT, f"{name}__vtt__toml": f'media = "{media}"'})
    put(talks, link__vtt=BOAT)
    return place


@pytest.fixture(scope="module")
def recorded(place: Path, reader: Embedder) -> Iterator[Page]:
    build([place / "talks"], place / "i", reader, floors)
    served = Page([sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")], place / "i", place, place / "log")
    served.wait_until_up()
    yield served
    served.stop()


def test_only_what_lies_with_the_interviews_is_played(recorded: Page, tab: Tab) -> None:
    player = tab.get_by_test_id("stAudio")
    for name, n_players in (("own", 1), ("absolute", 0), ("above", 0), ("link", 0)):
        tab.goto(f"{recorded.url}/?passage={name}.vtt")
        expect(tab.locator(".reading")).to_contain_text("leaks like a basket", timeout=FIRST_ANSWER_MS)
        expect(player).to_have_count(n_players)
        tab.goto(f"{recorded.url}/?in={name}.vtt&q=How+old+is+the+boat%3F")
        expect(tab.locator(".st-key-turn_0 footer").first).to_be_visible(timeout=FIRST_ANSWER_MS)
        expect(tab.get_by_text("Play from")).to_have_count(n_players)


def test_of_a_single_file_the_recordings_in_its_folder_are_played(place: Path, reader: Embedder) -> None:
    talks = place / "talks"
    build([talks / "own.vtt"], place / "one", reader, floors)
    library = Library(place / "one", reader)
    assert playable(f"{talks}/sound/own.wav", library) == talks / "sound" / "own.wav"
    for elsewhere in (f"{place}/private.wav", f"{talks}/../private.wav", f"{talks}/link.wav", f"{talks}/sound"):
        assert playable(elsewhere, library) is None
    for nothing in (None, "", f"{talks}/gone.wav", "https://example.org/own.wav", "\0", "x" * 5000):
        assert playable(nothing, library) is None


def test_of_a_file_that_is_gone_nothing_is_played(tmp_path: Path, reader: Embedder) -> None:
    folder = put(tmp_path / "deep" / "talks", own__vtt=BOAT)
    sound = record(tmp_path / "deep" / "other.wav")
    build([folder], tmp_path / "i", reader, floors)
    (folder / "own.vtt").unlink()
    folder.rmdir()
    assert playable(f"{sound}", Library(tmp_path / "i", reader)) is None
