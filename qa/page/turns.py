"""The turns of the chat: a question, its answer, and what can be done with each passage."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from index.errors import InterviewQAError
from index.ratings import Rating, rate
from qa.answer import LONGEST_CHARS, Answer, CitedPassage
from qa.asked import Asked, ask_again
from qa.library import Library
from qa.page.cited import show_ways
from qa.page.compare import show_side
from qa.page.looks import MOST_PAGES, NO_LOOKS, Looks, to_address
from qa.page.place import place_of
from qa.page.plain import escaped
from qa.page.recording import play, playable
from qa.page.voice import show_voice
from qa.page.where import show_where
from qa.render import NEAREST, NOT_ASKED, WERE_ASKED, as_html, clock, notes_as_html
from qa.voice import Speech

PASSAGES = 5


class Turn(NamedTuple):
    """A question of the chat with its answer, or a sentence that says why there is none; None before it is answered."""

    question: str
    found: Answer | str | None = None
    literally: bool = False  # nothing but its own words is searched for
    only: tuple[str, ...] = ()  # the transcripts that are searched, if not all
    looks: Looks = NO_LOOKS
    voice: Speech | None = None  # what a model says from the passages, where one is set


def show_turn(number: int, turn: Turn, library: Library, n_interviews: int) -> Turn:
    """Draw a question and its answer, which is found here if it is not yet, in a library of so many interviews."""
    with st.container(key=f"turn_{number}"):
        with st.chat_message("user"):
            st.text(turn.question)
            if len(turn.question) == LONGEST_CHARS:
                st.caption(f"Only its first {LONGEST_CHARS:,} characters are asked.")
        with st.chat_message("assistant"):
            if turn.found is None:
                with st.spinner("Searching…" if library.is_warm else "The model is loading; the answer follows…"):
                    turn = turn._replace(found=ask(library, asked_in(number, turn)))
            found = turn.found
            if isinstance(found, str):
                st.error(escaped(found))
            elif found:
                show_understood(number, found, turn.literally)
                turn = turn._replace(voice=show_voice(number, found, turn.voice))
                with st.container(key=f"answer_{number}"):
                    show_answer(number, found, library)
                if found.matched:
                    show_looks(number, turn, library, n_interviews)
    return turn


def earlier_questions(number: int) -> list[str]:
    """Return what was asked in this chat before a turn, from the last question on that stands for itself."""
    earlier: list[Turn] = st.session_state["turns"][:number]
    first = max((row for row, turn in enumerate(earlier) if turn.literally), default=0)
    return [turn.question for turn in earlier[first:]]


def asked_in(number: int, turn: Turn) -> Asked:
    """Return the question of a turn with what its answer depends on."""
    return Asked(turn.question, tuple(earlier_questions(number)), turn.literally, turn.only)


def ask(library: Library, asked: Asked) -> Answer | str:
    """Return the answer, or a sentence that says why there is none."""
    try:
        return ask_again(library, asked, PASSAGES, offer=True)
    except InterviewQAError as error:
        return f"{error}"


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
    folds = [("where", "Where it is said"), ("side", "Each guest's answer")]
    # Beside a single one there is nobody.
    for name, label in folds if (len(turn.only) or n_interviews) > 1 else folds[:1]:
        key = f"{name}_{number}"
        # What is not drawn for a while, as while somebody reads on, would be folded again.
        st.session_state[key] = bool(getattr(looks, name))
        with st.expander(label, key=key, type="compact", on_change=keep_fold, args=[number, name, key]) as fold:
            if not fold.open:
                continue
            try:
                if name == "where":
                    show_where(number, asked, library)
                else:
                    more = looks._replace(side=min(MOST_PAGES, looks.side + 1))
                    show_side(number, asked, looks.side, library, partial(keep_looks, number, more))
            except InterviewQAError as error:
                st.error(escaped(f"{error}"))


def keep_fold(number: int, name: str, key: str) -> None:
    """Keep what was opened or folded."""
    turns: list[Turn] = st.session_state["turns"]
    keep_looks(number, turns[number].looks._replace(**{name: int(st.session_state[key])}))


def keep_looks(number: int, looks: Looks) -> None:
    """Keep what is open below an answer; in the address, too, if it is the last one."""
    turns: list[Turn] = st.session_state["turns"]
    turns[number] = turns[number]._replace(looks=looks)
    if number == len(turns) - 1:
        to_address(turns[number].question, looks)


def search_anew(number: int, key: str) -> None:
    """Forget an answer: its question is taken in another way now."""
    turns: list[Turn] = st.session_state["turns"]
    turns[number] = turns[number]._replace(found=None, literally=st.session_state[key])


def show_answer(number: int, found: Answer, library: Library) -> None:
    """Draw the best passage open and the others folded; before them, where none matched, what was asked instead."""
    if not found.matched:
        st.text(NOT_ASKED)
        offer(WERE_ASKED, found.asked_instead, f"instead_{number}")
        if found.passages:
            st.text(NEAREST)
    for passage in found.passages[:1]:
        show_passage(number, 0, passage, library)
    others = found.passages[1:]
    if others:
        label = f"{len(others)} more passage{'s' * (len(others) > 1)}"
        # They are most of what a long chat draws anew at every question; those of the last answer unfold at once.
        is_last = number + 1 == len(st.session_state["turns"])
        with st.expander(label, key=f"more_{number}", type="compact", on_change="rerun") as fold:
            for row, passage in enumerate(others if is_last or fold.open else (), 1):
                show_passage(number, row, passage, library)


def show_passage(number: int, row: int, passage: CitedPassage, library: Library) -> None:
    """Draw a passage, and the ways to read on, to quote, rate and hear it, if its recording is on this machine."""
    key = f"{number}_{row}"
    st.html(as_html(passage))
    recording = playable(passage.about.media, library) if passage.start_s is not None else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_ways(passage, number, key)
        rated = f"rate_{number}_{place_of(passage)}"
        given = st.session_state.setdefault("ratings", {}).get(rated)
        st.feedback("thumbs", key=rated, default=given, on_change=keep_rating, args=[library, number, row, rated])
        plays = recording and st.toggle(f"Play from {clock(passage.start_s or 0)}", key=f"play_{key}")
    if recording and plays:
        play(recording, passage.start_s or 0.0)


def keep_rating(library: Library, number: int, row: int, key: str) -> None:
    """Keep what somebody thinks of a passage, in the index."""
    turn: Turn = st.session_state["turns"][number]
    thumb = st.session_state[key]
    if thumb is None or not isinstance(turn.found, Answer):
        return
    st.session_state["ratings"][key] = thumb
    passage = turn.found.passages[row]
    answering = passage.text[passage.highlight[0].start : passage.highlight[-1].end]
    previous = tuple(earlier_questions(number))
    try:
        rate(library.folder, Rating(turn.question, previous, passage.transcript, answering, bool(thumb)))
    except InterviewQAError as error:
        st.toast(escaped(f"{error}"))


def offer(label: str, questions: Sequence[str], key: str) -> None:
    """Draw questions that are asked next by clicking them."""
    if questions:
        st.pills(label, questions, key=key, format_func=escaped, on_change=ask_next, args=[key])


def ask_next(key: str) -> None:
    """Ask the question that was clicked, and leave it to be clicked again."""
    st.session_state["clicked"] = st.session_state[key]
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
    st.html(
        f"<script>document.querySelector('.st-key-turn_{int(number)}')?.scrollIntoView({{block: 'start'}})</script>",
        unsafe_allow_javascript=True,
    )
