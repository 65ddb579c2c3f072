"""A quiet notice where files changed since the index was built, and the way to bring it up to date."""

import streamlit as st

from index.stale import WAY_OUT
from qa.library import Library
from qa.page.update import built_from, not_as_their_files, update

# So many files that changed are named.
MOST_SHOWN = 10


def show_stale(library: Library, state: str) -> None:
    """Draw a quiet notice where files changed since the index was built, and the way to bring it up to date."""
    lines = not_as_their_files(library.folder, state, library)
    if not lines:
        return
    noun = "file is" if len(lines) == 1 else "files are"
    with st.expander(f"{len(lines)} {noun} not as the index has them", type="compact"):
        for line in lines[:MOST_SHOWN]:
            st.text(line.removesuffix(f"; {WAY_OUT}"))
        if len(lines) > MOST_SHOWN:
            st.caption(f"and {len(lines) - MOST_SHOWN} more")
        if not built_from(library):
            st.text(WAY_OUT.capitalize())
        elif st.button("Bring the index up to date"):
            update(library)
