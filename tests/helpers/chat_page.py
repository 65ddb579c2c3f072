"""The chat page in a browser: what its tests share."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Locator
from playwright.sync_api import Page as Tab

from helpers.library import ROOT

# The first answer waits for the model, which may wait for its libraries.
FIRST_ANSWER_MS = 120_000

CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()

AXE = ROOT / ".ci" / "node_modules" / "axe-core" / "axe.min.js"

# What a page on this machine asks for.
LOCAL = re.compile(r"(https?|wss?)://127\.0\.0\.1|data:|blob:")


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


def ask(tab: Tab, question: str) -> None:
    box = tab.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")


def turn_of(tab: Tab, number: int) -> Locator:
    """Return a turn of the chat, the last one or an earlier one."""
    return tab.locator(f".st-key-turn_{number}, #turn_{number}")
