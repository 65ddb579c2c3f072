"""Writing transcripts, building their index and running the command line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from index.building.build import BuildReport, build
from qa.ranking.no_answer import fit_thresholds

ROOT = Path(__file__).parent.parent.parent

SHARED = ROOT.parent / "shared"


def build_index(files: dict[str, str], folder: Path) -> BuildReport:
    """Write transcripts beside the index folder, and nothing else there, and build their index."""
    place = folder.parent / "transcripts"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    return build([place], folder, fit=fit_thresholds)


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
