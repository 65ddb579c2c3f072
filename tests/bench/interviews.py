"""Synthetic interviews of the bundled samples' sentences, shuffled, so that hardly any text repeats."""

import re
from pathlib import Path
from random import Random

from index.samples import SAMPLES

NAMES = "Ada,Bo,Cy,Di,Eli,Fay,Gus,Hana,Ines,Jon,Kay,Lev,Mia,Nils,Oda,Pia".split(",")

# Sentences to an answer; the samples' guests speak about as long.
SENTENCES = range(3, 9)


def sample_sentences() -> tuple[list[str], list[str]]:
    """Return the samples' questions and their other sentences."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SAMPLES.glob("*.txt"))]
    words = re.sub(r"\s+", " ", " ".join(re.sub(r"\[.*?\]|^[\w .]+:", " ", text, flags=re.MULTILINE) for text in texts))
    sentences = re.findall(r"[A-Z][^.?!]{15,}[.?!](?= |$)", words)
    return [s for s in sentences if s.endswith("?")], [s for s in sentences if not s.endswith("?")]


def interview(random: Random, words: int) -> str:
    """Return turns of a host and a guest with about `words` words."""
    questions, answers = sample_sentences()
    host, guest = random.sample(NAMES, 2)
    turns: list[str] = []
    said = 0
    while said < words:
        turns.append(f"{host}: {random.choice(questions)}")
        turns.append(f"{guest}: {' '.join(random.choices(answers, k=random.choice(SENTENCES)))}")
        said += sum(len(turn.split()) for turn in turns[-2:])
    return "\n".join(turns) + "\n"


def write_interviews(place: Path, n: int, words: int) -> None:
    """Write n interviews of about `words` words into a new folder."""
    place.mkdir()
    for number in range(n):
        (place / f"interview-{number:04}.txt").write_text(interview(Random(number), words), encoding="utf-8")
