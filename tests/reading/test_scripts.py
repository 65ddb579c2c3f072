"""Scripts and text exports: names and times on every side of the words, and no speaker where there is none."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from helpers.interview import GUEST, HOST, TURNS, Turn
from index.reading.formats import labelled_text
from index.reading.reader import READERS
from index.reading.scripts.lines import Line
from index.reading.scripts.turns import read_lines
from index.types import ParsedFile


class Style(NamedTuple):
    """A way to write a turn, and whether it has the time and the speaker."""

    write: Callable[[Turn], str]
    has_time: bool = True
    has_speaker: bool = True


def clock(turn: Turn) -> str:
    return f"{int(turn.start_s) // 60}:{int(turn.start_s) % 60:02}"


def long_clock(turn: Turn) -> str:
    return f"00:{int(turn.start_s) // 60:02}:{int(turn.start_s) % 60:02}"


STYLES = {
    "name and colon": Style(lambda t: f"{t.speaker}: {t.text}\n", has_time=False),
    "name and colon, paragraphs": Style(lambda t: f"{t.speaker}: {t.text}\n\n", has_time=False),
    "French colon": Style(lambda t: f"{t.speaker}\u00a0: {t.text}\n", has_time=False),
    "name on its own line": Style(lambda t: f"{t.speaker}:\n{t.text}\n\n", has_time=False),
    "capitals": Style(lambda t: f"{t.speaker.upper()}: {t.text}\n", has_time=False),
    "numbered lines": Style(lambda t: f"{TURNS.index(t) + 1}  {t.speaker}: {t.text}\n", has_time=False),
    "brackets": Style(lambda t: f"[{t.speaker}] {t.text}\n", has_time=False),
    "columns": Style(lambda t: f"{t.speaker}\t{t.text}\n", has_time=False),
    "columns with times": Style(lambda t: f"{long_clock(t)}\t{t.speaker}\t{t.text}\n"),
    "Otter": Style(lambda t: f"{t.speaker}  {clock(t)}  \n{t.text}\n\n"),
    "Rev": Style(lambda t: f"{t.speaker} ({long_clock(t)[3:]}):\n{t.text}\n\n"),
    "Temi": Style(lambda t: f"{t.speaker}: ({long_clock(t)[3:]})\n{t.text}\n\n"),
    "Descript": Style(lambda t: f"[{long_clock(t)}] {t.speaker}: {t.text}\n\n"),
    "Riverside": Style(lambda t: f"{t.speaker} ({long_clock(t)[3:]}.0)\n{t.text}\n\n"),
    "Happy Scribe": Style(lambda t: f"[{long_clock(t)}.00] - {t.speaker}\n{t.text}\n\n"),
    "time above the name": Style(lambda t: f"{long_clock(t)[3:]}.00\n{t.speaker}\n{t.text}\n\n"),
    "time below the name": Style(lambda t: f"{t.speaker}\n{long_clock(t)}\n{t.text}\n\n"),
    "time and name": Style(lambda t: f"{long_clock(t)[3:]} {t.speaker}\n{t.text}\n\n"),
    "name, time and words": Style(lambda t: f"{t.speaker} [{long_clock(t)}] {t.text}\n\n"),
    "hours in round brackets": Style(lambda t: f"({long_clock(t)[1:]}) {t.speaker}: {t.text}\n"),
    "Meet": Style(lambda t: f"{long_clock(t)}\n \n{t.speaker}: {t.text}\n"),
    "f4": Style(lambda t: f"{t.speaker}: {t.text} {end_of_turn(t)}\n", has_time=False),
    "Whisper": Style(lambda t: f"[{long_clock(t)}.000 --> {long_clock(t)}.900]  {t.text}\n", has_speaker=False),
    "times before the words": Style(lambda t: f"[{long_clock(t)}] {t.text}\n", has_speaker=False),
    "times above the words": Style(lambda t: f"{clock(t)}\n{t.text}\n", has_speaker=False),
    "bare times before the words": Style(lambda t: f"{clock(t)} {t.text}\n", has_speaker=False),
}


def end_of_turn(turn: Turn) -> str:
    later = [t for t in TURNS if t.start_s > turn.start_s]
    return f"#{long_clock(later[0])}-0#" if later else "#00:02:30-0#"


def written(style: Style, ending: str = "\n") -> str:
    return "".join(style.write(turn) for turn in TURNS).replace("\n", ending)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_what_was_said_comes_out_turn_by_turn(style: Style, ending: str) -> None:
    text = written(style, ending)
    assert labelled_text.sniff(text)
    found = labelled_text.parse(text).segments
    assert [segment.text for segment in found] == [turn.text for turn in TURNS]
    speakers = [turn.speaker.upper() if TURNS[0].speaker.upper() in text else turn.speaker for turn in TURNS]
    assert [segment.speaker for segment in found] == (speakers if style.has_speaker else [None] * len(TURNS))
    if style.has_time:
        assert [segment.start_s for segment in found] == [float(int(turn.start_s)) for turn in TURNS]
    assert all(text[segment.start : segment.end] == segment.text for segment in found)


def test_a_time_at_the_end_of_a_turn_is_when_the_next_one_begins() -> None:
    found = labelled_text.parse(written(STYLES["f4"])).segments
    assert [segment.start_s for segment in found[1:]] == [float(int(turn.start_s)) for turn in TURNS[1:]]
    assert found[0].start_s is None


def test_times_every_few_minutes_are_for_the_turn_below() -> None:
    text = "00:00:00\n\nAda: One.\nBo: Two.\n00:05:00\n\nAda: Three.\nBo: Four.\n"
    assert [(s.speaker, s.start_s, s.text) for s in labelled_text.parse(text).segments] == [
        ("Ada", 0.0, "One."),
        ("Bo", None, "Two."),
        ("Ada", 300.0, "Three."),
        ("Bo", None, "Four."),
    ]


def test_a_time_within_a_turn_begins_a_part_of_it() -> None:
    text = "Ada: We went out. [00:01:10] It was cold.\nBo: Yes.\nAda: And late.\nBo: Yes.\n"
    assert [(s.speaker, s.start_s, s.text) for s in labelled_text.parse(text).segments][:2] == [
        ("Ada", None, "We went out."),
        ("Ada", 70.0, "It was cold."),
    ]


def test_what_could_not_be_heard_keeps_its_time_as_it_is_written() -> None:
    text = "Ada: I met [inaudible 00:12:03] there.\nBo: Who?\nAda: I said.\nBo: No.\n"
    assert labelled_text.parse(text).segments[0].text == "I met [inaudible 00:12:03] there."


def test_captions_saved_in_a_meeting_have_the_time_of_day_and_not_of_the_recording() -> None:
    text = "[Ada Moss] 16:02:11\nHello there.\n\n[Bo Lind] 16:02:15\nHello.\n\n[Ada Moss] 16:02:19\nSo.\n"
    assert [(s.speaker, s.start_s) for s in labelled_text.parse(text).segments] == [
        ("Ada Moss", None),
        ("Bo Lind", None),
        ("Ada Moss", None),
    ]


def test_questions_and_answers_by_their_letters() -> None:
    text = "Q. Where were you?\nA. At home.\nQ. Alone?\nA. No.\n"
    assert [(s.speaker, s.text) for s in labelled_text.parse(text).segments] == [
        ("Q", "Where were you?"),
        ("A", "At home."),
        ("Q", "Alone?"),
        ("A", "No."),
    ]


HEADER = "Title: Second Keyboard\nInterviewee: Nadia Ferrow\nInterviewer: Owen Tarrant\nDate: 4 March 2021\n\n"


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_the_lines_at_the_top_say_what_it_is_and_nobody_says_them(style: Style) -> None:
    found = labelled_text.parse(HEADER + written(style))
    assert [segment.text for segment in found.segments] == [turn.text for turn in TURNS]
    assert found.metadata == {
        "title": "Second Keyboard",
        "interviewee": GUEST,
        "interviewer": HOST,
        "date": "4 March 2021",
    }


def test_host_and_guest_may_be_labels_from_the_first_line_on() -> None:
    text = "Host: Welcome.\nGuest: Thanks.\nHost: How are you?\nGuest: Well.\n"
    assert [s.speaker for s in labelled_text.parse(text).segments] == ["Host", "Guest", "Host", "Guest"]


@pytest.mark.parametrize(
    "text",
    [
        "0:01\nYes\n0:03\nNo\n0:05\nYes\n0:07\nNo\n0:09\nYes\n",
        "0:01 Yes\n0:03 No\n0:05 Yes\n0:07 No\n0:09 Yes\n",
        "[00:01] Thank You\n[00:03] Okay\n[00:05] Thank You\n",
        "Intro 0:00\nThe Bees 2:30\nThe Ferry 10:00\n",
        "[Music] hello there\n[Music] and so on\n[Applause] and then\n[Applause] the end\n",
        "A. Apples are red.\nB. Pears are not.\nC. Plums are blue.\n",
        "We ate.\tAnd drank.\nWe sang.\tAnd slept.\n",
    ],
)
def test_short_words_beside_times_are_no_speakers(text: str) -> None:
    reader = next(reader for reader in READERS.values() if reader.sniff(text))
    contents: ParsedFile = reader.parse(text)
    assert {segment.speaker for segment in contents.segments} == {None}


def test_a_heading_with_nothing_said_below_it_is_no_speaker() -> None:
    text = "".join(f"A Safe House:\n\nAda: Year {n}.\n\nBo: Yes.\n\n" for n in range(3))
    assert {segment.speaker for segment in labelled_text.parse(text).segments} == {"Ada", "Bo", None}


def test_a_heading_that_is_met_once_is_no_speaker() -> None:
    turns_said = [("Ada", 3), ("Hello.", 0), ("Bo", 2), ("Hi.", 0), ("Ada", 3), ("So.", 0), ("Bo", 2), ("Yes.", 0)]
    said = [("Second Keyboard", 15), ("Notes.", 0), *turns_said]
    found = read_lines([Line(text, 9 * row, 9 * row + 9, lead) for row, (text, lead) in enumerate(said)])
    assert [(segment.speaker, segment.text) for segment in found.segments] == [
        (None, "Second Keyboard\nNotes."),
        ("Ada", "Hello."),
        ("Bo", "Hi."),
        ("Ada", "So."),
        ("Bo", "Yes."),
    ]
    assert found.metadata == {"title": "Second Keyboard"}


def test_a_name_said_above_a_label_is_kept() -> None:
    turns = [f"Speaker {n % 2} 0:0{n}\nWho opened the gate, I asked.\n" for n in range(8)]
    turns[4] = "Speaker 0 0:04\nI know who it was.\nSpeaker 1\n"
    parsed = labelled_text.parse("\n".join(turns))
    assert "Speaker 1" in " ".join(segment.text for segment in parsed.segments)
