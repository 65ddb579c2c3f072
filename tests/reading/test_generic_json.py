"""JSON of no format in particular: what is said is found, with who says it and when, whatever they are called."""

import json

import pytest

from index.errors import TranscriptError
from index.reading.reader import READERS, read_transcript
from index.types import Transcript

Said = list[tuple[str | None, str, float | None]]


def read(data: object) -> Transcript:
    text = data if isinstance(data, str) else json.dumps(data)
    assert next(name for name, reader in READERS.items() if reader.sniff(text)) == "records"
    return read_transcript(text.encode(), "a.json")


def said(data: object) -> Said:
    return [(s.speaker, s.text, s.start_s) for s in read(data).segments]


TWO: Said = [("Ada", "We row at dawn.", 61.5), ("Bo", "In any wind?", 64.0)]


@pytest.mark.parametrize(
    "rows",
    [
        [
            {"speaker": "Ada", "text": TWO[0][1], "start_ms": 61500},
            {"speaker": "Bo", "text": TWO[1][1], "start_ms": 64000},
        ],
        [
            {"participant": {"id": 7, "name": "Ada"}, "content": TWO[0][1], "timestamp": "00:01:01.5"},
            {"participant": {"id": 8, "name": "Bo"}, "content": TWO[1][1], "timestamp": "00:01:04"},
        ],
        [
            {"speakerDisplayName": "Ada", "text": TWO[0][1], "startOffset": "00:01:01.5000000"},
            {"speakerDisplayName": "Bo", "text": TWO[1][1], "startOffset": "00:01:04.0000000"},
        ],
        [
            {"speaker_name": "Ada", "speaker_id": 0, "sentence": TWO[0][1], "start_time": 61.5, "end_time": 63},
            {"speaker_name": "Bo", "speaker_id": 1, "sentence": TWO[1][1], "start_time": 64, "end_time": 65},
        ],
        [
            {"speaker": "Ada", "instances": [{"start": "0:01:01.5", "end": "0:01:03"}], "text": TWO[0][1]},
            {"speaker": "Bo", "instances": [{"start": "0:01:04", "end": "0:01:05"}], "text": TWO[1][1]},
        ],
        [
            {"speaker": "Ada", "offset": "PT1M1.5S", "duration": "PT2S", "nBest": [{"display": TWO[0][1]}]},
            {"speaker": "Bo", "offset": "PT1M4S", "duration": "PT1S", "nBest": [{"display": TWO[1][1]}]},
        ],
        [
            {"role": "Ada", "message": TWO[0][1], "time": "[01:01.5 - 01:03]"},
            {"role": "Bo", "message": TWO[1][1], "time": "[01:04 - 01:05]"},
        ],
    ],
)
def test_what_is_said_is_found_by_many_names(rows: list[object]) -> None:
    assert said(rows) == TWO
    assert said({"data": {"meeting": [{"id": 3, "entries": rows}]}}) == TWO
    assert said("\n".join(map(json.dumps, rows))) == TWO


def test_a_list_of_texts_needs_neither_times_nor_speakers() -> None:
    assert said([{"text": "We row at dawn."}, {"text": "In any wind?"}]) == [
        (None, "We row at dawn.", None),
        (None, "In any wind?", None),
    ]


def test_questions_and_answers_are_nobodys_by_name() -> None:
    rows = [{"question": "In any wind?", "answer": "In any."}, {"question": "Alone?", "answer": "Never."}]
    assert [text for _, text, _ in said({"interview": rows})] == ["In any wind?", "In any.", "Alone?", "Never."]
    assert {who for who, _, _ in said(rows)} == {None}


@pytest.mark.parametrize("array", ["utterances", "segments", "words"])
@pytest.mark.parametrize("per_s", [1, 1000])
def test_times_are_in_milliseconds_or_seconds_as_people_can_speak(array: str, per_s: int) -> None:
    rows = [
        {"start": time * per_s, "end": (time + 2) * per_s, "text": f"Wave {time} came over."} for time in (3, 6, 9000)
    ]
    found = read_transcript(json.dumps({array: rows}).encode(), "a.json")
    assert [found.time_at(found.text.index(f"Wave {time}")) for time in (3, 6, 9000)] == [
        (3.0, True),
        (6.0, True),
        (9000.0, True),
    ]


