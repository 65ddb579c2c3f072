"""The library that the page shows, opened once for all who visit it, with its model."""

import gc
import threading
from functools import lru_cache
from pathlib import Path

import streamlit as st

from index.errors import InterviewQAError
from index.storage.queries import overview
from index.storage.records import Overview
from qa.answering.library import Library
from qa.answering.suggestions import suggestions

SUGGESTIONS = 4


@st.cache_resource(show_spinner=False)
def open_library(folder: Path) -> Library:
    """Open the index once for all visitors, and load its model behind their backs: the page is there before it."""
    library = Library(folder)
    threading.Thread(target=warm_up, args=[library], name="warm-up", daemon=True).start()
    return library


def warm_up(library: Library) -> None:
    """Load the model and embed once."""
    try:
        library.warm_up()
    except InterviewQAError:
        return  # The first question meets the same error, where somebody reads it.
    # The model's objects never become garbage, and need not be looked through for it.
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def building() -> threading.Lock:
    """Return the lock that keeps two visitors from building the first index twice."""
    return threading.Lock()


# Streamlit's own caches take a quarter of a millisecond to be asked; what every run asks for is kept by Python's.
@lru_cache(maxsize=8)
def library_summary(library: Library, state: str) -> tuple[Overview, list[str]]:
    """Return what a state of the library holds, and questions to begin with."""
    del state  # It is what the answer is remembered by.
    with library.snapshot() as snapshot:
        return overview(snapshot.database), suggestions(snapshot, SUGGESTIONS)
