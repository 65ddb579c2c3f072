"""The turns of the chat: a question, its answer, and what can be done with each passage."""

import traceback
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from index.errors import InterviewQAError
from index.storage.ratings import Rating, load_ratings, rate
from qa.answering.answer import LONGEST_CHARS, Answer, AskedQuestion, CitedPassage, answer_again
from qa.answering.library import Library
from qa.llm.summary import AnswerStream
from qa.page.by_guest import show_side
from qa.page.llm_answer import show_voice
from qa.page.player import play, playable
from qa.page.timeline import show_where
from qa.page.url_state import MOST_PAGES, NO_LOOKS, OpenPanels, place_of, question_to_url
from qa.page.widgets import escaped, show_ways
from qa.render.render import (
    NEAREST,
    NOT_ASKED,
    WERE_ASKED,
    as_html,
    clock,
    notes_as_html,
    others_as_html,
    question_as_html,
)

PASSAGES = 5

# A question, those asked before it, a transcript, and the words that answer.
RatingKey = tuple[str, tuple[str, ...], str, str]


class Turn(NamedTuple):
    """A question of the chat with its answer, or an error text; None before it is answered."""

    question: str
    found: Answer | str | None = None
    literally: bool = False  # nothing but its own words is searched for
    only: tuple[str, ...] = ()  # the transcripts that are searched, if not all
    looks: OpenPanels = NO_LOOKS
    voice: AnswerStream | None = None  # what a model says from the passages, where one is set
    is_open: bool = False  # drawn with all that can be done with it, although others were asked since


def show_turn(number: int, turn: Turn, library: Library, n_interviews: int) -> Turn:
    """Draw a question and its answer, which is searched for first if it is missing."""
    with st.container(key=f"turn_{number}"):
        st.html(question_as_html(turn.question))
        if len(turn.question) == LONGEST_CHARS:
            st.caption(f"Only its first {LONGEST_CHARS:,} characters are asked.")
        found = turn.found
        if found is None:
            with st.spinner("Searching…" if library.is_warm else "The model is loading; the answer follows…"):
                found = ask(library, asked_in(number, turn))
            if isinstance(found, str):
                # Not kept: whatever is drawn next asks again.
                st.error(escaped(found))
                st.button("Ask again", key=f"again_{number}")
                return turn
            turn = turn._replace(found=found)
        if isinstance(found, str):
            st.error(escaped(found))
        else:
            show_understood(number, found, turn.literally)
            turn = turn._replace(voice=show_voice(number, found, turn.voice))
            with st.container(key=f"answer_{number}"):
                show_answer(number, turn, found, library)
            if found.matched:
                show_looks(number, turn, library, n_interviews)
        if turn.is_open and number + 1 < len(st.session_state["turns"]):
            st.button("Show less", key=f"less_{number}", type="tertiary", on_click=set_open, args=[number, False])
    return turn


def turn_to_look_at() -> tuple[int, Turn] | None:
    """Return the turn that somebody left to read on, or else the last, with its number; None where nothing matched."""
    turns: list[Turn] = st.session_state.get("turns", [])
    number = st.session_state.get("left_turn", len(turns) - 1)
    turn = turns[number] if 0 <= number < len(turns) else None
    return (number, turn) if turn and isinstance(turn.found, Answer) and turn.found.matched else None


def earlier_questions(number: int) -> list[str]:
    """Return what was asked in this chat before a turn, from the last question on that stands for itself."""
    earlier: list[Turn] = st.session_state["turns"][:number]
    first = max((row for row, turn in enumerate(earlier) if turn.literally), default=0)
    return [turn.question for turn in earlier[first:]]


def asked_in(number: int, turn: Turn) -> AskedQuestion:
    """Return the question of a turn with what its answer depends on."""
    return AskedQuestion(turn.question, tuple(earlier_questions(number)), turn.literally, turn.only)


def ask(library: Library, asked: AskedQuestion) -> Answer | str:
    """Return the answer, or an error text."""
    try:
        return answer_again(library, asked, PASSAGES, offer=True)
    except InterviewQAError as error:
        return f"{error}"
    # Our own mistake; its traceback is in the log, and the chat goes on.
    except Exception as error:
        traceback.print_exc()
        return f"This question could not be answered ({type(error).__name__}). The details are in the log."


def show_understood(number: int, found: Answer, literally: bool) -> None:
    """Draw what was searched for besides the user's own words, and the way to be rid of it."""
    notes = notes_as_html(found)
    if notes:
        st.html(notes)
    if notes or literally:
        key = f"literally_{number}"
        st.toggle("Search only my words", literally, key=key, on_change=search_anew, args=[number, key])


def show_looks(number: int, turn: Turn, library: Library, n_interviews: int) -> None:
    """Draw, folded, what else can be looked at: where it is said, and what each guest said to it."""
    asked, looks = asked_in(number, turn), turn.looks
    try:
        with fold(number, looks, "where", "Where it is said") as folded:
            if folded.open:
                show_where(number, asked, library)
        # Beside a single one there is nobody.
        if (len(turn.only) or n_interviews) > 1:
            with fold(number, looks, "side", "Each guest's answer") as folded:
                if folded.open:
                    more = looks._replace(side=min(MOST_PAGES, looks.side + 1))
                    show_side(number, asked, looks.side, library, partial(keep_looks, number, more))
    except InterviewQAError as error:
        st.error(escaped(f"{error}"))


def fold(number: int, looks: OpenPanels, name: str, label: str) -> ExpanderContainer:
    """Draw what opens one of the looks at an answer."""
    key = f"{name}_{number}"
    # What is not drawn for a while, as while somebody reads on, would be folded again.
    st.session_state[key] = bool(getattr(looks, name))
    return st.expander(label, key=key, type="compact", on_change=keep_fold, args=[number, name, key])


