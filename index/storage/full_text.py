"""Full text in the library file: the words of passages, their spellings and stems, and names."""

import functools
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import apsw
import regex

from index.errors import DamagedError
from index.text.languages import DEFAULT_LANGUAGE
from index.text.non_speech import strip_for_search
from index.text.tokenization import stems_of
from index.types import Passage, Transcript


def store_words(connection: apsw.Connection, passage_id: int, transcript: Transcript, passage: Passage) -> None:
    """Make a passage found by its words, its question's and its speakers' names.

    Raises DamagedError where a passage that is not there is found by some.
    """
    said = searchable_words(transcript, passage)
    shares = transcript.speaking(passage.span).items()
    rows = ((passage_id, speaker, share) for speaker, share in shares)
    try:
        connection.execute("INSERT INTO words (rowid, said) VALUES (?, ?)", (passage_id, said))
        connection.execute("INSERT INTO spellings (rowid, said) VALUES (?, ?)", (passage_id, said))
        connection.executemany("INSERT INTO speaking VALUES (?, ?, ?)", rows)
    except apsw.ConstraintError as error:
        raise DamagedError("the index is damaged (words of a passage that is not there); build it again") from error


def searchable_words(transcript: Transcript, passage: Passage) -> str:
    """Return the words that a passage is found by: who speaks, what was asked, what was said."""
    first, last = transcript.segment_at(passage.span.start), transcript.segment_at(passage.span.end - 1)
    speakers = dict.fromkeys(s.speaker for s in transcript.segments[first : last + 1] if s.speaker)
    question = passage.question
    asked = "" if question is None or question.start >= passage.span.start else transcript.text[slice(*question)]
    return strip_for_search("\n".join([*speakers, asked, transcript.text[slice(*passage.span)]]))


def forget_words(connection: apsw.Connection, passage_ids: Iterable[int]) -> None:
    """Make passages found no more by their words and speakers."""
    ids = json.dumps(list(passage_ids))
    of_these = "(SELECT value FROM json_each(?))"
    # A full-text table without content is told what to forget.
    connection.execute(
        "INSERT INTO spellings (spellings, rowid, said)"
        f" SELECT 'delete', rowid, said FROM words WHERE rowid IN {of_these}",
        (ids,),
    )
    connection.execute(f"DELETE FROM words WHERE rowid IN {of_these}", (ids,))
    connection.execute(f"DELETE FROM speaking WHERE passage_id IN {of_these}", (ids,))


def store_names(connection: apsw.Connection, transcript_id: int, transcript: Transcript) -> None:
    """Keep the words of the transcript's name and of its speakers' names."""
    rows = ((word, transcript_id, speaker, is_topic) for word, speaker, is_topic in _names(transcript))
    connection.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", rows)


def may_be_same(name: str, other: str) -> bool:
    """Whether all words of one name are in the other: "Ada Moss" is whose label is "ADA MOSS, BIOLOGIST", or "Ada"."""
    words, others = (set(re.findall(r"[^\W\d_]+", each.casefold())) for each in (name, other))
    return bool(words and others) and (words <= others or others <= words)


def count(connection: apsw.Connection, table: str) -> int:
    """Return how many rows a table of the schema has."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").get)


def _names(transcript: Transcript) -> set[tuple[str, str | None, bool]]:
    """Return (word, speaker, is topic) for each word of the speakers' names and of the transcript's own.

    The transcript's are its guests and hosts where nobody is labelled so, its title and its file's name.
    """
    labels = {s.speaker: _name_words(s.speaker) for s in transcript.segments if s.speaker}
    names: set[tuple[str, str | None, bool]] = {(word, who, False) for who, words in labels.items() for word in words}
    metadata, people = transcript.metadata, set()
    for person in (*metadata.guests, *metadata.hosts):
        words = _name_words(person)
        speaker = next((who for who in labels if may_be_same(who, person)), None)
        names |= {(word, speaker, False) for word in words}
        people |= words
    own = _name_words(re.sub(r"\.\w+$", "", transcript.name)) | _name_words(metadata.title or "")
    names |= {(word, None, False) for word in own & people}
    for word in own - people:
        small, capital = (len(re.findall(rf"\b{w}\b", transcript.text)) for w in (word, word.capitalize()))
        names.add((word, None, small >= capital))  # a word that is never said here may be either
    return names


def _name_words(name: str) -> set[str]:
    """Return the words of a name that a question may hold: lower case, of three letters or more."""
    return set(regex.findall(r"[\p{L}\p{M}]{3,}", name.lower()))


def stems(text: str, language: str = DEFAULT_LANGUAGE, *, is_query: bool = False) -> Sequence[str]:
    """Return the stems of a text's words; English ones as the table `words` has them, where NUL is a space."""
    if language != DEFAULT_LANGUAGE:
        return stems_of(text, language)
    data = text.replace("\0", " ").encode("utf-8", "replace")
    reason = apsw.FTS5_TOKENIZE_QUERY if is_query else apsw.FTS5_TOKENIZE_DOCUMENT
    tokens: Any = _tokenizer()(data, reason, None, include_offsets=False, include_colocated=False)
    return tokens  # type: ignore[no-any-return]


@functools.cache
def _tokenizer() -> Any:
    """Return the tokenizer of the table `words` (index.storage.schema)."""
    connection = apsw.Connection(":memory:")
    return connection.fts5_tokenizer("porter", ["unicode61", "remove_diacritics", "2"])
