"""Several guests, one question: what each of them said, side by side."""

import html
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from qa.answering.answer import AskedQuestion
from qa.answering.library import Library
from qa.page.widgets import show_ways
from qa.render.render import as_html
from qa.views.by_guest import Guest, Reply, guests, replies

# Guests on a page; each takes a tenth of a second.
AT_ONCE = 6
COLUMNS = 2

STYLE = """<style>
.guest { margin: 0; padding: 0; font-size: 1rem; font-weight: 700; overflow-wrap: anywhere; }
</style>"""


@st.cache_resource(show_spinner=False, max_entries=32)
def ranked(folder: Path, state: str, asked: AskedQuestion, _library: Library) -> list[Guest]:
    """Return the guests of a state of the folder, those first who have the most to say to a question."""
    del folder, state  # They are what the answer is remembered by.
    return guests(_library, asked)


@st.cache_resource(show_spinner=False, max_entries=64)
def replied(folder: Path, state: str, asked: AskedQuestion, page: int, _library: Library) -> list[Reply]:
    """Return what a page of the guests said to a question."""
    of = ranked(folder, state, asked, _library)[page * AT_ONCE : (page + 1) * AT_ONCE]
    return replies(_library, asked, of)


def show_side(number: int, asked: AskedQuestion, pages: int, library: Library, more: Callable[[], None]) -> None:
    """Draw pages of guests, each with their best passage, and a button for more."""
    st.html(STYLE)
    with library.snapshot() as snapshot:
        state = snapshot.index_metadata["state"]
    there = ranked(library.folder, state, asked, library)
    pages = min(pages, -(-len(there) // AT_ONCE))
    drawn: list[Reply] = []
    for page in range(pages):
        with st.spinner("Asking each of them…"):
            drawn += replied(library.folder, state, asked, page, library)
    # On a phone the columns stand below each other, so they are filled row by row.
    for first in range(0, len(drawn), COLUMNS):
        pair = drawn[first : first + COLUMNS]
        for row, (column, reply) in enumerate(zip(st.columns(COLUMNS, gap="medium"), pair, strict=False), first):
            with column:
                _show_reply(reply, number, row)
    left = len(there) - len(drawn)
    if left:
        st.button(f"Ask the next {min(left, AT_ONCE)} of {left:,} more", key=f"side_more_{number}", on_click=more)


def _show_reply(reply: Reply, number: int, row: int) -> None:
    st.html(f'<h3 class="guest" dir="auto">{html.escape(reply.guest.name)}</h3>')
    if reply.passage is None:
        nobody = "Nobody asked them this." if reply.guest.is_known else "Nobody asked this here."
        st.caption("It is not known who of them said this." if reply.is_unclear else nobody)
        return
    st.html(as_html(reply.passage))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_ways(reply.passage, number, f"side_{number}_{row}")
