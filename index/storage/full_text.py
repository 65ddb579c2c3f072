"""What passages are found by besides their vectors: words, how they are spelled, and names.

Functions on the library file's connection; `Database` calls those that write, searching those that read.
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any

import apsw

from index.errors import DamagedError
from index.text.non_speech import strip_for_search
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


def match_phrase(connection: apsw.Connection, words: str) -> list[tuple[int, float]]:
    """Return (passage id, saturated term frequency) of the passages that hold the words, one after the other.

    The frequency is BM25 without its idf, see index.search.postings, in the order of the ids.
    """
    rows: list[Any] = connection.execute(
        "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? ORDER BY rowid", (_phrase(words),)
    ).fetchall()
    n_passages, n_holding = count(connection, "passages"), len(rows)
    # https://www.sqlite.org/fts5.html#the_bm25_function, which leaves a word of half the rows this idf.
    idf = max(math.log((n_passages - n_holding + 0.5) / (n_holding + 0.5)), 1e-6)
    return [(passage_id, score / idf) for passage_id, score in rows]


def spellings(connection: apsw.Connection) -> list[tuple[str, int]]:
    """Return (word, in how many passages) for all of the library's words, in the order of their UTF-8 bytes."""
    rows: list[Any] = connection.execute("SELECT term, doc FROM vocabulary").fetchall()
    return rows


def named_by(connection: apsw.Connection, words: Iterable[str]) -> list[tuple[str, int, str | None, bool]]:
    """Return (word, transcript id, speaker, is topic) for the words that are part of a name.

    The speaker is None where the name is the transcript's; then the word may be of its topic.
    """
    rows: list[Any] = connection.execute(
        "SELECT word, transcript_id, speaker, is_topic FROM names WHERE word IN (SELECT value FROM json_each(?))",
        (json.dumps(list(words)),),
    ).fetchall()
    return rows


def share_spoken_by(
    connection: apsw.Connection, speakers: Iterable[str], passage_ids: Iterable[int]
) -> dict[int, float]:
    """Return passage id -> the share of it that the speakers say, for passages where they speak."""
    rows = connection.execute(
        "SELECT passage_id, sum(share) FROM speaking WHERE passage_id IN (SELECT value FROM json_each(?))"
        " AND speaker IN (SELECT value FROM json_each(?)) GROUP BY passage_id",
        (json.dumps(list(passage_ids)), json.dumps(list(speakers))),
    )
    return dict(rows)


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
    about, people = transcript.about, set()
    for person in (*about.guests, *about.hosts):
        words = _name_words(person)
        speaker = next((who for who in labels if may_be_same(who, person)), None)
        names |= {(word, speaker, False) for word in words}
        people |= words
    own = _name_words(re.sub(r"\.\w+$", "", transcript.name)) | _name_words(about.title or "")
    names |= {(word, None, False) for word in own & people}
    for word in own - people:
        small, capital = (len(re.findall(rf"\b{w}\b", transcript.text)) for w in (word, word.capitalize()))
        names.add((word, None, small >= capital))  # a word that is never said here may be either
    return names


def _name_words(name: str) -> set[str]:
    """Return the words of a name that a question may hold: lower case, of three letters or more."""
    return set(re.findall(r"[^\W\d_]{3,}", name.lower()))


def _phrase(words: str) -> str:
    """Return an FTS5 query for words as they are; NUL would end the query early."""
    return '"' + words.replace('"', '""').replace("\0", " ") + '"'
