"""Who speaks how much in each interview, as bars."""

import html
from pathlib import Path

import streamlit as st

from qa.answering.library import Library
from qa.page import filters
from qa.page.widgets import NAMES, VOICES, number, show_pages, show_views
from qa.render.render import PROBABLY_THE_GUEST
from qa.views.speaking_time import Shares, shares

# How many interviews are drawn at once, and how many speakers of each.
ON_PAGE = 30
MOST_SPEAKERS = 6
# A line that somebody wrote above the talk is no voice.
LEAST_SHOWN = 0.02

STYLE = """<style>
.voices { margin: 0 0 1.25rem; }
.voices h2 { margin: 0; padding: 0 0 .25rem; font-size: 1rem; overflow-wrap: anywhere; }
.voices ul { list-style: none; margin: 0; padding: 0; }
.voices li { display: flex; align-items: center; gap: .6rem; margin: 0 0 .2rem; font-size: .9rem; }
.voices .who { flex: 0 0 40%; overflow-wrap: anywhere; }
.voices .bar { flex: 1; background: #8883; border-radius: .2rem; overflow: hidden; }
.voices .bar div { height: .8rem; background: #1c9a70; }
.voices li.unknown .bar div { background: #888; }
.voices .share { flex: 0 0 3rem; text-align: end; font-variant-numeric: tabular-nums; }
</style>"""


@st.cache_resource(show_spinner=False, max_entries=2)
def counted(folder: Path, state: str, _library: Library) -> list[Shares]:
    """Return who speaks how much in a state of the folder."""
    del folder, state  # They are what the answer is remembered by.
    with _library.snapshot() as snapshot:
        return shares(snapshot.database)


def show_speaking(library: Library, state: str) -> None:
    """Draw who speaks how much in the interviews that are asked."""
    st.html(STYLE)
    st.header(NAMES[VOICES], anchor=False)
    show_views(VOICES)
    found = filters.searched(library, state, filters.from_address())
    filters.show_searched(found)
    if found.refusal:
        return
    titles, among = filters.known(library, state).titles, frozenset(found.only)
    every = [each for each in counted(library.folder, state, library) if not among or each.transcript in among]
    n_pages = max(1, -(-len(every) // ON_PAGE))
    at = number("page", n_pages)
    drawn = every[at * ON_PAGE : (at + 1) * ON_PAGE]
    st.html("".join(as_html(each, titles.get(each.transcript, each.transcript)) for each in drawn))
    show_pages(at, n_pages)


def as_html(each: Shares, title: str) -> str:
    """Return the bars of an interview; every word that comes from its file is escaped."""
    rows = [(voice.speaker, voice.share) for voice in each.voices if voice.speaker]
    more, rest = rows[MOST_SPEAKERS:], sum(voice.share for voice in each.voices if not voice.speaker)
    bars = [_bar(speaker or "", share) for speaker, share in rows[:MOST_SPEAKERS]]
    if more:
        bars.append(_bar(f"{len(more):,} others", sum(share for _, share in more), "unknown"))
    if not rows and each.asked + each.probably_guest > 0:
        bars = [_bar(PROBABLY_THE_GUEST, each.probably_guest), _bar("what was asked", each.asked)]
        rest = max(0.0, 1 - each.asked - each.probably_guest)
    if rest >= LEAST_SHOWN:
        bars.append(_bar("nobody is named", rest, "unknown"))
    return f'<section class="voices" dir="auto"><h2>{html.escape(title)}</h2><ul>{"".join(bars)}</ul></section>'


def _bar(who: str, share: float, kind: str = "") -> str:
    return (
        f'<li class="{kind}"><span class="who">{html.escape(who)}</span>'
        f'<span class="bar" aria-hidden="true"><div style="width: {100 * share:.1f}%"></div></span>'
        f'<span class="share">{share:.0%}</span></li>'
    )
