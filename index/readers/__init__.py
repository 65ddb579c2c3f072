"""A file on disk -> a Transcript: one module per format, each with `sniff(text)` and `read(text)`."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from index.errors import MalformedError, TranscriptError
from index.readers import plain, turns
from index.readers.decode import decode
from index.types import Contents, Transcript


class Reader(NamedTuple):
    """A transcript format: whether a text is in it, and what one that is holds."""

    sniff: Callable[[str], bool]
    read: Callable[[str], Contents]  # raises MalformedError


# The first whose sniff says yes reads the file. A new format is a module and a line here.
READERS: dict[str, Reader] = {
    "turns": Reader(turns.sniff, turns.read),
    "plain": Reader(plain.sniff, plain.read),
}

# What a transcript file in a folder is known by; a file that is named itself may end in anything.
SUFFIXES = frozenset({".txt", ".text"})


def read_transcript(data: bytes, name: str) -> Transcript:
    """Return the transcript that a file's bytes hold.

    Raises TranscriptError, naming the file, for what is no text or holds no word.
    """
    text = decode(data, name)
    if not any(character.isalnum() for character in text):
        raise TranscriptError(f"{name} is empty: there is no word in it")
    reader = next(reader for reader in READERS.values() if reader.sniff(text))
    try:
        contents = reader.read(text)
    except MalformedError as error:
        line = text.count("\n", 0, error.offset) + 1
        raise TranscriptError(f"{name}, line {line}: {error}") from error
    if not any(character.isalnum() for segment in contents.segments for character in segment.text):
        raise TranscriptError(f"{name} is empty: nothing is said in it")
    return Transcript.of(name, contents.segments, separator=contents.separator)


def read_bytes(path: Path) -> bytes:
    """Return a file's content. Raises TranscriptError where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise TranscriptError(f"{path} cannot be read: {error.strerror}") from error
