"""Reading on: a passage in its interview, the exchanges before and after it, and what else is said there.

All of it is in the page's address, so that it can be kept and shared.
"""

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from index.errors import InterviewQAError
from index.storage.records import StoredPassage
from index.types import Span, Transcript
from qa.answering.library import Library
from qa.page.chat import asked_in, turn_to_look_at
from qa.page.player import play, playable
from qa.page.timeline import show_bar
from qa.page.url_state import OWN, change, forget, place_from_url, place_to_url, read_on, take_out
from qa.page.widgets import LIST, MAP, escaped, go, is_shown, number, show_pages
from qa.render.render import clock, title
from qa.render.transcript_html import as_html, occurrences, page_of, pages, paragraphs

# Who opened an interview from one of these goes back to it.
WAYS_BACK = {MAP: "Back to the map", LIST: "Back to the list"}

LONGEST_FIND_CHARS = 100

STYLE = """<style>
.reading { line-height: 1.65; max-width: 44rem; }
.reading p { margin: 0 0 .7rem; overflow-wrap: anywhere; }
.reading .asks { font-weight: 600; margin-top: 1.4rem; }
.reading small { opacity: .7; margin-right: .3rem; }
.reading mark { background: rgba(255, 196, 0, .35); color: inherit; border-radius: .2rem; scroll-margin-top: 6rem; }
.reading mark.hit { background: rgba(64, 156, 255, .35); }
.reading mark.current { outline: 2px solid rgb(64, 156, 255); }
</style>"""


def is_reading() -> bool:
    """Whether the page's address names an interview to be read."""
    return bool(st.query_params.get("passage"))


def leave() -> None:
    """Go back to where it was opened."""
    forget()
    take_out(*OWN)


def show_reading(library: Library) -> None:
    """Draw the interview that the page's address names."""
    st.html(STYLE)
    name, file = place_from_url(st.query_params["passage"])
    with library.snapshot() as snapshot:
        transcript_id = snapshot.database.transcript_ids().get(name)
        if transcript_id is None:
            st.info("This interview is not in the index.")
            st.button("Back to the questions", on_click=leave)
            return
        transcript = library.transcript(snapshot, name)
        passages = snapshot.database.passages(transcript_id=transcript_id)
    here = transcript.from_file(file) if file else None
    turned = pages(transcript, paragraphs(transcript, passages))
    show_heading(transcript)
    show_recording(transcript, here, library)
    show_answers(transcript, file, library)
    hits = show_find(transcript)
    hit = hits[number("hit", len(hits))] if hits else None
    marked = hit or here
    at = number("page", len(turned)) if "page" in st.query_params else page_of(turned, marked.start if marked else 0)
    show_steps(transcript, passages, here)
    st.html(as_html(transcript, turned[at], here, hits, hit))
    show_pages(at, len(turned))
    bring_into_view(at, marked)


def show_heading(transcript: Transcript) -> None:
    """Draw what the interview is called, who speaks in it, when it was and how long it is."""
    metadata = transcript.metadata
    st.header(escaped(title(transcript.name, metadata)), anchor=False)
    people = [f"{role} {', '.join(who)}" for role, who in (("with", metadata.guests), ("by", metadata.hosts)) if who]
    length = clock(transcript.times[-1].start_s) if transcript.times else f"{len(transcript.text.split()):,} words"
    st.caption(escaped(" · ".join(filter(None, [*people, metadata.date, length, transcript.name]))))


def show_recording(transcript: Transcript, here: Span | None, library: Library) -> None:
    """Draw the player of a recording on this machine, at the passage."""
    recording = playable(transcript.metadata.media, library)
    if recording:
        begins = transcript.time_at(here.start) if here else None
        play(recording, begins[0] if begins else 0.0)


def show_answers(transcript: Transcript, file: Span | None, library: Library) -> None:
    """Draw where in the interview the passages lie for the question that somebody comes from."""
    looked_at = turn_to_look_at()
    if looked_at:
        try:
            show_bar(looked_at[0], asked_in(*looked_at), transcript.name, file, library)
        except InterviewQAError as error:
            st.caption(escaped(f"{error}"))


def show_find(transcript: Transcript) -> list[Span]:
    """Draw the box that finds words in this interview, and the way from one place to the next; return the places."""
    words = st.text_input(
        "Find in this interview",
        st.query_params.get("find", "")[:LONGEST_FIND_CHARS],
        key="find_words",
        max_chars=LONGEST_FIND_CHARS,
        on_change=_find,
    )
    hits = occurrences(transcript, words)
    if not words.strip():
        return []
    if not hits:
        st.caption("These words are not said here.")
        return []
    at = number("hit", len(hits))
    line, before, after = st.columns([3, 1, 1], vertical_alignment="center")
    line.caption(f"{at + 1} of {len(hits)}")
    before.button("Previous", disabled=at == 0, on_click=go, args=["hit", at - 1], width="stretch")
    after.button("Next", disabled=at + 1 == len(hits), on_click=go, args=["hit", at + 1], width="stretch")
    return hits


def show_steps(transcript: Transcript, passages: Sequence[StoredPassage], here: Span | None) -> None:
    """Draw, where they stay in view, the ways back, to the exchange before, and to the one after."""
    exchanges = [list(group) for _, group in groupby(passages, key=lambda passage: passage.question or passage.span)]
    spans = [Span(group[0].span.start, group[-1].span.end) for group in exchanges]
    # Where a file's characters are not those of the words, a place in the address is that of a whole cue.
    starts = [(transcript.from_file(transcript.in_file(span)) or span).start for span in spans]
    at = max((row for row, start in enumerate(starts) if here and start <= here.start), default=-1)
    ways = st.bottom.container(horizontal=True)
    back = next((name for view, name in WAYS_BACK.items() if is_shown(view)), "Back to the questions")
    ways.button(back, on_click=leave, width="stretch")
    for label, row in (("Exchange before", at - 1), ("Exchange after", at + 1)):
        there = 0 <= row < len(spans)
        place = place_to_url(transcript.name, transcript.in_file(spans[row])) if there else ""
        ways.button(label, disabled=not there, on_click=read_on, args=[place], width="stretch")


def bring_into_view(page: int, marked: Span | None) -> None:
    """Scroll to what is marked, or to the top, where something else is shown than before."""
    shown = st.query_params["passage"], page, marked
    if st.session_state.get("read_last") == shown:
        return
    st.session_state["read_last"] = shown
    # A script that stays the same is not run again, so it holds numbers of ours.
    numbers = f"{page:d} {marked.start:d} {marked.end:d}" if marked else f"{page:d}"
    st.html(
        f"<script>/* {numbers} */ (document.querySelector('.reading .current') ??"
        " document.querySelector('.reading mark') ?? document.querySelector('.reading'))"
        "?.scrollIntoView({block: 'center'})</script>",
        unsafe_allow_javascript=True,
    )


def _find() -> None:
    """Look for other words, from the first place on."""
    # A click that leads away commits what stands in the box, and may have been first.
    words = st.session_state.get("find_words")
    if words is not None:
        change({"hit": None, "page": None, "find": words})
