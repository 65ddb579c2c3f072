"""How long captions take to be read that are made to be slow, and how much longer those twice as long."""

import time
from statistics import median

from index.reading.reader import READERS
from tests.helpers.long_captions import long_captions

LENGTH = 200_000
REPEATS = 3


def measure() -> list[tuple[str, float, float]]:
    """Return (format and what is long, CPU seconds, how many times as many for twice the length)."""
    rows, twice = [], long_captions(2 * LENGTH)
    for what, (text, *_) in long_captions(LENGTH).items():
        turns = [(_seconds(text), _seconds(twice[what][0])) for _ in range(REPEATS)]
        name = next(name for name, reader in READERS.items() if reader.sniff(text))
        rows.append((f"{name}: {what}", median(a for a, _ in turns), median(b / a for a, b in turns)))
    return rows


def _seconds(text: str) -> float:
    began = time.process_time()
    next(reader for reader in READERS.values() if reader.sniff(text)).parse(text)
    return time.process_time() - began
