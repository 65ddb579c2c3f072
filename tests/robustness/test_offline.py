"""Nothing leaves the machine: building and asking work where only loopback can be reached."""

import os
import subprocess
import sys
from pathlib import Path

from helpers.library import ROOT

# Refuses, and reports, every connection and every look-up of a name that is not this machine's.
GUARD = """
import sys

LOCAL = ("127.", "localhost", "::1", "/")
WATCHED = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}

def guard(event, arguments):
    if event in WATCHED:
        address = arguments[WATCHED[event]]
        host = address[0] if isinstance(address, tuple) else address
        if not str(host or "localhost").startswith(LOCAL):
            sys.stderr.write(f"REFUSED {event} {address}\\n")
            raise PermissionError(f"{event} to {address}")

sys.addaudithook(guard)
"""

WORK = """
import os, sys
sys.path.insert(0, os.environ["ROOT"])
from qa.cli import main
assert main(["build", "--index", "i"]) == 0
assert main(["ask", "castor oil", "--index", "i"]) == 0
"""


def run(tmp_path: Path, code: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    environment |= {"PYTHONPATH": str(tmp_path), "ROOT": str(ROOT), "HF_HOME": str(tmp_path / "hub")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )


def test_build_and_ask_reach_for_nothing_beyond_loopback(tmp_path: Path) -> None:
    done = run(tmp_path, WORK)
    assert done.returncode == 0, done.stderr
    assert "castor oil" in done.stdout
    assert "REFUSED" not in done.stderr


def test_the_guard_guards(tmp_path: Path) -> None:
    done = run(tmp_path, "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)")
    assert "REFUSED socket.getaddrinfo 192.0.2.1" in done.stderr
    assert done.returncode == 1
