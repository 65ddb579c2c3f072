"""How long a build takes that has little to do, beside the first one.

Each build is a command of its own, from start to exit. Those with little to do are repeated by turns.
"""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.bench.children import Used, run
from tests.bench.interviews import write_interviews

INTERVIEWS, WORDS = 200, 3000
REPEATS = 5


def measure() -> list[tuple[str, float, float, float]]:
    """Return (what changed, CPU seconds, share of the first build's, the most that the share may be)."""
    with tempfile.TemporaryDirectory() as folder:
        place, index = Path(folder, "interviews"), Path(folder, "index")
        write_interviews(place, INTERVIEWS, WORDS)
        first = build(place, index).cpu_s
        taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for turn in range(REPEATS):
            for kind, (change, _) in KINDS.items():
                change(place, turn)
                taken[kind].append(build(place, index).cpu_s)
    rows = [(kind, median(taken[kind]), median(taken[kind]) / first, most) for kind, (_, most) in KINDS.items()]
    return [("everything is new", first, 1.0, 1.0), *rows]


def build(place: Path, index: Path) -> Used:
    """Run the command, and return what it used."""
    return run("-m", "qa", "build", place, "--index", index)


def leave(_place: Path, _turn: int) -> None:
    """Change nothing."""


def change_a_sentence(place: Path, turn: int) -> None:
    """Put another sentence in the place of one, in another file each time."""
    path = sorted(place.iterdir())[turn]
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = re.sub(r"[^.?!]+[.?!]$", f" And that was the {turn}th boat that I had lost to the winter.", lines[1])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def rename(place: Path, turn: int) -> None:
    """Give a file another name, another one each time."""
    path = sorted(place.iterdir())[-1 - turn]
    path.rename(path.with_stem(f"{path.stem}-again"))


# What is done before each build, and the most that the build may take, as a share of the first one's time.
KINDS: dict[str, tuple[Callable[[Path, int], None], float]] = {
    "unchanged": (leave, 0.02),
    "one sentence changed": (change_a_sentence, 0.05),
    "one file renamed": (rename, 0.05),
}
