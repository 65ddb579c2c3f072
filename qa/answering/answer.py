"""Answers a question: the best passages, each with its place, its time and the words that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from index.errors import InterviewQAError
from index.storage.database import Database
from index.storage.records import StoredPassage
from index.text.non_speech import blank_non_speech
from index.types import Metadata, Span, Transcript
from qa.answering.library import Library
from qa.answering.suggestions import nearest_asked
from qa.question.follow_ups import query_texts
from qa.question.name_steering import find_names
from qa.question.phonetic_match import PhoneticMatch
from qa.question.query import Query, interpret
from qa.question.words import content_words, holds_words, share_of_words
from qa.ranking.no_answer import is_match
from qa.ranking.search import Hit, search

# How many asked questions are offered if nobody was asked this one.
OFFERED = 3

# A longer text is no question; the model would read less of it.
LONGEST_CHARS = 2000

# The weight of the share of the question's words, when windows of one passage are compared.
WORDS_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A verbatim passage with everything needed to quote it. Spans are offsets in `text`."""

    transcript: str
    text: str
    file: Span  # its place in the transcript file
    position: float  # where it starts in the interview, from 0 to 1
    start_s: float | None
    end_s: float | None
    time_is_exact: bool  # given by the file, not interpolated
    speaker: str | None  # of the highlight
    question: str | None  # the question it answers, in this passage or before it
    asked: Span | None  # the question in `text`, if it is inside
    turns: tuple[tuple[str | None, Span], ...]  # (speaker, part of `text`), covering all of it
    highlight: tuple[Span, ...]
    score: float
    metadata: Metadata  # of the interview
    guest_share: float | None = None  # probability that the guest speaks, if nobody is named


@dataclass(frozen=True, slots=True)
class Answer:
    """The passages for a question, best first; if nothing matched, the nearest ones."""

    question: str
    matched: bool
    passages: tuple[CitedPassage, ...]
    understood: tuple[str, ...] = ()  # other texts that were searched: corrected, in context
    transcribed: tuple[PhoneticMatch, ...] = ()  # phonetic matches in the passages
    asked_instead: tuple[str, ...] = ()  # if nothing matched, the nearest asked questions


def answer(
    library: Library,
    question: str,
    k: int = 5,
    transcripts: Sequence[str] | None = None,
    previous: Sequence[str] = (),
    *,
    literally: bool = False,
    offer: bool = True,
) -> Answer:
    """Answer from the library, or from some of its transcripts, with up to k passages that do not overlap.

    `previous` are the questions asked before, oldest first. Of a question, the first LONGEST_CHARS count. `literally`
    searches only the question's own words: no context, no correction, no phonetic matches. Without `offer`, no asked
    questions are offered if nothing matches. Raises InterviewQAError for an unknown transcript, ModelError, StoreError.
    """
    # JSON can hold half of a UTF-16 character, which is no text.
    question, *previous = (text.encode("utf-8", "replace").decode()[:LONGEST_CHARS] for text in [question, *previous])
    words = content_words(question)
    if not library.is_warm:
        # The model is loaded before a snapshot is held, which would keep builds waiting.
        library.warm_up()
    with library.snapshot() as snapshot:
        transcript_ids = _ids(snapshot.database, transcripts)

        def names_in(text: str) -> frozenset[str]:
            return find_names(snapshot, content_words(text), transcript_ids).words

        embedder = library.embedder(snapshot.index_metadata)
        texts = [question] if literally else query_texts(question, previous, names_in)
        vocabulary = None if literally else library.vocabulary(snapshot)
        asked = interpret(snapshot, texts, embedder, transcript_ids, vocabulary, literally=literally)
        hits = search(snapshot, asked, k, transcript_ids)
        cited = [_cite(hit, library.transcript(snapshot, hit.passage.transcript), words) for hit in hits]
        replies = [(passage.question or "", passage.text) for passage in cited]
        matched = is_match(snapshot.index_metadata, asked.resolved, hits, replies, everywhere=transcripts is None)
        offered = (
            [] if matched or not offer else nearest_asked(library, snapshot, asked.resolved, OFFERED, transcript_ids)
        )
    return Answer(
        question,
        matched,
        tuple(cited),
        understood=_understood(texts, question, asked.queries),
        transcribed=_transcribed(asked.queries, cited),
        asked_instead=tuple(offered),
    )


def _understood(given: Sequence[str], question: str, queries: Sequence[Query]) -> tuple[str, ...]:
    """Return the texts searched besides the question; of a text and its correction only the correction."""
    texts = [query.text for query in queries if query.text != question]
    return tuple(text for text in texts if text == texts[-1] or text not in given)


