"""What can be done with a passage wherever it is shown: to read on, and to quote it."""

import streamlit as st

from qa.answer import CitedPassage
from qa.export import quote
from qa.page.place import place_of, read_on


def show_ways(passage: CitedPassage, turn: int, key: str) -> None:
    """Draw the ways to read on and to quote; the key tells apart where in the turn the passage is shown."""
    st.button("Read on", key=f"read_{key}", type="tertiary", on_click=read_on, args=[place_of(passage), turn])
    with st.popover("Quote", type="tertiary"):
        st.code(quote(passage), language=None, wrap_lines=True)
