"""Which interviews the chat asks: chosen on the page, kept in its address, so that a link asks the same ones."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from index.errors import InterviewQAError
from index.types import Metadata
from qa.answering.filters import FULL_LIST, Filters, FilterValues, choices, resolve_filters, transcripts_in
from qa.answering.library import Library
from qa.page.url_state import change, take_out
from qa.page.widgets import LIST, escaped, open_view
from qa.render.render import title

# What of the page's address says which interviews are asked. Each but the dates may be there several times.
IN, GUEST, HOST, LANGUAGE = NAMES = ("in", "guest", "host", "language")
DATES = ("since", "until")

# An address may hold anything: limits on the values of a kind and on their length.
MOST_VALUES = 5000
LONGEST_VALUE_CHARS = 300

# Nobody scrolls through a choice of more values. (10,000 of them cost every run of the page 25 ms, 1,000 none that can
# be measured.)
MOST_CHOICES = 1000

# How many filters, and how many unknown values, are named in one line.
NAMED = 6


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """The interviews of a library, as they are chosen from."""

    metadata_by_transcript: Mapping[str, Metadata]
    titles: Mapping[str, str]  # name -> what it is called, which is no other one's
    choices: FilterValues


@dataclass(frozen=True, slots=True)
class Searched:
    """What the address asks for, as far as the library has it."""

    scope: Filters
    only: tuple[str, ...]  # the transcripts that are searched, if not all
    line: str  # what is searched, in words; empty where all is
    lost: tuple[str, ...]  # a sentence for each thing that the library has not
    refusal: str | None  # why nothing can be searched


# Every run of the page asks for these, and Python's own caches answer in no time.
@lru_cache(maxsize=4)
def known(library: Library, state: str) -> FilterOptions:
    """Return the interviews of a state of the library."""
    del state  # It is what the answer is remembered by.
    with library.snapshot() as snapshot:
        metadata_by_transcript = snapshot.database.metadata_by_transcript()
    titles = {name: title(name, metadata) for name, metadata in metadata_by_transcript.items()}
    often = Counter(titles.values())
    # What is chosen by its title has to have one of its own.
    titles = {name: called if often[called] == 1 else f"{called} ({name})" for name, called in titles.items()}
    return FilterOptions(metadata_by_transcript, titles, choices(metadata_by_transcript))


# Addresses may be long.
@lru_cache(maxsize=8)
def searched(library: Library, state: str, wanted: Filters) -> Searched:
    """Return what is searched in a state of the library."""
    there = known(library, state)
    scope, lost = resolve_filters(there.metadata_by_transcript, wanted)
    only: tuple[str, ...] = ()
    refusal = None
    try:
        only = tuple(transcripts_in(there.metadata_by_transcript, scope) or ())
    except InterviewQAError as error:
        refusal = _sentence(f"{error}".removesuffix(FULL_LIST))
    line = "" if scope == Filters() else described(scope, there, len(only))
    return Searched(scope, only, line, tuple(map(_sentence, lost)), refusal)


def from_address() -> Filters:
    """Return what the page's address asks for."""
    named = [
        tuple(value[:LONGEST_VALUE_CHARS] for value in st.query_params.get_all(name)[:MOST_VALUES]) for name in NAMES
    ]
    since, until = (st.query_params.get(name, "")[:LONGEST_VALUE_CHARS].strip() or None for name in DATES)
    transcripts, guests, hosts, languages = named
    return Filters(transcripts, guests, hosts, languages, since, until)


def only_these(names: Sequence[str]) -> dict[str, list[str] | None]:
    """Return what the address says where the chat asks only these interviews."""
    return {**dict.fromkeys((*NAMES, *DATES)), IN: sorted(names)}


def ask_all() -> None:
    """Have the chat ask all interviews."""
    take_out(*NAMES, *DATES)


def described(scope: Filters, there: FilterOptions, n: int) -> str:
    """Return in words what a scope that holds n interviews searches."""
    titles = sorted(there.titles[name] for name in scope.transcripts if name in there.titles)
    # A part of a name stands for several interviews.
    titles += [name for name in scope.transcripts if name not in there.titles]
    parts = [
        f"in {_some(titles, ', ')}" if titles else "",
        f"with {_some(scope.guests, ' or ')}" if scope.guests else "",
        f"by {_some(scope.hosts, ' or ')}" if scope.hosts else "",
        f"in the language {_some(scope.languages, ' or ')}" if scope.languages else "",
        f"since {scope.since}" if scope.since else "",
        f"until {scope.until}" if scope.until else "",
    ]
    is_listed = scope == Filters(scope.transcripts)
    share = "" if is_listed else f": {n:,} of {len(there.metadata_by_transcript):,} interviews"
    return f"Searching only {', '.join(filter(None, parts))}{share}"


def show_choice(there: FilterOptions, scope: Filters) -> None:
    """Draw the ways to ask only some of the interviews, as many as the library has something for."""
    if len(there.titles) > MOST_CHOICES:
        st.button("Choose in the list", on_click=open_view, args=[LIST])
    else:
        _choose("Only these interviews", "only", IN, [*there.titles], scope.transcripts, there.titles.__getitem__)
    of = there.choices
    for label, name, values, chosen in (
        ("With these guests", GUEST, of.guests, scope.guests),
        ("By these hosts", HOST, of.hosts, scope.hosts),
        ("In these languages", LANGUAGE, of.languages, scope.languages),
    ):
        if len(values) > MOST_CHOICES:
            _write(f"{label}: a name, or a part of one", name)
        elif len(values) > 1 or chosen:
            _choose(label, name, name, values, chosen, str)
    if of.dates:
        since, until = st.columns(2)
        with since:
            _write("Since", "since", f"as {of.dates[0]}")
        with until:
            _write("Until", "until", f"as {of.dates[1]}")


def show_searched(found: Searched) -> None:
    """Draw what is searched, if not all, the way back to all, and what of the address the library has not."""
    for sentence in found.lost[:NAMED]:
        st.warning(escaped(sentence))
    if found.refusal:
        st.warning(escaped(found.refusal))
    if found.line or found.lost:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if found.line:
                st.caption(escaped(found.line), width="content")
            st.button("Search everything", type="tertiary", on_click=ask_all)


def _choose(
    label: str, key: str, name: str, values: Sequence[str], chosen: Sequence[str], called: Callable[[str], str]
) -> None:
    """Draw a choice of values, which is kept in the address by its name there."""
    there = frozenset(values)
    # The address says what is chosen, also after Back.
    st.session_state[key] = [value for value in chosen if value in there]
    st.multiselect(label, values, key=key, format_func=called, on_change=_keep, args=[key, name])


def _write(label: str, name: str, example: str = "") -> None:
    """Draw a box for a value, which is kept in the address."""
    st.session_state[name] = st.query_params.get(name, "")[:LONGEST_VALUE_CHARS]
    st.text_input(
        label, key=name, placeholder=example, max_chars=LONGEST_VALUE_CHARS, on_change=_keep, args=[name, name]
    )


def _keep(key: str, name: str) -> None:
    """Keep in the address what was chosen."""
    change({name: st.session_state[key]})


def _some(names: Sequence[str], between: str) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"{between.join(names[:NAMED])}{more}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
