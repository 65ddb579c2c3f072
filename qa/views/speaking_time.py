"""Speaking time: the share of each interview that each speaker says."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.storage.database import Database
from index.storage.queries import guest_characters, question_characters, speaker_characters


@dataclass(frozen=True, slots=True)
class Share:
    """A speaker's share of an interview, from 0 to 1, by characters."""

    speaker: str | None  # None for speech without a label
    share: float


@dataclass(frozen=True, slots=True)
class Shares:
    """The speakers of an interview, the largest share first."""

    transcript: str
    voices: tuple[Share, ...]
    # Where nobody is named: the share of questions, and the guest's estimated share (index.splitting.guest_estimate).
    asked: float = 0.0
    probably_guest: float = 0.0


def shares(database: Database) -> list[Shares]:
    """Return the speakers' shares for each interview, in the order of names."""
    guesses = _guesses(database)
    return [
        _shares(name, sizes, *guesses.get(transcript_id, (0.0, 0.0)))
        for transcript_id, name, sizes in speaker_characters(database)
    ]


def _shares(name: str, sizes: Sequence[tuple[str | None, int]], asked: float, guests: float) -> Shares:
    total = sum(size for _, size in sizes) or 1
    voices = sorted((Share(speaker, size / total) for speaker, size in sizes), key=_most_first)
    if any(voice.speaker for voice in voices):
        return Shares(name, tuple(voices))
    return Shares(name, tuple(voices), min(1.0, asked / total), min(1.0, guests / total))


def _most_first(voice: Share) -> tuple[float, str]:
    return -voice.share, voice.speaker or ""


def _guesses(database: Database) -> dict[int, tuple[float, float]]:
    """Return transcript id -> (characters of questions, characters that are probably the guest's)."""
    asked, answered = question_characters(database), guest_characters(database)
    return {i: (asked.get(i, 0.0), answered.get(i, 0.0)) for i in asked | answered}
