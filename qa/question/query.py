"""Interprets a question: the query as it was typed, and rewritten ones with context and corrections."""

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
    """A text to search for."""

    text: str
    named: Named
    searched: str  # the text that is encoded, with names as "you" (see rewrite_names_as_you)
    encoded: Encoded
    heard: tuple[PhoneticMatch, ...]  # how captions may have spelled its words


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The queries of one question, which are searched together with equal weight."""

    original: Query  # the user's words; if these say nothing on their own, the question in its context
    rewritten: tuple[Query, ...] = ()  # in its context, with typing mistakes corrected

    @property
    def queries(self) -> tuple[Query, ...]:
        """Return all queries, the original first."""
        return (self.original, *self.rewritten)

    @property
    def resolved(self) -> Query:
        """Return the query with context and corrections."""
        return self.queries[-1]


def interpret(
    snapshot: Snapshot,
    texts: Sequence[str],
    embedder: Embedder,
    transcript_ids: Sequence[int] | None = None,
    vocabulary: Vocabulary | None = None,
    *,
    literally: bool = False,
) -> Interpretation:
    """Return the interpretation of a question, given as itself or in its context as well.

    Typing mistakes are corrected with the library's words, in one more query, and phonetic matches are searched in
    `vocabulary`; `literally` does neither.
    """
    ordinary = embedder.whole_words
    if not literally:
        texts = list(dict.fromkeys(text for given in texts for text in (given, corrected(snapshot, given, ordinary))))
    names = [find_names(snapshot, content_words(text), transcript_ids) for text in texts]
    searched = [rewrite_names_as_you(text, named) for text, named in zip(texts, names, strict=True)]
    spoken = None if literally else vocabulary
    heard = [tuple(phonetic_matches(all_words(text), spoken, ordinary)) if spoken else () for text in searched]
    original, *rewritten = (
        Query(*query)
        for query in zip(texts, names, searched, embedder.encode(searched, is_query=True), heard, strict=True)
    )
    return Interpretation(original, tuple(rewritten))
