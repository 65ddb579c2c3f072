"""A file on disk -> a Transcript: one module per format, each with `sniff(text)` and `read(text)`."""

import re
from collections.abc import Callable
from typing import NamedTuple

from index.about import NOTHING, Known, about_of
from index.errors import MalformedError, TranscriptError
from index.frontmatter import split_front_matter
from index.noise import heard
from index.parsing.decode import decode
from index.parsing.jsontext import refuse_broken, refuse_unknown
from index.readers import (
    assemblyai,
    aws,
    deepgram,
    docx,
    markdown,
    plain,
    podcast,
    records,
    revai,
    sbv,
    srt,
    tsv,
    turns,
    vtt,
    webpage,
    whisper,
    whispercpp,
    youtube,
)
from index.speakers import with_joined_speakers
from index.types import Contents, Transcript

_LINE_END = re.compile(r"\r\n|\r|\n")


class Reader(NamedTuple):
    """A transcript format: whether a text is in it, and what one that is holds."""

    sniff: Callable[[str], bool]
    read: Callable[[str], Contents]  # raises MalformedError


# The first whose sniff says yes reads the file. A new format is a module and a line here.
READERS: dict[str, Reader] = {
    "vtt": Reader(vtt.sniff, vtt.read),
    "srt": Reader(srt.sniff, srt.read),
    "sbv": Reader(sbv.sniff, sbv.read),
    "tsv": Reader(tsv.sniff, tsv.read),
    "docx": Reader(docx.sniff, docx.read),
    "html": Reader(webpage.sniff, webpage.read),
    "markdown": Reader(markdown.sniff, markdown.read),
    "whisper": Reader(whisper.sniff, whisper.read),
    "whisper.cpp": Reader(whispercpp.sniff, whispercpp.read),
    "youtube": Reader(youtube.sniff, youtube.read),
    "podcast": Reader(podcast.sniff, podcast.read),
    "assemblyai": Reader(assemblyai.sniff, assemblyai.read),
    "revai": Reader(revai.sniff, revai.read),
    "deepgram": Reader(deepgram.sniff, deepgram.read),
    "aws": Reader(aws.sniff, aws.read),
    "records": Reader(records.sniff, records.read),
    "turns": Reader(turns.sniff, turns.read),
    "plain": Reader(plain.sniff, plain.read),
}

# What a transcript file in a folder is known by; a file that is named itself may end in anything.
SUFFIXES = frozenset(
    {
        ".txt",
        ".text",
        ".vtt",
        ".srt",
        ".sbv",
        ".tsv",
        ".docx",
        ".html",
        ".htm",
        ".xhtml",
        ".md",
        ".markdown",
        ".json",
        ".json3",
    }
)


def read_transcript(data: bytes, name: str, known: Known = NOTHING) -> Transcript:
    """Return the transcript that a file's bytes hold; `known` is what is known besides.

    Raises TranscriptError, naming the file, for what is no text or holds no word.
    """
    text = decode(data, name)
    if not any(character.isalnum() for character in text):
        raise TranscriptError(f"{name} is empty: there is no word in it")
    try:
        text, front = split_front_matter(text)
        refuse_broken(text)
        reader = next(reader for reader in READERS.values() if reader.sniff(text))
        if reader is READERS["plain"]:
            refuse_unknown(text, name)
        contents = reader.read(text)
    except MalformedError as error:
        line = len(_LINE_END.findall(text, 0, error.offset)) + 1
        raise TranscriptError(f"{name}, line {line}: {error}") from error
    segments, roles = with_joined_speakers(contents.segments, known.speakers)
    if not any(character.isalnum() for segment in segments for character in heard(segment.text)):
        raise TranscriptError(f"{name} is empty: nothing is said in it")
    about = about_of(name, known, (front, contents.about, roles))
    return Transcript.of(name, segments, about, contents.separator)
