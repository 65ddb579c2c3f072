"""Labels as radio, courts, hearings, messengers and messages of meetings write them; forms and books have none."""

import time
from collections.abc import Callable

import pytest

from index.errors import TranscriptError
from index.reading.formats import labelled_text
from index.reading.reader import read_transcript

Said = list[tuple[str | None, str]]


def said(text: str, name: str = "a.txt") -> Said:
    return [(s.speaker, s.text) for s in read_transcript(text.encode(), name).segments]


WORDS: Said = [("Ada Moss", "Is the ferry in?"), ("Bo Lind", "it is late"), ("Ada Moss", "Again?"), ("Bo Lind", "yes")]
WAYS: dict[str, Callable[[str, str], str]] = {
    "a chat's, half of the day": lambda name, text: f"From {name} to Everyone: (12:22 PM)\n {text}\n",
    "a chat's, a line above": lambda name, text: f"16:02:11 From {name} to Everyone:\n\t{text}\n",
    "a chat's, in one line": lambda name, text: f"16:02:11\t From {name} : {text}\n",
    "a private message": lambda name, text: f"16:02:11 From {name} to Me(Direct Message) : {text}\n",
    "nicks": lambda name, text: f"[16:02] <{name.split()[0].lower()}> {text}\n",
    "a messenger's": lambda name, text: f"12/03/21, 10:02 - {name}: {text}\n",
    "a messenger's in brackets": lambda name, text: f"[12.03.21, 10:02:11] {name}: {text}\n",
    "half of the day": lambda name, text: f"[09:04 AM] {name}: {text}\n",
}


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_who_writes_in_a_chat(write: Callable[[str, str], str]) -> None:
    found = said("".join(write(str(name), text) for name, text in WORDS))
    is_nick = found[0][0] == "ada"
    assert found == [(name.split()[0].lower() if is_nick and name else name, text) for name, text in WORDS]


def test_times_of_day_are_not_those_of_the_recording() -> None:
    segments = labelled_text.parse("[09:04 AM] Ada: So?\n[09:05 AM] Bo: Well.\n[09:06 AM] Ada: Yes.\n").segments
    assert [s.start_s for s in segments] == [None] * 3


def test_radio_says_more_of_somebody_behind_the_name() -> None:
    text = (
        'NED FOX, host:\n\nThis is the news.\n\nMs. ADA MOSS (Author, "Boats: A Life"): Hello.\n\nFOX: You sail?\n\n'
        "(SOUNDBITE OF RAIN)\n\nMs. MOSS: I do.\n\nREP. BO LIND (G-NY), MAYOR OF PORT AND BAY: So do I.\n\n"
        "UNIDENTIFIED PERSON #1: And I.\n\nLIND (on camera): There.\n\nFOX: Thanks.\n"
    )
    assert said(text) == [
        ("NED FOX", "This is the news."),
        ("Ms. ADA MOSS", "Hello."),
        ("NED FOX", "You sail?"),
        (None, "(SOUNDBITE OF RAIN)"),
        ("Ms. ADA MOSS", "I do."),
        ("REP. BO LIND", "So do I."),
        ("UNIDENTIFIED PERSON #1", "And I."),
        ("REP. BO LIND", "There."),
        ("NED FOX", "Thanks."),
    ]


def test_a_name_in_capitals_is_a_label_wherever_others_are() -> None:
    text = "May 9\nTranscript\nADA MOSS: Here we are.\nBO: Good.\nADA: Yes.\nBO: And late.\nADA: Very.\n"
    assert said(text)[1:3] == [("ADA MOSS", "Here we are."), ("BO", "Good.")]


def test_one_who_answers_many_has_the_one_name_that_comes_back() -> None:
    text = (
        "MOSS: I thank you all for coming.\n\nIt was a long way.\n\nThe boats are late.\n\nJON BERG: Why is that?\n\n"
        "MOSS: The wind.\n\nIt came from the north.\n\nAnd it went there.\n\nEVA HOLT: And now?\n\nMOSS: We wait.\n"
    )
    assert {name for name, _ in said(text)} == {"MOSS", "JON BERG", "EVA HOLT"}


def test_a_name_in_small_letters_on_lines_of_its_own() -> None:
    text = "Ada:\nWhy?\nbell:\nI went there early: nobody came.\n" * 3
    assert said(text)[:2] == [("Ada", "Why?"), ("bell", "I went there early: nobody came.")]


def test_in_court_the_stand_has_letters_and_the_others_have_colons() -> None:
    text = (
        " 1     THE COURT:  Be seated.\n 2     MS. BERG:  I call Ada Moss.\n 3  BY MS. BERG:\n 4    Q.   You sail?\n"
        " 5    A.   I do.\n 6    Q.   Often?\n 7    A.   Daily.\n 8     THE COURT:  Thank you.\n"
    )
    assert [name for name, _ in said(text)] == ["THE COURT", "MS. BERG", "Q", "A", "Q", "A", "THE COURT"]


@pytest.mark.parametrize(
    ("first", "second"), [("Chairman Moss", "Mr. Lind of Maine"), ("The President", "Q"), ("MOSS", "BO LIND")]
)
def test_hearings_and_plays_have_a_point_behind_the_name(first: str, second: str) -> None:
    text = (
        "                __________\n\n"
        + f"    {first}. Are you well?\n\n    {second}. I am. It was a\nlong way.\n\n" * 2
    )
    assert said(text)[1:] == [(first, "Are you well?"), (second, "I am. It was a\nlong way.")] * 2


