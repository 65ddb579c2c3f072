"""The index as its files are: what the page knows of them, and how it brings the index up to date."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from index.building.build import BuildReport, build
from index.building.staleness import WAY_OUT, stale
from index.errors import HeldError, InterviewQAError, TranscriptError
from index.sources.discovery import FoundFiles, find_files
from index.sources.sources import Source, Sources
from index.types import Progress
from qa.answering.library import Library
from qa.page.widgets import escaped
from qa.ranking.no_answer import fit_thresholds

# For how long files count as they were found.
KEPT_S = 60

# How many places that were not understood are shown in full.
SHOWN_WARNINGS = 5


@st.cache_data(show_spinner=False, ttl=KEPT_S, max_entries=8)
def not_as_their_files(folder: Path, state: str, _library: Library) -> list[str]:
    """Return one line for each interview of a state of the folder that is not as its file is any more."""
    del folder, state  # They are what the answer is remembered by.
    with _library.snapshot() as snapshot:
        return list(stale(snapshot.database, quick=True))


@st.cache_data(show_spinner=False, ttl=KEPT_S, max_entries=8)
def left_out(folder: Path, state: str, _library: Library) -> dict[str, Source]:
    """Return the files that somebody left out, by their names, where the interviews of a state of the folder are."""
    del folder, state
    found = files_now(_library)
    return found.left_out if found else {}


def files_now(library: Library) -> FoundFiles | None:
    """Return the files, as they are now, where the interviews are; None where a folder is gone.

    Updating the index reports it.
    """
    try:
        with Sources() as sources:
            return find_files(built_from(library), sources)
    except TranscriptError:
        return None


def built_from(library: Library) -> list[Path]:
    """Return the files and folders that the index was built from; none where an older version did not keep them."""
    with library.snapshot() as snapshot:
        return [Path(path) for path in snapshot.index_metadata.get("paths", ())]


def update(library: Library, paths: Sequence[Path] = ()) -> None:
    """Build from the paths, or from those that the index was built from, and draw the page anew; or say why not."""
    forget_files()
    paths = paths or built_from(library)
    if not paths:
        # An index of an older version does not say what it was built from.
        st.info(WAY_OUT.capitalize())
        return
    bar = st.progress(0.0, "Starting…" if library.is_warm else "The model is loading…")
    try:
        report = _build(library, paths, bar)
    except InterviewQAError as error:
        st.error(escaped(f"{error}"))
        return
    st.session_state["unread"] = notices(report)
    forget_files()
    st.rerun()


def notices(report: BuildReport) -> list[str]:
    """Return the lines that the page shows after a build: files that were not parsed, and places not understood."""
    lines = [line for lines in report.warnings.values() for line in lines]
    more = [f"{len(lines)} places in all were not understood; their words are kept"] * (len(lines) > SHOWN_WARNINGS)
    return [*report.errors, *lines[:SHOWN_WARNINGS], *more]


def forget_files() -> None:
    """Look at the files again, whenever somebody asks next."""
    not_as_their_files.clear()
    left_out.clear()


def into(bar: DeltaGenerator) -> Progress:
    """Return what shows in a bar how far a build is."""

    def show(what: str, done: int, total: int) -> None:
        bar.progress(done / max(1, total), escaped(f"{what[:1].upper()}{what[1:]}…"))

    return show


def _build(library: Library, paths: Sequence[Path], bar: DeltaGenerator) -> BuildReport:
    with library.snapshot() as snapshot:
        index_metadata = snapshot.index_metadata
    embedder, keep_missing = library.embedder(index_metadata), bool(index_metadata.get("keep_missing"))
    try:
        return build(paths, library.folder, embedder, fit_thresholds, into(bar), keep_missing=keep_missing)
    except HeldError as error:
        # What was changed is in the files; the other build may have begun before.
        bar.progress(0.0, escaped(f"{error}"))
    return build(paths, library.folder, embedder, fit_thresholds, into(bar), keep_missing=keep_missing, wait=True)


# How many changed files are named.
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
