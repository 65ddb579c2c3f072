"""Suggestions: which asked questions are offered, and in which words."""

import pytest

from index.samples import SAMPLES
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.answering.suggestions import presentable


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("Was Napoleon wrong about Russia?", "What have you been wrong about?"),
        ("Who left a line of poetry to Shakespeare?", "Do you ever leave a line of your own?"),
    ],
)
def test_where_nobody_was_asked_the_nearest_questions_that_were_are_offered(
    library: Library, question: str, nearest: str
) -> None:
    found = answer(library, question)
    assert not found.matched
    assert found.asked_instead[0] == nearest
    assert len(set(found.asked_instead)) == 3
    assert answer(library, nearest, previous=[question]).matched
    assert answer(library, nearest).asked_instead == ()


def test_questions_are_offered_from_the_named_transcripts(library: Library) -> None:
    found = answer(library, "Was Napoleon wrong about Russia?", transcripts=["tomas-okafor-bread.txt"])
    said = " ".join((SAMPLES / "tomas-okafor-bread.txt").read_text(encoding="utf-8").lower().split())
    assert found.asked_instead
    for question in found.asked_instead:
        assert question.lower().rstrip("?") in said


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("Agreed. So you\nwent.  how old\nis the boat? I picture her blue.", "How old is the boat?"),
        ("What is the boat called? And why that?", None),
        ("Why?", None),
        ("Is she your boat, too?", None),
        ("How does one get from there to a glacier?", None),
        ("Tell me about the boat.", None),
        ("What " + "very " * 20 + "old boat is the oldest?", None),
    ],
)
def test_a_question_is_offered_that_can_be_asked_on_its_own(asked: str, shown: str | None) -> None:
    assert presentable(asked) == shown
