"""Question -> queries: what to search for, once names, typing mistakes and mishearings are understood."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.embedding.embedder import Embedder, Encoded
from index.search.snapshot import Snapshot
from qa.question.name_steering import Named, find_names, rewrite_names_as_you
from qa.question.phonetic_match import PhoneticMatch, Vocabulary, phonetic_matches
from qa.question.spelling import corrected
from qa.question.words import all_words, content_words


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for: a text, the names in it, and the text as the model reads it, see `rewrite_names_as_you`."""

    text: str
    named: Named
    searched: str
    encoded: Encoded
    heard: tuple[PhoneticMatch, ...]  # how captions may have written words of it


def make_queries(
    snapshot: Snapshot,
    texts: Sequence[str],
    embedder: Embedder,
    transcript_ids: Sequence[int] | None = None,
    spoken: Vocabulary | None = None,
) -> list[Query]:
    """Return a query for each text, and one more where it has typing mistakes that the library's words put right.

    `spoken` are the library's words, among which those that captions garbled are looked for.
    """
    ordinary = embedder.whole_words
    spelled = list(dict.fromkeys(text for given in texts for text in (given, corrected(snapshot, given, ordinary))))
    return literal_queries(snapshot, spelled, embedder, transcript_ids, spoken)


def literal_queries(
    snapshot: Snapshot,
    texts: Sequence[str],
    embedder: Embedder,
    transcript_ids: Sequence[int] | None = None,
    spoken: Vocabulary | None = None,
) -> list[Query]:
    """Return a query for each text, with its typing mistakes."""
    ordinary = embedder.whole_words
    names = [find_names(snapshot, content_words(text), transcript_ids) for text in texts]
    searched = [rewrite_names_as_you(text, named) for text, named in zip(texts, names, strict=True)]
    heard = [tuple(phonetic_matches(all_words(text), spoken, ordinary)) if spoken else () for text in searched]
    return [Query(*query) for query in zip(texts, names, searched, embedder.encode(searched), heard, strict=True)]
