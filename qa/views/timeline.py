"""Where in the interviews a question is answered: the best passages, each at its place between start and end."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.types import Transcript
from qa.answering.answer import AskedQuestion, CitedPassage, answer_again
from qa.answering.library import Library

# How many passages are placed.
PLACED = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A passage with its place in its interview, from 0 at the start to 1 at the end."""

    passage: CitedPassage
    begins: float
    ends: float
    strength: float  # from 0 for the weakest of all that are placed to 1 for the best


@dataclass(frozen=True, slots=True)
class Strip:
    """An interview with what of it answers, in the order of the interview."""

    transcript: str
    length_s: float | None  # the last time that its file gives; without, places are shares of its characters
    places: tuple[Place, ...]


def strips(library: Library, asked: AskedQuestion, k: int = PLACED) -> list[Strip]:
    """Return the interviews that the best k passages are in, the interview with the best one first.

    Raises InterviewQAError as `qa.answering.answer.answer` does.
    """
    found = answer_again(library, asked, k).passages
    strengths = _strengths(found)
    by_interview: dict[str, list[tuple[CitedPassage, float]]] = {}
    for passage, strength in zip(found, strengths, strict=True):
        by_interview.setdefault(passage.transcript, []).append((passage, strength))
    with library.snapshot() as snapshot:
        # A build in between may have removed some.
        there = snapshot.database.transcript_ids()
        return [
            _strip(library.transcript(snapshot, name), passages)
            for name, passages in by_interview.items()
            if name in there
        ]


def _strengths(found: Sequence[CitedPassage]) -> list[float]:
    """Return how good each passage is among them, from 0 to 1; alone, or all alike, they are the best."""
    scores = [passage.score for passage in found]
    if not scores or max(scores) == min(scores):
        return [1.0] * len(scores)
    return [(score - min(scores)) / (max(scores) - min(scores)) for score in scores]


def _strip(transcript: Transcript, passages: Sequence[tuple[CitedPassage, float]]) -> Strip:
    length_s = _length_s(transcript)
    places = [Place(passage, *_between(passage, transcript, length_s), strength) for passage, strength in passages]
    return Strip(transcript.name, length_s, tuple(sorted(places, key=lambda place: place.begins)))


def _length_s(transcript: Transcript) -> float | None:
    """Return the last time that the file gives, where its times can be trusted: none of them goes back."""
    times = [mark.start_s for mark in transcript.times]
    is_ascending = all(earlier <= later for earlier, later in pairwise(times))
    return times[-1] if times and is_ascending and times[-1] > 0 else None


def _between(passage: CitedPassage, transcript: Transcript, length_s: float | None) -> tuple[float, float]:
    """Return where a passage begins and ends, by time where both are known, else by its characters."""
    if length_s and passage.start_s is not None and passage.end_s is not None:
        return passage.start_s / length_s, min(1.0, passage.end_s / length_s)
    return passage.position, min(1.0, passage.position + len(passage.text) / max(1, len(transcript.text)))
