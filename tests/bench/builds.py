"""How long a build takes that has little to do, beside the first one: `.venv/bin/python tests/bench_builds.py`.

The interviews are made of the bundled samples' sentences, shuffled, so that hardly any text is there twice.
Each build is a command of its own, from start to exit. Those with little to do are repeated by turns, and
their medians have to stay below the given shares of the first build's time.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent

REPEATS = 5

NAMES = "Ada,Bo,Cy,Di,Eli,Fay,Gus,Hana,Ines,Jon,Kay,Lev,Mia,Nils,Oda,Pia".split(",")

# An answer has so many sentences; the samples' guests speak about as long.
SENTENCES = range(3, 9)


class Taken(NamedTuple):
    """What a build took, in seconds."""

    wall_s: float
    cpu_s: float


def sample_sentences() -> tuple[list[str], list[str]]:
    """Return the samples' questions and their other sentences."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "index" / "samples").glob("*.txt"))]
    words = re.sub(r"\s+", " ", " ".join(re.sub(r"\[.*?\]|^[\w .]+:", " ", text, flags=re.MULTILINE) for text in texts))
    sentences = re.findall(r"[A-Z][^.?!]{15,}[.?!](?= |$)", words)
    return [s for s in sentences if s.endswith("?")], [s for s in sentences if not s.endswith("?")]


def interview(random: Random, words: int) -> str:
    """Return turns of a host and a guest with about so many words."""
    questions, answers = sample_sentences()
    host, guest = random.sample(NAMES, 2)
    turns: list[str] = []
    said = 0
    while said < words:
        turns.append(f"{host}: {random.choice(questions)}")
        turns.append(f"{guest}: {' '.join(random.choices(answers, k=random.choice(SENTENCES)))}")
        said += sum(len(turn.split()) for turn in turns[-2:])
    return "\n".join(turns) + "\n"


def build(place: Path, index: Path) -> Taken:
    """Run the command, and return what it took."""
    before, began = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "qa", "build", str(place), "--index", str(index)]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    wall, after = time.perf_counter() - began, os.times()
    print(f"  {done.stdout.strip()}  {wall:.2f} s", file=sys.stderr)
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Taken(wall, used)


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


def main() -> int:
    """Build, print the table, and return 1 where a build takes more than its share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interviews", type=int, default=200)
    parser.add_argument("--words", type=int, default=3000, help="of each interview")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, index = Path(folder, "interviews"), Path(folder, "index")
        place.mkdir()
        for number in range(arguments.interviews):
            text = interview(Random(number), arguments.words)
            (place / f"interview-{number:04}.txt").write_text(text, encoding="utf-8")
        first = build(place, index)
        taken: dict[str, list[Taken]] = {kind: [] for kind in KINDS}
        for turn in range(arguments.repeats):
            for kind, (change, _) in KINDS.items():
                change(place, turn)
                taken[kind].append(build(place, index))
    print(f"{arguments.interviews} interviews of {arguments.words} words, {os.cpu_count()} cores")
    print(f"{'build':22} {'wall s':>8} {'share':>7} {'CPU s':>8} {'share':>7}")
    print(f"{'first':22} {first.wall_s:8.2f} {'':7} {first.cpu_s:8.2f}")
    is_within = True
    for kind, (_, most) in KINDS.items():
        wall, cpu = median(t.wall_s for t in taken[kind]), median(t.cpu_s for t in taken[kind])
        shares = wall / first.wall_s, cpu / first.cpu_s
        is_within &= max(shares) <= most
        print(f"{kind:22} {wall:8.2f} {shares[0]:7.1%} {cpu:8.2f} {shares[1]:7.1%}  at most {most:.0%}")
    return 0 if is_within else 1


if __name__ == "__main__":
    sys.exit(main())
