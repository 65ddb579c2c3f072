"""A quiet notice where files changed since the index was built, and the way to bring it up to date."""

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from index.build import build
from index.changes import Progress
from index.errors import InterviewQAError
from index.stale import WAY_OUT, stale
from qa.judge import fit
from qa.library import Library
from qa.page.plain import escaped

# For how long files count as they were found, and how many that changed are named.
KEPT_S = 60
MOST_SHOWN = 10


@st.cache_data(show_spinner=False, ttl=KEPT_S, max_entries=8)
def not_as_their_files(folder: Path, state: str, _library: Library) -> list[str]:
    """Return one line for each interview of a state of the folder that is not as its file is any more."""
    del folder, state  # They are what the answer is remembered by.
    with _library.snapshot() as snapshot:
        return list(stale(snapshot.database, quick=True))


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
        with library.snapshot() as snapshot:
            facts = snapshot.facts
        if not facts.get("paths"):
            # An index of an older version does not say what it was built from.
            st.text(WAY_OUT.capitalize())
        elif st.button("Bring the index up to date"):
            bring_up_to_date(library, facts)


def bring_up_to_date(library: Library, facts: dict[str, Any]) -> None:
    """Build again from the paths that the index was built from."""
    bar = st.progress(0.0, "Starting…")
    try:
        report = build(
            [Path(path) for path in facts["paths"]],
            library.folder,
            library.embedder(facts),
            fit,
            into(bar),
            keep_missing=bool(facts.get("keep_missing")),
            wait=True,
        )
    except InterviewQAError as error:
        st.error(escaped(f"{error}"))
        return
    st.session_state["unread"] = list(report.errors)
    not_as_their_files.clear()
    st.rerun()


def into(bar: DeltaGenerator) -> Progress:
    """Return what shows in a bar how far a build is."""

    def show(what: str, done: int, total: int) -> None:
        bar.progress(done / max(1, total), escaped(f"{what[:1].upper()}{what[1:]}…"))

    return show
