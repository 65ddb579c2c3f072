"""A transcript as it is read: in paragraphs, with who speaks and when, on pages, and found again in it."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.storage.records import StoredPassage
from index.types import Span, Transcript
from qa.render.media_links import is_web, link
from qa.render.render import clock, one_line

# A quarter of an hour of talk: more in one piece makes the browser slow, and nobody reads on without a pause.
PAGE_WORDS = 2500

# What is marked: the passage that was opened, words that were looked for, and the place of these that is shown.
MARKS = ("here", "hit", "current")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What one speaker says in one go, or a part of it as long as a passage."""

    span: Span
    speaker: str | None
    start_s: float | None
    time_is_exact: bool
    asks: bool  # it is what a host asked, and the next answers


def paragraphs(transcript: Transcript, passages: Sequence[StoredPassage]) -> list[Paragraph]:
    """Cut a transcript where somebody else speaks, something is asked or answered, and a passage ends."""
    asked = {passage.question for passage in passages if passage.question}
    borders = {border for passage in passages for border in passage.span} | {at for span in asked for at in span}
    found: list[Paragraph] = []
    for passage in passages:
        for speaker, parts in groupby(transcript.parts(passage.span), key=lambda part: part[0].speaker):
            spans = [span for _, span in parts]
            for span in _cut(Span(spans[0].start, spans[-1].end), borders):
                if transcript.text[slice(*span)].strip():
                    seconds, is_exact = transcript.time_at(span.start) or (None, False)
                    is_asked = any(each.start <= span.start and span.end <= each.end for each in asked)
                    found.append(Paragraph(span, speaker, seconds, is_exact, is_asked))
    return found


def _cut(span: Span, borders: set[int]) -> Iterator[Span]:
    inside = sorted(border for border in borders if span.start < border < span.end)
    ends = [*inside, span.end]
    yield from (Span(start, end) for start, end in zip([span.start, *inside], ends, strict=True))


def pages(transcript: Transcript, found: Sequence[Paragraph]) -> list[list[Paragraph]]:
    """Put paragraphs on pages of about PAGE_WORDS words; what is asked begins a page rather than ends one."""
    turned: list[list[Paragraph]] = [[]]
    words = 0
    for paragraph in found:
        size = len(transcript.text[slice(*paragraph.span)].split())
        if words + size > PAGE_WORDS and turned[-1] and (paragraph.asks or words > 1.2 * PAGE_WORDS):
            turned.append([])
            words = 0
        turned[-1].append(paragraph)
        words += size
    return turned


def page_of(turned: Sequence[Sequence[Paragraph]], offset: int) -> int:
    """Return the number of the page, from 0, that holds the offset."""
    starts = [page[0].span.start for page in turned if page]
    return max(0, sum(start <= offset for start in starts) - 1)


def occurrences(transcript: Transcript, words: str) -> list[Span]:
    """Return where the words are said, whatever their case and what is between them."""
    pattern = r"\W+".join(map(re.escape, words.split()))
    return [Span(*found.span()) for found in re.finditer(pattern, transcript.text, re.IGNORECASE)] if pattern else []


def as_html(
    transcript: Transcript,
    page: Sequence[Paragraph],
    here: Span | None,
    hits: Sequence[Span] = (),
    current: Span | None = None,
) -> str:
    """Return a page as HTML, every word escaped: what is `here` is marked, and the hits, of which one is current."""
    marks = [(kind, span) for kind, span in (("here", here), ("current", current)) if span]
    marks += [("hit", span) for span in hits]
    lines, last = [], None
    for paragraph in page:
        who = html.escape(paragraph.speaker) if paragraph.speaker and paragraph.speaker != last else ""
        last = paragraph.speaker
        head = "".join((_when(transcript, paragraph), f"<b>{who}</b> " if who else ""))
        words = _marked(transcript.text, paragraph.span, marks)
        lines.append(f'<p class="{"asks" if paragraph.asks else "says"}">{head}{words}</p>')
    return f'<article class="reading" dir="auto">{"".join(lines)}</article>'


def _when(transcript: Transcript, paragraph: Paragraph) -> str:
    if paragraph.start_s is None:
        return ""
    shown = ("" if paragraph.time_is_exact else "≈") + clock(paragraph.start_s)
    address = link(transcript.about.media, paragraph.start_s)
    if address and is_web(address):
        shown = f'<a href="{html.escape(address)}" target="_blank" rel="noopener">{shown}</a>'
    return f"<small>{shown}</small> "


def _marked(text: str, span: Span, marks: Sequence[tuple[str, Span]]) -> str:
    """Return the words of the span with <mark> around what is to be marked."""
    marks = [(kind, mark) for kind, mark in marks if mark.start < span.end and span.start < mark.end]
    borders = {border for _, mark in marks for border in mark if span.start < border < span.end}
    words = []
    for start, end in _cut(span, borders):
        said = html.escape(one_line(text[start:end]))
        kinds = [kind for kind in MARKS if any(k == kind and m.start <= start and end <= m.end for k, m in marks)]
        words.append(f'<mark class="{" ".join(kinds)}">{said}</mark>' if kinds else said)
    return "".join(words).strip()
