"""The map of all exchanges: what is about the same lies near each other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from index.arrays import Vectors
from index.types import Metadata
from qa.answering.answer import Answer
from qa.answering.library import Library
from qa.page import filters
from qa.page.chat import turn_to_look_at
from qa.page.url_state import place_to_url, read_on
from qa.page.widgets import MAP, as_list, escaped, show_views
from qa.render.render import shortened
from qa.views.exchange_list import Exchange, row_of
from qa.views.topic_map import draw_map, spaced
from qa.views.topic_regions import Region, regions

if TYPE_CHECKING:
    import altair

# More points than this are slow to draw, and hide each other.
MOST_DRAWN = 5000
HEIGHT_PX = 560
RING_SIZE = 260
# How many interviews have a colour of their own; more cannot be told apart.
COLOURS = (
    "#0072b2 #e69f00 #009e73 #cc79a7 #56b4e9 #d55e00 #8c6bb1 #a6761d #66a61e #e7298a".split()  # seen in light and dark
)
GREY, OTHERS = "#999", "others"
COLOURS_OF_TEXT = {"light": ("#31333f", "#fff"), "dark": ("#fafafa", "#111")}

# Words that name a region on the map; exchanges of a region in the list.
WORDS = 2
LISTED = 12
LONGEST_NAME_PX = 220

STYLE = "<style>[class*=st-key-map_list_] button { text-align: start; justify-content: start; }</style>"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map of a state of the library."""

    exchanges: list[Exchange]
    places: Vectors
    regions: list[Region]


@st.cache_resource(show_spinner=False, max_entries=2)
def drawn_map(folder: Path, state: str, _library: Library) -> Drawn:
    """Return the map of a state of the folder."""
    del folder, state  # They are what the answer is remembered by.
    there, places = draw_map(_library)
    with _library.snapshot() as snapshot:
        return Drawn(there, places, regions(snapshot.database, there, places))


def show_map(library: Library, state: str) -> None:
    """Draw the exchanges of the interviews that are asked, as points or as a list; either opens one."""
    st.html(STYLE)
    st.header("What the interviews are about", anchor=False)
    show_views(MAP)
    found = filters.searched(library, state, filters.from_address())
    filters.show_searched(found)
    if found.refusal:
        return
    known = filters.known(library, state)
    with st.spinner("The map is being drawn. This takes some seconds, and happens once."):
        drawn = drawn_map(library.folder, state, library)
    rows = [row for row, each in enumerate(drawn.exchanges) if not found.only or each.transcript in found.only]
    question, answering = _answering(drawn, frozenset(rows), library)
    if not rows:
        st.caption("There is no exchange to be drawn.")
    elif as_list("map_list"):
        _show_list(drawn, rows, question, answering, known, library)
    else:
        if answering:
            st.caption(escaped(f"Ringed is what was found for “{question}”."))
        _show_points(drawn, [rows[i] for i in spaced(len(rows), MOST_DRAWN)], answering, known, library)
        more = f", {MOST_DRAWN:,} of {len(rows):,}" if len(rows) > MOST_DRAWN else ""
        st.caption(f"Each point is a question with its answer{more}. Near each other is what is alike. Click to read.")


def read_exchange(library: Library, exchange: Exchange) -> None:
    """Open an exchange in its interview, unless a build has removed that."""
    with library.snapshot() as snapshot:
        if exchange.transcript not in snapshot.database.transcript_ids():
            return
        transcript = library.transcript(snapshot, exchange.transcript)
    read_on(place_to_url(transcript.name, transcript.in_file(exchange.span)))


