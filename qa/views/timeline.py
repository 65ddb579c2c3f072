"""Timeline: the best passages for a question, each at its position in its interview."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.types import Transcript
from qa.answering.answer import AskedQuestion, CitedPassage, answer_again
from qa.answering.library import Library

# How many passages the timeline shows.
PLACED = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A passage and its position in its interview, from 0 (start) to 1 (end)."""

    passage: CitedPassage
    begins: float
    ends: float
    strength: float  # 0 for the lowest score shown, 1 for the best


@dataclass(frozen=True, slots=True)
class Strip:
    """One interview of the timeline, with its passages in the order of the interview."""

    transcript: str
    length_s: float | None  # the last time in the file; if None, positions are shares of the characters
    places: tuple[Place, ...]


def strips(library: Library, asked: AskedQuestion, k: int = PLACED) -> list[Strip]:
    """Return the interviews that hold the best k passages; the interview of the best passage comes first.

    Raises InterviewQAError as `answer` does.
    """
    passages = answer_again(library, asked, k).passages
    by_interview: dict[str, list[tuple[CitedPassage, float]]] = {}
    for passage, strength in zip(passages, _strengths(passages), strict=True):
        by_interview.setdefault(passage.transcript, []).append((passage, strength))
    with library.snapshot() as snapshot:
        # A build since the answer may have removed an interview.
        names = snapshot.database.transcript_ids()
        return [
            _strip(library.transcript(snapshot, name), placed) for name, placed in by_interview.items() if name in names
        ]


def _strengths(passages: Sequence[CitedPassage]) -> list[float]:
    """Return the scores scaled to 0 to 1; all 1 if they are equal."""
    scores = [passage.score for passage in passages]
    if not scores or max(scores) == min(scores):
        return [1.0] * len(scores)
    return [(score - min(scores)) / (max(scores) - min(scores)) for score in scores]


def _strip(transcript: Transcript, passages: Sequence[tuple[CitedPassage, float]]) -> Strip:
    length_s = _length_s(transcript)
    places = [Place(passage, *_position(passage, transcript, length_s), strength) for passage, strength in passages]
    return Strip(transcript.name, length_s, tuple(sorted(places, key=lambda place: place.begins)))


def _length_s(transcript: Transcript) -> float | None:
    """Return the last time in the file, or None if its times do not ascend and so cannot be trusted."""
    times = [mark.start_s for mark in transcript.times]
    is_ascending = all(earlier <= later for earlier, later in pairwise(times))
    return times[-1] if times and is_ascending and times[-1] > 0 else None


def _position(passage: CitedPassage, transcript: Transcript, length_s: float | None) -> tuple[float, float]:
    """Return where a passage begins and ends, from 0 to 1: by time if both times are known, else by characters."""
    if length_s and passage.start_s is not None and passage.end_s is not None:
        return passage.start_s / length_s, min(1.0, passage.end_s / length_s)
    return passage.position, min(1.0, passage.position + len(passage.text) / max(1, len(transcript.text)))
