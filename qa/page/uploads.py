"""Adding interviews on the page: files are dropped, copied into the folder of interviews, and indexed."""

from collections.abc import Collection, Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from index.building.staleness import WAY_OUT
from index.editing.uploads import ENDINGS, Added, Home, Upload, add, home
from index.errors import InterviewQAError
from qa.answering.library import Library
from qa.page.index_status import built_from, forget_files, into, update
from qa.page.widgets import escaped

# How many files are named; the others are counted.
MOST_NAMED = 10


def show_upload(library: Library, left_out: Collection[str]) -> None:
    """Draw what became of the files that were added last, and the way to add some."""
    paths = built_from(library)
    done: Added = st.session_state.get("added", Added())
    show_done(done, left_out)
    where, differing = home(paths), asked_about(done)
    with st.expander("Add interviews", expanded=where.instead_of_samples or bool(differing)):
        if paths:
            show_way(library, where, differing)
        else:
            st.text(WAY_OUT.capitalize())


def asked_about(done: Added) -> list[str]:
    """Return the names of chosen files that exist already and need consent to be replaced."""
    files = st.session_state.get(_chosen()) or ()
    return done.differing if _ids(files) == st.session_state.get("asked_about") else []


def show_way(library: Library, where: Home, differing: Sequence[str]) -> None:
    """Draw the place to drop files, and the button that adds them."""
    if where.instead_of_samples:
        st.text("There are only samples so far. When you add interviews of your own, the samples give way to them.")
    files = st.file_uploader(
        "Transcripts, or zips of them",
        type=list(ENDINGS),
        accept_multiple_files=True,
        key=_chosen(),
        help="Subtitles, transcripts, Word, web pages, JSON of programs that transcribe; each is recognised by what"
        " is in it. A file ada.vtt.toml says what is known of ada.vtt.",
    )
    st.caption(escaped(f"They are copied into {where.folder}, and stay on this machine."))
    if where.others:
        many = f"{where.others:,} interviews, which come" if where.others > 1 else "an interview, which comes"
        st.text(f"This folder holds {many} into the library with them.")
    if not files:
        return
    plural = "s" * (len(files) > 1)
    if st.button(f"Add {len(files)} file{plural}", disabled=bool(differing)):
        put(library, where, files, ())
    if differing:
        st.warning(escaped(f"Another file by this name is there: {_listed(differing)}"))
        with st.container(horizontal=True):
            if st.button("Replace what is there"):
                put(library, where, files, differing)
            st.button("Keep what is there", on_click=empty)


def put(library: Library, where: Home, files: Sequence[UploadedFile], instead: Collection[str]) -> None:
    """Add the files, and bring the index up to date."""
    bar = st.progress(0.0, "Reading…")
    try:
        done = add([Upload(file.name, file.getvalue()) for file in files], where.folder, into(bar), replace=instead)
    except InterviewQAError as error:
        st.error(escaped(f"{error}"))
        return
    st.session_state["added"], st.session_state["asked_about"] = done, _ids(files)
    if not done.differing:
        empty()
    if not done:
        forget_files()  # Somebody may have left out what is there.
        st.rerun()
    bar.empty()
    update(library, where.paths)


def empty() -> None:
    """Have the next run begin with no files to add."""
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1


def dismiss() -> None:
    """Say no more what became of the files."""
    st.session_state.pop("added", None)


def show_done(done: Added, left_out: Collection[str]) -> None:
    """Draw what became of the files that were added last."""
    hidden = [name for name in done.same if name in left_out]
    same = [name for name in done.same if name not in left_out]
    for label, names in (
        ("Added", done.added),
        ("Replaced", done.replaced),
        ("There already, as they are", same),
        ("There already, and left out; take them back below", hidden),
    ):
        if names:
            st.info(escaped(f"{label}: {_listed(names)}"))
    for line in done.errors[:MOST_NAMED]:
        st.error(escaped(f"Not added: {line}"))
    if len(done.errors) > MOST_NAMED:
        st.error(f"and {len(done.errors) - MOST_NAMED} more that cannot be read")
    if done or done.same or done.errors:
        st.button("Dismiss", on_click=dismiss, type="tertiary")


def _chosen() -> str:
    """Return the name in the session of the files that are chosen."""
    return f"uploads_{st.session_state.get('uploads', 0)}"


def _ids(files: Sequence[UploadedFile]) -> list[str]:
    return [file.file_id for file in files]


def _listed(names: Sequence[str]) -> str:
    more = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
