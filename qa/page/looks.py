"""What is looked at of an answer besides its best passages; for the last answer it is in the page's address."""

from typing import NamedTuple

import streamlit as st

from qa.page.address import change

# Somebody may write any number into an address.
MOST_PAGES = 50


class Looks(NamedTuple):
    """What is open below an answer."""

    more: int = 0  # 1 for the passages after the best
    where: int = 0  # 1 for where in the interviews it is said
    side: int = 0  # so many pages of the guests side by side


NO_LOOKS = Looks()


def looks_from_address() -> Looks:
    """Return what the page's address opens: ?more=1, ?where=1, ?side=1."""
    more, where, side = (st.query_params.get(name, "") for name in Looks._fields)
    pages = int(side) if side.isascii() and side.isdecimal() and len(side) < 9 else 0
    return Looks(int(more == "1"), int(where == "1"), min(pages, MOST_PAGES))


def to_address(question: str | None, looks: Looks = NO_LOOKS) -> None:
    """Keep in the address what is asked, and what is open below its answer."""
    change({"q": question, **{name: str(value or "") for name, value in looks._asdict().items()}})
