"""Transcript -> passages: an exchange of question and answer each, or a part of a long answer.

The passages of a transcript follow each other without a gap or an overlap, on sentence borders. What the
model reads of a passage is its words after its question.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from index.splitting.asides import aside_spans
from index.splitting.exchanges import Exchange, Sentence, exchanges, turn_sentences, turn_spans
from index.splitting.guest_estimate import with_guests
from index.splitting.question_detection import is_talk
from index.text.languages import SAMPLE_CHARS
from index.text.non_speech import blank_non_speech
from index.text.sentences import trimmed
from index.types import Passage, Span, Transcript

# Returns the number of word pieces of each text, without special tokens.
CountPieces = Callable[[Sequence[str]], list[int]]

# Raise it when a transcript is read, or cut into passages and windows, otherwise: every index is then built again.
RULE_VERSION = 9

# Measured on six development sets: 60 to 100 words find about equally well, 120 less. 80 words are
# half a minute of talk, and three passages fit in 300 words.
PASSAGE_WORDS = 80

# A model's word piece rarely has more characters than this; a tokenizer may take a whole page without
# spaces for one unknown word.
PIECE_CHARS = 8

# Word pieces to a word of the languages that a model knows. Of a script that it spells letter by letter, a passage
# may have as many more, so that it is as long; it is then encoded in parts.
ORDINARY_PIECES = 1.6
MOST_TIMES_ORDINARY = 5.0

# From Thai on, Unicode has scripts without spaces; characters to a word, on average.
FIRST_UNSPACED = "\u0e00"
UNSPACED_WORD_CHARS = 1.5

# Of the model's word pieces, at most this share goes to one sentence, and to the question that a
# later part of a long answer carries.
SENTENCE_SHARE = 0.25


def make_passages(transcript: Transcript, count_pieces: CountPieces, max_pieces: int) -> list[Passage]:
    """Cut a transcript into passages that together hold all of its words, in its order.

    What was not said lies in passages too, but no sentence is made of it and no model reads it.
    """
    written, transcript = transcript.text, replace(transcript, text=blank_non_speech(transcript.text))
    max_pieces = int(max_pieces * _times_ordinary(transcript.text, count_pieces))
    sentences = _sentences(transcript, count_pieces, int(max_pieces * SENTENCE_SHARE))
    speakers = [speaker for speaker, _ in turn_spans(transcript)]
    parts = [
        (question, sentences[start:end])
        for exchange in exchanges(sentences, speakers)
        for question in [_question(exchange, sentences, int(max_pieces * SENTENCE_SHARE))]
        for start, end in _parts(exchange, sentences, max_pieces)
    ]
    # Where a word had to be cut, its halves together can have more pieces than they had one by one.
    while True:
        counts = count_pieces([whole_text(transcript.text, _span(part), question) for question, part in parts])
        if max(counts, default=0) <= max_pieces:
            break
        parts = [
            fitting
            for (question, part), pieces in zip(parts, counts, strict=True)
            for fitting in ([(question, part)] if pieces <= max_pieces else _halves(question, part))
        ]
    spans = _with_noise(written, [_span(part) for _, part in parts])
    passages = [
        Passage(span, question, tuple(s.span for s in part), all(s.is_aside for s in part))
        for span, (question, part) in zip(spans, parts, strict=True)
    ]
    is_bare_talk = speakers == [None] and is_talk(transcript.text)
    return with_guests(transcript.text, passages) if is_bare_talk else passages


def _times_ordinary(text: str, count_pieces: CountPieces) -> float:
    """Return how many times as many word pieces as ordinary words those of a text have: from 1 to a few."""
    sample = text[:SAMPLE_CHARS]
    (pieces,) = count_pieces([sample])
    times = pieces / max(1, _count_words(sample, Span(0, len(sample)))) / ORDINARY_PIECES
    return min(max(1.0, times), MOST_TIMES_ORDINARY)


def whole_text(text: str, span: Span, question: Span | None) -> str:
    """Return the passage's words, after its question where that was asked before the passage begins."""
    if question is None or question.start >= span.start:
        return text[slice(*span)]
    return f"{text[slice(*question)]}\n{text[slice(*span)]}"


def _span(sentences: Sequence[Sentence]) -> Span:
    return Span(sentences[0].span.start, sentences[-1].span.end)