def set_open(number: int, is_open: bool) -> None:
    """Have an earlier turn drawn with all that can be done with it, or not any more."""
    turns: list[Turn] = st.session_state["turns"]
    turns[number] = turns[number]._replace(is_open=is_open)


def keep_fold(number: int, name: str, key: str) -> None:
    """Keep what was opened or folded."""
    turns: list[Turn] = st.session_state["turns"]
    keep_looks(number, turns[number].looks._replace(**{name: int(st.session_state[key])}))


def keep_looks(number: int, looks: OpenPanels) -> None:
    """Keep what is open below an answer; in the address, too, if it is the last one."""
    turns: list[Turn] = st.session_state["turns"]
    turns[number] = turns[number]._replace(looks=looks)
    if number == len(turns) - 1:
        question_to_url(turns[number].question, looks)


def search_anew(number: int, key: str) -> None:
    """Forget an answer: its question is taken in another way now."""
    turns: list[Turn] = st.session_state["turns"]
    turns[number] = turns[number]._replace(found=None, literally=st.session_state[key], is_open=True)


def show_answer(number: int, turn: Turn, found: Answer, library: Library) -> None:
    """Draw the best passage, and the others in short; where none matched, before them what was asked instead."""
    if not found.matched:
        st.text(NOT_ASKED)
        offer(WERE_ASKED, found.asked_instead, f"instead_{number}")
        if found.passages:
            st.text(NEAREST)
    for passage in found.passages[:1]:
        show_passage(number, 0, passage, library)
    others = found.passages[1:]
    if others:
        if found.matched and not turn.looks.more:
            st.html(others_as_html(others))
        # Most of what an answer costs is the ways to go on from each passage.
        label = f"{len(others)} more passage{'s' * (len(others) > 1)}, in full"
        with fold(number, turn.looks, "more", label) as folded:
            for row, passage in enumerate(others if folded.open else (), 1):
                show_passage(number, row, passage, library)


def show_passage(number: int, row: int, passage: CitedPassage, library: Library) -> None:
    """Draw a passage, and the ways to read on, to quote, rate and hear it, if its recording is on this machine."""
    key = f"{number}_{row}"
    st.html(as_html(passage))
    recording = playable(passage.metadata.media, library) if passage.start_s is not None else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_ways(passage, number, key)
        rated = f"rate_{number}_{place_of(passage)}"
        given = ratings_given(library).get(rating_key(number, passage))
        st.feedback("thumbs", key=rated, default=given, on_change=keep_rating, args=[library, number, row, rated])
        plays = recording and st.toggle(
            f"Play from {clock(passage.start_s or 0)}", key=f"play_{key}", on_change=set_open, args=[number, True]
        )
    if recording and plays:
        play(recording, passage.start_s or 0.0)


def keep_rating(library: Library, number: int, row: int, key: str) -> None:
    """Keep what somebody thinks of a passage, in the index."""
    turn: Turn = st.session_state["turns"][number]
    thumb = st.session_state[key]
    if thumb is None or not isinstance(turn.found, Answer):
        return
    rated = rating_key(number, turn.found.passages[row])
    ratings_given(library)[rated] = thumb
    try:
        rate(library.folder, Rating(*rated, bool(thumb)))
    except InterviewQAError as error:
        st.toast(escaped(f"{error}"))


def rating_key(number: int, passage: CitedPassage) -> RatingKey:
    """Return what a rating of a turn's passage is known by."""
    answering = passage.text[passage.highlight[0].start : passage.highlight[-1].end]
    turns: list[Turn] = st.session_state["turns"]
    return turns[number].question, tuple(earlier_questions(number)), passage.transcript, answering


def ratings_given(library: Library) -> dict[RatingKey, int]:
    """Return 1 for thumbs up and 0 for thumbs down: those in the index when this chat began, and those given since."""
    if "ratings" not in st.session_state:
        with library.snapshot() as snapshot:
            found = load_ratings(snapshot.database)
        kept = {(r.question, r.previous, r.transcript, r.text): int(r.is_good) for r in found}
        st.session_state["ratings"] = kept
    given: dict[RatingKey, int] = st.session_state["ratings"]
    return given


def offer(label: str, questions: Sequence[str], key: str) -> None:
    """Draw questions that are asked next by clicking them."""
    if questions:
        st.pills(label, questions, key=key, format_func=escaped, on_change=ask_next, args=[key])


def ask_next(key: str) -> None:
    """Ask the question that was clicked, and leave it to be clicked again."""
    st.session_state["to_ask"] = st.session_state[key]
    st.session_state[key] = None


def come_back(turns: Sequence[Turn], linked: str) -> None:
    """Scroll to the turn that somebody left to read on, or else to the one that the address is at since another run.

    The address is at another one after the browser's Back, and after another view, which forgets where it was.
    """
    left, before = st.session_state.pop("left_turn", None), st.session_state.get("at")
    st.session_state["at"] = linked
    if left is None and linked != before:
        left = max((row for row, turn in enumerate(turns) if turn.question == linked), default=None)
    if left is not None:
        bring_into_view(left)


def bring_into_view(number: int) -> None:
    """Scroll to the beginning of a turn. Nothing but our own number goes into the script."""
    turn = f".st-key-turn_{int(number)}, #turn_{int(number)}"
    st.html(
        f"<script>document.querySelector('{turn}')?.scrollIntoView({{block: 'start'}})</script>",
        unsafe_allow_javascript=True,
    )
