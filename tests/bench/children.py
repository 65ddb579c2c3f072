"""Commands that are measured: what a process of its own used, from start to exit, and what it printed."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent


class Used(NamedTuple):
    """What a process used."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    printed: str


def run(*arguments: str | Path, **environment: str) -> Used:
    """Run Python with these arguments, offline, and return what it used. Raises CalledProcessError where it fails."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", **environment},
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read().decode()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, [*map(str, arguments)], printed)
    # Linux counts memory in kB, macOS in bytes.
    peak = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return Used(wall, usage.ru_utime + usage.ru_stime, peak, printed)
