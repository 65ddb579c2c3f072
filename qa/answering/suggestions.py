"""Questions that hosts really asked: to begin a chat with, and to go on where nobody was asked."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, zip_longest

import numpy as np

from index.arrays import Vectors
from index.embedding.embedder import Embedder
from index.search.snapshot import Snapshot
from index.storage.queries import asked_questions
from index.text.sentences import is_question, sentence_spans
from qa.answering.library import Library
from qa.question.follow_ups import is_follow_up
from qa.question.query import Query
from qa.question.words import all_words, content_words

# Captions without punctuation run answers into questions; a question that is safe to show opens as one.
OPENERS = frozenset(
    "what how why when where who which do does did is are was were can could would will have has should".split()
)
# A question that stands on its own has this many words, and points at nothing said before it.
WORDS = range(5, 15)
POINTING = frozenset(
    "it its that this these those they them their he him his she her there then else again one".split()
)

# The nearest questions are searched among those of this many passages. Half of them are follow-ups; this many that
# are not are compared, which takes as long as embedding two or three questions.
LOOKED_AT = 40
COMPARED = 10

# The vectors of this many questions are kept, 1.5 kB each.
MOST_KEPT = 5000


def suggestions(snapshot: Snapshot, k: int) -> list[str]:
    """Return up to k asked questions that stand on their own, taking turns between the interviews.

    Of each interview, those with the most to go by come first.
    """
    asked: dict[str, list[str]] = {}
    for transcript, question in asked_questions(snapshot.database):
        shown = presentable(question)
        if shown:
            asked.setdefault(transcript, []).append(shown)
    ranked = [sorted(questions, key=lambda q: (-len(content_words(q)), q)) for questions in asked.values()]
    turns = chain.from_iterable(zip_longest(*ranked))
    return list(dict.fromkeys(question for question in turns if question))[:k]


def nearest_asked(
    library: Library, snapshot: Snapshot, wanted: Query, k: int, transcript_ids: Sequence[int] | None = None
) -> list[str]:
    """Return up to k asked questions that stand on their own, nearest in meaning first.

    They are among those to which the passages nearest to `wanted` reply, of these transcripts or of all.
    """
    database, vector = snapshot.database, wanted.encoded.vector
    among = None if transcript_ids is None else database.encoding_ids(transcript_ids)
    ranks = {encoding: rank for rank, (encoding, _) in enumerate(snapshot.vectors.search(vector, LOOKED_AT, among))}
    found = dict(database.passages_of_encodings(ranks, transcript_ids))
    passages = sorted(database.passages(found), key=lambda passage: ranks[found[passage.id]])
    asked = [
        library.transcript(snapshot, passage.transcript).text[slice(*passage.question)]
        for passage in passages
        if passage.question and not passage.is_aside
    ]
    shown = {question.casefold(): question for text in asked if (question := presentable(text))}
    questions = list(shown.values())[:COMPARED]
    if not questions:
        return []
    cosines = _vectors(questions, library.embedder(snapshot.index_metadata)) @ vector
    return [questions[row] for row in np.argsort(-cosines, kind="stable")[:k]]


def _vectors(questions: Sequence[str], embedder: Embedder) -> Vectors:
    """Return the vectors of questions, which are few in a library and looked at again and again."""
    kept = _kept(embedder)
    found = {question: kept.get(question) for question in questions}
    new = [question for question, vector in found.items() if vector is None]
    if new:
        encoded = {
            question: each.vector for question, each in zip(new, embedder.encode(new, is_query=True), strict=True)
        }
        if len(kept) > MOST_KEPT:
            kept.clear()
        kept |= encoded
        found |= encoded
    return np.stack([vector for vector in found.values() if vector is not None])


@lru_cache(maxsize=2)
def _kept(embedder: Embedder) -> dict[str, Vectors]:
    """Return the place for the vectors that a model made of questions."""
    del embedder  # It is what the place is found by.
    return {}


def presentable(asked: str) -> str | None:
    """Return the last sentence that asks, as it can be shown and asked again; None where it does not stand alone."""
    sentences = [asked[slice(*span)] for span in sentence_spans(asked)]
    question = next((" ".join(sentence.split()) for sentence in reversed(sentences) if is_question(sentence)), "")
    return question[:1].upper() + question[1:] if _stands_alone(question) else None


def _stands_alone(question: str) -> bool:
    words = [word.lower() for word in all_words(question)]
    opens = bool(words) and words[0] in OPENERS
    return opens and len(words) in WORDS and not POINTING.intersection(words) and not is_follow_up(question)
