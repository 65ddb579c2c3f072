"""An answer as JSON, as text for a terminal, and as escaped HTML."""

import html
import json
import re
from collections.abc import Sequence
from typing import Any

from index.metadata.metadata import metadata_of_name
from index.types import Metadata, Span
from qa.answering.answer import Answer, CitedPassage
from qa.question.words import holds_words
from qa.render.media_links import is_web, link

NOT_ASKED = "Nobody was asked this."
WERE_ASKED = "Questions that were asked:"
NEAREST = "The nearest passages:"
PROBABLY_THE_GUEST = "probably the guest"

# A longer question is folded until it is clicked.
LONGEST_SEEN_CHARS = 300
LONGEST_SEEN_LINES = 4

# How much of a question fits a list.
SHORT_CHARS = 90

BOLD, DIM, PLAIN = "\033[1m", "\033[2m", "\033[0m"


def as_json(answer: Answer, **also: Any) -> str:
    """Return the answer as one line of JSON (README, "From programs"); `also` are further fields, which come first."""
    passages = [_passage_fields(passage) for passage in answer.passages]
    return json.dumps(also | {"matched": answer.matched, "passages": passages}, ensure_ascii=False)


def as_text(answer: Answer, colour: bool = False) -> str:
    """Return the passages as text for a terminal, best first; with `colour` the highlight is bold."""
    bold, dim, plain = (BOLD, DIM, PLAIN) if colour else ("", "", "")
    blocks = [_visible(note) for note in notes(answer)]
    if not answer.matched:
        questions = "".join(f"\n   {_visible(question)}" for question in answer.asked_instead)
        heads = [f"{WERE_ASKED}{questions}"] * bool(questions) + [NEAREST] * bool(answer.passages)
        blocks += [" ".join([NOT_ASKED, *heads[:1]]), *heads[1:]]
    for rank, passage in enumerate(answer.passages, 1):
        lines = [f"{bold}{rank}. {_visible(place(passage))}{plain}"]
        if address := link(passage.metadata.media, passage.start_s):
            lines.append(f"   {dim}{_visible(address)}{plain}")
        if passage.question:
            lines.append(f"   {dim}Asked: {_visible(one_line(passage.question))}{plain}")
        for speaker, parts in said(passage):
            words = "".join(f"{bold}{_visible(t)}{plain}" if marked else _visible(t) for t, marked in parts)
            lines.append(f"   {dim}{_visible(speaker)}:{plain} {words}" if speaker else f"   {words}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def question_as_html(question: str) -> str:
    """Return a question of the chat as escaped HTML; a long one is folded."""
    heading = f'<h2 dir="auto">{html.escape(question)}</h2>'
    if len(question) > LONGEST_SEEN_CHARS or question.count("\n") >= LONGEST_SEEN_LINES:
        return f'<details class="asked"><summary>{heading}</summary></details>'
    return f'<div class="asked">{heading}</div>'


def notes_as_html(answer: Answer) -> str:
    """Return the notes as escaped HTML; empty if there are none."""
    return "".join(f'<p class="note">{html.escape(note)}</p>' for note in notes(answer))


def notes(answer: Answer) -> list[str]:
    """Return one line for each thing searched besides the question's own words.

    A phonetic match is left out if it differs only in spaces, or if a rewritten question already shows it.
    """
    texts = answer.understood
    # A corrected question is also part of the question with its context.
    whole = [text for text in texts if not any(text in other for other in texts if text != other)]
    lines = [f"Understood as: {one_line(text)}" for text in whole]
    for heard in answer.transcribed:
        is_same = heard.asked.replace(" ", "") == heard.said.replace(" ", "")
        if not is_same and not any(holds_words(heard.said, text) for text in texts):
            asked = _as_written(heard.asked, [answer.question, *texts])
            spoken = _as_written(heard.said, [passage.text for passage in answer.passages])
            lines.append(f"“{asked}” may be transcribed as “{spoken}”")
    return list(dict.fromkeys(lines))


def _as_written(words: str, texts: Sequence[str]) -> str:
    """Return lower-case words as they are spelled in the first text that contains them."""
    pattern = re.compile(r"\b" + r"\W+".join(map(re.escape, words.split())) + r"\b", re.IGNORECASE)
    return next((one_line(found.group()) for text in texts if (found := pattern.search(text))), words)


def as_html(passage: CitedPassage) -> str:
    """Return a passage as HTML: the question, the speech with the highlight in <mark>, the place.

    Everything that comes from a transcript or a file's name is escaped.
    """
    heading = f"<h3>{html.escape(one_line(passage.question))}</h3>" if passage.question else ""
    paragraphs = []
    for speaker, parts in said(passage):
        words = "".join(f"<mark>{html.escape(t)}</mark>" if marked else html.escape(t) for t, marked in parts)
        paragraphs.append(f"<p><b>{html.escape(speaker)}</b> {words}</p>" if speaker else f"<p>{words}</p>")
    footer, address = html.escape(place(passage)), link(passage.metadata.media, passage.start_s)
    if address and is_web(address):
        footer = f'<a href="{html.escape(address)}" target="_blank" rel="noopener">▶ {footer}</a>'
    return f'<article class="passage" dir="auto">{heading}{"".join(paragraphs)}<footer>{footer}</footer></article>'


def others_as_html(passages: Sequence[CitedPassage]) -> str:
    """Return passages as a compact HTML list: question, highlight, place."""
    items = []
    for passage in passages:
        asked = f"<b>{html.escape(one_line(passage.question).strip())}</b> " if passage.question else ""
        answers = (one_line(passage.text[slice(*span)]).strip() for span in passage.highlight)
        said = f"<p>{asked}{html.escape(' … '.join(answers))}</p>"
        items.append(f'<li dir="auto">{said}<footer>{html.escape(place(passage))}</footer></li>')
    return f'<ul class="others">{"".join(items)}</ul>'


def said(passage: CitedPassage) -> list[tuple[str | None, list[tuple[str, bool]]]]:
    """Return (speaker, [(words, whether highlighted), ...]) for each turn, without the question.

    The speaker is None unless several speak. Line breaks within a turn come from wrapping and become spaces.
    """
    several = len({speaker for speaker, _ in passage.turns}) > 1
    asked = passage.asked or Span(0, 0)
    turns = []
    for speaker, (start, end) in passage.turns:
        before = _marked_parts(passage, start, min(end, asked.start))
        after = _marked_parts(passage, max(start, asked.end), end)
        if before or after:
            turns.append((speaker if several else None, before + after))
    return turns


def _marked_parts(passage: CitedPassage, start: int, end: int) -> list[tuple[str, bool]]:
    """Return text[start:end], stripped, split where the highlight starts and ends."""
    text = passage.text
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    parts, at = [], start
    for mark in passage.highlight:
        marked = Span(max(mark.start, at), min(mark.end, end))
        if marked.start < marked.end:
            parts += [(text[at : marked.start], False), (text[slice(*marked)], True)]
            at = marked.end
    parts.append((text[at:end], False))
    return [(one_line(part), answers) for part, answers in parts if part]


def place(passage: CitedPassage) -> str:
    """Return the place of a passage: interview, date, speaker, and its time or position."""
    date = f" ({passage.metadata.date})" if passage.metadata.date else ""
    who = passage.speaker or (PROBABLY_THE_GUEST if passage.guest_share else None)
    who = f", {who}" if who else ""
    return f"{title(passage.transcript, passage.metadata)}{date}{who}, {moment(passage)}"


def title(transcript: str, metadata: Metadata) -> str:
    """Return the interview's title, or else what its file's name says."""
    return metadata.title or metadata_of_name(transcript).title or transcript


def moment(passage: CitedPassage) -> str:
    """Return the time, with ≈ if it is interpolated, or else the share of the interview before the passage."""
    if passage.start_s is None:
        return f"{passage.position:.0%} in"
    return ("" if passage.time_is_exact else "≈") + clock(passage.start_s)


def clock(seconds: float) -> str:
    """Return 1:02:03, or 2:03 below an hour."""
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def _visible(text: str) -> str:
    """Return the text without control characters, which a terminal would execute."""
    return "".join(character for character in text if character.isprintable() or character == " ")


def shortened(text: str) -> str:
    """Return the text on one short line."""
    line = " ".join(text.split())
    return line if len(line) <= SHORT_CHARS else f"{line[:SHORT_CHARS].rstrip()}…"


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
