"""What is too long for one page, on several: which of them is shown is in the address, counted from 1."""

import streamlit as st

from qa.page.address import change


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
