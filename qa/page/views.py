"""The views beside the chat, by their name in the page's address: ?show=map, ?show=voices."""

import streamlit as st

MAP, VOICES = "map", "voices"

# How each is called where another one leads to it.
NAMES = {MAP: "Map", VOICES: "Who speaks how much"}


def is_shown(view: str) -> bool:
    """Whether the page's address asks for a view."""
    return st.query_params.get("show") == view


def open_view(view: str) -> None:
    """Open a view."""
    leave()
    st.query_params["show"] = view


def leave() -> None:
    """Go back to the chat."""
    for name in ("show", "page"):
        st.query_params.pop(name, None)


def show_ways(here: str) -> None:
    """Draw, where they stay in view, the ways from one of the views to the chat and to the others."""
    ways = st.bottom.container(horizontal=True)
    ways.button("Back to the questions", on_click=leave, width="stretch")
    for view, name in NAMES.items():
        if view != here:
            ways.button(name, on_click=open_view, args=[view], width="stretch")
