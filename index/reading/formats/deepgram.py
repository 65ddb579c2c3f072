"""Deepgram: utterances, or channels with words; times in seconds, speakers by number.

https://developers.deepgram.com/docs. Several channels are several microphones: the same number in another one is
somebody else, and what is said in them is put in its order.
"""

from collections.abc import Iterator, Mapping, Sequence

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
from index.reading.json_text.timed_words import Word, aligned, in_breaths, segments, segments_within, spaced, word
from index.types import ParsedFile, Segment


def sniff(text: str) -> bool:
    """Whether a text is an object whose results are channels or utterances."""
    results = root_of(text).get("results")
    return isinstance(results, dict) and (
        holds(results.get("utterances"), _is_utterance)
        or holds(results.get("channels"), lambda row: "alternatives" in row)
    )


def parse(text: str) -> ParsedFile:
    """Return one segment for each utterance, or speaker in it; without utterances, one a breath.

    Raises MalformedError for an utterance, a word or a sentence without a text.
    """
    root = row_of(parse_json(text))
    results = row_of(root.value.at("results"))
    channels = list(rows_of(results.value.get("channels"), "a channel"))
    if holds(results.data.get("utterances"), _is_utterance):
        found = list(_utterances(list(rows_of(results.value.get("utterances"), "an utterance"))))
    else:
        found = _merged(channels)
    detected = {"language": channels[0].data.get("detected_language")} if channels else None
    return ParsedFile(found, metadata(root.data, detected), separator=" ")


def _is_utterance(row: Mapping[str, object]) -> bool:
    return "transcript" in row


def _utterances(rows: Sequence[Row]) -> Iterator[Segment]:
    numbers = {number for row in rows if isinstance(number := row.data.get("channel"), float)}
    for row in rows:
        said = row.text("transcript", expected="an utterance's text")
        if said:
            channel = row.data.get("channel") if len(numbers) > 1 else None
            times = _timed(row.data, channel)
            words = aligned(said, _spelled(row.data.get("words"), channel), times.speaker)
            yield from segments_within(words, times)


def _merged(channels: Sequence[Row]) -> list[Segment]:
    """Return what is said on all channels, in its order if all of it has a time."""
    found = [
        said
        for number, row in enumerate(channels)
        for said in segments(_channel(row, float(number) if len(channels) > 1 else None))
    ]
    if len(channels) > 1 and all(said.start_s is not None for said in found):
        found.sort(key=lambda said: said.start_s or 0.0)
    return found


def _channel(row: Row, channel: object) -> Iterator[list[Word]]:
    """Yield what is said on a channel, by the likeliest of the alternatives, the first."""
    first = next(rows_of(row.value.get("alternatives"), "an alternative"), None)
    if first is None:
        return
    text = first.text("transcript", expected="a transcript") if "transcript" in first.data else None
    words = first.data.get("words")
    paragraphs = first.data.get("paragraphs")
    if words and text:
        yield from in_breaths(aligned(text, _spelled(words, channel)))
    elif words:
        yield from in_breaths(_words(first, channel))
    elif isinstance(paragraphs, dict) and paragraphs.get("paragraphs"):
        yield from _sentences(row_of(first.value.at("paragraphs")), channel)
    elif text:
        yield [word(text, Timed(speaker=_speaker(None, channel)))]


def _words(alternative: Row, channel: object) -> list[Word]:
    found = []
    for row in rows_of(alternative.value.get("words"), "a word"):
        said = row.text("punctuated_word" if "punctuated_word" in row.data else "word", expected="a word")
        if said:
            found.append([word(said, _timed(row.data, channel))])
    return spaced(found)


def _sentences(paragraphs: Row, channel: object) -> Iterator[list[Word]]:
    for paragraph in rows_of(paragraphs.value.get("paragraphs"), "a paragraph"):
        who = _timed(paragraph.data, channel).speaker
        for sentence in rows_of(paragraph.value.get("sentences"), "a sentence"):
            said = sentence.text("text", expected="a sentence's text")
            if said:
                yield [word(said, _timed(sentence.data, channel)._replace(speaker=who))]


def _spelled(words: object, channel: object) -> Iterator[tuple[list[str], Timed]]:
    for row in dicts(words):
        spellings = (row.get("punctuated_word"), row.get("word"))
        yield [spelling for spelling in spellings if isinstance(spelling, str)], _timed(row, channel)


def _timed(row: Mapping[str, object], channel: object) -> Timed:
    return timed(seconds(row.get("start")), seconds(row.get("end")), _speaker(row.get("speaker"), channel))


def _speaker(number: object, channel: object) -> str | None:
    name = numbered(number)
    if not isinstance(channel, float):
        return name
    return f"Channel {channel:.0f} {name.lower()}" if name else f"Channel {channel:.0f}"