def test_questions_and_answers_with_dashes() -> None:
    text = "# Questions\n\nQ - Is it in?\n\nA - It is.\n\nQ - And late?\n\nA - It is not.\n"
    assert said(text, "a.md")[1:3] == [("Q", "Is it in?"), ("A", "It is.")]


def test_names_with_nothing_beside_them_on_their_own_lines() -> None:
    text = "INT\nWhere is it?\nP01\nIt is in the bay.\nThere.\n" * 3
    assert said(text)[:2] == [("INT", "Where is it?"), ("P01", "It is in the bay.\nThere.")]


def test_a_range_of_times_with_single_digits_is_above_the_name() -> None:
    text = "".join(
        f"0:0:{n}.0 --> 0:0:{n}.9 \nAda\nOne more.\n\n0:0:{n}.9 --> 0:0:{n + 1}.0 \nBo\nYes.\n\n" for n in (3, 8)
    )
    assert [(s.speaker, s.start_s) for s in labelled_text.parse(text).segments] == [
        ("Ada", 3.0),
        ("Bo", 3.9),
        ("Ada", 8.0),
        ("Bo", 8.9),
    ]


def test_names_beside_times_are_labels_even_if_only_one_comes_back() -> None:
    text = "Ada Moss: 00:00:00\n\nHello.\n\nMore.\n\nBo Lind: 00:00:42\n\nYes.\n\nSo.\n\nAda Moss: 00:01:02\n\nGood.\n"
    assert [name for name, _ in said(text)] == ["Ada Moss", "Bo Lind", "Ada Moss"]


def test_times_in_round_brackets_end_a_turn() -> None:
    segments = labelled_text.parse(
        "I: How was it? (00:00:12)\nB: Well. (00:01:02)\nI: Mhm. (00:01:03)\nB: Yes.\n"
    ).segments
    assert [(s.speaker, s.start_s) for s in segments] == [("I", None), ("B", 12.0), ("I", 62.0), ("B", 63.0)]


def test_a_time_is_not_said_in_words_below_itself() -> None:
    text = "0:00\n0 seconds\nso we begin\n0:13\n13 seconds\nand go on\n1:02\n1 minute, 2 seconds\nto the end\n"
    segments = labelled_text.parse(text).segments
    assert [(s.start_s, s.text) for s in segments] == [(0.0, "so we begin"), (13.0, "and go on"), (62.0, "to the end")]


def test_fields_above_the_turns_are_nobodys() -> None:
    text = (
        "A TALK\n\nMODERATOR:\nJim Berg (PBS)\n\nPlace:   The old mill\n\n"
        + "BERG: Good evening.\n\nMOSS: Hello.\n\n" * 2
    )
    assert {name for name, _ in said(text)} == {None, "BERG", "MOSS"}


@pytest.mark.parametrize(
    "text",
    [
        "# Soup\n\nServes: 4\nPrep time: 10 minutes\n\n- Onion: 1\n- Stock: 1 l\n\nStep 1: Chop it.\nStep 2: Fry it.\n",
        "Options\n\nSize\n\n* Default: 10\n* Type: Number\n\nSo large.\n\nName\n\n* Default: null\n* Type: String\n",
        "Bill\n\nOwner: Ada\nCost: 5 pounds\n\nIt was paid late.\n\nOwner: Bo\nCost: 9 pounds\n\nIt is open.\n",
        "**Discussion:** It is bad.\n**Action:** Mend it.\n\n**Discussion:** It is good.\n**Action:** Leave it.\n",
        "1:1 It rained.\n\n1:2 It was cold.\n\n1:10 And it snowed.\n\n1:11 Then not.\n\n1:12 And again.\n",
        "I WARN YOU. AND\nTHE REST. This goes on\nTHE REST. And this too\nI WARN YOU. As before\n",
        "Rules.\notherwise: none.\nFirst: never lie.\nHe left.\nFirst: never steal.\notherwise: go.\nSo it was.\n",
    ],
)
def test_forms_and_books_have_no_speakers_and_no_times(text: str) -> None:
    segments = read_transcript(text.encode(), "a.txt").segments
    assert {(segment.speaker, segment.start_s) for segment in segments} == {(None, None)}


def test_a_page_with_nothing_on_it_is_refused() -> None:
    with pytest.raises(TranscriptError, match=r"nothing is said in it"):
        read_transcript(b"<html><head><script>var a = 1</script></head></html>", "a.html")


LONGEST_S = 4
STARTS = [
    "A (",
    "A, B",
    "From A ",
    "Mr. A ",
    "AB ",
    "[1:01",
    "1/1/21, 1:01",
    "<a",
    "A: (1:01) ",
    "a:\n",
    "AB:\n",
    "0:01\n1 second\n",
]


@pytest.mark.parametrize("unit", STARTS)
def test_labels_that_never_end_take_time_by_their_length_alone(unit: str) -> None:
    began = time.monotonic()
    labelled_text.parse(unit * (100_000 // len(unit)))
    assert time.monotonic() - began < LONGEST_S