def _with_noise(text: str, spans: Sequence[Span]) -> list[Span]:
    """Widen the spans over what lies between them and was not said: over what follows, the first over both."""
    found: list[Span] = []
    borders = [*(span.start for span in spans[1:]), len(text)]
    for row, (span, border) in enumerate(zip(spans, borders, strict=True)):
        whole = trimmed(text, span.start if row else 0, border)
        found.append(whole or span)
    return found


def _halves(question: Span | None, part: list[Sentence]) -> list[tuple[Span | None, list[Sentence]]]:
    middle = len(part) // 2
    return [(question, part[:middle]), (question, part[middle:])] if middle else [(None, part)]


def _sentences(transcript: Transcript, count_pieces: CountPieces, max_pieces: int) -> list[Sentence]:
    text = transcript.text
    found = turn_sentences(transcript)
    counts = count_pieces([text[slice(*span)] for _, span, _ in found])
    asides = aside_spans(text, [span for _, span, _ in found])
    ends = [aside.end for aside in asides]
    sentences: list[Sentence] = []
    for (turn, span, asking), counted in zip(found, counts, strict=True):
        pieces = max(counted, _size(span) // PIECE_CHARS)
        # Of a sentence that has to be cut, each part counts as asking or not as the whole does.
        parts = [(span, pieces)] if pieces <= max_pieces else _cut(text, span, count_pieces, max_pieces)
        row = bisect_left(ends, span.end)
        is_aside = row < len(asides) and asides[row].start <= span.start
        sentences += [Sentence(s, _count_words(text, s), n, asking, turn, is_aside) for s, n in parts]
    return sentences


def _cut(text: str, span: Span, count_pieces: CountPieces, max_pieces: int) -> list[tuple[Span, int]]:
    """Halve the span, between words if it can be, until no part has more than `max_pieces`."""
    (counted,) = count_pieces([text[slice(*span)]])
    pieces = max(counted, _size(span) // PIECE_CHARS)
    if pieces <= max_pieces or _size(span) < 2:
        return [(span, pieces)]
    middle = (span.start + span.end) // 2
    gaps = [match.start() for match in re.finditer(r"\s", text[slice(*span)])]
    cut = min((span.start + gap for gap in gaps), key=lambda gap: abs(gap - middle), default=middle)
    return [
        part
        for half in (Span(span.start, cut), Span(cut, span.end))
        if (said := trimmed(text, *half))
        for part in _cut(text, said, count_pieces, max_pieces)
    ]


def _size(span: Span) -> int:
    return span.end - span.start


def _count_words(text: str, span: Span) -> int:
    """Return the number of words; in scripts that write no spaces, of as many characters as one has."""
    said = text[slice(*span)]
    unspaced = sum(character >= FIRST_UNSPACED and character.isalpha() for character in said)
    return max(len(said.split()), int(unspaced / UNSPACED_WORD_CHARS))


def _question(exchange: Exchange, sentences: Sequence[Sentence], max_pieces: int) -> Span | None:
    """Return the span of what was asked: the last sentences of it that fit."""
    if exchange.asked is None:
        return None
    start, end = exchange.asked
    while start < end - 1 and sum(s.pieces for s in sentences[start:end]) > max_pieces:
        start += 1
    return Span(sentences[start].span.start, sentences[end - 1].span.end)


def _parts(exchange: Exchange, sentences: Sequence[Sentence], max_pieces: int) -> list[tuple[int, int]]:
    """Cut an exchange into parts of about equal length; what was asked stays with the first of the answer."""
    rows = range(exchange.start, exchange.end)
    words = sum(sentences[row].words for row in rows)
    wanted = words / -(-words // PASSAGE_WORDS) if words else 0
    asked_end = exchange.asked.end if exchange.asked else exchange.start
    # Each part after the first may carry the question.
    room = int(max_pieces * (1 - SENTENCE_SHARE)) if exchange.asked else max_pieces
    parts: list[tuple[int, int]] = []
    start, held, pieces = exchange.start, 0, 0
    for row in rows:
        sentence = sentences[row]
        full = held + sentence.words / 2 > wanted and row > asked_end
        # What is said before and after the interview is no part of an answer.
        full |= row > start and sentence.is_aside != sentences[row - 1].is_aside
        if row > start and (full or pieces + sentence.pieces > room):
            parts.append((start, row))
            start, held, pieces = row, 0, 0
        held += sentence.words
        pieces += sentence.pieces
    return [*parts, (start, exchange.end)]
