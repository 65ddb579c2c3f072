"""Reading: bytes to text, and text to segments with their places, speakers and times."""

import codecs
from pathlib import Path

import pytest

from index.errors import TranscriptError
from index.reading.reader import READERS, read_transcript
from index.samples import SAMPLES
from index.types import Span

SCRIPT = """Ada: 00:00:05
How did it begin?

Bo (00:00:09): With a leak.
It was June.
Ada: And then: what?
Bo: Nothing
"""


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("latin-1", b""),
        ("cp1252", b""),
    ],
)
def test_a_text_reads_alike_in_every_encoding(encoding: str, mark: bytes) -> None:
    text = "Señora Müller, où êtes-vous? Là-bas.\r\nÇa va.\n"
    assert read_transcript(mark + text.encode(encoding), "a.txt").text == text.strip()


def test_typographic_quotes_of_old_word_processors_are_kept() -> None:
    assert read_transcript("“Yes”, she said – twice".encode("cp1252"), "a.txt").text == "“Yes”, she said – twice"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty.txt is empty: there is no word in it"),
        (b" \n\t ...\n", "empty.txt is empty: there is no word in it"),
        (bytes(range(256)) * 9, "empty.txt is not a text file; save the transcript as plain text (UTF-8)"),
    ],
)
def test_what_holds_no_words_is_named_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(TranscriptError) as raised:
        read_transcript(data, "empty.txt")
    assert str(raised.value) == message


def test_labels_become_speakers_and_times_and_leave_the_text() -> None:
    segments = read_transcript(SCRIPT.encode(), "a.txt").segments
    assert [(s.speaker, s.start_s, s.end_s, s.text) for s in segments] == [
        ("Ada", 5.0, 9.0, "How did it begin?"),
        ("Bo", 9.0, None, "With a leak.\nIt was June."),
        ("Ada", None, None, "And then: what?"),
        ("Bo", None, None, "Nothing"),
    ]


@pytest.mark.parametrize(
    "line",
    ["[01:02:03] Ada: yes", "01:02:03 Ada: yes", "(01:02:03) Ada: yes", "Ada [01:02:03]: yes", "Ada: 01:02:03 yes"],
)
def test_a_time_may_stand_on_either_side_of_the_name(line: str) -> None:
    first = read_transcript(f"{line}\nBo: no\n{line}\n".encode(), "a.txt").segments[0]
    assert (first.speaker, first.start_s, first.text) == ("Ada", 3723.0, "yes")


def test_every_segment_is_a_slice_of_its_file() -> None:
    files = [SCRIPT, *(path.read_text(encoding="utf-8") for path in SAMPLES.glob("*.txt"))]
    for text in files:
        transcript = read_transcript(text.encode(), "a.txt")
        for segment in transcript.segments:
            assert text[segment.start : segment.end] == segment.text
        for start in range(0, len(transcript.text) - 9, 97):
            place = transcript.in_file(Span(start, start + 1))
            assert text[slice(*place)] == transcript.text[start] or transcript.text[start] == "\n"


@pytest.mark.parametrize(
    "text",
    [
        "We went there for one reason: nobody else would.\nThe other thing: it was cheap.\nSo we stayed.\n",
        "I told him:\nyou are wrong.\nHe said:\nso are you.\n",
        "at 10:30 we left and at 11:45 we were back\n",
        "see https://example.org: it is there\nand http://example.com: too\n",
        "Here is the thing: we left.\nIt was cold.\nHere is the thing: we came back.\nAnd it was warm.\n",
        "We met in May and it rained.\nNote: he was late.\nThen we walked on.\nNote: so was I.\nAnd so on.\n",
        "John 3:16: For so it says.\nAnd we read on.\nJohn 3:16: For so it says again.\nAnd we stopped there.\n",
    ],
)
def test_prose_with_colons_has_no_speakers(text: str) -> None:
    assert {segment.speaker for segment in read_transcript(text.encode(), "a.txt").segments} == {None}


