"""AssemblyAI: utterances by speakers A, B and so on, or words; times in milliseconds.

https://www.assemblyai.com/docs; what it returns for sentences and for paragraphs is read as well.
"""

from collections.abc import Iterator, Mapping

from index.reading.json_text.field_names import in_milliseconds
from index.reading.json_text.fields import (
    MILLISECONDS,
    Row,
    Timed,
    dicts,
    holds,
    metadata,
    numbered,
    root_of,
    row_of,
    rows_of,
    seconds,
    timed,
)
from index.reading.json_text.positioned_json import parse_json
from index.reading.json_text.timed_words import Word, aligned, in_breaths, segments, segments_within, spaced, word
from index.types import ParsedFile, Segment

_ARRAYS = "utterances sentences paragraphs".split()


def sniff(text: str) -> bool:
    """Whether a text is an object with utterances, sentences, paragraphs or words that have a text each.

    Others write the same in seconds.
    """
    root = root_of(text)
    arrays = (root.get(name) for name in (*_ARRAYS, "words"))
    return any(holds(array, _is_timed) and in_milliseconds(array) for array in arrays)


def parse(text: str) -> ParsedFile:
    """Return one segment for each utterance, or speaker in it; of words alone, one a breath.

    Raises MalformedError for an utterance or a word without a text.
    """
    root = row_of(parse_json(text))
    name = next((name for name in _ARRAYS if holds(root.data.get(name), _is_timed)), None)
    if name is None:
        return ParsedFile(segments(in_breaths(_words(root))), metadata(root.data), separator=" ")
    found: list[Segment] = []
    for row in rows_of(root.value.get(name), "an utterance"):
        said = row.text("text", expected="an utterance's text")
        if said:
            times = _timed(row.data)
            found += segments_within(aligned(said, _spelled(row.data.get("words")), times.speaker), times)
    return ParsedFile(found, metadata(root.data), separator=" ")


def _is_timed(row: Mapping[str, object]) -> bool:
    return {"text", "start", "end"} <= row.keys()


def _words(root: Row) -> list[Word]:
    text = root.text("text", expected="a text") if "text" in root.data else None
    if text:
        return aligned(text, _spelled(root.data.get("words")))
    rows = rows_of(root.value.get("words"), "a word")
    return spaced([[word(said, _timed(row.data))] for row in rows if (said := row.text("text", expected="a word"))])


def _spelled(words: object) -> Iterator[tuple[list[str], Timed]]:
    for row in dicts(words):
        spelling = row.get("text")
        if isinstance(spelling, str):
            yield [spelling], _timed(row)


def _timed(row: Mapping[str, object]) -> Timed:
    start_s, end_s = (seconds(row.get(name), MILLISECONDS) for name in ("start", "end"))
    return timed(start_s, end_s, numbered(row.get("speaker")))
