"""What tests share: the index of the bundled samples, the chat page in a real server, a real browser."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Before anything imports a model library: tests never ask a model hub.
os.environ["HF_HUB_OFFLINE"] = "1"

from small import FILES, Answers, answers, floors, remembering

from index.build import BuildReport, build
from index.embedders import Embedder, load_embedder
from index.samples import SAMPLES
from qa.judge import fit
from qa.library import Library

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Error
    from playwright.sync_api import Page as Tab

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

# What a page on this machine asks for.
LOCAL = re.compile(r"(https?|wss?)://127\.0\.0\.1|data:|blob:")

CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an index of the bundled samples; not to be changed."""
    folder = tmp_path_factory.mktemp("samples") / "index"
    build([SAMPLES], folder, fit=fit)
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


def build_index(files: dict[str, str], folder: Path) -> BuildReport:
    """Write transcripts beside the index folder, and nothing else there, and build their index."""
    place = folder.parent / "transcripts"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return build([place], folder, fit=fit)


def put(folder: Path, **files: str) -> Path:
    """Write files; in their names `__` stands for a dot, and `___` for a slash."""
    for name, text in files.items():
        path = folder / name.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def cli(*arguments: str | Path, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "qa", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


class Page:
    """The chat page in a server of its own."""

    def __init__(self, command: list[str], folder: Path, cwd: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        port = f"--server.port={self.port}" if "streamlit" in command else f"--port={self.port}"
        with log.open("w") as file:
            self._process = subprocess.Popen(
                [*command, port],
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "INTERVIEW_QA_INDEX": str(folder),
                    "PYTHONPATH": str(ROOT),
                    "STREAMLIT_SERVER_HEADLESS": "true",
                },
            )

    def wait_until_up(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                    if answer.read() == b"ok":
                        return
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"the page did not come up:\n{self.log.read_text()}")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


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
