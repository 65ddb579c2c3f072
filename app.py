"""The chat page: ask the interviews, and see the passages that answer. Run it with `streamlit run app.py`."""

import gc
import threading
import time
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from index.build import build, default_paths
from index.errors import InterviewQAError, NoIndexError
from index.folder import default_folder
from index.samples import SAMPLES
from index.stored import Overview
from qa.answer import LONGEST_CHARS, Answer
from qa.export import chat_as_json, chat_as_markdown
from qa.judge import fit
from qa.library import Library
from qa.page.interviews import is_listing, show_interviews, show_list
from qa.page.looks import NO_LOOKS, looks_from_address, to_address
from qa.page.map import show_map
from qa.page.plain import escaped
from qa.page.reading import is_reading, show_reading
from qa.page.scope import Known, Searched, from_address, known, searched, show_choice, show_searched
from qa.page.signin import may_enter
from qa.page.stale import show_stale
from qa.page.turns import Turn, bring_into_view, come_back, offer, show_turn
from qa.page.update import into
from qa.page.views import MAP, VOICES, is_shown, open_view
from qa.page.voice import by_row, show_switch
from qa.page.voices import show_voices
from qa.render import WERE_ASKED
from qa.suggest import suggestions

FOLDER = default_folder().absolute()
SUGGESTIONS = 4
# Streamlit draws the whole chat at every question; turns further up are one click away.
TURNS_DRAWN = 20

# Importing the model's libraries holds the interpreter for seconds: the browser gets the page before.
PAINT_S = 0.5

STYLE = """<style>
.passage { margin: 0 0 .75rem; line-height: 1.6; }
.passage h2 { margin: 0; padding: .2rem 0 .4rem; font-size: 1.1rem; overflow-wrap: anywhere; }
.passage p { margin: 0 0 .4rem; overflow-wrap: anywhere; }
.passage b { margin-right: .3rem; }
.passage footer { font-size: .875rem; opacity: .75; }
.note { margin: 0; font-size: .875rem; opacity: .75; overflow-wrap: anywhere; }
.passage mark { background: rgba(255, 196, 0, .35); color: inherit; border-radius: .2rem; padding: .05rem 0; }
/* Streamlit's own grey is too pale to be read by everybody. */
[data-testid=stCaptionContainer], [data-testid=stExpander] summary { color: inherit; opacity: .85; }
[data-testid=stCaptionContainer] *, [data-testid=stExpander] summary * { color: inherit; opacity: 1; }
[class*=st-key-turn_] { scroll-margin-top: 4.5rem; }
</style>"""


@st.cache_resource(show_spinner=False)
def open_library(folder: Path) -> Library:
    """Open the index once for all visitors, and load its model behind their backs: the page is there before it."""
    library = Library(folder)
    threading.Thread(target=warm_up, args=[library], name="warm-up", daemon=True).start()
    return library


def warm_up(library: Library) -> None:
    """Load the model and embed once."""
    try:
        library.warm_up()
    except InterviewQAError:
        return  # The first question meets the same error, where somebody reads it.
    # Streamlit collects garbage after every run; the model's objects never become any.
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def building() -> threading.Lock:
    """Return the lock that keeps two visitors from building the first index twice."""
    return threading.Lock()


@st.cache_data(show_spinner=False, max_entries=8)
def overview(folder: Path, state: str) -> tuple[Overview, list[str]]:
    """Return what a state of the library holds, and questions to begin with."""
    del state  # It is what the answer is remembered by.
    with open_library(folder).snapshot() as snapshot:
        return snapshot.database.overview(), suggestions(snapshot, SUGGESTIONS)


def build_first_index() -> None:
    """Build an index where there is none, from ./interviews or the bundled samples, and say so."""
    paths = default_paths()
    what = "the six sample interviews that come with it" if paths == [SAMPLES] else f"the folder {paths[0]}"
    st.info(f"There is no index yet, so one is being built from {what}. This happens once.")
    bar = st.progress(0.0, "Starting…")
    time.sleep(PAINT_S)
    with building():
        try:
            if not index_is_there():
                report = build(paths, FOLDER, fit=fit, progress=into(bar))
                st.session_state["unread"] = list(report.errors)
        except InterviewQAError as error:
            st.error(escaped(f"{error}"))
            st.button("Try again")
            return
    st.rerun()


