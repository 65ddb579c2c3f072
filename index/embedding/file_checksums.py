"""Checksums of large files, remembered in the user's cache for each state of a file."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

# Of how many files the checksums are remembered: a model has about ten.
REMEMBERED = 200


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256, computed once for each state of the file."""
    stat = path.stat()
    state = [stat.st_size, stat.st_mtime_ns]
    memory = cache_folder() / "checksums.json"
    remembered = _read_json(memory)
    known = remembered.get(str(path))
    if isinstance(known, list) and known[:-1] == state:
        return str(known[-1])
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    remembered.pop(str(path), None)
    _write_json(memory, dict([*remembered.items(), (str(path), [*state, found])][-REMEMBERED:]))
    return found


def cache_folder() -> Path:
    """Return the folder for what can be made again: $XDG_CACHE_HOME/interview-qa, else ~/.cache/interview-qa."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "interview-qa"


def _read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if it is missing or invalid."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_json(path: Path, kept: dict[str, Any]) -> None:
    """Keep what can be found out again, where that is possible."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept), encoding="utf-8")
