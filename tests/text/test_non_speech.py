"""What was not said: shown as it is written, and searched by nobody."""

from pathlib import Path

import pytest

from helpers.library import build_index
from index.text.non_speech import blank_non_speech, strip_for_search
from qa.answering.answer import answer
from qa.answering.library import Library


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("so [Music] we left", "so we left"),
        ("[inaudible 00:12:03] and [ __ ] then", "and then"),
        ("it fell (laughs) down", "it fell down"),
        ("(SOUNDBITE OF FERRY HORN) Hello", "Hello"),
        ("[BLANK_AUDIO]", ""),
        ("[door slams twice]\nYes.", "Yes."),
        ("♪ row, row ♪", "row, row"),
        ("*laughs softly* Fine.", "Fine."),
        ("ja [Gelächter] nein", "ja nein"),
    ],
)
def test_sounds_are_not_heard_as_words(text: str, said: str) -> None:
    assert blank_non_speech(text).split() == said.split()
    assert len(blank_non_speech(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "He [the owner] said so.",
        "They was [sic] there.",
        "the (loud) music was (mostly) ours",
        "well (which was music to my ears) yes",
        "It cost [about] 5 * 3 * 2",
    ],
)
def test_words_that_a_typist_put_in_brackets_stay(text: str) -> None:
    assert blank_non_speech(text) == text


def test_invisible_characters_part_no_word() -> None:
    assert strip_for_search("inter\u00adview \u202bשלום\u202c zero\u200bwidth") == "interview שלום zerowidth"


def test_noise_is_shown_and_not_searched(tmp_path: Path) -> None:
    text = (
        "Ada: How did the whaling station smell?\n"
        "Bo: Like a [foghorn sounding] wet dog in a church (laughs), and light\u00adhouse oil.\n"
        "Ada: And who was there?\nBo: My aunt, who kept the books. [foghorn sounding]\n"
    )
    folder = tmp_path / "index"
    build_index({"a.txt": text}, folder)
    library = Library(folder)
    best = answer(library, "how did the station smell").passages[0]
    assert "Like a [foghorn sounding] wet dog in a church (laughs), and light\u00adhouse oil." in best.text
    assert answer(library, "who kept the books").passages[0].text.endswith("books. [foghorn sounding]")
    with library.snapshot() as snapshot:
        words = {word for word, _ in snapshot.database._connection.execute("SELECT term, doc FROM vocabulary")}
    assert {"lighthouse", "church"} <= words
    assert not words & {"foghorn", "laughs", "light"}
