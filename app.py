"""The chat page: ask the interviews, and see the passages that answer. Run it with `streamlit run app.py`."""

import time
from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from index.building.build import build
from index.errors import InterviewQAError, NoIndexError
from index.samples import SAMPLES
from index.sources.discovery import default_paths
from index.storage.index_folder import default_folder
from index.storage.records import Overview
from qa.answering.answer import LONGEST_CHARS, Answer
from qa.answering.library import Library
from qa.page.cached_library import building, library_summary, open_library
from qa.page.chat import Turn, bring_into_view, come_back, offer, show_turn
from qa.page.chat_history import is_earlier, show_earlier
from qa.page.filters import FilterOptions, Searched, from_address, known, searched, show_choice, show_searched
from qa.page.index_status import into, notices, show_stale
from qa.page.interview_list import show_interviews
from qa.page.llm_answer import by_row, show_switch
from qa.page.reader import is_reading, show_reading
from qa.page.sign_in import may_enter
from qa.page.speaking_time import show_speaking
from qa.page.topic_map import show_map
from qa.page.url_state import NO_LOOKS, looks_from_address, question_to_url
from qa.page.widgets import LIST, MAP, VOICES, escaped, is_shown, open_view
from qa.ranking.no_answer import fit_thresholds
from qa.render.export import chat_as_json, chat_as_markdown
from qa.render.render import WERE_ASKED

FOLDER = default_folder().absolute()
# Streamlit draws the whole chat at every question; turns further up are one click away.
TURNS_DRAWN = 20

# Importing the model's libraries holds the interpreter for seconds: the browser gets the page before.
PAINT_S = 0.5

STYLE = """<style>
.passage { margin: 0; line-height: 1.6; }
.passage h3 { margin: 0; padding: .2rem 0 .4rem; font-size: 1.1rem; overflow-wrap: anywhere; }
.passage p { margin: 0 0 .4rem; overflow-wrap: anywhere; }
.passage b { margin-right: .3rem; }
.passage footer { font-size: .875rem; opacity: .75; }
ul.others { list-style: none; margin: .25rem 0 0; padding: 0; }
ul.others li { margin: 0 0 .6rem; padding: 0 0 0 .8rem; border-inline-start: 2px solid #8886; }
ul.others p { margin: 0; font-size: .9375rem; line-height: 1.5; overflow-wrap: anywhere; }
.others footer { font-size: .875rem; opacity: .75; }
.others p, details.asked:not([open]) h2 { display: -webkit-box; -webkit-box-orient: vertical; overflow: hidden; }
.others p { -webkit-line-clamp: 2; line-clamp: 2; }
.note { margin: 0; font-size: .875rem; opacity: .75; overflow-wrap: anywhere; }
.passage mark { background: rgba(255, 196, 0, .35); color: inherit; border-radius: .2rem; padding: .05rem 0; }
/* Streamlit's own grey is too pale to be read by everybody. */
[data-testid=stCaptionContainer], [data-testid=stExpander] summary { color: inherit; opacity: .85; }
[data-testid=stCaptionContainer] *, [data-testid=stExpander] summary * { color: inherit; opacity: 1; }
[class*=st-key-turn_] { scroll-margin-top: 4.5rem; }
.asked { background: #8882; border-radius: .5rem; padding: .7rem 1rem; }
.asked h2 { margin: 0; padding: 0; font-size: 1rem; font-weight: 400; line-height: 1.5; }
.asked h2 { white-space: pre-wrap; overflow-wrap: anywhere; }
.asked summary { cursor: pointer; list-style: none; }
.asked summary::-webkit-details-marker { display: none; }
.asked summary::after { content: "Show all of it"; font-size: .875rem; opacity: .75; text-decoration: underline; }
.asked[open] summary::after { content: "Show less"; }
details.asked:not([open]) h2 { -webkit-line-clamp: 3; line-clamp: 3; }
.earlier { scroll-margin-top: 4.5rem; margin-top: 1rem; }
.earlier > * + * { margin-top: .75rem; }
</style>"""


