"""Builds in processes that have the model already, so that hundreds of them can be killed, or have their writes fail.

Run as a program, it forks a build for each line that it reads; a `Builder` is what a test holds of it.
"""

import ctypes
import gc
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.embedding.embedder import Embedder

ROOT = Path(__file__).parent.parent.parent


class Fault(IntEnum):
    """What becomes of the n-th write of a build; the numbers are those of faults.c."""

    NONE = 0
    FAILS_ONCE = 1
    KILLS = 2
    DISK_FULL = 3  # and every later one


@dataclass(frozen=True, slots=True)
class Order:
    """A build to be made, and what befalls it."""

    paths: tuple[str, ...]
    folder: str
    fault: Fault = Fault.NONE
    n: int = 0
    kill_after_s: float | None = None
    texts_per_commit: int | None = None  # the product's own number where None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended: killed where neither embedded, error nor crash is given."""

    seconds: float
    embedded: int | None = None  # texts, where it succeeded
    error: str | None = None  # what the command line would print, in one line or more
    crash: str | None = None  # a traceback, which nobody should ever see
    calls: tuple[str, ...] = field(default=(), repr=False)  # what was written, call by call, where it was not killed

    @property
    def was_killed(self) -> bool:
        """Whether it came to no end of its own."""
        return self.embedded is None and self.error is None and self.crash is None


class Builder:
    """A process that builds, with faults in what is written below a folder where it was given the shim."""

    def __init__(self, shim: Path | None = None, faults_below: Path | None = None) -> None:
        faults = {"LD_PRELOAD": str(shim), "FAULTS_FOLDER": str(faults_below)} if shim else {}
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), **faults},
        )

    def build(self, paths: Sequence[Path], folder: Path, **others: Any) -> Outcome:
        """Build, to the end or to the fault; `others` are the fields of an order."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = Order(tuple(map(str, paths)), str(folder), **others)
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        return Outcome(**(found | {"calls": tuple(found.get("calls", ()))}))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def remember(embedder: "Embedder") -> None:
    """Have a model read each single text once: the same questions are asked of every build."""
    encode, known = embedder.encode, dict[tuple[str, bool], Any]()

    def remembered(texts: Sequence[str], *, is_query: bool = False) -> Any:
        if len(texts) != 1:
            return encode(texts, is_query=is_query)
        key = texts[0], is_query
        if key not in known:
            known[key] = encode(texts, is_query=is_query)
        return known[key]

    embedder.encode = remembered  # type: ignore[method-assign]


def _serve() -> None:
    import faiss
    from tqdm import tqdm

    from index.building.build import build
    from index.embedding.embedder import load_embedder
    from qa.ranking.no_answer import fit_thresholds

    # A fork has the one thread that forked it, and waits for others for ever.
    faiss.omp_set_num_threads(1)
    # The lock of progress bars is shared by all forks, and one that was killed may have held it.
    tqdm.set_lock(threading.RLock())
    embedder = load_embedder(threads=1)
    remember(embedder)
    # What is imported, looked up and asked only once a build is at it is there for all forks.
    with TemporaryDirectory() as folder:
        talk = Path(folder) / "talk.txt"
        talk.write_text("Ada: Is it warm?\nBo: It is, in here.\n")
        build([talk], Path(folder) / "index", model=embedder, fit=fit_thresholds)
    gc.freeze()
    for line in sys.stdin:
        order = Order(**json.loads(line))
        print(json.dumps(_overseen(order, embedder)), flush=True)


def _overseen(order: Order, embedder: "Embedder") -> dict[str, Any]:
    """Return how the build ended that a child of this process makes; it is killed when its time is up."""
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if not child:
        os.close(reading)
        with os.fdopen(writing, "w") as file:
            json.dump(_built(order, embedder), file)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        # The pipe ends when the child does.
        if not select.select([file], [], [], order.kill_after_s)[0]:
            os.kill(child, signal.SIGKILL)
        told = file.read()
    os.waitpid(child, 0)
    return (json.loads(told) if told else {}) | {"seconds": time.perf_counter() - began}


def _built(order: Order, embedder: "Embedder") -> dict[str, Any]:
    from index.building import build as build_module
    from index.building import embed
    from index.errors import InterviewQAError
    from qa.ranking.no_answer import fit_thresholds

    if order.texts_per_commit:
        embedder.backend.batch_texts = order.texts_per_commit
        embed.BATCHES_PER_COMMIT = 1
    shim = ctypes.CDLL(None) if "FAULTS_FOLDER" in os.environ else None
    if shim:
        shim.faults_told.restype = ctypes.c_char_p
        shim.faults_arm(ctypes.c_long(order.n), int(order.fault))
    try:
        report = build_module.build([*map(Path, order.paths)], Path(order.folder), model=embedder, fit=fit_thresholds)
        found: dict[str, Any] = {"embedded": report.embedded}
    except InterviewQAError as error:
        found = {"error": str(error)}
    except BaseException:
        found = {"crash": traceback.format_exc()}
    return found | ({"calls": shim.faults_told().decode().splitlines()} if shim else {})


if __name__ == "__main__":
    _serve()
