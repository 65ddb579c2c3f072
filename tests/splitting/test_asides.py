"""Openings, sponsor reads and farewells are recognised where they stand, and nowhere else."""

import time
from itertools import pairwise
from pathlib import Path

from index.splitting.asides import aside_spans
from index.text.sentences import sentence_spans

TALK = "The keel was oak and the ribs were larch. Nobody had touched her since the war. " * 60
OPENING = "Hello and welcome to Low Water, the show about old boats. My guest today is a caulker. "
SPONSOR = "This episode is brought to you by Tarred Rope. Use code KEEL at checkout for ten percent off. "
FAREWELL = "That's it for today. Rate and review us, and bring a friend. Thanks for listening."


def asides(text: str) -> list[str]:
    return [text[slice(*span)] for span in aside_spans(text, sentence_spans(text))]


def test_an_opening_a_sponsor_and_a_farewell_are_found() -> None:
    text = f"{OPENING}{TALK}{SPONSOR}{TALK}{FAREWELL}"
    assert asides(text) == [OPENING.strip(), SPONSOR.strip(), FAREWELL]


def test_the_same_words_elsewhere_are_content() -> None:
    text = f"{TALK}He said welcome to the show, and thanks for listening. We broke the code. {TALK}"
    assert asides(text) == []


def test_a_sponsor_who_is_talked_about_is_content() -> None:
    assert asides(f"{TALK}Our sponsor was my uncle, who paid for the tar. {TALK}") == []
    assert asides(f"This show is supported by my uncle. {TALK}") == ["This show is supported by my uncle."]


def test_an_opening_ends_before_the_first_question() -> None:
    text = f"{OPENING}How did you begin? You will find that in the show notes. {TALK}"
    assert asides(text) == [OPENING.strip()]


def test_a_wish_in_passing_is_no_farewell_and_one_at_the_very_end_is() -> None:
    tail = TALK[:1200]
    assert asides(f"{TALK}I told her to have a great day. {tail}") == []
    assert asides(f"{TALK}Goodbye, and mind the step.") == ["Goodbye, and mind the step."]


def test_a_text_without_sentences_has_no_asides() -> None:
    assert asides("") == []


def test_spans_follow_each_other_in_real_interviews(shared: Path) -> None:
    for path in (shared / "interviews").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        sentences = sentence_spans(text)
        found = aside_spans(text, sentences)
        assert found
        assert all(before.end <= after.start for before, after in pairwise(found))
        assert {span.start for span in found} <= {sentence.start for sentence in sentences}
        assert {span.end for span in found} <= {sentence.end for sentence in sentences}


def test_two_megabytes_take_seconds() -> None:
    text = (OPENING + TALK + SPONSOR) * 400
    sentences = sentence_spans(text)
    started = time.perf_counter()
    assert len(aside_spans(text, sentences)) > 300
    assert time.perf_counter() - started < 20
