"""Spreading: nothing twice among the best, and everybody who was asked about."""

from pathlib import Path

import numpy as np
import pytest

from helpers.library import build_index
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.question.name_steering import Named
from qa.question.question_kind import is_topic
from qa.ranking.diversify import diversify, penalties_for

ADA = (
    "Host: What are you afraid of, up there on the mast?\n"
    "Ada: Of the rope. I am afraid of a rope that somebody else has tied, and I look at it every morning.\n"
    "Host: And what else are you afraid of?\n"
    "Ada: I am afraid of fog, since in fog a sailor hears everything and knows nothing.\n"
    "Host: Is there anything that you are afraid of on land?\n"
    "Ada: On land I am afraid of stairs, because they never move.\n"
)
BEN = (
    "Host: How do you cut a loaf?\n"
    "Ben: With a saw, and slowly.\n"
    "Host: Does a baker fear anything?\n"
    "Ben: A wet cellar. Flour drinks it up and says nothing until the oven tells.\n"
)


def transcripts(folder: Path, files: dict[str, str], question: str, k: int) -> list[str]:
    build_index(files, folder)
    return [passage.transcript for passage in answer(Library(folder), question, k).passages]


def test_a_question_about_two_guests_shows_both_before_either_twice(tmp_path: Path) -> None:
    files = {"ada-mast.txt": ADA, "ben-loaf.txt": BEN}
    assert set(transcripts(tmp_path / "i", files, "What are both guests afraid of?", 2)) == {
        "ada-mast.txt",
        "ben-loaf.txt",
    }
    assert transcripts(tmp_path / "j", files, "What are you afraid of?", 2) == ["ada-mast.txt"] * 2


def test_two_names_are_a_question_about_two(tmp_path: Path) -> None:
    files = {"ada-mast.txt": ADA, "ben-loaf.txt": BEN}
    found = transcripts(tmp_path / "i", files, "What are Ada and Ben afraid of?", 2)
    assert len(set(found)) == 2


def test_the_same_interview_twice_fills_no_two_of_the_first_places(tmp_path: Path) -> None:
    files = {"ada-mast.txt": ADA, "copy-of-it.txt": ADA, "ben-loaf.txt": BEN}
    build_index(files, tmp_path / "i")
    found = answer(Library(tmp_path / "i"), "What are you afraid of?", 10).passages
    texts = [passage.text for passage in found]
    assert len(texts) == 8  # nothing is lost
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    assert len(set(texts[:5])) == 5
    assert sorted(texts[5:]) == sorted(
        text for text in set(texts) if text in ADA.replace("Host: ", "").replace("Ada: ", "")
    )


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("What do both guests say about fog?", True),
        ("Which of them has it in common?", True),
        ("What do all the people say of rope?", True),
        ("What does Ada say about fog?", False),
        ("How did you fix both engines?", False),
        ("Why did you drink each morning?", False),
        ("Where was the rope tied?", False),
    ],
)
def test_several_are_asked_about_in_words(question: str, *, several: bool) -> None:
    assert bool(penalties_for(question, Named(frozenset(), {}, frozenset())).same_interview) == several


def test_a_topic_shows_the_places_where_it_comes_up_and_a_question_what_answers_best() -> None:
    scores, places = [2.0, 1.95, 1.9, 1.85, 1.2], [(1, 10), (1, 11), (1, 12), (1, 40), (2, 41)]
    nobody = Named(frozenset(), {}, frozenset())
    for text, expected in (("fog at sea", [0, 3, 1, 2, 4]), ("Was there fog at sea?", [0, 1, 2, 3, 4])):
        found = diversify(scores, places, np.eye(5, dtype=np.float32), 5, penalties_for(text, nobody))
        assert [position for position, _ in found] == expected
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@pytest.mark.parametrize(
    ("text", "names_a_topic"),
    [
        ("open source licensing", True),
        ("Hugo's background", True),
        ("Tracking events — examples", True),
        ("What did she track?", False),
        ("how did she get there", False),
        ("in which year did it burn", False),
        ("Tell me about licensing", False),
        ("licensing, is it open?", False),
    ],
)
def test_a_topic_is_what_does_not_ask(text: str, *, names_a_topic: bool) -> None:
    assert is_topic(text) == names_a_topic
