"""What is read back of a library: passages with their place, what finds them, how much there is."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from index.splitting.windows import WINDOW
from index.types import Metadata, Span


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what is needed to cite it."""

    id: int
    transcript_id: int
    transcript: str
    span: Span
    question: Span | None
    is_aside: bool
    guest_share: float | None  # how likely the answer is the guest's, where nobody is named


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """What a passage is found by, besides its words."""

    tokens: bytes  # signs of its tokens' vectors, see index.embedding.binary_quantization
    windows: bytes  # records of index.splitting.windows.WINDOW

    @property
    def n_windows(self) -> int:
        """Return how many windows there are."""
        return len(self.windows) // WINDOW.itemsize

    @property
    def spans(self) -> list[Span]:
        """Return where the windows are in the transcript."""
        windows = np.frombuffer(self.windows, WINDOW)
        return [*map(Span, windows["start"].tolist(), windows["end"].tolist())]


@dataclass(frozen=True, slots=True)
class Overview:
    """How much is in a library."""

    transcripts: int
    words: int


@dataclass(frozen=True, slots=True)
class ListedInterview:
    """An interview of a library at a glance."""

    name: str
    metadata: Metadata
    words: int
    questions: int  # that were asked in it
    length_s: float | None  # the last time that its file gives


def stored_passage(row: Any) -> StoredPassage:
    """Return a passage from its row. Raises ValueError or TypeError for a damaged row."""
    passage_id, transcript_id, name, start, end, asked, asked_end, is_aside, guest_share = row
    question = None if asked is None else Span(asked, asked_end)
    for span in (Span(start, end), *([question] if question else [])):
        if not (isinstance(span.start, int) and isinstance(span.end, int) and 0 <= span.start < span.end):
            raise ValueError(f"a passage at {span}")
    if not (isinstance(name, str) and isinstance(guest_share, float | None)):
        raise TypeError(f"a passage of {name!r}")
    return StoredPassage(passage_id, transcript_id, name, Span(start, end), question, bool(is_aside), guest_share)
