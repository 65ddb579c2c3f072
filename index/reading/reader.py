"""A file on disk -> a Transcript: one module per format, each with `sniff(text)` and `read(text)`."""

import re
from collections.abc import Callable
from typing import NamedTuple

from index.errors import MalformedError, TranscriptError
from index.metadata.front_matter import split_front_matter
from index.metadata.metadata import NOTHING, Known, about_of
from index.metadata.speaker_names import with_joined_speakers
from index.reading.decoding import decode
from index.reading.formats import (
    amazon_transcribe,
    assemblyai,
    deepgram,
    docx,
    generic_json,
    html_page,
    labelled_text,
    markdown,
    plain_text,
    podcasting20,
    rev,
    sbv,
    srt,
    tsv,
    vtt,
    whisper,
    whisper_cpp,
    youtube,
)
from index.reading.json_text.positioned_json import refuse_broken, refuse_unknown
from index.text.non_speech import heard
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
    "html": Reader(html_page.sniff, html_page.read),
    "markdown": Reader(markdown.sniff, markdown.read),
    "whisper": Reader(whisper.sniff, whisper.read),
    "whisper.cpp": Reader(whisper_cpp.sniff, whisper_cpp.read),
    "youtube": Reader(youtube.sniff, youtube.read),
    "podcast": Reader(podcasting20.sniff, podcasting20.read),
    "assemblyai": Reader(assemblyai.sniff, assemblyai.read),
    "revai": Reader(rev.sniff, rev.read),
    "deepgram": Reader(deepgram.sniff, deepgram.read),
    "aws": Reader(amazon_transcribe.sniff, amazon_transcribe.read),
    "records": Reader(generic_json.sniff, generic_json.read),
    "turns": Reader(labelled_text.sniff, labelled_text.read),
    "plain": Reader(plain_text.sniff, plain_text.read),
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