def index_is_there() -> bool:
    """Whether another visitor has built the index in the meantime."""
    try:
        Library(FOLDER)
    except NoIndexError:
        return False
    return True


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Ask the interviews", page_icon="💬")
    st.html(STYLE)
    if not may_enter():
        return
    try:
        library = open_library(FOLDER)
        with library.snapshot() as snapshot:
            state = snapshot.facts["state"]
        if is_reading() or "show" in st.query_params:
            st.session_state.pop("at", None)
        if is_reading():
            show_reading(library)
        elif is_listing():
            show_interviews(library, state)
        elif is_shown(MAP):
            show_map(library, state)
        elif is_shown(VOICES):
            show_voices(library, state)
        else:
            show_chat(library, state)
    except NoIndexError:
        st.title("Ask the interviews")
        build_first_index()
    except InterviewQAError as error:
        st.error(escaped(f"{error}"))
        st.button("Check again")


def show_chat(library: Library, state: str) -> None:
    """Draw the questions that were asked with their answers, and the box for the next one."""
    holds, first_questions = overview(FOLDER, state)
    scope = searched(FOLDER, state, from_address(), library)
    turns: list[Turn] = st.session_state.setdefault("turns", [])
    show_switch()
    typed = st.bottom.chat_input("Ask a question", key="ask", submit_mode="disable")
    # A box with a limit drops what is pasted beyond it, all of it, without a word.
    question, looks = (typed or st.session_state.pop("clicked", "")).strip()[:LONGEST_CHARS], NO_LOOKS
    linked = st.query_params.get("q", "")[:LONGEST_CHARS].strip()
    if linked and not turns and not question:
        question, looks = linked, looks_from_address()
    saving = header(holds, known(FOLDER, state, library), scope, bool(turns or question))
    notice = st.empty()
    for line in st.session_state.get("unread", ()):
        st.warning(escaped(line))
    if question:
        # Kept before it is answered: a click elsewhere on the page starts this script anew.
        turns.append(Turn(question, found=scope.refusal, only=scope.only, looks=looks))
    if not turns:
        offer(WERE_ASKED, first_questions, "suggestion")
    first, last = max(0, len(turns) - TURNS_DRAWN), len(turns) - 1
    if first and st.toggle(f"Show {first} earlier questions", key="all_turns"):
        first = 0
    for number, turn in enumerate(turns[first:], first):
        if question and number == last:
            bring_into_view(number)
        turns[number] = show_turn(number, turn, library, holds.transcripts)
    if question:
        bring_into_view(last)
        to_address(question, looks)
        st.session_state["at"] = question
    else:
        come_back(turns, linked)
    show_export(saving)
    # Looking at the files waits until the answer is there.
    with notice.container():
        show_stale(library, state)


def show_export(place: DeltaGenerator) -> None:
    """Draw the ways to take the chat along."""
    turns = [turn for turn in st.session_state["turns"] if isinstance(turn.found, Answer)]
    answered, spoken = [(turn.question, turn.found) for turn in turns], by_row(turn.voice for turn in turns)
    if not answered:
        return
    with place.popover("Save chat"):
        # Written when it is wanted: at every question it would be the whole chat once more.
        for label, write, name in (
            ("As Markdown", partial(chat_as_markdown, answered, spoken), "interviews.md"),
            ("As JSON", partial(chat_as_json, answered, spoken), "interviews.json"),
        ):
            st.download_button(label, write, name, on_click="ignore", width="stretch")


def header(holds: Overview, there: Known, scope: Searched, chatting: bool) -> DeltaGenerator:
    """Draw the title, what there is, what of it is searched, and the ways to see it all and to a new chat.

    Return the place for the ways to take the chat along.
    """
    st.title("Ask the interviews", anchor=False)
    plural = "s" * (holds.transcripts != 1)
    st.caption(f"{holds.transcripts:,} interview{plural}, {holds.words:,} words, all on this machine")
    line = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    with line.container(horizontal=True, width="content"):
        st.button("See them all", type="tertiary", on_click=show_list)
        st.button("Map", type="tertiary", on_click=open_view, args=[MAP])
    with line.container(horizontal=True, width="content"):
        if holds.transcripts > 1:
            with st.popover("Search in…"):
                show_choice(there, scope.scope, show_list)
        saving = st.container(width="content")
        if chatting and st.button("New chat"):
            st.session_state["turns"], st.session_state["ratings"] = [], {}
            to_address(None)
            st.rerun()
    show_searched(scope)
    return saving


main()
