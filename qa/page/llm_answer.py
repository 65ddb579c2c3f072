"""A short answer by a language model above the passages, where one is set: told apart from what people said."""

import html
from collections.abc import Iterable

import streamlit as st

from qa.answering.answer import Answer
from qa.llm.openai_client import Endpoint, endpoint
from qa.llm.summary import AnswerStream
from qa.page.url_state import change
from qa.page.widgets import escaped
from qa.render.render import place
from qa.types import GeneratedAnswer

# How often what has come so far is drawn.
POLL_S = 0.4

# The name in the session of somebody's yes to passages being sent to another machine.
MAY_SEND = "may_send"

NOTHING_SAID = "The model said nothing that these passages say."

# The passages carry their numbers where something cites them.
STYLE = """<style>
.voice { border-left: 3px solid currentColor; padding: .1rem 0 .1rem .9rem; margin: 0 0 1rem; min-height: 3.5rem; }
.voice p { margin: 0 0 .4rem; line-height: 1.6; overflow-wrap: anywhere; }
.voice cite { font-style: normal; font-size: .875rem; cursor: help; white-space: nowrap; }
.voice footer { font-size: .875rem; opacity: .75; overflow-wrap: anywhere; }
[class*=st-key-turn_]:has(.voice cite) { counter-reset: passage; }
[class*=st-key-turn_]:has(.voice cite) [class*=st-key-answer_] .passage { counter-increment: passage; }
[class*=st-key-turn_]:has(.voice cite) [class*=st-key-answer_] .passage::before {
  content: "[" counter(passage) "]"; font-size: .875rem; font-weight: 600;
}
.earlier:has(.voice cite) .passage::before { content: "[1]"; font-size: .875rem; font-weight: 600; }
</style>"""


def show_switch() -> None:
    """Draw, where a model is set, the switch that lets it answer, and where the passages go, if elsewhere."""
    at = endpoint()
    if at is None:
        return
    st.html(STYLE)
    label = f"Let {escaped(at.model) if at.model else 'a model'} answer from these passages"
    with st.bottom.container(horizontal=True, vertical_alignment="center"):
        # A switch that is not drawn for a while forgets how it was.
        st.session_state["voice"] = is_on()
        st.toggle(label, key="voice", on_change=switch, width="content")
        if not at.is_here and at.where:
            st.caption(f"Passages {'are' if is_on() else 'would be'} sent to {escaped(at.where)}", width="content")


def is_on() -> bool:
    """Whether a model, where one is set, may answer: one on this machine unless the address says no.

    To another machine no address may send anything, for somebody else may have written it: that takes a yes by hand.
    """
    at = endpoint()
    may_send = bool(at and at.is_here) or bool(st.session_state.get(MAY_SEND))
    return may_send and st.query_params.get("voice") != "0"


def switch() -> None:
    """Keep in the page's address that no model may answer, and in the session that one elsewhere may."""
    st.session_state[MAY_SEND] = st.session_state["voice"]
    change({"voice": None if st.session_state["voice"] else "0"})


def show_voice(number: int, found: Answer, speech: AnswerStream | None) -> AnswerStream | None:
    """Draw what a model says from the passages, and return it; it is asked once, and of the last turn alone."""
    at = endpoint()
    if at is None or not is_on() or not found.matched or not found.passages:
        return speech
    if speech is None or speech.found is not found:
        if number + 1 < len(st.session_state["turns"]):
            return None
        speech = AnswerStream(at, found)
    if speech.spoken.is_done:
        show_spoken(number, speech)
    else:
        show_growing(number, speech, at)
    return speech


def by_row(speeches: Iterable[AnswerStream | None]) -> dict[int, GeneratedAnswer]:
    """Return, by row, what a model has said to its end, as far as the page shows it."""
    if not is_on():
        return {}
    return {row: speech.spoken for row, speech in enumerate(speeches) if speech and speech.spoken.is_done}


def show_spoken(number: int, speech: AnswerStream) -> None:
    """Draw all that a model has said; where it failed, why, and the way to ask it again."""
    spoken = speech.spoken
    if spoken.sentences or not spoken.failed:
        st.html(as_html(spoken, speech.found))
    if spoken.failed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(escaped(f"No {'more' if spoken.sentences else 'answer'} from the model: {spoken.failed}."))
            key, which = f"voice_{number}", [number, speech]
            st.button("Ask the model again", key=key, type="tertiary", on_click=ask_model_again, args=which)


def show_growing(number: int, speech: AnswerStream, at: Endpoint) -> None:
    """Draw what a model says while it says it; nothing else on the page waits."""
    is_first = [True]

    @st.fragment(run_every=POLL_S)
    def grow() -> None:
        if speech.spoken.is_done and not is_first[0]:
            # The page is drawn once more, and this no longer.
            st.rerun()
        is_first[0] = False
        st.html(as_html(speech.spoken, speech.found, "" if at.is_here else at.where))

    with st.container(key=f"growing_{number}"):
        grow()


def ask_model_again(number: int, failed: AnswerStream) -> None:
    """Ask the model once more, also below an earlier turn."""
    at, turns = endpoint(), st.session_state["turns"]
    turns[number] = turns[number]._replace(voice=AnswerStream(at, failed.found) if at else None)


def as_html(spoken: GeneratedAnswer, found: Answer, where: str = "") -> str:
    """Return what a model said as HTML, escaped, each citation with its passage's place."""
    parts = []
    for sentence in spoken.sentences:
        cites = " ".join(
            f'<cite title="{html.escape(place(found.passages[rank - 1]))}">[{rank}]</cite>' for rank in sentence.cites
        )
        parts.append(f"{html.escape(sentence.text)} {cites}")
    name = spoken.model or "The model"
    if not spoken.is_done:
        footer = f"{name}{f' at {where}' if where else ''} is reading the passages…"
    elif not spoken.sentences:
        footer = NOTHING_SAID
    else:
        footer = f"Written by {name} from the passages below, not said by anybody."
    if spoken.is_done and spoken.left_out:
        n = spoken.left_out
        footer += f" {n} sentence{'s' * (n > 1)} without a passage that says so {'were' if n > 1 else 'was'} left out."
    said = f"<p>{' '.join(parts)}</p>" if parts else ""
    return f'<section class="voice" dir="auto">{said}<footer>{html.escape(footer)}</footer></section>'
