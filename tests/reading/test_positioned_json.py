"""JSON as a text with places: what is broken or unknown is refused where it is."""

from pathlib import Path

import pytest

from index.errors import MalformedError, TranscriptError
from index.reading.json_text.positioned_json import looks_like_json, parse_json
from index.reading.reader import read_transcript

FOLDER = Path(__file__).parent.parent / "transcripts"
SAMPLES = sorted(path.name for path in FOLDER.glob("*.json*"))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_that_is_cut_off_is_refused(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8").rstrip()
    for end in [*range(len(text) // 3, len(text), len(text) // 7), *range(len(text) - 60, len(text))]:
        with pytest.raises(TranscriptError, match=r"^a\.json, line \d+: the JSON breaks off here$"):
            read_transcript(text[:end].encode(), "a.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"text": 1, "start": 1, "end": 2}]', "a.json, line 1: expected a segment's text: '1'"),
        ('{"segments": [\n{"text": "a", "start": 1, "end": 2},\n"b"]}', "a.json, line 3: expected a segment: '\"b\"'"),
        ('{"segments": [\n{"body": ["a"]}]}', "a.json, line 2: expected a segment's body: '[\"a\"]'"),
        ('{"segments": [{"text": "a", "start": 1, "end": 2}\n{"text"]}', "a.json, line 2: expected a comma: '{\"text"),
        ("[{'name': 'a'}]", "a.json, line 1: expected a name in double quotes: \"'name': 'a'}]\""),
        ('{"text": "a"} hello', "a.json, line 1: expected the end of the JSON: 'hello'"),
        ('[{"a":' + "[" * 9000, "a.json, line 1: expected JSON that is nested less deeply"),
        ('{"segments": "a b c"}', "a.json is JSON of no transcript format that is known here; known are Whisper"),
        ('{"name": "bees", "version": 3}', "a.json is JSON of no transcript format that is known here; known are"),
        ('["a", "b"]', "a.json is JSON of no transcript format that is known here; known are Whisper"),
    ],
)
def test_broken_and_unknown_json_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(TranscriptError) as raised:
        read_transcript(text.encode(), "a.json")
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    "text", ["[Music]\nSo it is.", "[00:01] So it is.", "{laughs} So", "[ ] So it is.", "[[Music]] a"]
)
def test_words_in_brackets_are_no_json(text: str) -> None:
    assert not looks_like_json(text)
    assert read_transcript(text.encode(), "a.txt").text


def test_an_error_says_the_place() -> None:
    with pytest.raises(MalformedError) as raised:
        parse_json('{"a": hello}')
    assert (raised.value.offset, str(raised.value)) == (6, "expected a value: 'hello}'")