def _answering(drawn: Drawn, among: frozenset[int], library: Library) -> tuple[str, list[int]]:
    """Return the last question of the chat, shortened, and the exchanges among these that were found for it."""
    looked_at = turn_to_look_at()
    if looked_at is None or not isinstance(found := looked_at[1].found, Answer):
        return "", []
    rows = dict[int, None]()
    with library.snapshot() as snapshot:
        there = snapshot.database.transcript_ids()
        for passage in found.passages:
            if passage.transcript in there:
                span = library.transcript(snapshot, passage.transcript).from_file(passage.file)
                row = row_of(drawn.exchanges, passage.transcript, (span.start + span.end) // 2) if span else None
                if row in among:
                    rows[row] = None
    return shortened(looked_at[1].question), list(rows)


def _show_points(
    drawn: Drawn, rows: Sequence[int], answering: Sequence[int], known: filters.FilterOptions, library: Library
) -> None:
    st.altair_chart(
        _chart(drawn, rows, answering, known),
        key="map_chart",
        on_select=lambda: _open_chosen(drawn, library),
        alt="Each exchange of the interviews as a point; “As a list” has the same as buttons.",
    )


def _open_chosen(drawn: Drawn, library: Library) -> None:
    """Open the exchange that was clicked; a click beside one chooses none."""
    chart = st.session_state.get("map_chart")
    chosen = chart.selection.get("chosen") if chart else None
    row = int(chosen[0]["row"]) if chosen else len(drawn.exchanges)
    if row < len(drawn.exchanges):
        read_exchange(library, drawn.exchanges[row])


def _chart(
    drawn: Drawn, rows: Sequence[int], answering: Sequence[int], known: filters.FilterOptions
) -> "altair.LayerChart | altair.FacetChart":
    # Half a second that the page's first visitors need not wait for.
    import altair

    ink, paper = COLOURS_OF_TEXT[st.context.theme.type or "light"]
    names = [_whose(drawn.exchanges[row].transcript, known) for row in rows]
    often = [name for name, _ in Counter(names).most_common(len(COLOURS))]
    there = frozenset(often)
    has_others = len(there) < len(set(names))
    points: list[dict[str, Any]] = []
    for row, name in zip(rows, names, strict=True):
        each = drawn.exchanges[row]
        points.append(
            {
                "row": row,
                "x": round(float(drawn.places[row][0]), 4),
                "y": round(float(drawn.places[row][1]), 4),
                "whose": name if name in there else OTHERS,
                "Asked" if each.asks else "Said": each.text,
                "Speaker": each.speaker or "",
                "In": (called := known.titles.get(each.transcript, each.transcript)),
                "aloud": f"{called}: {each.text}",
            }
        )
    hidden = altair.Axis(labels=False, ticks=False, grid=False, domain=False, title=None)
    x, y = (altair.X("x:Q", axis=hidden), altair.Y("y:Q", axis=hidden))
    colour = altair.Color(
        "whose:N",
        title=None,
        scale=altair.Scale(
            domain=[*often, *[OTHERS] * has_others], range=[*COLOURS[: len(often)], *[GREY] * has_others]
        ),
        legend=altair.Legend(orient="bottom", columns=2, labelLimit=LONGEST_NAME_PX // 2, labelColor=ink)
        if len(often) > 1
        else None,
    )
    marks = (
        altair.Chart(altair.InlineData(values=points))
        .mark_circle(size=55, opacity=0.75, cursor="pointer")
        .encode(
            x=x,
            y=y,
            color=colour,
            tooltip=[altair.Tooltip(f"{name}:N") for name in ("Asked", "Said", "Speaker", "In")],
            description="aloud:N",
        )
        .add_params(altair.selection_point(name="chosen", fields=["row"], on="click", empty=False))
    )
    rings = [{"x": float(drawn.places[row][0]), "y": float(drawn.places[row][1])} for row in answering]
    # Beneath the points, so that these are met by the pointer.
    ringed = altair.Chart(altair.InlineData(values=rings)).encode(x=x, y=y)
    ringed = ringed.mark_point(size=RING_SIZE, color=ink, strokeWidth=2.5, filled=False, tooltip=None, aria=False)
    named = [
        {"x": region.place[0], "y": region.place[1], "words": ", ".join(region.words[:WORDS])}
        for region in drawn.regions
        if region.words
    ]
    text = altair.Chart(altair.InlineData(values=named)).encode(x=x, y=y, text="words:N")
    font: dict[str, Any] = {"fontSize": 13, "fontWeight": "bold", "tooltip": None}
    # Words are read over points where they stand on the paper's colour.
    around = text.mark_text(**font, color=paper, stroke=paper, strokeWidth=4, opacity=0.8)
    layers = [*[ringed] * bool(rings), marks, around, text.mark_text(**font, color=ink)]
    return altair.layer(*layers).properties(height=HEIGHT_PX)


def _whose(transcript: str, known: filters.FilterOptions) -> str:
    """Return by whom an exchange is coloured: the guests, or the interview where none is known."""
    metadata = known.metadata_by_transcript.get(transcript, Metadata())
    return ", ".join(metadata.guests) or known.titles.get(transcript, transcript)


def _show_list(
    drawn: Drawn,
    rows: Sequence[int],
    question: str,
    answering: Sequence[int],
    known: filters.FilterOptions,
    library: Library,
) -> None:
    parts = [(f"Found for “{question}”", answering)] if answering else []
    among = frozenset(rows)
    by_region = [(", ".join(r.words) or "others", [row for row in r.rows if row in among]) for r in drawn.regions]
    # A small library has no regions; its few exchanges are all listed.
    parts += by_region or [("all", list(rows))]
    for at, (words, inside) in enumerate(parts):
        if not inside:
            continue
        shown = inside[:LISTED] if by_region else inside
        is_open = words == "all" or inside is answering
        with st.expander(escaped(f"{words} · {len(inside):,}"), expanded=is_open), st.container(gap=None):
            for row in shown:
                each = drawn.exchanges[row]
                said = f"{each.text} · {known.titles.get(each.transcript, each.transcript)}"
                key = f"map_list_{at}_{row}"
                st.button(escaped(said), key=key, type="tertiary", on_click=read_exchange, args=[library, each])
            if len(shown) < len(inside):
                st.caption(f"and {len(inside) - len(shown):,} more")
