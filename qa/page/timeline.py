"""Where it is said: a strip for each interview, on which the passages that answer are marked."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from index.types import Span
from qa.answering.answer import AskedQuestion, CitedPassage
from qa.answering.library import Library
from qa.page.filters import known
from qa.page.url_state import place_of, read_on
from qa.page.widgets import as_list, escaped
from qa.render.render import moment, shortened
from qa.views.timeline import Strip, strips

if TYPE_CHECKING:
    import altair

# How many interviews are drawn: those with the best passages.
MOST_STRIPS = 12

# A strip is so high, its line of title with it, and a passage is at least so wide that a pointer meets it.
STEP_PX = 46
BAR_PX = 16
NARROWEST = 0.008

# A passage is drawn in the colour that the theme has for what matters, on a grey that is seen in the light and in
# the dark.
COLOUR = {"light": "#0b6e4f", "dark": "#4cc38a"}
GROUND = "#8884"
FAINTEST = 0.2

# The theme's own ink for labels is too pale. A title longer than a strip is wide would leave the strip no room.
INK = {"light": "#31333f", "dark": "#fafafa"}
TITLE_PX = 270

FIRST_WORDS = 16

STYLE = """<style>
[class*=st-key-where_list_of_] button { text-align: start; justify-content: start; }
.bar { position: relative; height: 1rem; border-radius: .2rem; overflow: hidden; }
.bar i { position: absolute; top: 0; bottom: 0; }
.bar i.here { box-shadow: inset 0 0 0 2px currentColor; }
</style>"""


@st.cache_resource(show_spinner=False, max_entries=32)
def placed(folder: Path, state: str, asked: AskedQuestion, _library: Library) -> list[Strip]:
    """Return the strips of a question in a state of the folder."""
    del folder, state  # They are what the answer is remembered by.
    return strips(_library, asked)


def show_where(number: int, asked: AskedQuestion, library: Library) -> None:
    """Draw where in the interviews a question is answered, as strips or as a list; either opens a passage."""
    with library.snapshot() as snapshot:
        state = snapshot.index_metadata["state"]
    found = placed(library.folder, state, asked, library)
    titles = known(library, state).titles
    drawn = [(titles.get(strip.transcript, strip.transcript), strip) for strip in found[:MOST_STRIPS]]
    if as_list(f"where_list_{number}"):
        _show_list(number, drawn)
    else:
        _show_strips(number, drawn)
    left = len(found) - len(drawn)
    if left:
        weaker = sum(len(strip.places) for strip in found[MOST_STRIPS:])
        st.caption(f"{weaker} more passage{'s' * (weaker > 1)} in {left} other interview{'s' * (left > 1)}, less near.")


def first_words(passage: CitedPassage) -> str:
    """Return how a passage begins, after what was asked where it is in it."""
    words = passage.text[passage.asked.end if passage.asked else 0 :].split()
    return " ".join(words[:FIRST_WORDS]) + "…" * (len(words) > FIRST_WORDS)


def show_bar(turn: int, asked: AskedQuestion, transcript: str, here: Span | None, library: Library) -> None:
    """Draw where in one interview a question of the chat is answered, and fold the ways there below; `here` is read."""
    with library.snapshot() as snapshot:
        state = snapshot.index_metadata["state"]
    found = placed(library.folder, state, asked, library)
    strip = next((strip for strip in found if strip.transcript == transcript), None)
    if strip is None:
        return
    st.html(STYLE + bar_as_html(strip, here))
    n = len(strip.places)
    label = f"{n} passage{'s' * (n > 1)} here for “{shortened(asked.question)}”"
    with st.expander(escaped(label), key="bar", type="compact", on_change="rerun") as fold:
        if fold.open:
            _show_list(turn, [("", strip)])


def bar_as_html(strip: Strip, here: Span | None) -> str:
    """Return an interview as a bar on which the passages are marked; the weakest are drawn first, below the others."""
    colour, marks = COLOUR[st.context.theme.type or "light"], []
    for place in sorted(strip.places, key=lambda place: place.strength):
        left, width = 100 * min(place.begins, 1 - NARROWEST), 100 * max(NARROWEST, place.ends - place.begins)
        file, opacity = place.passage.file, FAINTEST + (1 - FAINTEST) * place.strength
        kind = "here" if here is not None and here.start < file.end and file.start < here.end else ""
        style = f"left: {left:.1f}%; width: {width:.1f}%; background: {colour}; opacity: {opacity:.2f}"
        marks.append(f'<i class="{kind}" style="{style}"></i>')
    label = "Where in this interview the passages lie that answer"
    return f'<div class="bar" role="img" aria-label="{label}" style="background: {GROUND}">{"".join(marks)}</div>'


def _show_strips(number: int, drawn: Sequence[tuple[str, Strip]]) -> None:
    places = [place_of(place.passage) for _, strip in drawn for place in strip.places]
    key = f"where_chart_{number}"
    st.altair_chart(
        _chart(drawn),
        key=key,
        on_select=lambda: _open_chosen(key, places, number),
        alt="Where in each interview the passages lie; “As a list” has the same as buttons.",
    )
    st.caption("The stronger the colour, the better the match. Click on one to read it.")


def _open_chosen(key: str, places: Sequence[str], number: int) -> None:
    """Open the passage that was clicked; a click beside one chooses none."""
    chart = st.session_state.get(key)
    chosen = chart.selection.get("chosen") if chart else None
    if chosen:
        read_on(places[int(chosen[0]["row"])], number)


def _chart(drawn: Sequence[tuple[str, Strip]]) -> "altair.LayerChart | altair.FacetChart":
    # Half a second that the page's first visitors need not wait for.
    import altair

    scheme = st.context.theme.type or "light"
    titles = [title for title, _ in drawn]
    rows: list[dict[str, Any]] = []
    for title, strip in drawn:
        for place in strip.places:
            rows.append(
                {
                    "row": len(rows),
                    "interview": title,
                    "begins": place.begins,
                    "ends": max(place.ends, place.begins + NARROWEST),
                    "strength": place.strength,
                    "When": moment(place.passage),
                    "AskedQuestion": shortened(place.passage.question or ""),
                    "Said": first_words(place.passage),
                    "In": title,
                    "aloud": f"{title}, {moment(place.passage)}: {first_words(place.passage)}",
                }
            )
    # The best is drawn last, over what it touches.
    rows.sort(key=lambda row: float(row["strength"]))
    y = altair.Y(
        "interview:N",
        title=None,
        scale=altair.Scale(domain=titles, padding=0.2),
        axis=altair.Axis(
            domain=False,
            ticks=False,
            labelAlign="left",
            labelPadding=0,
            labelOffset=-18,
            labelLimit=TITLE_PX,
            labelFontSize=13,
            labelColor=INK[scheme],
        ),
    )
    x_axis = altair.Axis(
        values=[0, 0.5, 1],
        labelExpr="datum.value == 0 ? 'start' : datum.value == 1 ? 'end' : 'middle'",
        grid=False,
        domain=False,
        ticks=False,
        labelFlush=True,
    )
    x = altair.X("begins:Q", title=None, scale=altair.Scale(domain=[0, 1]), axis=x_axis)
    whole = [{"interview": title, "begins": 0, "ends": 1, "aloud": title} for title in titles]
    ground = (
        altair.Chart(altair.InlineData(values=whole))
        .mark_bar(size=BAR_PX, color=GROUND, cornerRadius=3, tooltip=None)
        .encode(x=x, x2="ends:Q", y=y, description="aloud:N")
    )
    clicked = altair.selection_point(name="chosen", fields=["row"], on="click", empty=False)
    marks = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(size=BAR_PX, color=COLOUR[scheme], cursor="pointer")
        .encode(
            x=x,
            x2="ends:Q",
            y=y,
            opacity=altair.Opacity("strength:Q", scale=altair.Scale(domain=[0, 1], range=[FAINTEST, 1]), legend=None),
            tooltip=[altair.Tooltip(f"{name}:N") for name in ("When", "AskedQuestion", "Said", "In")],
            description="aloud:N",
        )
        .add_params(clicked)
    )
    return altair.layer(ground, marks).properties(height=altair.Step(STEP_PX))


def _show_list(number: int, drawn: Sequence[tuple[str, Strip]]) -> None:
    st.html(STYLE)
    for at, (title, strip) in enumerate(drawn):
        with st.container(gap=None, key=f"where_list_of_{number}_{at}"):
            if title:
                st.markdown(f"**{escaped(title)}**")
            asked_before = ""
            for row, place in enumerate(strip.places):
                asked = shortened(place.passage.question or "")
                # Of a long answer, what follows is told apart by what is said.
                begins = asked if asked and asked != asked_before else first_words(place.passage)
                asked_before = asked
                st.button(
                    escaped(f"{moment(place.passage)} · {begins}"),
                    key=f"where_{number}_{at}_{row}",
                    type="tertiary",
                    on_click=read_on,
                    args=[place_of(place.passage), number],
                )
