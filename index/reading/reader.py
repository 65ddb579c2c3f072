"""A file on disk -> a Transcript: one module per format, each with `sniff(text)` and `parse(text)`."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from index.errors import InterviewQAError, MalformedError, TranscriptError
from index.metadata.front_matter import split_front_matter
from index.metadata.metadata import NOTHING, FileContext, merge_metadata
from index.metadata.speaker_names import with_joined_speakers
from index.reading.decoding import decode
from index.reading.formats import (
    amazon_transcribe,
    annotation_xml,
    assemblyai,
    chat,
    deepgram,
    docx,
    generic_json,
    html_page,
    labelled_text,
    markdown,
    open_document,
    plain_text,
    podcasting20,
    python_literal,
    rev,
    sbv,
    srt,
    substation,
    table,
    textgrid,
    timed_text,
    tsv,
    vtt,
    whisper,
    whisper_cpp,
    youtube,
)
from index.reading.formats.table import is_table
from index.reading.json_text.positioned_json import refuse_broken, refuse_unknown
from index.reading.markup.xml_tree import root_name
from index.text.non_speech import blank_non_speech
from index.types import Metadata, ParsedFile, Segment, Transcript

_LINE_END = re.compile(r"\r\n|\r|\n")
_NOBODY = re.compile(r"(?:(?:speaker|spk)[ _]?)?\?+", re.IGNORECASE)  # as programs write that they cannot tell
_SURROGATE = re.compile(r"[\ud800-\udfff]")

# Recognised before a text is taken for JSON: these open with a bracket as well.
BEFORE_JSON = ("python literal", "substation")

# A year: a later time is a mistake, of a clock or a unit.
LATEST_S = 366 * 86_400.0

# How many warnings of a file are kept, and how much of a foreign error's text is shown.
MOST_WARNINGS = 1000
MOST_MESSAGE_CHARS = 200


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
    "table": Reader(table.sniff, table.parse),
    "substation": Reader(substation.sniff, substation.parse),
    "timed text": Reader(timed_text.sniff, timed_text.parse),
    "annotation xml": Reader(annotation_xml.sniff, annotation_xml.parse),
    "open document": Reader(open_document.sniff, open_document.parse),
    "textgrid": Reader(textgrid.sniff, textgrid.parse),
    "chat": Reader(chat.sniff, chat.parse),
    "python literal": Reader(python_literal.sniff, python_literal.parse),
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
        ".csv",
        ".ttml",
        ".dfxp",
        ".xml",
        ".ass",
        ".ssa",
        ".eaf",
        ".trs",
        ".exb",
        ".textgrid",
        ".cha",
        ".rtf",
        ".odt",
    }
)


def read_transcript(data: bytes, name: str, context: FileContext = NOTHING) -> Transcript:
    """Return the transcript in a file's bytes; `context` is what sidecars and folders say about it.

    What is not understood in the file is in the transcript's warnings. Raises TranscriptError, naming the file, if no
    words can be had.
    """
    text = decode(data, name)
    if not any(character.isalnum() for character in text):
        raise TranscriptError(f"{name} is empty: there is no word in it")
    try:
        body, front, warnings = split_front_matter(text)
        parsed = _parse(body, name)
        segments, roles = with_joined_speakers(list(_valid(parsed.segments, len(text))), context.speakers)
        metadata = merge_metadata(name, context, (front, parsed.metadata, roles))
    except MalformedError as error:
        raise TranscriptError(f"{_place(text, name, error.offset)}: {error}") from error
    except InterviewQAError:
        raise
    # Whatever a reader, or a library that it calls, raises for one file costs that file alone.
    except Exception as error:
        message = " ".join(str(error).split())[:MOST_MESSAGE_CHARS]
        raise TranscriptError(f"{name} cannot be parsed ({type(error).__name__}: {message})") from error
    if not any(character.isalnum() for segment in segments for character in blank_non_speech(segment.text)):
        raise TranscriptError(f"{name} is empty: nothing is said in it")
    lines = [f"{_place(text, name, offset)}: {message}" for offset, message in (*warnings, *parsed.warnings)]
    return Transcript.of(name, segments, _valid_metadata(metadata), parsed.separator, lines[:MOST_WARNINGS])


def _parse(text: str, name: str) -> ParsedFile:
    """Parse the text by the first format that recognises it. Raises MalformedError, TranscriptError."""
    reader = next((READERS[kind] for kind in BEFORE_JSON if READERS[kind].sniff(text)), None)
    if reader is None:
        refuse_broken(text)
        reader = next(reader for reader in READERS.values() if reader.sniff(text))
    if reader is READERS["plain"]:
        refuse_unknown(text, name)
        _refuse_structured(text, name)
    return reader.parse(text)


def _refuse_structured(text: str, name: str) -> None:
    """Raise TranscriptError for XML, or a table, that no format recognises: markup is never speech."""
    root = root_name(text)
    if root and (text.lstrip("\ufeff \r\n\t").startswith("<?xml") or "xmlns" in text[:MOST_MESSAGE_CHARS]):
        raise TranscriptError(f"{name} is XML with the root <{root}>, which is no transcript format that is known here")
    if name.lower().endswith((".csv", ".tsv", ".tab")) and is_table(text):
        raise TranscriptError(f"{name} is a table without a column of words; name the columns speaker, start and text")


def _place(text: str, name: str, offset: int) -> str:
    return f"{name}, line {len(_LINE_END.findall(text, 0, offset)) + 1}"


def _valid(segments: Iterable[Segment], length: int) -> Iterator[Segment]:
    """Yield the segments with valid Unicode, offsets inside the file, and times of a recording or none."""
    for segment in segments:
        start = min(max(0, segment.start), length)
        start_s = _valid_time(segment.start_s)
        end_s = _valid_time(segment.end_s)
        yield replace(
            segment,
            text=_valid_text(segment.text),
            speaker=_valid_text(segment.speaker)
            if segment.speaker and not _NOBODY.fullmatch(segment.speaker)
            else None,
            start=start,
            end=min(max(start, segment.end), length),
            start_s=start_s,
            end_s=None if end_s is not None and start_s is not None and end_s < start_s else end_s,
            marks=tuple(mark for mark in segment.marks if _valid_time(mark.start_s) is not None),
        )


def _valid_time(seconds: float | None) -> float | None:
    """Return a time that a recording may have, else None."""
    return seconds if seconds is not None and 0 <= seconds < LATEST_S else None


def _valid_text(text: str) -> str:
    """Return the text with U+FFFD in place of half characters, which JSON and YAML can escape."""
    return _SURROGATE.sub("\ufffd", text)


def _valid_metadata(metadata: Metadata) -> Metadata:
    """Return the metadata with valid Unicode."""
    valid: dict[str, Any] = {}
    for name, value in asdict(metadata).items():
        valid[name] = tuple(map(_valid_text, value)) if isinstance(value, tuple) else value and _valid_text(value)
    return Metadata(**valid)
