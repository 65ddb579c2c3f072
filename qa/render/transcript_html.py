"""A transcript as HTML: paragraphs with speakers and times, on pages, with passages and search hits marked."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.storage.records import StoredPassage
from index.types import Span, Transcript
from qa.render.media_links import is_web, link
from qa.render.render import clock, one_line

# A quarter of an hour of talk; more on one page makes the browser slow.
PAGE_WORDS = 2500

# CSS classes of marks: the opened passage, search hits, and the hit that is shown.
MARKS = ("here", "hit", "current")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What one speaker says without a break, or the part of it in one passage."""

    span: Span
    speaker: str | None
    start_s: float | None
    time_is_exact: bool
    asks: bool  # a question that the next paragraph answers


def paragraphs(transcript: Transcript, passages: Sequence[StoredPassage]) -> list[Paragraph]:
    """Split a transcript where the speaker changes, a question starts or ends, and a passage ends."""
    asked = {passage.question for passage in passages if passage.question}
    borders = {border for passage in passages for border in passage.span} | {at for span in asked for at in span}
    split: list[Paragraph] = []
    for passage in passages:
        for speaker, parts in groupby(transcript.parts(passage.span), key=lambda part: part[0].speaker):
            spans = [span for _, span in parts]
            for span in _cut(Span(spans[0].start, spans[-1].end), borders):
                if transcript.text[slice(*span)].strip():
                    seconds, is_exact = transcript.time_at(span.start) or (None, False)
                    is_asked = any(each.start <= span.start and span.end <= each.end for each in asked)
                    split.append(Paragraph(span, speaker, seconds, is_exact, is_asked))
    return split


def _cut(span: Span, borders: set[int]) -> Iterator[Span]:
    inside = sorted(border for border in borders if span.start < border < span.end)
    ends = [*inside, span.end]
    yield from (Span(start, end) for start, end in zip([span.start, *inside], ends, strict=True))


def pages(transcript: Transcript, paragraphs: Sequence[Paragraph]) -> list[list[Paragraph]]:
    """Put paragraphs on pages of about PAGE_WORDS words; a question starts a page rather than ends one."""
    turned: list[list[Paragraph]] = [[]]
    words = 0
    for paragraph in paragraphs:
        size = len(transcript.text[slice(*paragraph.span)].split())
        if words + size > PAGE_WORDS and turned[-1] and (paragraph.asks or words > 1.2 * PAGE_WORDS):
            turned.append([])
            words = 0
        turned[-1].append(paragraph)
        words += size
    return turned


def page_of(turned: Sequence[Sequence[Paragraph]], offset: int) -> int:
    """Return the page, from 0, that contains the offset."""
    starts = [page[0].span.start for page in turned if page]
    return max(0, sum(start <= offset for start in starts) - 1)


def occurrences(transcript: Transcript, words: str) -> list[Span]:
    """Return where the words occur, ignoring case and punctuation."""
    pattern = r"\W+".join(map(re.escape, words.split()))
    return [Span(*found.span()) for found in re.finditer(pattern, transcript.text, re.IGNORECASE)] if pattern else []


def as_html(
    transcript: Transcript,
    page: Sequence[Paragraph],
    here: Span | None,
    hits: Sequence[Span] = (),
    current: Span | None = None,
) -> str:
    """Return a page as escaped HTML with the opened passage (`here`), the hits and the current hit marked."""
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
    address = link(transcript.metadata.media, paragraph.start_s)
    if address and is_web(address):
        shown = f'<a href="{html.escape(address)}" target="_blank" rel="noopener">{shown}</a>'
    return f"<small>{shown}</small> "


def _marked(text: str, span: Span, marks: Sequence[tuple[str, Span]]) -> str:
    """Return the escaped words of the span with <mark> around each marked part."""
    marks = [(kind, mark) for kind, mark in marks if mark.start < span.end and span.start < mark.end]
    borders = {border for _, mark in marks for border in mark if span.start < border < span.end}
    words = []
    for start, end in _cut(span, borders):
        escaped = html.escape(one_line(text[start:end]))
        kinds = [kind for kind in MARKS if any(k == kind and m.start <= start and end <= m.end for k, m in marks)]
        words.append(f'<mark class="{" ".join(kinds)}">{escaped}</mark>' if kinds else escaped)
    return "".join(words).strip()
