"""What tests share: the index of the bundled samples, the chat page in a real server, a real browser."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Before anything imports a model library: tests never ask a model hub.
os.environ["HF_HUB_OFFLINE"] = "1"

from helpers.chat_page import CHROMIUM_ARGUMENTS, LOCAL, Page
from helpers.library import ROOT, SHARED
from helpers.small_library import FILES, Answers, answers, floors, remembering
from index.building.build import build
from index.embedding.embedder import Embedder, load_embedder
from index.samples import SAMPLES
from qa.answering.library import Library
from qa.ranking.no_answer import fit_thresholds

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Error
    from playwright.sync_api import Page as Tab


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an index of the bundled samples; not to be changed."""
    folder = tmp_path_factory.mktemp("samples") / "index"
    build([SAMPLES], folder, fit=fit_thresholds)
    return folder


@pytest.fixture(scope="session")
def library(sample_folder: Path) -> Library:
    return Library(sample_folder)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real interviews that lies beside the project; skip where it does not."""
    if not (SHARED / "interviews").is_dir():
        pytest.skip("needs the real interviews in ../shared, which are not part of the project")
    return SHARED


@pytest.fixture(scope="session")
def reader(embedder: Embedder) -> Embedder:
    """Return the model, which reads no text twice."""
    return remembering(embedder)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of three short transcripts; not to be changed."""
    folder = tmp_path_factory.mktemp("small") / "files"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="session")
def whole(files: Path, reader: Embedder) -> Path:
    """Return an index of them; not to be changed."""
    build([files], files.parent / "whole", reader, fit=floors)
    return files.parent / "whole"


@pytest.fixture(scope="session")
def right(whole: Path, reader: Embedder) -> Answers:
    """Return what it answers."""
    return answers(whole, reader)


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of the index, to be changed."""
    shutil.copytree(whole, tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture(scope="session")
def page(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Serve the page on the sample index."""
    cwd = tmp_path_factory.mktemp("page")
    served = Page([sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")], sample_folder, cwd, cwd / "log")
    served.wait_until_up()
    yield served
    served.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser's path: $CHROMIUM, one that is installed, or Playwright's own."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            own = Path(playwright.chromium.executable_path)
        found = str(own) if own.exists() else None
    if not found:
        missing = "no Chromium: install it, or run `playwright install chromium`"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(CHROMIUM_ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def tab(browser: "Browser") -> "Iterator[Tab]":
    """Open a tab in which an error, or a request to another machine, fails the test."""
    context = browser.new_context(viewport={"width": 1100, "height": 800}, reduced_motion="reduce")
    opened = context.new_page()
    faults: list[str] = []

    def heard(message: "ConsoleMessage") -> None:
        if message.type == "error":
            faults.append(message.text)

    def broke(error: "Error") -> None:
        faults.append(str(error))

    opened.on("console", heard)
    opened.on("pageerror", broke)
    opened.on("request", lambda request: None if LOCAL.match(request.url) else faults.append(request.url))
    yield opened
    context.close()
    assert faults == []
