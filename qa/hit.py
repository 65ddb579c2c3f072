"""A passage that was found, with what it was found by."""

from dataclasses import dataclass

from index.stored import StoredPassage
from index.types import Span


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; scores are higher for better matches."""

    passage: StoredPassage
    score: float
    late: float  # late interaction with the whole passage, the mean over the queries
    dense: float  # cosine of the whole passage, the mean over the queries
    windows: tuple[tuple[Span, float], ...]  # its parts, each with how well it matches the first query