def _transcribed(queries: Sequence[Query], cited: Sequence[CitedPassage]) -> tuple[PhoneticMatch, ...]:
    """Return the phonetic matches that a cited passage contains."""
    matches = dict.fromkeys(match for query in queries for match in query.heard)
    return tuple(match for match in matches if any(holds_words(match.said, passage.text) for passage in cited))


def _ids(database: Database, names: Sequence[str] | None) -> list[int] | None:
    if names is None:
        return None
    ids = database.transcript_ids()
    missing = [name for name in names if name not in ids]
    if missing:
        raise InterviewQAError(f"no transcript named {missing[0]!r} in the index; interview-qa info lists them")
    return [ids[name] for name in names]


def _cite(hit: Hit, transcript: Transcript, words: Sequence[str]) -> CitedPassage:
    passage = hit.passage
    start, end = passage.span
    asked = _question_inside(passage)
    highlight = _of_one_speaker(_highlight(hit, transcript.text, words), transcript, passage.question)
    begins, ends = transcript.time_at(start), transcript.time_at(end, at_end=True)
    return CitedPassage(
        transcript=transcript.name,
        text=transcript.text[start:end],
        file=transcript.in_file(passage.span),
        position=start / max(1, len(transcript.text)),
        start_s=begins[0] if begins else None,
        end_s=ends[0] if ends else None,
        time_is_exact=bool(begins and begins[1]),
        speaker=transcript.segments[transcript.segment_at(highlight.start)].speaker,
        question=transcript.text[slice(*passage.question)] if passage.question else None,
        asked=Span(asked.start - start, asked.end - start) if asked else None,
        turns=tuple((who, Span(a - start, b - start)) for who, (a, b) in _turns(transcript, passage.span)),
        highlight=(Span(highlight.start - start, highlight.end - start),),
        score=hit.score,
        metadata=transcript.metadata,
        guest_share=passage.guest_share,
    )


def _turns(transcript: Transcript, span: Span) -> list[tuple[str | None, Span]]:
    """Return (speaker, place) of each turn in the span; consecutive cues of one speaker are one turn."""
    return [
        (speaker, Span(places[0].start, places[-1].end))
        for speaker, parts in groupby(transcript.parts(span), key=lambda part: part[0].speaker)
        for places in [[place for _, place in parts]]
    ]


def _question_inside(passage: StoredPassage) -> Span | None:
    """Return the question if it is inside the passage, followed by something."""
    question = passage.question
    inside = question is not None and passage.span.start <= question.start and question.end < passage.span.end
    return question if inside else None


def _highlight(hit: Hit, text: str, words: Sequence[str]) -> Span:
    """Return the part of the passage that answers: its best window, or the next one if the question matched best.

    A window is rated by its cosine and by the share of the question's words in it. If nothing but a noise follows the
    question in the passage, the best window is returned as it is.
    """

    def rating(window: tuple[Span, float]) -> float:
        span, cosine = window
        return cosine + WORDS_WEIGHT * share_of_words(words, text[slice(*span)])

    best = max(hit.windows, key=rating)
    asked = _question_inside(hit.passage)
    after = [window for window in hit.windows if asked and _says_something(text, asked.end, window[0])]
    if asked is None or not after:
        return best[0]
    span = (best if best in after else after[0])[0]
    start = max(span.start, asked.end)
    answering = text[start : span.end]
    return Span(start + len(answering) - len(answering.lstrip()), span.end)


def _says_something(text: str, start: int, span: Span) -> bool:
    """Whether there is speech, not only a noise, in the part of the span from `start` on."""
    return bool(blank_non_speech(text[max(span.start, start) : span.end]).strip())


def _of_one_speaker(span: Span, transcript: Transcript, question: Span | None) -> Span:
    """Return the longest part of the span in one turn, preferably not the host's."""
    turns = _turns(transcript, span)
    asker = transcript.segments[transcript.segment_at(question.start)].speaker if question else None
    text = transcript.text
    replies = [place for who, place in turns if who != asker and blank_non_speech(text[slice(*place)]).strip()]
    return max(replies or [place for _, place in turns], key=lambda place: place.end - place.start)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question of a chat, with what its answer depends on."""

    question: str
    previous: tuple[str, ...] = ()  # earlier questions, oldest first
    literally: bool = False  # search only its own words
    only: tuple[str, ...] = ()  # the transcripts to search, if not all


def answer_again(
    library: Library, asked: AskedQuestion, k: int, only: Sequence[str] = (), *, offer: bool = False
) -> Answer:
    """Answer again with up to k passages, from `only` or else from the question's transcripts.

    Raises InterviewQAError as `answer` does.
    """
    among = list(only or asked.only) or None
    return answer(library, asked.question, k, among, asked.previous, literally=asked.literally, offer=offer)
