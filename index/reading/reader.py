"""A file on disk -> a Transcript: one module per format, each with `sniff(text)` and `read(text)`."""

import re
from collections.abc import Callable
from typing import NamedTuple

from index.errors import MalformedError, TranscriptError
from index.metadata.front_matter import split_front_matter
from index.metadata.metadata import NOTHING, FileContext, merge_metadata
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
from index.text.non_speech import blank_non_speech
from index.types import ParsedFile, Transcript

_LINE_END = re.compile(r"\r\n|\r|\n")


class Reader(NamedTuple):
    """A transcript format: whether a text is in it, and what one that is holds."""

    sniff: Callable[[str], bool]
    parse: Callable[[str], ParsedFile]  # raises MalformedError


# The first whose sniff says yes reads the file. A new format is a module and a line here.
READERS: dict[str, Reader] = {
    "vtt": Reader(vtt.sniff, vtt.parse),
    "srt": Reader(srt.sniff, srt.parse),
    "sbv": Reader(sbv.sniff, sbv.parse),
    "tsv": Reader(tsv.sniff, tsv.parse),
    "docx": Reader(docx.sniff, docx.parse),
    "html": Reader(html_page.sniff, html_page.parse),
    "markdown": Reader(markdown.sniff, markdown.parse),
    "whisper": Reader(whisper.sniff, whisper.parse),
    "whisper.cpp": Reader(whisper_cpp.sniff, whisper_cpp.parse),
    "youtube": Reader(youtube.sniff, youtube.parse),
    "podcast": Reader(podcasting20.sniff, podcasting20.parse),
    "assemblyai": Reader(assemblyai.sniff, assemblyai.parse),
    "revai": Reader(rev.sniff, rev.parse),
    "deepgram": Reader(deepgram.sniff, deepgram.parse),
    "aws": Reader(amazon_transcribe.sniff, amazon_transcribe.parse),
    "records": Reader(generic_json.sniff, generic_json.parse),
    "turns": Reader(labelled_text.sniff, labelled_text.parse),
    "plain": Reader(plain_text.sniff, plain_text.parse),
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


def read_transcript(data: bytes, name: str, known: FileContext = NOTHING) -> Transcript:
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
        contents = reader.parse(text)
    except MalformedError as error:
        line = len(_LINE_END.findall(text, 0, error.offset)) + 1
        raise TranscriptError(f"{name}, line {line}: {error}") from error
    segments, roles = with_joined_speakers(contents.segments, known.speakers)
    if not any(character.isalnum() for segment in segments for character in blank_non_speech(segment.text)):
        raise TranscriptError(f"{name} is empty: nothing is said in it")
    metadata = merge_metadata(name, known, (front, contents.metadata, roles))
    return Transcript.of(name, segments, metadata, contents.separator)