def build_first_index() -> None:
    """Build a missing index from ./interviews or the bundled samples, and say so."""
    paths = default_paths()
    what = "the six sample interviews that come with it" if paths == [SAMPLES] else f"the folder {paths[0]}"
    st.info(f"There is no index yet, so one is being built from {what}. This happens once.")
    bar = st.progress(0.0, "Starting…")
    time.sleep(PAINT_S)
    with building():
        try:
            if not index_is_there():
                report = build(paths, FOLDER, fit=fit_thresholds, progress=into(bar))
                st.session_state["unread"] = notices(report)
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
    if typed := st.session_state.get("ask"):
        # Whatever becomes of this run, as where the index is gone: it is asked once it can be.
        st.session_state["to_ask"] = typed
    try:
        library = open_library(FOLDER)
        with library.snapshot() as snapshot:
            state = snapshot.index_metadata["state"]
        if is_reading() or "show" in st.query_params:
            st.session_state.pop("at", None)
        if is_reading():
            show_reading(library)
        elif is_shown(LIST):
            show_interviews(library, state)
        elif is_shown(MAP):
            show_map(library, state)
        elif is_shown(VOICES):
            show_speaking(library, state)
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
    holds, first_questions = library_summary(library, state)
    scope = searched(library, state, from_address())
    turns: list[Turn] = st.session_state.setdefault("turns", [])
    show_switch()
    # A box with a limit drops what is pasted beyond it, all of it, without a word.
    st.bottom.chat_input("Ask a question", key="ask", submit_mode="disable")
    question, looks = st.session_state.get("to_ask", "").strip()[:LONGEST_CHARS], NO_LOOKS
    linked = st.query_params.get("q", "")[:LONGEST_CHARS].strip()
    if linked and not turns and not question:
        question, looks = linked, looks_from_address()
    saving = header(holds, known(library, state), scope, bool(turns or question))
    notice = st.empty()
    for line in st.session_state.get("unread", ()):
        st.warning(escaped(line))
    if question:
        # Kept before it is answered: a click elsewhere on the page starts this script anew.
        turns.append(Turn(question, found=scope.refusal, only=scope.only, looks=looks))
        st.session_state["to_ask"] = ""
    if not turns:
        offer(WERE_ASKED, first_questions, "suggestion")
    first, last = first_drawn(turns), len(turns) - 1
    for number, turn in enumerate(turns[first:], first):
        if question and number == last:
            bring_into_view(number)
        if is_earlier(number, turn):
            show_earlier(number, turn)
        else:
            turns[number] = show_turn(number, turn, library, holds.transcripts)
    if question:
        bring_into_view(last)
        question_to_url(question, looks)
        st.session_state["at"] = question
    else:
        come_back(turns, linked)
    show_export(saving)
    # Looking at the files waits until the answer is there.
    with notice.container():
        show_stale(library, state)


def first_drawn(turns: Sequence[Turn]) -> int:
    """Draw the way to what was asked before the last turns, and return the number of the first that is drawn."""
    first = max(0, len(turns) - TURNS_DRAWN)
    if not first:
        return 0
    # What is not drawn for a while, as while somebody reads on, would be off again.
    st.session_state["all_turns"] = st.session_state.get("all_shown", False)
    st.toggle(f"Show {first} earlier questions", key="all_turns", on_change=keep_all_shown)
    return 0 if st.session_state["all_turns"] else min(first, st.session_state.get("left_turn", first))


def keep_all_shown() -> None:
    """Keep that all turns are drawn, or not."""
    st.session_state["all_shown"] = st.session_state["all_turns"]


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


def header(holds: Overview, there: FilterOptions, scope: Searched, chatting: bool) -> DeltaGenerator:
    """Draw the title, what there is, what of it is searched, and the ways to see it all and to a new chat.

    Return the place for the ways to take the chat along.
    """
    st.title("Ask the interviews", anchor=False)
    plural = "s" * (holds.transcripts != 1)
    st.caption(f"{holds.transcripts:,} interview{plural}, {holds.words:,} words, all on this machine")
    line = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    with line.container(horizontal=True, width="content"):
        st.button("See them all", type="tertiary", on_click=open_view, args=[LIST])
        st.button("Map", type="tertiary", on_click=open_view, args=[MAP])
    with line.container(horizontal=True, width="content"):
        if holds.transcripts > 1:
            with st.popover("Search in…"):
                show_choice(there, scope.scope)
        saving = st.container(width="content")
        if chatting and st.button("New chat"):
            st.session_state["turns"] = []
            st.session_state["all_shown"] = False
            question_to_url(None)
            st.rerun()
    show_searched(scope)
    return saving


main()
