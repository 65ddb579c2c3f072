"""Transcripts in JSON: every word with its time and its speaker, and bad ones refused where they are bad."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.interview import TURNS
from helpers.json_files import (
    Turn,
    as_assemblyai,
    as_aws,
    as_deepgram,
    as_deepgram_utterances,
    as_json3,
    as_podcast,
    as_revai,
    as_whisper,
    as_whispercpp,
    as_whisperx,
    as_youtube,
)
from index.reading.reader import READERS, read_transcript
from index.types import Mark, ParsedFile, Segment, Transcript

FOLDER = Path(__file__).parent.parent / "transcripts"
SAMPLES = sorted(path.name for path in FOLDER.glob("*.json*"))

# What is read by no other: any JSON in which something is said, and any text.
CATCH_ALLS = {"records", "plain"}


def nobody(_: int) -> None:
    return None


class Format(NamedTuple):
    """How a format is written, and read back."""

    reader: str
    write: Callable[[Sequence[Turn]], object]
    speaker: Callable[[int], str | None]
    has_words: bool = True  # whether every word has its time


FORMATS = {
    "whisper": Format("whisper", as_whisper, nobody, has_words=False),
    "whisperx": Format("whisper", as_whisperx, "SPEAKER_0{}".format),
    "whisper.cpp": Format("whisper.cpp", as_whispercpp, nobody, has_words=False),
    "youtube": Format("youtube", as_youtube, nobody, has_words=False),
    "json3": Format("youtube", as_json3, nobody),
    "podcast": Format("podcast", as_podcast, "Ada {}".format),
    "assemblyai": Format("assemblyai", as_assemblyai, lambda number: f"Speaker {'ABC'[number]}"),
    "revai": Format("revai", as_revai, "Speaker {}".format),
    "deepgram": Format("deepgram", as_deepgram, "Speaker {}".format),
    "deepgram utterances": Format("deepgram", as_deepgram_utterances, "Speaker {}".format),
    "aws": Format("aws", as_aws, "Speaker {}".format),
}

some_words = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6), min_size=1)
# Captions have references, labels and marks of turns; and what they say twice may be shown twice.
caption_words = st.lists(st.text("abé'ß猫й\"\\", min_size=1, max_size=6), min_size=1)


@st.composite
def interviews(draw: st.DrawFn, words: st.SearchStrategy[list[str]], are_numbered: bool = False) -> list[Turn]:
    turns, start, count = [], 0.0, 0
    for said in draw(st.lists(words, min_size=1, max_size=8)):
        numbered = [f"{word}{count + at}" for at, word in enumerate(said)] if are_numbered else said
        turns.append(Turn(draw(st.integers(0, 2)), start, numbered))
        start, count = turns[-1].end_s + draw(st.sampled_from([0.0, 0.5, 5.0])), count + len(said)
    return turns


def spoken(segments: Sequence[Segment]) -> list[tuple[str, str | None]]:
    return [(word, segment.speaker) for segment in segments for word in segment.text.split()]


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, deadline=None)
@given(data=st.data(), is_ascii=st.booleans(), indent=st.sampled_from([None, 1]))
def test_every_word_comes_back_with_its_speaker_and_its_time(
    name: str, data: st.DataObject, is_ascii: bool, indent: int | None
) -> None:
    form = FORMATS[name]
    turns = data.draw(interviews(caption_words, True) if form.reader == "youtube" else interviews(some_words))
    text = json.dumps(form.write(turns), ensure_ascii=is_ascii, indent=indent)
    assert [key for key, reader in READERS.items() if key not in CATCH_ALLS and reader.sniff(text)] == [form.reader]
    found = READERS[form.reader].parse(text)
    assert spoken(found.segments) == [(word, form.speaker(turn.speaker)) for turn in turns for word in turn.words]
    transcript = Transcript.of("a.json", found.segments, separator=found.separator)
    offset = 0
    for turn in turns:
        for word, start_s, _ in turn.timed():
            offset = transcript.text.index(word, offset)
            if form.has_words or start_s == turn.start_s:
                assert transcript.time_at(offset) == (start_s, True)
            offset += len(word)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30, deadline=None)
@given(data=st.data(), is_ascii=st.booleans())
def test_words_span_their_place_in_the_file(name: str, data: st.DataObject, is_ascii: bool) -> None:
    form = FORMATS[name]
    turns = data.draw(interviews(caption_words, True))
    text = json.dumps(form.write(turns), ensure_ascii=is_ascii)
    for segment in READERS[form.reader].parse(text).segments:
        first, last = (json.dumps(segment.text.split()[at], ensure_ascii=is_ascii)[1:-1] for at in (0, -1))
        assert text[segment.start : segment.end].startswith(first)
        assert text[segment.start : segment.end].endswith(last)


def read(data: object) -> ParsedFile:
    text = data if isinstance(data, str) else json.dumps(data)
    (reader,) = [reader for name, reader in READERS.items() if name not in CATCH_ALLS and reader.sniff(text)]
    return reader.parse(text)


def said(data: object) -> list[tuple[object, ...]]:
    return [(s.speaker, s.text, s.start_s, s.end_s) for s in read(data).segments]


WORDS = [{"word": "Were", "start": 1, "end": 2}, {"word": "you?", "start": 3, "end": 4}]


@pytest.mark.parametrize(
    "data",
    [
        {"text": "Were you?", "words": WORDS, "language": "english"},
        {"text": "Were you?", "segments": [], "words": WORDS},
        {"segments": [{"start": 1, "end": 4, "words": WORDS}]},
        {"segments": [{"start": 1, "end": 4, "text": "", "words": WORDS}]},
        {"word_segments": WORDS},
        WORDS,
        {"text": " Were you?", "chunks": [{"timestamp": [1, 4], "text": " Were you?"}]},
        {"chunks": [{"timestamp": [1.0, None], "text": " Were you?"}], "speakers": []},
        '{"start": "00:00:01.0", "end": "4s", "text": "Were"}\n{"start": 4, "end": 5, "text": "you?"}\n',
        '\ufeff[\n{"start": 1, "end": 4, "text": "Were you?", "words": null}]\r\n',
        {"transcription": [{"timestamps": {"from": "00:00:01,000", "to": "00:00:04,000"}, "text": " Were you?"}]},
        [{"text": "Were you?", "offset": 1000, "duration": 3000, "lang": "en"}],
        [{"text": "Were you?", "offset": 1.0, "duration": 3.0}],
        [[{"text": "Were\nyou?", "start": 1.0, "duration": 3.0}]],
        {"transcript": [{"text": "Were you?", "start": "1.0", "dur": "3.0"}]},
        {"video_id": "abcdefghijk", "snippets": [{"text": "Were you?", "start": 1.0, "duration": 3.0}]},
        {"results": {"channels": [{"alternatives": [{"transcript": "Were you?"}]}]}},
        {"results": {"transcripts": [{"transcript": "Were you?"}], "items": []}},
        {"words": [{"text": "Were", "start": 1000, "end": 2000}, {"text": "you?", "start": 3000, "end": 4000}]},
    ],
)
def test_other_shapes_of_the_formats_are_read(data: object) -> None:
    found = read(data)
    assert " ".join(segment.text for segment in found.segments) == "Were you?"
    assert found.segments[0].start_s in (1.0, None)


def test_a_segment_is_cut_where_its_words_change_the_speaker() -> None:
    words = [
        {"word": "Were"},
        {"word": "you", "start": 1.5, "end": 1.6, "speaker": "S1"},
        {"word": "stung?", "start": 1.7, "end": 1.9, "speaker": "S1"},
        {"word": "11"},
        {"word": "No.", "start": 3.0, "end": 3.2, "speaker": "S2"},
    ]
    data = {"segments": [{"start": 1, "end": 3.5, "text": " Were you stung? 11 No.", "words": words, "speaker": "S2"}]}
    assert said(data) == [("S1", "Were you stung? 11", 1.0, None), ("S2", "No.", 3.0, 3.5)]
    assert read(data).segments[0].marks == (Mark(5, 1.5), Mark(9, 1.7))


@pytest.mark.parametrize("time", ["abc", -1, float("nan"), float("inf"), "1e999", None, [], True, 10**500])
def test_impossible_times_are_unknown(time: object) -> None:
    text = (
        json.dumps({"segments": [{"start": time, "end": 4, "text": "Were you stung?"}]})
        if time != 10**500
        else ('{"segments": [{"start": 1' + "0" * 500 + ', "end": 4, "text": "Were you stung?"}]}')
    )
    assert said(text) == [(None, "Were you stung?", None, 4.0)]


def test_an_end_before_the_start_is_unknown() -> None:
    assert said({"segments": [{"start": 9, "end": 4, "text": "a b"}]}) == [(None, "a b", 9.0, None)]


def test_a_caption_ends_when_the_next_begins() -> None:
    captions = [{"text": f"line {at} is here", "start": at * 2, "duration": 5.0} for at in range(3)]
    assert [times for _, _, *times in said(captions)] == [[0.0, 2.0], [2.0, 4.0], [4.0, 9.0]]


def test_captions_of_youtube_are_decoded_and_keep_their_turns() -> None:
    lines = ["It&amp;#39;s R&amp;B", ">> Is it?\n>> It is.", "OWEN: So.", ">> NADIA: And so on", "OWEN: Well."]
    captions = [{"text": line, "start": at, "duration": 1.0} for at, line in enumerate(lines)]
    assert [(speaker, text) for speaker, text, *_ in said(captions)] == [
        (None, "It's R&B"),
        (None, ">> Is it?"),
        (None, ">> It is."),
        ("OWEN", "So."),
        ("NADIA", "And so on"),
        ("OWEN", "Well."),
    ]


def test_what_a_file_says_of_itself_is_kept() -> None:
    captions = {
        "video_id": "a-b_c1d2e3f",
        "language_code": "de",
        "snippets": [{"text": "a", "start": 1, "duration": 1}],
    }
    assert read(captions).metadata == {"language": "de", "media": "https://www.youtube.com/watch?v=a-b_c1d2e3f"}
    assert read({"result": {"language": "cy"}, "transcription": [{"offsets": {}, "text": "a"}]}).metadata == {
        "language": "cy"
    }
    assert read({"title": "Bees", "segments": [{"body": "a", "startTime": 1}]}).metadata == {"title": "Bees"}


def test_a_podcast_segment_without_a_speaker_is_nobodys() -> None:
    bodies = [{"speaker": "Ada", "body": "How are you today?", "startTime": 1}, {"body": "I am well.", "startTime": 3}]
    assert [(speaker, text) for speaker, text, *_ in said({"segments": bodies})] == [
        ("Ada", "How are you today?"),
        (None, "I am well."),
    ]


def test_words_are_joined_up_to_a_sentence_or_a_pause() -> None:
    starts = [0, 1, 2, 5, *range(6, 22)]
    words = [{"body": "so" if at % 5 else "so.", "startTime": at, "endTime": at + 0.9} for at in starts]
    assert [text for _, text, *_ in said({"segments": words})] == [
        "so. so so",
        "so. so so so so so. so so so so so. so so so so so.",
        "so",
    ]


def test_parts_of_words_are_joined_as_they_are() -> None:
    tokens = [" Ker", "nel", " pan", "ic", ",", " no", "."]
    rows = [{"offsets": {"from": at * 100, "to": at * 100 + 100}, "text": token} for at, token in enumerate(tokens)]
    assert [text for _, text, *_ in said({"transcription": rows})] == ["Kernel panic, no."]


def test_words_without_a_speaker_are_their_segments() -> None:
    rows = [{"start": 1, "end": 4, "speaker": name, "words": WORDS} for name in ("Ada", "Bo")]
    assert [(speaker, text) for speaker, text, *_ in said({"segments": rows})] == [
        ("Ada", "Were you?"),
        ("Bo", "Were you?"),
    ]


def test_answers_of_one_word_stay_words() -> None:
    turns = [Turn(0, 0.0, ["No"]), Turn(0, 0.25, ["no", "no"])]
    assert [segment.text for segment in read(as_whisperx(turns)).segments] == ["No no no"]


def test_rev_names_its_speakers_and_may_leave_spaces_out() -> None:
    elements = [
        {"type": "text", "value": "Well", "timestamp": "00:01:02,500", "end_timestamp": "00:01:03,000"},
        {"type": "punct", "value": ","},
        {"type": "text", "value": "follow", "timestamp": "00:01:03,500"},
        {"type": "punct", "value": "-"},
        {"type": "text", "value": "up"},
        {"type": "tag", "name": "laughter"},
    ]
    speakers = [{"id": 1, "name": "Ada Moss"}]
    assert said({"speakers": speakers, "monologues": [{"speaker": 1, "elements": elements}]}) == [
        ("Ada Moss", "Well, follow-up [laughter]", 62.5, None)
    ]


def test_channels_are_told_apart_and_put_in_order() -> None:
    channels = [
        {"alternatives": [{"words": [{"word": "yes", "start": start, "end": start + 0.5}]}]} for start in (3.0, 1.0)
    ]
    assert said({"results": {"channels": channels}}) == [("Channel 1", "yes", 1.0, 1.5), ("Channel 0", "yes", 3.0, 3.5)]


def test_speakers_of_older_amazon_files_are_in_a_list_of_their_own() -> None:
    items = [
        {"type": "pronunciation", "start_time": "1.0", "end_time": "1.2", "alternatives": [{"content": "No"}]},
        {"type": "punctuation", "alternatives": [{"content": "."}]},
    ]
    labels = {"segments": [{"items": [{"start_time": "1.0", "speaker_label": "spk_3"}]}]}
    assert said({"results": {"items": items, "speaker_labels": labels}}) == [("Speaker 3", "No.", 1.0, 1.2)]


def test_words_of_languages_without_spaces_have_none() -> None:
    items = [{"type": "pronunciation", "alternatives": [{"content": word}]} for word in ("猫", "は", "寝る")]
    transcripts = [{"transcript": "猫は寝る"}]
    assert [text for _, text, *_ in said({"results": {"transcripts": transcripts, "items": items}})] == ["猫は寝る"]


@pytest.mark.parametrize("speaker", [None, "", " ", "UNKNOWN", "?", -1, 1.5, True, [], {}])
def test_nobody_is_made_a_speaker(speaker: object) -> None:
    data = {"segments": [{"start": 1, "end": 2, "text": "so it is", "speaker": speaker}]}
    assert said(data) == [(None, "so it is", 1.0, 2.0)]


def test_halves_of_characters_and_zeros_are_replaced() -> None:
    text = '{"segments": [{"start": 1, "end": 2, "text": "a \\ud83d b \\u0000 \\ud83d\\ude00 c"}]}'
    assert said(text) == [(None, "a \ufffd b \ufffd 😀 c", 1.0, 2.0)]


def test_the_later_of_two_members_by_one_name_counts() -> None:
    text = '{"segments": 1, "segments": [{"text": "a", "text": "b", "start": 1, "end": 2}]}'
    (segment,) = read(text).segments
    assert (segment.text, text[segment.start : segment.end]) == ("b", "b")


def test_the_word_times_of_the_samples_are_exact() -> None:
    found = read_transcript((FOLDER / "whisperx.json").read_bytes(), "whisperx.json")
    offset = found.text.index("Bergamo")
    time = found.time_at(offset)
    assert time is not None
    assert time[1]
    turn = next(turn for turn in TURNS if "Bergamo" in turn.text)
    assert turn.start_s < time[0] < turn.start_s + 20
