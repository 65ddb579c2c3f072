"""The nouns of qa that several wings share: a generated answer and its sentences."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GeneratedSentence:
    """A generated sentence without its citations, and the ranks of the cited passages, from 1."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GeneratedAnswer:
    """The answer generated so far; `failed` says why it broke off."""

    model: str = ""
    sentences: tuple[GeneratedSentence, ...] = ()
    left_out: int = 0  # number of unsupported sentences
    failed: str | None = None
    is_done: bool = False
