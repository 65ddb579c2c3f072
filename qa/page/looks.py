"""What is looked at of an answer besides its best passages; for the last answer it is in the page's address."""

from typing import NamedTuple

import streamlit as st

# Somebody may write any number into an address.
MOST_PAGES = 50


class Looks(NamedTuple):
    """What is open below an answer."""

    where: int = 0  # 1 for where in the interviews it is said
    side: int = 0  # so many pages of the guests side by side


NO_LOOKS = Looks()


def looks_from_address() -> Looks:
    """Return what the page's address opens: ?where=1, ?side=1."""
    where, side = (st.query_params.get(name, "") for name in Looks._fields)
    pages = int(side) if side.isascii() and side.isdecimal() and len(side) < 9 else 0
    return Looks(int(where == "1"), min(pages, MOST_PAGES))


def looks_to_address(looks: Looks) -> None:
    """Keep in the address what is open."""
    for name, value in zip(Looks._fields, looks, strict=True):
        if value:
            st.query_params[name] = str(value)
        else:
            st.query_params.pop(name, None)