def test_an_offset_may_count_frames_where_the_start_is_told() -> None:
    rows = [{"segment": "We row at dawn.", "start_offset": 12, "end_offset": 40, "start": 0.96, "end": 3.2}]
    assert said({"text": rows[0]["segment"], "timestamp": {"segment": rows}}) == [(None, "We row at dawn.", 0.96)]


def test_a_time_of_the_day_or_of_the_epoch_is_no_time_in_the_recording() -> None:
    for time in ("2024-05-01T10:00:03Z", 1714557603.25, 1714557603250):
        assert said([{"speaker": "Ada", "text": "We row.", "timestamp": time}]) == [("Ada", "We row.", None)]


def test_words_in_seconds_have_their_speakers_and_a_pause_between_them() -> None:
    words = [
        {"text": "We", "start": 0.5, "end": 0.7, "type": "word", "speaker_id": "speaker_0"},
        {"text": " ", "start": 0.7, "end": 0.8, "type": "spacing", "speaker_id": "speaker_0"},
        {"text": "row.", "start": 0.8, "end": 1.2, "type": "word", "speaker_id": "speaker_0"},
        {"text": "Alone?", "start": 2.0, "end": 2.4, "type": "word", "speaker_id": "speaker_1"},
    ]
    assert said({"text": "We row. Alone?", "words": words}) == [
        ("speaker_0", "We row.", 0.5),
        ("speaker_1", "Alone?", 2.0),
    ]


def test_sentences_without_spaces_are_no_words() -> None:
    rows = [
        {"text": "風の強い朝に船を出すのは怖くありませんか。", "startTime": 5 * at, "endTime": 5 * at + 5}
        for at in range(3)
    ]
    assert [(s.start_s, s.end_s) for s in read(rows).segments] == [(0.0, 5.0), (5.0, 10.0), (10.0, 15.0)]


def test_marks_of_their_own_stand_at_the_words_before_them() -> None:
    words = [{"content": "Row"}, {"content": ","}, {"content": "Bo"}, {"content": "!"}]
    results = [
        {"alternatives": [word], "start_time": at / 2, "end_time": at / 2 + 0.25} for at, word in enumerate(words)
    ]
    assert said({"results": results}) == [(None, "Row, Bo!", 0.0)]


def google(words: str, start: int, tag: int | None = None) -> list[object]:
    return [
        {
            "word": word,
            "startTime": {"seconds": str(start + at), "nanos": 500_000_000},
            **({"speakerTag": tag} if tag else {}),
        }
        for at, word in enumerate(words.split())
    ]


def test_what_the_last_result_says_again_is_said_once() -> None:
    results = [
        {"alternatives": [{"transcript": "We row at dawn", "words": google("We row at dawn", 1)}]},
        {"alternatives": [{"transcript": " in wind", "words": google("in wind", 9)}]},
    ]
    assert said({"results": results}) == [(None, "We row at dawn", 1.5), (None, "in wind", 9.5)]
    again = {"alternatives": [{"words": google("We row at dawn", 1, 2) + google("in wind", 9, 1)}]}
    found = read({"results": [*results, again]})
    assert [(s.speaker, s.text, s.start_s) for s in found.segments] == [
        ("Speaker 2", "We row at dawn", 1.5),
        ("Speaker 1", "in wind", 9.5),
    ]
    assert found.time_at(found.text.index("dawn")) == (4.5, True)


def test_who_speaks_from_when_to_when_may_be_told_beside_the_words() -> None:
    words = [
        {"text": word, "start": at + 0.25, "end": at + 0.5} for at, word in enumerate("We row. Alone? No.".split())
    ]
    spans = [{"start": 0, "end": 2, "speaker": "Ada"}, {"start": 2, "end": 3, "speaker": "Bo"}]
    assert said({"words": words, "paragraphs": spans}) == [
        ("Ada", "We row.", 0.25),
        ("Bo", "Alone?", 2.25),
        (None, "No.", 3.25),
    ]


