"""WebVTT: cues with voices, and blocks that say what the file is and how it looks.

https://www.w3.org/TR/webvtt1/; how real files differ from it is read as it is meant.
"""

import re
from collections.abc import Iterator, Sequence

from index.reading.captions.cue_timings import (
    Row,
    Timed,
    arrow_timing,
    filled_rows,
    opens_with_block,
    timed_cues,
    warnings_of,
)
from index.reading.captions.cues import Cue, read_cue
from index.reading.captions.speakers import read_cues
from index.types import ParsedFile

_OPENING = re.compile(r"[\s\ufeff]*+(?:WEBVTT(?!\S)|(?i:webvtt)[ \t]*+(?=[\r\n]))")
_HEADER = re.compile(r"WEBVTT(?:[ \t]++(?P<said>.*))?|(?i:webvtt)")
_NOTE = re.compile(r"NOTE(?:[ \t]++(?P<said>.*))?")
_STYLE = re.compile(r"(?:STYLE|REGION)")
_FIELD = re.compile(r"(?P<key>[A-Za-z][\w-]*+(?: [\w-]++){0,3})[ \t]*+:[ \t]*+(?P<value>(?!//).*\S)")
_PEOPLE = frozenset("guest host speaker interviewer interviewee".split())
# Some have a blank line between the first line and what belongs to it.
_METADATA = re.compile(r"(?:Kind|Language)[ \t]*+:.*|X-TIMESTAMP-MAP=.*", re.IGNORECASE)
_TIMING = re.compile(r"(?<![^\r\n])[ \t]*+[0-9]++:[0-9:.,]*+[ \t]*+-->")

# Webex writes number and speaker above a cue.
_NAMED_VOICE = re.compile(r'[0-9]++ "(?P<voice>[^"]++)"(?: \([0-9]++\))?')

# A line of a block that is longer says nothing of the file.
LONGEST_FIELD_CHARS = 1000


def sniff(text: str) -> bool:
    """Whether the text starts with WEBVTT, or with a non-speech block above cues."""
    return bool(_OPENING.match(text) or (opens_with_block(text) and _TIMING.search(text)))


def parse(text: str) -> ParsedFile:
    """Return one segment a cue or a voice in it, and what the header and the notes say.

    An invalid time is unknown, with a warning.
    """
    metadata: dict[str, object] = {}
    rows = list(_cue_rows(text, filled_rows(text), metadata))
    timed = timed_cues(text, rows, arrow_timing, first_is_named=True)
    return read_cues(list(_cues(text, timed)), metadata, warnings_of(timed))


def _cues(text: str, timed: Sequence[Timed]) -> Iterator[Cue]:
    named = [cue.name and _NAMED_VOICE.fullmatch(cue.name) for cue in timed]
    for cue, match in zip(timed, named, strict=True):
        voice = " ".join(match["voice"].split()) if match and all(named) else None
        yield read_cue(text, cue, voice)


def _cue_rows(text: str, rows: Sequence[Row], metadata: dict[str, object]) -> Iterator[Row]:
    """Yield the rows of cues, and collect what the others say; a block lasts until a blank line or a timing."""
    block: str | None = None
    is_above = True  # no cue has been met yet
    open_braces = 0
    for row in rows:
        said = text[row.start : min(row.end, row.start + LONGEST_FIELD_CHARS)]
        if "-->" in said and _TIMING.match(said):
            block, is_above = None, False
        elif row.apart and open_braces <= 0:
            block = None
        if block is None:
            block, said = _block(said, row, is_above)
            open_braces = 0
        if block is None:
            yield row
        elif block == "STYLE":
            open_braces += said.count("{") - said.count("}")
        else:
            _note(metadata, said)


def _block(said: str, row: Row, is_above: bool) -> tuple[str | None, str]:
    """Return what kind of block begins with a line, and what else the line says; no kind where it is a cue's."""
    header = _HEADER.fullmatch(said)
    if header and (row.apart or not header["said"]):
        return "WEBVTT", (header["said"] or "").lstrip("-–— ")
    note = _NOTE.fullmatch(said)
    if row.apart and note:
        return "NOTE", note["said"] or ""
    if row.apart and is_above and _STYLE.fullmatch(said):
        return "STYLE", said
    is_metadata = row.apart and is_above and _METADATA.fullmatch(said)
    return ("WEBVTT" if is_metadata else None), said


def _note(metadata: dict[str, object], said: str) -> None:
    """Keep `key: value`; of a key that is met again the first value counts, and all of them where they are people."""
    match = _FIELD.fullmatch(said.strip())
    if match is None:
        return
    key, value = match["key"].lower(), match["value"]
    if key in metadata and key in _PEOPLE:
        known = metadata[key]
        if not isinstance(known, list):
            known = metadata[key] = [known]
        known.append(value)
    metadata.setdefault(key, value)
