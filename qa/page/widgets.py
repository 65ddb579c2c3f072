"""The views beside the chat, by their name in the page's address: ?show=interviews, ?show=map, ?show=voices."""

import re

import streamlit as st

from qa.answering.answer import CitedPassage
from qa.page.url_state import change, place_of, read_on, take_out
from qa.render.export import quote

LIST, MAP, VOICES = "interviews", "map", "voices"

# How each is called where another one leads to it.
NAMES = {MAP: "Map", VOICES: "Who speaks how much"}


def is_shown(view: str) -> bool:
    """Whether the page's address asks for a view."""
    return st.query_params.get("show") == view


def open_view(view: str) -> None:
    """Open a view."""
    change({"show": view, "page": None})


def leave() -> None:
    """Go back to the chat."""
    take_out("show", "page")


def show_views(here: str) -> None:
    """Draw, where they stay in view, the ways from one of the views to the chat and to the others."""
    ways = st.bottom.container(horizontal=True)
    ways.button("Back to the questions", on_click=leave, width="stretch")
    for view, name in NAMES.items():
        if view != here:
            ways.button(name, on_click=open_view, args=[view], width="stretch")


def as_list(key: str) -> bool:
    """Draw the switch from a chart to a list of the same; who wants one as a list wants the others so, too."""
    # What is not drawn for a while, as while somebody reads, would be a chart again.
    st.session_state[key] = st.session_state.get("as_list", False)
    return st.toggle("As a list", key=key, on_change=_keep_as_list, args=[key])


def _keep_as_list(key: str) -> None:
    st.session_state["as_list"] = st.session_state[key]


def number(name: str, n: int) -> int:
    """Return the number that the address names, from 0 and below n, whatever it says."""
    text = st.query_params.get(name, "1")
    return min(max(int(text) - 1, 0), n - 1) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def show_pages(at: int, n_pages: int) -> None:
    """Draw the ways to the other pages, where there are several."""
    if n_pages < 2:
        return
    before, line, after = st.columns(3, vertical_alignment="center")
    before.button("Earlier page", disabled=at == 0, on_click=go, args=["page", at - 1], width="stretch")
    line.caption(f"Page {at + 1} of {n_pages}")
    after.button("Later page", disabled=at + 1 == n_pages, on_click=go, args=["page", at + 1], width="stretch")


def go(name: str, number: int) -> None:
    """Go to another page, or to another of what the address counts by a name."""
    change({"page": None, name: str(number + 1)})


# Of these a backslash is not enough: addresses become links, ":material/home:" an icon, "->" an arrow, after
# backslashes are gone. A character between, that is never seen, keeps them apart.
_APART = re.compile(r"(?<=:)(?=//|material/|streamlit:)|(?<=www)(?=\.)|(?=@)|(?<=[<>~-])(?=[-=>])", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    apart = _APART.sub(_WORD_JOINER, " ".join(text.split()))
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:&=" else c for c in apart)


def show_ways(passage: CitedPassage, turn: int, key: str) -> None:
    """Draw the ways to read on and to quote; the key tells apart where in the turn the passage is shown."""
    st.button("Read on", key=f"read_{key}", type="tertiary", on_click=read_on, args=[place_of(passage), turn])
    with st.popover("Quote", type="tertiary"):
        st.code(quote(passage), language=None, wrap_lines=True)
