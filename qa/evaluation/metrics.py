"""Ranked passages against gold spans: hit@k, MRR, nDCG, hit@300w, and how sure their means are.

A gold span is hit by a passage that holds at least half of its characters. hit@300w counts what lies
within the first 300 words of the passages in order: no passage length can win it by being long.
"""

import math
import re
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from index.types import Span

BUDGET_WORDS = 300
DEPTH = 10
METRICS = ("hit@1", "hit@3", "hit@5", "MRR@10", "nDCG@10", f"hit@{BUDGET_WORDS}w")

# Percentile bootstrap (Efron 1979); with this many draws the interval's ends move by less than half a point.
DRAWS = 4000
CONFIDENCE = 0.95


class Found(Protocol):
    """A passage that was found."""

    @property
    def transcript(self) -> str:
        """Return the transcript's name."""

    @property
    def text(self) -> str:
        """Return what was said."""

    @property
    def file(self) -> Span:
        """Return where it stands in the transcript's file."""


Gold = tuple[str, Span]  # transcript, span in its file


def score(gold: Sequence[Gold], passages: Sequence[Found]) -> dict[str, float]:
    """Return the metrics of one question with at least one gold span; passages are best first."""
    ranks = []  # of each gold span, the rank of the first passage that hits it
    for span in gold:
        hits = (rank for rank, passage in enumerate(passages[:DEPTH], 1) if _is_hit(passage, span))
        ranks.append(next(hits, math.inf))
    best = min(ranks)
    gain = sum(1 / math.log2(1 + rank) for rank in ranks)
    ideal = sum(1 / math.log2(1 + rank) for rank in range(1, min(len(ranks), DEPTH) + 1))
    return {
        **{f"hit@{k}": float(best <= k) for k in (1, 3, 5)},
        "MRR@10": 1 / best,
        # Several gold spans may lie in one passage, so the gain can exceed that of one span a passage.
        "nDCG@10": min(1.0, gain / ideal),
        f"hit@{BUDGET_WORDS}w": float(_hit_within_budget(gold, passages)),
    }


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % confidence interval of the mean, the same at every call; of one value, that value."""
    drawn = np.random.default_rng(0).choice(np.asarray(values), (DRAWS, len(values))).mean(axis=1)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _is_hit(passage: Found, gold: Gold, file_end: int | None = None) -> bool:
    """Whether the passage, up to `file_end` of it, holds at least half of the gold span's characters."""
    transcript, (start, end) = gold
    shared = min(end, passage.file.end if file_end is None else file_end) - max(start, passage.file.start)
    return transcript == passage.transcript and shared >= (end - start) / 2


def _hit_within_budget(gold: Sequence[Gold], passages: Sequence[Found]) -> bool:
    left = BUDGET_WORDS
    for passage in passages:
        words = list(re.finditer(r"\S+", passage.text))
        taken = words[: max(0, left)]
        left -= len(words)
        if not taken:
            return False
        # Where only a part fits, the rest of the passage counts in proportion of its characters.
        share = taken[-1].end() / len(passage.text)
        file_end = passage.file.start + round(share * (passage.file.end - passage.file.start))
        if any(_is_hit(passage, span, file_end) for span in gold):
            return True
    return False