def test_a_text_that_two_may_have_said_is_nobodys() -> None:
    rows = [{"text": "We row. Alone? No.", "start": 0.5, "end": 4.5}]
    spans = [{"from": 0.5, "to": 2.5, "speaker": 0}, {"from": 2.5, "to": 4.5, "speaker": 1}]
    found = READERS["records"].parse(json.dumps({"results": rows, "speaker_labels": spans})).segments
    assert [(s.speaker, s.text) for s in found] == [(None, "We row. Alone? No.")]


def test_a_table_says_what_the_speakers_are_called() -> None:
    rows = [{"speakerId": 1, "text": "We row."}, {"speakerId": 2, "text": "Alone?"}, {"speakerId": 3, "text": "No."}]
    people = [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}]
    assert [who for who, _, _ in said({"transcript": rows, "speakers": people})] == ["Ada", "Bo", "Speaker 3"]


def test_parts_of_a_turn_have_its_speaker() -> None:
    sentences = [
        {
            "speaker": "Ada",
            "sentences": [{"text": TWO[0][1], "start": 1.5}, {"text": "Who comes along?", "start": 2.5}],
        },
        {"speaker": "Bo", "sentences": [{"text": TWO[1][1], "start": 4.5}]},
    ]
    assert said({"calls": [{"transcript": sentences}]}) == [
        ("Ada", "We row at dawn.", 1.5),
        ("Ada", "Who comes along?", 2.5),
        ("Bo", "In any wind?", 4.5),
    ]
    words = [
        {"speaker": "Ada", "words": [{"text": "We", "start": 1.5}, {"text": "row.", "start": 2}]},
        {"speaker": "Bo", "words": [{"text": "Alone?", "start": 4.5}]},
    ]
    assert said(words) == [("Ada", "We row.", 1.5), ("Bo", "Alone?", 4.5)]


def test_of_arrays_that_say_the_same_the_one_with_speakers_counts() -> None:
    named = [{"speaker": "Ada", "text": "We row at dawn."}, {"speaker": "Bo", "text": "In any wind?"}]
    plain = [{"start": 0.5, "text": "We row at dawn."}, {"start": 2.5, "text": "In any wind?"}]
    summary = [{"text": "Rowing."}]
    for arrays in ({"a": plain, "b": named, "c": summary}, {"c": summary, "b": named, "a": plain}):
        assert [who for who, _, _ in said(arrays)] == ["Ada", "Bo"]


def test_a_long_string_is_read_as_the_text_that_it_is() -> None:
    text = json.dumps(
        {"title": "Rowing", "transcript": "Bo: Alone?\nAda: \u201cNever.\u201d\nBo: Why?\nAda: The wind."}
    )
    found = read(text)
    assert [(s.speaker, s.text) for s in found.segments] == [
        ("Bo", "Alone?"),
        ("Ada", "\u201cNever.\u201d"),
        ("Bo", "Why?"),
        ("Ada", "The wind."),
    ]
    assert found.metadata.title == "Rowing"
    assert json.loads(f'"{text[found.segments[1].start : found.segments[1].end]}"') == "\u201cNever.\u201d"


@pytest.mark.parametrize(
    "data",
    [
        {"name": "boats", "scripts": {"test": "row"}, "files": ["a", "b"]},
        [{"name": "Ada", "value": 3}, {"name": "Bo", "value": 4}],
        {"items": [{"id": 1, "url": "https://example.org"}]},
        {"text": 3, "segments": []},
    ],
)
def test_json_in_which_nothing_is_said_is_refused(data: object) -> None:
    with pytest.raises(TranscriptError, match="JSON of no transcript format that is known here"):
        read_transcript(json.dumps(data).encode(), "a.json")
