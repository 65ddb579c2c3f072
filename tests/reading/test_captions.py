"""Captions: cues of every make, with the words as they were said, as often as they were said."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.captions import Cues, as_srt, as_vtt, in_seconds, words
from helpers.interview import END_S, GUEST, HOST, TURNS
from helpers.long_captions import long_captions
from index.reading.formats import sbv, srt, tsv, vtt
from index.reading.reader import READERS, read_transcript
from index.types import Segment

TRANSCRIPTS = Path(__file__).parent.parent / "transcripts"

# Sample -> its reader, and what the speakers are called in it.
SAMPLES = {
    "voices.vtt": ("vtt", (HOST, GUEST)),
    "youtube-rolling.en.vtt": ("vtt", None),
    "zoom.vtt": ("vtt", (HOST, GUEST)),
    "teams.vtt": ("vtt", (HOST, GUEST)),
    "subrip.srt": ("srt", (HOST, GUEST)),
    "captions.sbv": ("sbv", None),
    "whisper.tsv": ("tsv", None),
}
# What stands in a sample besides the words of the interview.
NOISE = "[bell]"

SPEECH = " ".join(turn.text for turn in TURNS)


def said(segments: Sequence[Segment]) -> list[tuple[str | None, str]]:
    return [(segment.speaker, segment.text) for segment in segments]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_word_of_a_sample_comes_out_once(name: str) -> None:
    found = read_transcript((TRANSCRIPTS / name).read_bytes(), name)
    assert found.text.replace(NOISE, " ").split() == SPEECH.split()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_recognised_by_its_reader_alone(name: str) -> None:
    text = (TRANSCRIPTS / name).read_text(encoding="utf-8-sig")
    assert [reader for reader in READERS if READERS[reader].sniff(text)] == [SAMPLES[name][0], "plain"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_turn_of_a_sample_has_its_time_and_speaker(name: str) -> None:
    found = read_transcript((TRANSCRIPTS / name).read_bytes(), name)
    text = found.text.replace("\n", " ")
    names = SAMPLES[name][1]
    at = 0
    for turn in TURNS:
        at = text.index(turn.text, at)
        seconds = found.time_at(at)
        assert seconds is not None
        assert seconds[0] == pytest.approx(turn.start_s, abs=1.0)
        speaker = found.segments[found.segment_at(at)].speaker
        assert speaker == (names[turn.speaker == GUEST] if names else None)
    end = found.segments[-1].end_s
    assert end == pytest.approx(END_S, abs=1.0)


def test_notes_say_what_a_file_is_and_are_not_said() -> None:
    metadata = vtt.parse((TRANSCRIPTS / "voices.vtt").read_text(encoding="utf-8")).metadata
    assert metadata == {
        "title": "Second Keyboard: the ferry piano",
        "guest": GUEST,
        "host": HOST,
        "date": "2021-03-04",
        "media": "https://media.example.org/second-keyboard/ferry-piano.mp3",
        "language": "en-GB",
    }


def test_words_without_mark_up_are_slices_of_the_file() -> None:
    text = (TRANSCRIPTS / "zoom.vtt").read_bytes().decode()
    for segment in vtt.parse(text).segments:
        assert text[segment.start : segment.end] == segment.text


def test_words_with_mark_up_span_their_place() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>So <i>that</i> is R&amp;B.</v>\n"
    (segment,) = vtt.parse(text).segments
    assert segment.text == "So that is R&B."
    assert text[segment.start : segment.end] == "So <i>that</i> is R&amp;B."


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("a < b and <3", "a < b and <3"),
        ("<c.yellow>so</c> <lang en-GB>it</lang> <b>is</b>", "so it is"),
        ("<ruby>Quiroga<rp>(</rp><rt>key-ROH-ga</rt><rp>)</rp></ruby> paid", "Quiroga paid"),
        ('<font color="#ffff00">so</font> {\\an8}{\\i1}it is{\\i0}', "so it is"),
        ("AT&T; R&amp;B, it&#39;s, it&amp;#39;s &lt;i&gt;", "AT&T; R&B, it's, it's <i>"),
        ("one<br/>two<br>three", "one two three"),
        ("<inaudible> {laughs} 2 > 1", "<inaudible> {laughs} 2 > 1"),
        ("שלום inter\u00adview zero\u200bwidth", "שלום inter\u00adview zero\u200bwidth"),
    ],
)
@pytest.mark.parametrize(("write", "read"), [(as_vtt, vtt.parse), (as_srt, srt.parse)], ids=["vtt", "srt"])
def test_mark_up_goes_and_all_else_stays(write: Callable[[Cues], str], read: Callable, line: str, text: str) -> None:
    assert said(read(write(in_seconds(line))).segments) == [(None, text)]


def test_several_voices_in_a_cue_share_its_time() -> None:
    text = as_vtt([(1.0, 5.0, ["<v.loud Ada Moss>Hello.</v>", "<v Bo>Hi <00:00:04.000>you.</v>", "<v Ada Moss>So."])])
    assert [(s.speaker, s.text, s.start_s, s.end_s, s.marks) for s in vtt.parse(text).segments] == [
        ("Ada Moss", "Hello.", 1.0, None, ()),
        ("Bo", "Hi you.", None, None, ((3, 4.0),)),
        ("Ada Moss", "So.", None, 5.0, ()),
    ]


def test_where_voices_are_named_a_cue_without_one_is_nobodys() -> None:
    text = as_vtt(in_seconds("<v Ada>One: two.", "three", "<v Bo>four", "Bo: five"))
    assert [s.speaker for s in vtt.parse(text).segments] == ["Ada", None, "Bo", None]


def test_a_label_lasts_until_another_or_a_mark_of_a_turn() -> None:
    text = as_srt(
        in_seconds(
            ">> OWEN: Hello there.",
            "How are you?",
            "- NADIA: Well.\n- OWEN: Good.",
            ">> Who is that?",
            "It is me.",
            "NADIA: And me. >> OWEN: And I.",
            "[laughs]",
            "NADIA: Yes.",
        )
    )
    assert said(srt.parse(text).segments) == [
        ("OWEN", "Hello there."),
        ("OWEN", "How are you?"),
        ("NADIA", "Well."),
        ("OWEN", "Good."),
        (None, ">> Who is that?"),
        (None, "It is me."),
        ("NADIA", "And me."),
        ("OWEN", "And I."),
        (None, "[laughs]"),
        ("NADIA", "Yes."),
    ]


def test_marks_of_turns_stay_on_lines_of_their_own() -> None:
    text = as_srt(in_seconds("- Were you stung?\n- No.", "so I was\ntold", ">> Never?\n>> No."))
    assert [s.text for s in srt.parse(text).segments] == [
        "- Were you stung?\n- No.",
        "so I was told",
        ">> Never?\n>> No.",
    ]


@pytest.mark.parametrize(
    "label", ["[SPEAKER_0{}]: ", "[Speaker {}] ", "Speaker {}: ", "(Speaker {})\n", "Speaker {}:\n"]
)
def test_labels_of_many_makes(label: str) -> None:
    text = as_srt(in_seconds(*(label.format(n) + f"word {n}" for n in (0, 1, 0, 1))))
    found = srt.parse(text).segments
    assert [s.text for s in found] == ["word 0", "word 1", "word 0", "word 1"]
    assert [s.speaker for s in found] == [label.format(n).strip("[](): \n") for n in (0, 1, 0, 1)]


@pytest.mark.parametrize("lines", [["[Chuckles] So.", "[Sighs] No."], ["It was: cold.", "we said: late."]])
def test_sounds_and_colons_are_no_speakers(lines: list[str]) -> None:
    found = srt.parse(as_srt(in_seconds(*lines * 3))).segments
    assert said(found) == [(None, line) for line in lines * 3]


def test_webex_names_a_cue_by_who_speaks() -> None:
    text = 'WEBVTT\n\n1 "Ada Moss" (31)\n00:01.000 --> 00:02.000\nSo.\n\n2 "Bo" (7)\n00:02.000 --> 00:03.000\nNo.\n'
    assert said(vtt.parse(text).segments) == [("Ada Moss", "So."), ("Bo", "No.")]


def test_blocks_between_cues_are_not_said() -> None:
    text = (
        "\ufeffWEBVTT - a test\nKind: captions\nLanguage: pt-BR\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000\n\n"
        'NOTE duration:"00:01:00"\n\nNOTE language:en-us\n\nREGION\nid:fred\n\nSTYLE\n::cue(b) {\n\n  color: red;\n}\n'
        "\n8f3d-1\n00:01.000 --> 00:02.000 region:fred\nHello\n\nNOTE Confidence: 0.9\n\n"
        "8f3d-2\n00:02.000 --> 00:03.000\nyou\n\nNOTE\nnobody\nsays this\n\n"
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n8f3d-3\n123:00:03.000 --> 123:00:04.000\nthere\n"
    )
    found = vtt.parse(text)
    assert said(found.segments) == [(None, "Hello"), (None, "you"), (None, "there")]
    assert found.segments[-1].start_s == 123 * 3600 + 3
    assert found.metadata == {
        "kind": "captions",
        "language": "pt-BR",
        "duration": '"00:01:00"',
        "confidence": "0.9",
    }


def test_cues_of_the_web_without_their_header_are_read() -> None:
    text = "00:01.000 --> 00:02.000\n<v Ada>Hello.\n"
    (reader,) = [name for name, reader in READERS.items() if name != "plain" and reader.sniff(text)]
    assert said(READERS[reader].parse(text).segments) == [("Ada", "Hello.")]


ODD_SRT = {
    "no numbers": "0:0:1,0 --> 0:0:2\n{0}\n\n0:0:2 --> 0:0:3\n{1}\n\n0:0:3-->0:0:4\n{2}\n",
    "no blank lines": "1\n00:00:01,000 --> 00:00:02,000\n{0}\n2\n00:00:02,000 --> 00:00:03,000\n{1}\n3\n"
    "00:00:03,000 --> 00:00:04,000\n{2}",
    "neither": "00:00:01,000 --> 00:00:02,000\n{0}\n00:00:02,000 --> 00:00:03,000\n{1}\n"
    "00:00:03,000 --> 00:00:04,000\n{2}",
    "repeated numbers": "1\n00:00:01.000 --> 00:00:02.000\n{0}\n\n1\n00:00:02.000 --> 00:00:03.000\n{1}\n\n1\n"
    "00:00:03.000 --> 00:00:04.000\n{2}\n\n",
    "blank lines within": "1\n00:00:01,000 --> 00:00:02,000\n\n{0}\n\n2\n00:00:02,000 --> 00:00:03,000\n \n\n{1}\n\n\n"
    "\n3\n00:00:03,000 --> 00:00:04,000\n{2}\n\n",
    "every second line blank": "1\n\n00:00:01,000 --> 00:00:02,000\n\n{0}\n\n2\n\n00:00:02,000 --> 00:00:03,000\n\n{1}"
    "\n\n3\n\n00:00:03,000 --> 00:00:04,000\n\n{2}\n",
    "positions": "1\n00:00:01,000 --> 00:00:02,000  X1:100 X2:200 Y1:1 Y2:9\n{0}\n\n2\n00:00:02,000 --> 00:00:03,000"
    " align: start\n{1}\n\n3\n00:00:03,000 --> 00:00:04,000\n{2}\n",
    "words beside the times": "1\n00:00:01,000 --> 00:00:02,000 {0}\n2\n00:00:02,000 --> 00:00:03,000 {1}\n3\n"
    "00:00:03,000 --> 00:00:04,000 {2}\n",
}


@pytest.mark.parametrize("style", ODD_SRT.values(), ids=ODD_SRT)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\r\r\n"], ids=["LF", "CRLF", "CR", "CRCRLF"])
def test_odd_subrip_is_read_as_it_is_meant(style: str, ending: str) -> None:
    lines = ["I was born", "It was cold", "and so"]
    text = style.format(*lines).replace("\n", ending)
    assert srt.sniff(text)
    assert [(s.text, s.start_s, s.end_s) for s in srt.parse(text).segments] == [
        ("I was born", 1.0, 2.0),
        ("It was cold", 2.0, 3.0),
        ("and so", 3.0, 4.0),
    ]


def test_a_number_that_was_said_is_no_number_of_a_cue() -> None:
    numbered = as_srt(in_seconds("When?", "1984", "It was in\n1985", "and in\n\n7"))
    assert [s.text for s in srt.parse(numbered).segments] == ["When?", "1984", "It was in 1985", "and in 7"]
    bare = "00:01.000 --> 00:02.000\nWhen?\n00:02.000 --> 00:03.000\n1984\n00:03.000 --> 00:04.000\nand\n12\n"
    assert [s.text for s in srt.parse(bare).segments] == ["When?", "1984", "and 12"]


def test_a_blank_line_within_a_cue_loses_nothing() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\none\n\ntwo\n\n\nthree\n\n00:02.000 --> 00:03.000\n\nfour\n"
    assert [s.text for s in vtt.parse(text).segments] == ["one two three", "four"]


def test_cues_stay_in_the_order_of_the_file() -> None:
    text = as_srt([(5.0, 9.0, ["one"]), (1.0, 3.0, ["two"]), (2.0, 2.0, ["three"])])
    found = [(s.text, s.start_s, s.end_s) for s in srt.parse(text).segments]
    assert found == [("one", 5.0, 9.0), ("two", 1.0, 3.0), ("three", 2.0, 2.0)]


def test_a_line_of_a_table_goes_on_without_a_tab() -> None:
    found = tsv.parse("start\tend\ttext\n0\t1500\tone\ntwo\n1500\t1500\t\n1500\t2000\tthree\n").segments
    assert [(s.text, s.start_s, s.end_s) for s in found] == [("one two", 0.0, 1.5), ("three", 1.5, 2.0)]


@pytest.mark.parametrize(
    ("text", "place", "message", "segments"),
    [
        (
            "1\n00:00:02,000 --> 00:00:01,000\nx",
            "00:00:02",
            "a cue that ends after it starts: '00:",
            [("x", 2.0, None)],
        ),
        (
            "1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00:02,000 --> 00:00:00,000\ny",
            "00:00:02,000 --> 00:00:00",
            "a cue that ends after it starts: '00:",
            [("x", 1.0, 2.0), ("y", 2.0, None)],
        ),
        ("1\n00:00:61,000 --> 00:01:01,000\nx", "00:00:61", "minutes and seconds below 60: '00:", [("x", None, None)]),
        (
            "hello\n1\n00:00:01,000 --> 00:00:02,000\nx",
            "hello",
            "a cue's timing: 'h",
            [("hello", None, None), ("x", 1.0, 2.0)],
        ),
        ("1\n00:00:01:12 --> 00:00:02:00\nx", "00:00:01", "a cue's timing: '00:00:01:12", [("x", None, None)]),
        (
            "WEBVTT\n\nhello\n\n00:01.000 --> 00:02.000\nx",
            "hello",
            "a cue's timing: 'hello'",
            [("hello", None, None), ("x", 1.0, 2.0)],
        ),
        ("WEBVTT\n\n99:01.000 --> 99:02.000\nx", "99:01", "minutes and seconds below 60: '99:", [("x", None, None)]),
        ("0:00:04.000,0:00:01.000\nx", "0:00:04", "a cue that ends after it starts: '0:00:04", [("x", 4.0, None)]),
        ("start\tend\ttext\nhello", "hello", "milliseconds, a tab, milliseconds, a tab", [("hello", None, None)]),
        ("start\tend\ttext\n5\t1\tx", "5\t1", "a row that ends after it starts: '5", [("x", 0.005, None)]),
    ],
)
def test_an_odd_line_costs_its_time_and_is_a_warning(
    text: str, place: str, message: str, segments: list[tuple[str, float | None, float | None]]
) -> None:
    reader = next(reader for reader in READERS.values() if reader.sniff(text))
    parsed = reader.parse(text)
    assert [(s.text, s.start_s, s.end_s) for s in parsed.segments] == segments
    ((offset, warning),) = parsed.warnings
    assert warning.startswith(f"expected {message}")
    assert offset == text.index(place)


@pytest.mark.parametrize("opening", ["1\n00:00:01,000 --> 00:00:02,000\n", "WEBVTT\n\n00:01.000 --> 00:02.000\n"])
def test_an_arrow_within_words_is_said(opening: str) -> None:
    text = f"{opening}tin --> drawer\nIn 2:34 --> that is when"
    reader = next(reader for reader in READERS.values() if reader.sniff(text))
    assert [s.text for s in reader.parse(text).segments] == ["tin --> drawer In 2:34 --> that is when"]
    assert reader.parse(text).warnings == []


def test_a_cue_shown_twice_at_the_same_time_is_said_once() -> None:
    cue = "00:01.000 --> 00:02.000\nno\n\n"
    later = "00:03.000 --> 00:04.000\nno\n\n"
    assert [s.text for s in vtt.parse(f"WEBVTT\n\n{cue}{cue.replace('no', chr(0x200B) + ' no')}{later}").segments] == [
        "no",
        "no",
    ]


def test_webvtt_may_be_written_in_any_case() -> None:
    text = "WebVTT\n1\n00:00:00.000 --> 00:00:02.700\nThe bakery opened at three\n"
    assert [(s.text, s.start_s) for s in read_transcript(text.encode(), "a.vtt").segments] == [
        ("The bakery opened at three", 0.0)
    ]


any_line = st.lists(
    st.sampled_from(["so", "I", "12", "1984", "wait", "—and", "<3", "R&B", "né"]), min_size=1, max_size=4
)
any_cues = st.lists(st.lists(any_line.map(" ".join), min_size=1, max_size=3), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(any_cues, st.sampled_from(["\n", "\r\n", "\r"]), st.integers(0, 2), st.integers(0, 3))
def test_the_words_in_are_the_words_out(cues: list[list[str]], ending: str, above: int, within: int) -> None:
    """Cues of a minute with blank lines above the words and between two lines: nothing is lost or made up."""
    expected = [word for lines in cues for line in lines for word in line.split()]
    spread = [(60.0 * at, 60.0 * at + 9, [*[""] * above, ("\n" * (within + 1)).join(c)]) for at, c in enumerate(cues)]
    for text, reader in ((as_vtt(spread), "vtt"), (as_srt(spread), "srt")):
        ended = text.replace("\n", ending)
        assert READERS[reader].sniff(ended)
        assert words(READERS[reader].parse(ended).segments) == expected
    rows = "".join(f"{at * 60_000}\t{at * 60_000}\t{' '.join(lines)}\n" for at, lines in enumerate(cues))
    assert words(tsv.parse(f"start\tend\ttext\n{rows}").segments) == expected
    captions = "".join(f"0:{at:02}:00.000,0:{at:02}:00.500\n" + "\n".join([*c, "", ""]) for at, c in enumerate(cues))
    assert words(sbv.parse(captions.replace("\n", ending)).segments) == expected


LONG = long_captions(200_000)


@pytest.mark.parametrize(("text", "segments", "said"), LONG.values(), ids=LONG)
def test_of_a_text_that_is_made_to_be_slow_each_word_is_read(text: str, segments: int, said: int) -> None:
    # How long it takes, `python -m tests.bench lengths` tells.
    reader = next(reader for reader in READERS.values() if reader.sniff(text))
    found = reader.parse(text).segments
    assert (len(found), sum(len(segment.text.split()) for segment in found)) == (segments, said)


def test_a_second_that_was_rounded_up_is_the_next_minute() -> None:
    text = "WEBVTT\n\n00:03:59.990 --> 00:03:60.000\nHello there.\n"
    assert [(s.start_s, s.end_s) for s in vtt.parse(text).segments] == [(239.99, 240.0)]


def zoomed(*lines: str) -> list[tuple[str | None, str]]:
    cues = (
        f"{row + 1}\n00:00:{2 * row:02}.000 --> 00:00:{2 * row + 1:02}.500\n{line}\n" for row, line in enumerate(lines)
    )
    found = read_transcript(("WEBVTT\n\n" + "\n".join(cues)).encode(), "a.vtt")
    return [(segment.speaker, segment.text) for segment in found.segments]


def test_where_each_cue_has_its_label_one_without_is_nobodys() -> None:
    tide = [
        "Ada: The tide",
        "Ada: comes in",
        "Ada: at noon,",
        "Ada: they say.",
        "Yes.",
        "Bo: We wait.",
        "Bo: Then we row.",
    ]
    assert [who for who, _ in zoomed(*tide)] == ["Ada", "Ada", "Ada", "Ada", None, "Bo", "Bo"]


def test_where_a_label_opens_a_turn_its_speaker_goes_on() -> None:
    tide = ["Ada: The tide", "comes in", "at noon.", "Bo: We wait.", "Then we row.", "Ada: Far?", "Bo: Far.", "Yes."]
    assert [who for who, _ in zoomed(*tide)] == ["Ada", "Ada", "Ada", "Bo", "Bo", "Ada", "Bo", "Bo"]
