"""A place in an interview as it stands in the page's address: ?passage=ada.vtt:120-480, in characters of the file."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from index.types import Span
from qa.answering.answer import CitedPassage

# What of the address is of reading alone.
OWN = ("passage", "page", "find", "hit")

_PLACE = re.compile(r"(?P<name>.+):(?P<start>\d{1,12})-(?P<end>\d{1,12})", re.DOTALL | re.ASCII)


def place_to_url(transcript: str, file: Span | None) -> str:
    """Return a place; without a span it is the interview's beginning."""
    return f"{transcript}:{file.start}-{file.end}" if file else f"{transcript}:0-0"


def place_from_url(place: str) -> tuple[str, Span | None]:
    """Return (transcript, span in its file) of a place; a name alone is the interview's beginning."""
    found = _PLACE.fullmatch(place)
    if not found:
        return place, None
    span = Span(int(found["start"]), int(found["end"]))
    return found["name"], span if span.start < span.end else None


def place_of(passage: CitedPassage) -> str:
    """Return the place of a passage."""
    return place_to_url(passage.transcript, passage.file)


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


# Somebody may write any number into an address.
MOST_PAGES = 50


class OpenPanels(NamedTuple):
    """What is open below an answer."""

    more: int = 0  # 1 for the passages after the best
    where: int = 0  # 1 for where in the interviews it is said
    side: int = 0  # pages of guests side by side


NO_LOOKS = OpenPanels()


def looks_from_address() -> OpenPanels:
    """Return what the page's address opens: ?more=1, ?where=1, ?side=1."""
    more, where, side = (st.query_params.get(name, "") for name in OpenPanels._fields)
    pages = int(side) if side.isascii() and side.isdecimal() and len(side) < 9 else 0
    return OpenPanels(int(more == "1"), int(where == "1"), min(pages, MOST_PAGES))


def question_to_url(question: str | None, looks: OpenPanels = NO_LOOKS) -> None:
    """Keep in the address what is asked, and what is open below its answer."""
    change({"q": question, **{name: str(value or "") for name, value in looks._asdict().items()}})


def change(values: Mapping[str, str | Sequence[str] | None]) -> None:
    """Give names in the address these values, and take out those without one; all others stay as they are."""
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    new = {name: [value] if isinstance(value, str) else list(value or ()) for name, value in values.items()}
    wanted = {name: value for name, value in {**now, **new}.items() if any(value)}
    if wanted != now:
        st.query_params.from_dict(wanted)


def take_out(*names: str) -> None:
    """Take names out of the address."""
    change(dict.fromkeys(names))
