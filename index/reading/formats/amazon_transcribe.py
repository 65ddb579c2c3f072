"""Amazon Transcribe: items, which are words and punctuation; times in seconds, as strings.

https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html; speakers are "spk_0" and so on, in the items or, in
older files, in a list of their own.
"""

from collections.abc import Mapping

from index.reading.json_text.fields import (
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
from index.reading.json_text.timed_words import Word, in_breaths, segments, word
from index.types import ParsedFile

_TEXTS = "audio_segments transcripts".split()


def sniff(text: str) -> bool:
    """Whether a text is an object whose results are items, audio segments or transcripts."""
    results = root_of(text).get("results")
    return isinstance(results, dict) and (
        holds(results.get("items"), lambda row: "alternatives" in row)
        or any(holds(results.get(name), lambda row: "transcript" in row) for name in _TEXTS)
    )


def parse(text: str) -> ParsedFile:
    """Return one segment a breath; without items, one for each audio segment or transcript.

    Raises MalformedError for an item without a content.
    """
    root = row_of(parse_json(text))
    results = row_of(root.value.at("results"))
    if results.data.get("items"):
        return ParsedFile(segments(in_breaths(_words(results))), metadata(root.data, results.data), separator=" ")
    name = next((name for name in _TEXTS if results.data.get(name)), "")
    rows = rows_of(results.value.get(name), "a transcript")
    found = segments(
        [word(said, _timed(row.data))] for row in rows if (said := row.text("transcript", expected="a transcript"))
    )
    return ParsedFile(found, metadata(root.data, results.data), separator=" ")


def _words(results: Row) -> list[Word]:
    """Return words, each with the punctuation that follows it."""
    listed = _speakers(results.data.get("speaker_labels"))
    between = _between(results.data)
    rows = list(rows_of(results.value.get("items"), "an item"))
    has_channels = len({name for row in rows if isinstance(name := row.data.get("channel_label"), str)}) > 1
    words: list[Word] = []
    for row in rows:
        said = row.text("alternatives", 0, "content", expected="a word")
        if said and words and row.data.get("type") == "punctuation":
            words[-1] = words[-1]._replace(text=words[-1].text + said.text)
        elif said:
            times = _timed(row.data)
            who = times.speaker or listed.get(str(row.data.get("start_time")))
            if who is None and has_channels:
                who = _channel(row.data.get("channel_label"))
            found = word(said, times._replace(speaker=who))
            words.append(found._replace(text=between + found.text))
    return words


def _between(results: Mapping[str, object]) -> str:
    """Return what stands between two words: nothing in Chinese, Japanese and Thai, as the transcript shows."""
    shown = [row["transcript"] for row in dicts(results.get("transcripts")) if isinstance(row.get("transcript"), str)]
    words = [row for row in dicts(results.get("items")) if row.get("type") != "punctuation"]
    is_joined = len(words) > 1 and any(shown) and not any(" " in str(text).strip() for text in shown)
    return "" if is_joined else " "


def _speakers(labels: object) -> dict[str, str]:
    """Return who speaks, by the words' starts as they are written."""
    parts = dicts(labels.get("segments")) if isinstance(labels, dict) else ()
    items = [item for part in parts for item in dicts(part.get("items"))]
    known = ((item.get("start_time"), numbered(item.get("speaker_label"), "spk_")) for item in items)
    return {str(start): who for start, who in known if who and start is not None}


def _channel(label: object) -> str | None:
    return label.replace("ch_", "Channel ") if isinstance(label, str) and label.startswith("ch_") else None


def _timed(row: Mapping[str, object]) -> Timed:
    start_s, end_s = (seconds(row.get(name)) for name in ("start_time", "end_time"))
    return timed(start_s, end_s, numbered(row.get("speaker_label"), "spk_"))
