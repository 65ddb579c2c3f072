"""The interviews of a library as a list: to find some, to read one, to ask only these, to add, correct and remove."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from index.storage.queries import interview_list
from index.storage.records import ListedInterview
from qa.answering.library import Library
from qa.page import filters
from qa.page.edit_interview import correct_one, is_correcting, show_correcting, show_left_out
from qa.page.index_status import left_out, show_stale
from qa.page.uploads import dismiss, show_upload
from qa.page.url_state import change, place_to_url, read_on, take_out
from qa.page.widgets import escaped, number, show_pages
from qa.render.render import clock, title

# What of the page's address is of the list alone.
OWN = ("show", "page", "correct")

LONGEST_FIND_CHARS = 100

# Interviews drawn at once; a page of a thousand is slow.
ON_PAGE = 30


def leave() -> None:
    """Go back to the chat."""
    dismiss()
    take_out(*OWN)


@st.cache_data(show_spinner=False, max_entries=4)
def listed(folder: Path, state: str, _library: Library) -> list[ListedInterview]:
    """Return the interviews of a state of the folder."""
    del folder, state  # They are what the answer is remembered by.
    with _library.snapshot() as snapshot:
        return interview_list(snapshot.database)


def show_interviews(library: Library, state: str) -> None:
    """Draw the list, and what can be done with those that are chosen in it."""
    if is_correcting():
        show_correcting(library)
        return
    st.header("The interviews", anchor=False)
    show_told()
    removed = left_out(library.folder, state, library)
    show_upload(library, removed)
    show_stale(library, state)
    every = listed(library.folder, state, library)
    words = st.text_input("Find by title, person, date or file", key="find_interviews", max_chars=LONGEST_FIND_CHARS)
    found = matching(every, words)
    if not found:
        st.caption("No interview is called so.")
    n_pages = max(1, -(-len(found) // ON_PAGE))
    at = number("page", n_pages)
    for each in found[at * ON_PAGE : (at + 1) * ON_PAGE]:
        show_row(each)
    show_pages(at, n_pages)
    show_left_out(library, removed)
    names = {each.name for each in every}
    chosen = [name for name in st.session_state.get("chosen", ()) if name in names]
    ways = st.bottom.container(horizontal=True)
    ways.button("Back to the questions", on_click=leave, width="stretch")
    label = f"Ask only these {len(chosen)}" if len(chosen) > 1 else "Ask only this one"
    ways.button(label, disabled=not chosen, on_click=ask_only, args=[chosen], width="stretch")


def show_told() -> None:
    """Draw, once, what was done last, and the files that the index could not read."""
    told = st.session_state.pop("told", None)
    if told:
        st.success(escaped(told))
        dismiss()
    for line in st.session_state.get("unread", ()):
        st.warning(escaped(line))


def matching(every: Sequence[ListedInterview], words: str) -> list[ListedInterview]:
    """Return the interviews whose title, people, date or file name contain each of the words."""
    wanted = words.casefold().split()
    return [each for each in every if all(word in _described(each) for word in wanted)]


def show_row(each: ListedInterview) -> None:
    """Draw an interview: the box to choose it, what is known of it, and the way to read it."""
    metadata, key = each.metadata, f"chosen_{each.name}"
    index_metadata = [
        f"with {', '.join(metadata.guests)}" if metadata.guests else "",
        metadata.date or "",
        clock(each.length_s) if each.length_s is not None else f"{each.words:,} words",
        f"{each.questions:,} question{'s' * (each.questions != 1)}",
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_chosen = each.name in st.session_state.get("chosen", ())
        label = escaped(title(each.name, metadata))
        st.checkbox(label, is_chosen, key=key, on_change=choose, args=[each.name, key], width="content")
        st.caption(escaped(" · ".join(filter(None, index_metadata))), width="content")
        st.button("Read", key=f"read_{each.name}", type="tertiary", on_click=open_one, args=[each.name])
        st.button("Correct", key=f"correct_{each.name}", type="tertiary", on_click=correct_one, args=[each.name])


def choose(name: str, key: str) -> None:
    """Choose an interview, or not any more; what is not drawn stays chosen."""
    others = [each for each in st.session_state.get("chosen", ()) if each != name]
    st.session_state["chosen"] = [*others, name] if st.session_state[key] else others


def open_one(name: str) -> None:
    """Open an interview at its beginning."""
    read_on(place_to_url(name, None))


def ask_only(names: Sequence[str]) -> None:
    """Go back to the chat, which then searches only these."""
    change({**dict.fromkeys(OWN), **filters.only_these(names)})


def _described(each: ListedInterview) -> str:
    metadata = each.metadata
    words = (title(each.name, metadata), *metadata.guests, *metadata.hosts, metadata.date or "", each.name)
    return " ".join(words).casefold()
