"""What a question costs the chat page's server, beside the same question in `ask --batch`.

The server is asked over its websocket, as a browser does, so that no browser works beside it.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from index.samples import SAMPLES
from tests.bench.children import ROOT, run

# The turns of one chat that are looked at, each with those before it: a process's time is told in hundredths of a
# second.
TURNS = (10, 50, 205)
TOGETHER = 10

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "STREAMLIT_SERVER_HEADLESS": "true"}


class Cost(NamedTuple):
    """CPU milliseconds of a question."""

    turn: str
    page_ms: float
    batch_ms: float


def measure() -> list[Cost]:
    """Return what a question costs in a fresh chat, and as a later turn of a long one."""
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [str(json.loads(line)["question"]) for line in lines]
    with tempfile.TemporaryDirectory() as place:
        run("-m", "qa", "build", SAMPLES, "--index", Path(place, "index"))
        with _served(Path(place)) as (page, port), _batch(Path(place)) as batch:
            _Chat(port).ask(asked[0])
            time.sleep(5)  # All is loaded by then.
            for question in asked:
                _ask_batch(batch, question, [])
            used = [0.0, 0.0]
            for question in asked:
                chat = _Chat(port)
                used[0] += _used_s(page, lambda chat=chat, question=question: chat.ask(question))
                used[1] += _used_s(batch, lambda question=question: _ask_batch(batch, question, []))
            costs = [Cost("the first question of a chat", *(1000 * each / len(asked) for each in used))]
            return costs + list(_of_a_chat(_Chat(port), asked, page, batch))


def _of_a_chat(
    chat: "_Chat", asked: list[str], page: "subprocess.Popen[str]", batch: "subprocess.Popen[str]"
) -> Iterator[Cost]:
    previous: list[str] = []
    used = [0.0, 0.0]
    for turn in range(1, max(TURNS) + 1):
        question = asked[turn % len(asked)]
        used[0] += _used_s(page, lambda question=question: chat.ask(question))
        used[1] += _used_s(batch, lambda question=question: _ask_batch(batch, question, previous))
        previous.append(question)
        if turn in TURNS:
            yield Cost(f"turn {turn}", *(1000 * each / TOGETHER for each in used))
        if turn in TURNS or turn + TOGETHER in TURNS:
            used = [0.0, 0.0]


class _Chat:
    """A visitor's chat."""

    def __init__(self, port: int) -> None:
        self._socket = connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
        self._box = ""  # the id of the box for questions
        self._there: dict[str, None] = {}  # what need not be sent again, by its hash
        self._address = ""
        self._run()

    def ask(self, question: str) -> None:
        """Ask, and wait until all is drawn."""
        self._run(question)

    def _run(self, question: str | None = None) -> None:
        message = BackMsg()
        message.rerun_script.query_string = self._address
        message.rerun_script.cached_message_hashes.extend(self._there)
        if question is not None:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.chat_input_value.data = self._box, question
        self._socket.send(message.SerializeToString())
        answer = ForwardMsg()
        while not answer.HasField("script_finished"):
            answer.ParseFromString(self._socket.recv(timeout=120))
            if answer.metadata.cacheable:
                self._there[answer.hash] = None
            if answer.delta.new_element.HasField("chat_input"):
                self._box = answer.delta.new_element.chat_input.id
            if answer.HasField("page_info_changed"):
                self._address = answer.page_info_changed.query_string


@contextmanager
def _served(place: Path) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"]
    with _started(command, place) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                    break
            except OSError:
                time.sleep(0.2)
        yield process, port


@contextmanager
def _batch(place: Path) -> "Iterator[subprocess.Popen[str]]":
    with _started([sys.executable, "-m", "qa", "ask", "--batch", "--top-k", "5"], place) as process:
        yield process


@contextmanager
def _started(command: list[str], place: Path) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        command,
        cwd=place,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**ENVIRONMENT, "INTERVIEW_QA_INDEX": str(place / "index")},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _ask_batch(process: "subprocess.Popen[str]", question: str, previous: list[str]) -> None:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps({"id": "q", "question": question, "previous": previous}) + "\n")
    process.stdin.flush()
    process.stdout.readline()


def _used_s(process: "subprocess.Popen[str]", act: Callable[[], None]) -> float:
    """Return the CPU seconds that another process used while something was done, and until it is idle again."""
    before = _cpu_s(process.pid)
    act()
    time.sleep(0.05)
    return _cpu_s(process.pid) - before


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
