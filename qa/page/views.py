"""The views beside the chat, by their name in the page's address: ?show=interviews, ?show=map, ?show=voices."""

import streamlit as st

from qa.page.address import change, take_out

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
