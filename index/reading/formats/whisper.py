"""Whisper and WhisperX: segments with start, end and text, some with their words, or the words alone.

https://github.com/openai/whisper and its API, https://github.com/m-bain/whisperX; the same shape comes from
faster-whisper, whisper-timestamped, stable-ts and mlx-whisper, as JSON Lines too, and, as `chunks` with a
`timestamp` each, from Transformers and insanely-fast-whisper.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from index.reading.json_text.field_names import in_milliseconds, name_table, who
from index.reading.json_text.fields import Row, Timed, dicts, holds, metadata, row_of, rows_of, seconds, speaker, timed
from index.reading.json_text.positioned_json import Value, json_of, parse_json
from index.reading.json_text.timed_words import (
    Word,
    aligned,
    are_words,
    in_breaths,
    segments,
    segments_within,
    spaced,
    word,
)
from index.types import ParsedFile, Segment

# Where the segments are, the best first: insanely-fast-whisper has `speakers` where it knows them.
_ARRAYS = "segments speakers chunks transcript transcription results".split()
_SEGMENT, _WORD = "a segment's text", "a word"


def sniff(text: str) -> bool:
    """Whether a text is segments or words with a start and an end, or nothing but what was said."""
    root = json_of(text)
    data = root.data if root else None
    if isinstance(data, dict):
        return _array(data) is not None or holds(data.get("word_segments"), _is_word) or _is_bare(data)
    return _are_segments(data) or holds(data, _is_word)


def parse(text: str) -> ParsedFile:
    """Return one segment for each of the file's, or for each speaker in it; of words alone, one a breath.

    Raises MalformedError for a segment or a word without a text.
    """
    root = parse_json(text)
    name = _array(root.data) if isinstance(root.data, dict) else None
    array = (root.get(name) if name else None) or root
    is_said = _are_segments(array.data)
    found = _read_segments(array) if is_said else segments(in_breaths(_read_words(root)))
    return ParsedFile(_named(found, root.data), metadata(root.data), separator=" ")


def _named(found: list[Segment], root: object) -> list[Segment]:
    """Return the segments with the names that a table beside them gives for its codes."""
    table = name_table([root]) if isinstance(root, dict) else {}
    names = {speaker(code): name for code, name in table.items()}
    return [replace(said, speaker=names.get(said.speaker, said.speaker)) for said in found]


def _is_segment(row: Mapping[str, object]) -> bool:
    is_timed = ("start" in row and "end" in row) or isinstance(row.get("timestamp"), list)
    return is_timed and ("text" in row or "words" in row) and "body" not in row


def _is_word(row: Mapping[str, object]) -> bool:
    return "word" in row and "text" not in row and "punctuated_word" not in row


def _is_bare(root: Mapping[str, object]) -> bool:
    """Whether an object is the API's answer without segments: the text, perhaps with the words' times."""
    if not isinstance(root.get("text"), str):
        return False
    is_all = root.keys() <= {"text", "language", "duration", "task", "usage", "segments"}
    return is_all or holds(root.get("words"), _is_word)


def _array(root: Mapping[str, object]) -> str | None:
    return next((name for name in _ARRAYS if _are_segments(root.get(name))), None)


def _are_segments(array: object) -> bool:
    """Whether an array holds segments, with times in seconds: others write the same in milliseconds."""
    return holds(array, _is_segment) and not in_milliseconds(array)


def _read_segments(array: Value) -> list[Segment]:
    rows = [(row, _pieces(row)) for row in rows_of(array, "a segment")]
    spoken = [(row, pieces) for row, pieces in rows if pieces]
    if are_words(["".join(piece.text for piece in pieces) for _, pieces in spoken]):
        return segments(in_breaths(spaced([pieces for _, pieces in spoken])))
    return [found for row, pieces in spoken for found in segments_within(pieces, _timed(row.data))]


def _pieces(row: Row) -> list[Word]:
    """Return the words of a segment, or its text as one where it has none."""
    words = row.data.get("words")
    if words and isinstance(words, list) and not row.data.get("text"):
        return _alone(row.value.get("words"), _timed(row.data).speaker)
    said = row.text("text", expected=_SEGMENT)
    if said is None:
        return []
    times = _timed(row.data)
    return aligned(said, _spelled(words), times.speaker) if words else [word(said, times)]


def _read_words(root: Value) -> list[Word]:
    """Return the words of a file without segments, cut out of its text where it has one."""
    if not isinstance(root.data, dict):
        return _alone(root, None)
    if root.data.get("text") is None:
        return _alone(root.get("word_segments"), None)
    said = row_of(root).text("text", expected=_SEGMENT)
    words = root.data.get("words") or root.data.get("word_segments")
    return aligned(said, _spelled(words)) if said else []


def _alone(words: Value | None, spoken_by: str | None) -> list[Word]:
    """Return words that have no text beside them, joined by spaces where they have none."""
    found: list[list[Word]] = []
    for row in rows_of(words, _WORD):
        said = row.text("word" if "word" in row.data else "text", expected=_WORD)
        if said:
            times = _timed(row.data)
            found.append([word(said, times._replace(speaker=times.speaker or spoken_by))])
    return spaced(found)


def _spelled(words: object) -> Iterator[tuple[list[str], Timed]]:
    for row in dicts(words):
        spelling = row.get("word", row.get("text"))
        if isinstance(spelling, str):
            yield [spelling], _timed(row)


def _timed(row: Mapping[str, object]) -> Timed:
    pair = row.get("timestamp")
    start, end = pair if isinstance(pair, list) and len(pair) == 2 else (row.get("start"), row.get("end"))
    return timed(seconds(start), seconds(end), who(row, {}))
