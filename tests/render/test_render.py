"""Showing: verbatim, escaped, in one line where it must be."""

import json
from dataclasses import replace

from index.types import Metadata, Span
from qa.answering.answer import Answer, CitedPassage
from qa.question.phonetic_match import PhoneticMatch
from qa.render.render import as_html, as_json, as_text, clock, notes, notes_as_html, others_as_html, place, title

PASSAGE = CitedPassage(
    transcript="folder/ada-boat.txt",
    text="Is it <old>?\nYes & no.\nNinety,\nat least. $5 *or* so.",
    file=Span(10, 60),
    position=0.25,
    start_s=None,
    end_s=None,
    time_is_exact=False,
    speaker=None,
    question="Is it <old>?",
    asked=Span(0, 12),
    turns=((None, Span(0, 52)),),
    highlight=(Span(23, 40),),
    score=0.51239,
    metadata=Metadata(),
)


def test_json_holds_what_the_contract_names_and_nothing_unknown() -> None:
    timed = replace(PASSAGE, start_s=1.5, end_s=2.5, speaker="Ada")
    line = json.loads(as_json(Answer("q", True, (timed, PASSAGE)), id="7"))
    assert list(line) == ["id", "matched", "passages"]
    assert line["passages"][0] == {
        "transcript": "folder/ada-boat.txt",
        "text": PASSAGE.text,
        "start": 10,
        "end": 60,
        "start_s": 1.5,
        "end_s": 2.5,
        "speaker": "Ada",
        "question": "Is it <old>?",
        "highlight": [[23, 40]],
        "score": 0.5124,
    }
    assert "speaker" not in line["passages"][1]
    assert "\n" not in as_json(Answer("q", True, (PASSAGE,)))


def test_html_escapes_every_word_and_marks_the_answer() -> None:
    html = as_html(replace(PASSAGE, transcript="<script>.txt", speaker="<b>Ada</b>"))
    assert "<h3>Is it &lt;old&gt;?</h3>" in html
    assert "<p>Yes &amp; no. <mark>Ninety, at least.</mark> $5 *or* so.</p>" in html
    assert "<script>" not in html
    assert "<b>Ada" not in html


def test_the_other_passages_are_told_in_short_with_every_word_escaped() -> None:
    html = others_as_html([replace(PASSAGE, transcript="<script>.txt"), replace(PASSAGE, question=None)])
    assert html.count("<li") == 2
    assert "<p><b>Is it &lt;old&gt;?</b> Ninety, at least.</p><footer>&lt;Script&gt;, 25% in</footer>" in html
    assert "<p>Ninety, at least.</p>" in html
    assert "<script>" not in html


def test_turns_are_told_apart_where_several_speak() -> None:
    turns = (("Ada", Span(0, 22)), ("Bo", Span(23, 52)))
    html = as_html(replace(PASSAGE, turns=turns, speaker="Bo"))
    assert "<p><b>Ada</b> Yes &amp; no.</p><p><b>Bo</b> <mark>Ninety, at least.</mark> $5 *or* so.</p>" in html


def test_text_for_a_terminal_obeys_no_control_characters() -> None:
    text = as_text(Answer("q", True, (replace(PASSAGE, text="a\x1b[31mb\x07c", asked=None, highlight=()),)))
    assert "\x1b" not in text
    assert "a[31mbc" in text


def test_an_answer_that_is_none_says_so() -> None:
    assert as_text(Answer("q", False, ())) == "Nobody was asked this."
    assert as_text(Answer("q", False, (PASSAGE,))).startswith("Nobody was asked this. The nearest passages:\n\n1. ")


def test_questions_that_were_asked_are_listed_where_this_one_was_not() -> None:
    offered = Answer("q", False, (PASSAGE,), asked_instead=("How old is the boat?", "What is \x1b[31mfog?"))
    assert as_text(offered).startswith(
        "Nobody was asked this. Questions that were asked:\n   How old is the boat?\n   What is [31mfog?\n\n"
        "The nearest passages:\n\n1. "
    )
    assert "asked_instead" not in as_json(offered)


def test_what_was_understood_and_heard_is_said_once() -> None:
    passage = replace(PASSAGE, text="We wrote it in Pipe\ntorch, and in skarvstein and hydrophone.")
    found = Answer(
        "Is PyTorch like skarfstein or a hydro phone?",
        True,
        (passage,),
        understood=("PyTorch like\nskarvstein?", "Is PyTorch like\nskarvstein?"),
        transcribed=(
            PhoneticMatch("pytorch", "pipe torch", 0.9),
            PhoneticMatch("pytorch", "pipe torch", 0.8),
            PhoneticMatch("skarfstein", "skarvstein", 0.9),
            PhoneticMatch("hydro phone", "hydrophone", 1.0),
        ),
    )
    lines = ["Understood as: Is PyTorch like skarvstein?", "“PyTorch” may be transcribed as “Pipe torch”"]
    assert notes(found) == lines
    assert as_text(found).startswith("\n\n".join([*lines, "1. "]))
    assert notes(Answer("q", True, (PASSAGE,))) == []


def test_notes_are_escaped() -> None:
    found = Answer("q", True, (), understood=("<script>\x1b[31m & www.example.org",))
    assert notes_as_html(found) == ('<p class="note">Understood as: &lt;script&gt;\x1b[31m &amp; www.example.org</p>')
    assert "\x1b" not in as_text(found)


def test_a_place_is_a_time_where_there_is_one() -> None:
    assert place(PASSAGE) == "Ada Boat, 25% in"
    assert place(replace(PASSAGE, speaker="Ada", start_s=3723.9, time_is_exact=True)) == "Ada Boat, Ada, 1:02:03"
    assert place(replace(PASSAGE, start_s=63.0)) == "Ada Boat, ≈1:03"
    assert clock(0) == "0:00"
    assert title("Interview_07 (Ada).txt", Metadata()) == "Interview 07 (Ada)"
