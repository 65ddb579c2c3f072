"""An answer as JSON, as text for a terminal, and as HTML whose every word of speech is escaped."""

import html
import json
from typing import Any

from qa.answer import Answer, CitedPassage

BOLD, DIM, PLAIN = "\033[1m", "\033[2m", "\033[0m"


def as_json(answer: Answer, **also: Any) -> str:
    """Return one line of JSON by the contract; `also` are further fields, which come first."""
    passages = [_passage_fields(passage) for passage in answer.passages]
    return json.dumps(also | {"matched": answer.matched, "passages": passages}, ensure_ascii=False)


def as_text(answer: Answer, colour: bool = False) -> str:
    """Return the passages for reading in a terminal, best first; what answers is bold in colour."""
    bold, dim, plain = (BOLD, DIM, PLAIN) if colour else ("", "", "")
    blocks = [] if answer.matched else ["Nobody was asked this. The nearest passages:"]
    for rank, passage in enumerate(answer.passages, 1):
        lines = [f"{bold}{rank}. {place(passage)}{plain}"]
        if passage.question:
            lines.append(f"   {dim}Asked: {one_line(passage.question)}{plain}")
        said = "".join(
            f"{bold}{one_line(part)}{plain}" if marked else one_line(part) for part, marked in said_parts(passage)
        )
        blocks.append("\n".join([*lines, f"   {said.strip()}"]))
    return "\n\n".join(blocks)


def as_html(passage: CitedPassage) -> str:
    """Return what was said as HTML: what answers in <mark>, line breaks kept, everything else escaped."""
    parts = (
        f"<mark>{html.escape(part)}</mark>" if marked else html.escape(part) for part, marked in said_parts(passage)
    )
    return f'<p class="said">{"".join(parts)}</p>'


def said_parts(passage: CitedPassage) -> list[tuple[str, bool]]:
    """Return the passage after what was asked, cut into (text, whether it answers)."""
    at = passage.asked.end if passage.asked else 0
    parts = []
    for start, end in passage.highlight:
        parts += [(passage.text[at:start], False), (passage.text[start:end], True)]
        at = end
    return [(text, marked) for text, marked in [*parts, (passage.text[at:], False)] if text]


def place(passage: CitedPassage) -> str:
    """Return where it was said: interview, speaker, and time or how far into the interview."""
    who = f", {passage.speaker}" if passage.speaker else ""
    return f"{title(passage.transcript)}{who}, {moment(passage)}"


def title(transcript: str) -> str:
    """Return what an interview is called: its file's name without the ending, spaces for dashes."""
    stem = transcript.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return stem.replace("-", " ").replace("_", " ").title() if stem.islower() else stem


def moment(passage: CitedPassage) -> str:
    """Return the time, with ≈ where it is interpolated, or the share of the interview before the passage."""
    if passage.start_s is None:
        return f"{passage.position:.0%} in"
    return ("" if passage.time_is_exact else "≈") + clock(passage.start_s)


def clock(seconds: float) -> str:
    """Return 1:02:03, or 2:03 below an hour."""
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def one_line(text: str) -> str:
    """Return the text with line breaks as spaces; spaces at its ends stay, one each."""
    return " " * text[:1].isspace() + " ".join(text.split()) + " " * text[-1:].isspace()


def _passage_fields(passage: CitedPassage) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "transcript": passage.transcript,
        "text": passage.text,
        "start": passage.file.start,
        "end": passage.file.end,
        "start_s": passage.start_s,
        "end_s": passage.end_s,
        "speaker": passage.speaker,
        "question": passage.question,
        "highlight": [list(span) for span in passage.highlight],
        "score": round(passage.score, 4),
    }
    return {name: value for name, value in fields.items() if value is not None}

