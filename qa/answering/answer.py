"""Question -> answer: the best passages, each with its place, its time and the sentences that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from index.errors import InterviewQAError
from index.storage.database import Database
from index.storage.records import StoredPassage
from index.types import Metadata, Span, Transcript
from qa.answering.library import Library
from qa.answering.suggestions import nearest_asked
from qa.question.follow_ups import query_texts
from qa.question.name_steering import find_names
from qa.question.phonetic_match import PhoneticMatch
from qa.question.query import Query, literal_queries, make_queries
from qa.question.words import content_words, holds_words, share_of_words
from qa.ranking.no_answer import is_match
from qa.ranking.search import Hit, search

# How many of the questions that were asked are offered where nobody was asked this one.
OFFERED = 3

# What is longer is no question; the model would read less of it.
LONGEST_CHARS = 2000

# Between two windows of a passage, how much it counts that one holds all of the question's words.
WORDS_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A passage as it was said, with all that is needed to quote it. Spans are offsets within `text`."""

    transcript: str
    text: str
    file: Span  # where it stands in the transcript file
    position: float  # how far into the interview it begins, from 0 to 1
    start_s: float | None
    end_s: float | None
    time_is_exact: bool  # given by the file, not interpolated
    speaker: str | None  # who says what is highlighted
    question: str | None  # what was asked, in this passage or before it
    asked: Span | None  # the part of `text` that asks, where it is in this passage
    turns: tuple[tuple[str | None, Span], ...]  # who says which part of `text`; together all of it
    highlight: tuple[Span, ...]
    score: float
    metadata: Metadata  # what is known of the interview
    guest_share: float | None = None  # how likely the guest says it, where nobody is named


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for a question, best first. Where nothing matched, the passages are the nearest there are."""

    question: str
    matched: bool
    passages: tuple[CitedPassage, ...]
    understood: tuple[str, ...] = ()  # what else was searched for: without mistakes, in its context
    transcribed: tuple[PhoneticMatch, ...] = ()  # how words of the question are written in the passages shown
    asked_instead: tuple[str, ...] = ()  # where nothing matched, the nearest questions that were asked


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

    `previous` are the questions asked before, oldest first. Of a question, the first LONGEST_CHARS count.
    `literally` searches for nothing but the question's own words: not in its context, without correction,
    not for what sounds alike. Without `offer` no other questions that were asked are looked for. Raises
    InterviewQAError for a transcript that is not in the library, ModelError, StoreError.
    """
    # Half a character of UTF-16, as JSON can hold, is no text.
    question, *previous = (text.encode("utf-8", "replace").decode()[:LONGEST_CHARS] for text in [question, *previous])
    words = content_words(question)
    if not library.is_warm:
        # Nobody who saves waits for a model to load.
        library.warm_up()
    with library.snapshot() as snapshot:
        database = snapshot.database
        transcript_ids = _ids(database, transcripts)

        def names_in(text: str) -> frozenset[str]:
            return find_names(snapshot, content_words(text), transcript_ids).words

        embedder = library.embedder(snapshot.index_metadata)
        texts = [question] if literally else query_texts(question, previous, names_in)
        if literally:
            queries = literal_queries(snapshot, texts, embedder, transcript_ids)
        else:
            queries = make_queries(snapshot, texts, embedder, transcript_ids, library.vocabulary(snapshot))
        hits = search(snapshot, queries, k, transcript_ids)
        cited = [_cite(hit, library.transcript(snapshot, hit.passage.transcript), words) for hit in hits]
        replies = [(passage.question or "", passage.text) for passage in cited]
        matched = is_match(snapshot.index_metadata, queries[-1], hits, replies, everywhere=transcripts is None)
        # The last of the queries has its context, and its mistakes put right.
        instead = [] if matched or not offer else nearest_asked(library, snapshot, queries[-1], OFFERED, transcript_ids)
    return Answer(
        question,
        matched,
        tuple(cited),
        understood=_understood(texts, question, queries),
        transcribed=_transcribed(queries, cited),
        asked_instead=tuple(instead),
    )


def _understood(given: Sequence[str], question: str, queries: Sequence[Query]) -> tuple[str, ...]:
    """Return what was searched for but the question; of what was given, not what is there put right as well."""
    texts = [query.text for query in queries if query.text != question]
    return tuple(text for text in texts if text == texts[-1] or text not in given)


def _transcribed(queries: Sequence[Query], cited: Sequence[CitedPassage]) -> tuple[PhoneticMatch, ...]:
    """Return what was heard for words of the queries, where a passage shown says it."""
    heard = dict.fromkeys(heard for query in queries for heard in query.heard)
    return tuple(h for h in heard if any(holds_words(h.said, passage.text) for passage in cited))


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
    asked = _asked_within(passage)
    highlight = _of_one_speaker(_answering(hit, transcript.text, words), transcript, passage.question)
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
    """Return (speaker, place) of each turn in the span: cues of one speaker in a row are one."""
    return [
        (speaker, Span(places[0].start, places[-1].end))
        for speaker, parts in groupby(transcript.parts(span), key=lambda part: part[0].speaker)
        for places in [[place for _, place in parts]]
    ]


def _asked_within(passage: StoredPassage) -> Span | None:
    """Return what was asked where it is in the passage, and followed by something."""
    question = passage.question
    inside = question is not None and passage.span.start <= question.start and question.end < passage.span.end
    return question if inside else None


def _answering(hit: Hit, text: str, words: Sequence[str]) -> Span:
    """Return the part of the passage that answers: its best window after what was asked.

    A window is as good as its cosine to the question and the share of the question's words in it. Where
    the question that was asked is what matches, the answer is what was said next.
    """

    def nearness(window: tuple[Span, float]) -> float:
        span, cosine = window
        return cosine + WORDS_WEIGHT * share_of_words(words, text[slice(*span)])

    best = max(hit.windows, key=nearness)
    asked = _asked_within(hit.passage)
    if asked is None:
        return best[0]
    answers = [window for window in hit.windows if window[0].end > asked.end]
    span = (best if best in answers else answers[0])[0]
    begins = max(span.start, asked.end)
    said = text[begins : span.end]
    return Span(begins + len(said) - len(said.lstrip()), span.end)


def _of_one_speaker(span: Span, transcript: Transcript, question: Span | None) -> Span:
    """Return the longest part of the span in one turn, preferably not the host's."""
    turns = _turns(transcript, span)
    asker = transcript.segments[transcript.segment_at(question.start)].speaker if question else None
    replies = [place for speaker, place in turns if speaker != asker]
    return max(replies or [place for _, place in turns], key=lambda place: place.end - place.start)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it was asked in a chat."""

    question: str
    previous: tuple[str, ...] = ()  # what was asked before it, oldest first
    literally: bool = False  # nothing but its own words is searched for
    only: tuple[str, ...] = ()  # the transcripts that are searched, if not all


def answer_again(
    library: Library, asked: AskedQuestion, k: int, only: Sequence[str] = (), *, offer: bool = False
) -> Answer:
    """Return the answer with up to k passages, from these transcripts or else from those it was asked of.

    Raises InterviewQAError as `qa.answering.answer.answer` does.
    """
    among = list(only or asked.only) or None
    return answer(library, asked.question, k, among, asked.previous, literally=asked.literally, offer=offer)