def test_a_noise_between_lines_of_a_turn_leaves_the_turn_its_speaker() -> None:
    text = "Ada: I went there.\n[laughs]\nAnd then I came back.\nBo: Did you?\nAda: Yes.\nBo: Oh.\n"
    segments = read_transcript(text.encode(), "a.txt").segments
    assert [s.speaker for s in segments] == ["Ada", "Bo", "Ada", "Bo"]
    assert segments[0].text == "I went there.\n[laughs]\nAnd then I came back."


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Ada - 00:01: hello\nBo - 00:05: hi\nAda - 00:09: so\nBo - 00:11: yes\n", {"Ada", "Bo"}),
        ("ada: hello\nbo: hi\nada: so\nbo: yes\n", {"ada", "bo"}),
        ("Ada：你好\nBo：嗨\nAda：那么\nBo：好\n", {"Ada", "Bo"}),
        (
            "Ada: hello\nBo: hi\nAda: and you?\nBo van der Berg, Mayor: hi\nBo: yes\n",
            {"Ada", "Bo", "Bo van der Berg, Mayor"},
        ),
        ("SPEAKER_00: hello\nSPEAKER_01: hi\nSPEAKER_00: so\nSPEAKER_01: yes\n", {"SPEAKER_00", "SPEAKER_01"}),
    ],
)
def test_labels_of_many_styles_are_speakers(text: str, speakers: set[str]) -> None:
    assert {segment.speaker for segment in read_transcript(text.encode(), "a.txt").segments} == speakers


def test_one_strange_byte_leaves_the_rest_of_a_text_alone() -> None:
    text = "Señora Müller fährt nach Łódź. " * 9
    assert read_transcript(text.encode() + b"caf\xe9", "a.txt").text == f"{text}café"


def test_a_colon_inside_a_turn_makes_no_speaker() -> None:
    text = "Ada: Tell me.\n\nBo: One thing was clear: it leaked.\n\nAda: I see.\n\nBo: My rule is simple: wait.\n"
    assert {segment.speaker for segment in read_transcript(text.encode(), "a.txt").segments} == {"Ada", "Bo"}


def test_a_line_in_brackets_between_turns_is_nobodys() -> None:
    text = "[8 May, at noon]\nAda: Hello.\nBo: Hello.\n[9 May]\nAda: Hello again.\n"
    segments = read_transcript(text.encode(), "a.txt").segments
    assert [(s.speaker, s.text) for s in segments if s.speaker is None] == [
        (None, "[8 May, at noon]"),
        (None, "[9 May]"),
    ]


@pytest.mark.parametrize(
    ("name", "speakers"),
    [
        ("amara-quill-restoration.txt", set()),
        ("dele-marchetti-bridges.txt", {"Hanna Brandt", "Dele Marchetti"}),
        ("ingrid-solheim-lighthouse.txt", set()),
        ("rosa-lindqvist-night-bus.txt", {"Interviewer", "Rosa Lindqvist"}),
        ("tomas-okafor-bread.txt", set()),
        ("yuki-arnalds-glacier.txt", {"Pieter Vos", "Yuki Arnalds"}),
    ],
)
def test_the_samples_have_their_speakers_and_no_others(name: str, speakers: set[str]) -> None:
    found = read_transcript((SAMPLES / name).read_bytes(), name)
    assert {segment.speaker for segment in found.segments} - {None} == speakers


def test_the_last_reader_reads_any_text() -> None:
    assert list(READERS)[-1] == "plain"
    assert READERS["plain"].sniff("anything")


def test_real_interviews_without_labels_have_no_speakers(shared: Path) -> None:
    for path in (shared / "interviews").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        (segment,) = read_transcript(path.read_bytes(), path.name).segments
        assert segment.speaker is None
        assert segment.text == text.strip()
