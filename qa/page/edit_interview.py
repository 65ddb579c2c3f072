"""Correcting what is known of an interview, naming those who speak in it, and removing it, on the page.

The interview is in the page's address. What is corrected is written beside its file; the file stays as it is.
"""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from index.editing.corrections import (
    as_text,
    changed,
    correct,
    leave_out,
    refusal,
    refused,
    refused_names,
    speakers_in,
)
from index.errors import InterviewQAError, TranscriptError
from index.sources.sources import Source, Sources
from index.types import Metadata
from qa.answering.library import Library
from qa.page.index_status import files_now, update
from qa.page.url_state import change, take_out
from qa.page.widgets import escaped
from qa.render.render import title

# Each field of what is known, as it is called, and how it is written.
LABELS = {
    "title": ("Title", ""),
    "guests": ("Guests", "Ada Moss; Bo Lind"),
    "hosts": ("Hosts", "Ada Moss; Bo Lind"),
    "date": ("Date", "2021-03-04, or 2021-03, or 2021"),
    "language": ("Language", "en, or pt-BR, or Portuguese"),
    "media": ("Recording", "https://…, or a file in the folder of interviews"),
}
LONGEST_CHARS = 1000

ONLY_ONE = "This is the only interview, and a library holds at least one. Add another one first."

# In a talk of more, most are heard once.
MOST_SPEAKERS = 40
BEGINNING_CHARS = 60


def is_correcting() -> bool:
    """Whether the page's address names an interview to be corrected."""
    return bool(st.query_params.get("correct"))


def correct_one(name: str) -> None:
    """Open an interview to correct it."""
    change({"correct": name})


def stop_correcting() -> None:
    """Go back to the list."""
    take_out("correct")


def show_correcting(library: Library) -> None:
    """Draw what is known of the interview that the page's address names, to be corrected."""
    name = st.query_params["correct"]
    st.bottom.button("Back to the list", on_click=stop_correcting, width="stretch")
    with library.snapshot() as snapshot:
        files, metadata_by_transcript = snapshot.database.files(), snapshot.database.metadata_by_transcript()
    if name not in files:
        st.header("Correct an interview", anchor=False)
        st.info("This interview is not in the library any more.")
        return
    metadata = metadata_by_transcript[name]
    st.header(escaped(title(name, metadata)), anchor=False)
    with Sources() as sources:
        source = sources.from_json(files[name][0])
    st.text(source.shown)
    reason = refusal(source)
    if reason:
        st.info(escaped(reason))
        return
    show_form(library, source, name, metadata)
    show_removal(library, source, name, is_last=len(files) == 1)


def show_form(library: Library, source: Source, name: str, metadata: Metadata) -> None:
    """Draw the fields of what is known and the names of those who speak; keep what is another then."""
    try:
        speakers = speakers_in(source)
    except TranscriptError as error:
        st.error(escaped(f"{error}"))
        return
    with st.form("correct", border=False):
        fields, slots = show_fields(metadata, name)
        names = show_names(speakers, slots, name)
        is_sent = st.form_submit_button("Save")
        place = st.container()
    if not is_sent:
        return
    renamed = {label: called for label, called in names.items() if called.strip() != speakers[label][0]}
    wrong = refused(metadata, fields, source.path.parent) | refused_names(renamed)
    for field, sentence in wrong.items():
        slots[field].error(sentence)
    if wrong:
        return
    new = changed(metadata, fields)
    with place:
        if not new and not renamed:
            st.info("No changes to save.")
            return
        try:
            correct(source, new, renamed)
        except InterviewQAError as error:
            st.error(escaped(f"{error}"))
            return
        stop_correcting()
        st.session_state["told"] = f"Saved beside {source.path}"
        update(library)


def show_fields(metadata: Metadata, of: str) -> tuple[dict[str, str], dict[str, DeltaGenerator]]:
    """Draw a box for each field; return what stands in them, and where to say what is wrong with it."""
    values, slots = {}, {}
    st.caption("Emptied, each of these is again as the file says.")
    for field, (label, form) in LABELS.items():
        values[field] = st.text_input(
            label, as_text(metadata, field), key=f"known_{of}_{field}", max_chars=LONGEST_CHARS, placeholder=form
        )
        slots[field] = st.empty()
    return values, slots


def show_names(speakers: Mapping[str, tuple[str, str]], slots: dict[str, DeltaGenerator], of: str) -> dict[str, str]:
    """Draw a box for each who speaks; return what stands in them."""
    names = {}
    if speakers:
        st.subheader("Who speaks", anchor=False)
        st.caption("Two who get the same name become one. Emptied, a name is again as the file has it.")
    for number, (label, (name, begins)) in enumerate(speakers.items()):
        if number == MOST_SPEAKERS:
            st.caption(f"and {len(speakers) - MOST_SPEAKERS} more")
            break
        words = " ".join(begins.split())
        cut = f"{words[:BEGINNING_CHARS]}…" if len(words) > BEGINNING_CHARS else words
        shown = f"{label}: “{cut}”" if cut else label
        # A label that is not drawn is read out as it is.
        st.caption(escaped(shown))
        key = f"speaker_{of}_{number}"
        names[label] = st.text_input(shown, name, LONGEST_CHARS, key, label_visibility="collapsed")
        slots[label] = st.empty()
    return names


def show_removal(library: Library, source: Source, name: str, *, is_last: bool) -> None:
    """Draw the way to remove the interview from the library, which asks once."""
    is_sure = False
    with st.popover("Remove from the library…"):
        if is_last:
            st.text(ONLY_ONE)
        else:
            st.text(f"It will be in no answer any more. Its file stays where it is: {source.path}")
            is_sure = st.button("Remove it")
    if not is_sure:
        return
    # The files of the others may be gone since the index was built: the next build would find nothing.
    found = files_now(library)
    if found and not found.transcripts.keys() - {name}:
        st.error(ONLY_ONE)
    else:
        take(library, source, name, is_left_out=True)


def show_left_out(library: Library, left_out: Mapping[str, Source]) -> None:
    """Draw the interviews that were removed, folded, and the way to take them back."""
    if not left_out:
        return
    with st.expander(f"Left out: {len(left_out)}", type="compact"):
        for name, source in left_out.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(source.shown, width="content")
                is_wanted = st.button("Take back", key=f"back_{name}", type="tertiary")
            if is_wanted:
                take(library, source, name, is_left_out=False)


def take(library: Library, source: Source, name: str, *, is_left_out: bool) -> None:
    """Take an interview out of the library, or back into it."""
    try:
        leave_out(source, is_left_out=is_left_out)
    except InterviewQAError as error:
        st.error(escaped(f"{error}"))
        return
    stop_correcting()
    told = f"Removed: {name}. Its file is still {source.path}; “Left out” takes it back."
    st.session_state["told"] = told if is_left_out else f"Taken back: {name}"
    update(library)
