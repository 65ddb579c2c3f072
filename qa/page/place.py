"""A place in an interview as it stands in the page's address: ?passage=ada.vtt:120-480, in characters of the file."""

import re

import streamlit as st

from index.types import Span
from qa.answer import CitedPassage
from qa.page.address import change

# What of the address is of reading alone.
OWN = ("passage", "page", "find", "hit")

_PLACE = re.compile(r"(?P<name>.+):(?P<start>\d{1,12})-(?P<end>\d{1,12})", re.DOTALL | re.ASCII)


def to_address(transcript: str, file: Span | None) -> str:
    """Return a place; without a span it is the interview's beginning."""
    return f"{transcript}:{file.start}-{file.end}" if file else f"{transcript}:0-0"


def from_address(place: str) -> tuple[str, Span | None]:
    """Return (transcript, span in its file) of a place; a name alone is the interview's beginning."""
    found = _PLACE.fullmatch(place)
    if not found:
        return place, None
    span = Span(int(found["start"]), int(found["end"]))
    return found["name"], span if span.start < span.end else None


def place_of(passage: CitedPassage) -> str:
    """Return the place of a passage."""
    return to_address(passage.transcript, passage.file)


def read_on(place: str, turn: int | None = None) -> None:
    """Open a place in its interview, from a turn of the chat or from elsewhere."""
    forget()
    if turn is not None:
        st.session_state["left_turn"] = turn
    change({**dict.fromkeys(OWN), "passage": place})


def forget() -> None:
    """Begin anew with what is read next."""
    for name in ("read_last", "find_words"):
        st.session_state.pop(name, None)
