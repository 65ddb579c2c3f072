"""Earlier turns of the chat, drawn in one piece each: their passages' buttons are most of what a long chat costs."""

import html

import streamlit as st

from qa.answering.answer import LONGEST_CHARS, Answer
from qa.page import llm_answer
from qa.page.chat import Turn, set_open
from qa.render.render import NEAREST, NOT_ASKED, as_html, notes_as_html, question_as_html


def is_earlier(number: int, turn: Turn) -> bool:
    """Whether a turn is drawn in one piece: others were asked since, and nothing in it is used or still to come."""
    is_last = number + 1 == len(st.session_state["turns"])
    is_spoken = turn.voice is None or turn.voice.spoken.is_done or not llm_answer.is_on()
    return not is_last and not turn.is_open and turn.found is not None and is_spoken


def show_earlier(number: int, turn: Turn) -> None:
    """Draw the question of a turn with what is best of its answer, and the way to all of it."""
    # No container: what Streamlit does for each element is what a long chat costs.
    st.html(turn_as_html(number, turn))
    if isinstance(turn.found, Answer):
        n = len(turn.found.passages)
        label = f"Show all {n} passages" if n > 1 else "Show all"
        st.button(label, key=f"open_{number}", type="tertiary", on_click=set_open, args=[number, True])


def turn_as_html(number: int, turn: Turn) -> str:
    """Return a turn as HTML, every word of it escaped."""
    parts, found = [question_as_html(turn.question)], turn.found
    if len(turn.question) == LONGEST_CHARS:
        parts.append(f'<p class="note">Only its first {LONGEST_CHARS:,} characters are asked.</p>')
    if isinstance(found, str):
        parts.append(f"<p>{html.escape(found)}</p>")
    elif found:
        parts.append(notes_as_html(found))
        if turn.voice and turn.voice.spoken.sentences and llm_answer.is_on():
            parts.append(llm_answer.as_html(turn.voice.spoken, found))
        if not found.matched:
            parts.append(f"<p>{NOT_ASKED} {NEAREST if found.passages else ''}</p>")
        parts += [as_html(passage) for passage in found.passages[:1]]
    return f'<section class="earlier" id="turn_{number:d}">{"".join(parts)}</section>'
