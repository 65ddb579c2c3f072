"""whisper.cpp: a `transcription` of texts, each with its offsets in milliseconds, some with their tokens.

https://github.com/ggml-org/whisper.cpp, `--output-json` and `--output-json-full`.
"""

from collections.abc import Iterator, Mapping

from index.reading.json_text.fields import (
    MILLISECONDS,
    Row,
    Timed,
    dicts,
    holds,
    metadata,
    numbered,
    root_of,
    rows_of,
    seconds,
    timed,
)
from index.reading.json_text.positioned_json import parse_json
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
from index.types import ParsedFile


def sniff(text: str) -> bool:
    """Whether a text is an object with a `transcription` whose parts have offsets or timestamps."""
    return holds(root_of(text).get("transcription"), lambda row: "offsets" in row or "timestamps" in row)


def parse(text: str) -> ParsedFile:
    """Return one segment for each of the file's; where it has them word by word, one a breath.

    Raises MalformedError for a segment without a text.
    """
    root = parse_json(text)
    rows = [(row, _pieces(row)) for row in rows_of(root.get("transcription"), "a segment")]
    spoken = [(row, pieces) for row, pieces in rows if pieces]
    if are_words(["".join(piece.text for piece in pieces) for _, pieces in spoken]):
        found = segments(in_breaths(spaced([pieces for _, pieces in spoken])))
    else:
        found = [said for row, pieces in spoken for said in segments_within(pieces, _timed(row.data))]
    result = root.get("result")
    return ParsedFile(found, metadata(root.data, result and result.data), separator=" ")


def _pieces(row: Row) -> list[Word]:
    said = row.text("text", expected="a segment's text")
    if said is None:
        return []
    times = _timed(row.data)
    spelled = list(_spelled(row.data.get("tokens")))
    return aligned(said, spelled, times.speaker) if spelled else [word(said, times)]


def _spelled(tokens: object) -> Iterator[tuple[list[str], Timed]]:
    """Yield the tokens that words begin with; "[_BEG_]" and its like are none."""
    for token in dicts(tokens):
        spelling = token.get("text")
        if isinstance(spelling, str) and spelling[:1] == " " and spelling.strip():
            yield [spelling], _timed(token)


def _timed(row: Mapping[str, object]) -> Timed:
    # Stereo recordings have a speaker a channel, "?" where both are as loud.
    who = numbered(row.get("speaker"))
    for name, per_s in (("offsets", MILLISECONDS), ("timestamps", 1.0)):
        times = row.get(name)
        if isinstance(times, dict) and "from" in times:
            return timed(seconds(times["from"], per_s), seconds(times.get("to"), per_s), who)
    return Timed(speaker=who)
