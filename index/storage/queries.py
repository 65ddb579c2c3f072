"""Queries of the library file that search, ranking and views need."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from index.arrays import Ids
from index.storage.database import Database


def passage_table(database: Database) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Return (id, encoding id, transcript id, is aside) of all passages, in the order of ids: (n, 4)."""
    rows = database._connection.execute(
        "SELECT id, encoding_id, transcript_id, is_aside FROM passages ORDER BY id"
    ).fetchall()
    return np.array(rows, np.int64).reshape(-1, 4)


def index_words(database: Database, passage_ids: Ids) -> Iterator[tuple[int, str]]:
    """Yield (passage id, indexed words) in the order of ids."""
    yield from database._connection.execute(
        "SELECT rowid, said FROM words WHERE rowid IN (SELECT value FROM json_each(?)) ORDER BY rowid",
        (json.dumps(passage_ids.tolist()),),
    )


def match_phrase(database: Database, words: str) -> list[tuple[int, float]]:
    """Return (passage id, saturated term frequency) of the passages that hold the words, one after the other.

    The frequency is BM25 without its idf, see index.search.postings, in the order of the ids.
    """
    rows: list[Any] = database._connection.execute(
        "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? ORDER BY rowid", (_phrase(words),)
    ).fetchall()
    n_passages, n_holding = database.count("passages"), len(rows)
    # https://www.sqlite.org/fts5.html#the_bm25_function, which leaves a word of half the rows this idf.
    idf = max(math.log((n_passages - n_holding + 0.5) / (n_holding + 0.5)), 1e-6)
    return [(passage_id, score / idf) for passage_id, score in rows]


def spellings(database: Database) -> list[tuple[str, int]]:
    """Return (word, in how many passages) for all of the library's words, in the order of their UTF-8 bytes."""
    rows: list[Any] = database._connection.execute("SELECT term, doc FROM vocabulary").fetchall()
    return rows


def named_by(database: Database, words: Iterable[str]) -> list[tuple[str, int, str | None, bool]]:
    """Return (word, transcript id, speaker, is topic) for the words that are part of a name.

    The speaker is None where the name is the transcript's; then the word may be of its topic.
    """
    rows: list[Any] = database._connection.execute(
        "SELECT word, transcript_id, speaker, is_topic FROM names WHERE word IN (SELECT value FROM json_each(?))",
        (json.dumps(list(words)),),
    ).fetchall()
    return rows


def share_spoken_by(database: Database, speakers: Iterable[str], passage_ids: Iterable[int]) -> dict[int, float]:
    """Return passage id -> the share of it that the speakers say, for passages where they speak."""
    rows = database._connection.execute(
        "SELECT passage_id, sum(share) FROM speaking WHERE passage_id IN (SELECT value FROM json_each(?))"
        " AND speaker IN (SELECT value FROM json_each(?)) GROUP BY passage_id",
        (json.dumps(list(passage_ids)), json.dumps(list(speakers))),
    )
    return dict(rows)


def exchange_rows(database: Database, chars: int) -> list[Any]:
    """Return one row for each passage that is not an aside, in the order of transcripts and of speech.

    A row is (transcript id, its name, passage id, encoding id, start, end, question start or None, the first `chars`
    characters of the question or else of the passage, the speaker of most of it or None).
    """
    rows: list[Any] = database._connection.execute(
        "SELECT p.transcript_id, t.name, p.id, p.encoding_id, p.start, p.end, p.question_start,"
        " substr(t.text, 1 + coalesce(p.question_start, p.start),"
        "  min(?, coalesce(p.question_end - p.question_start, p.end - p.start))),"
        " (SELECT speaker FROM speaking WHERE passage_id = p.id ORDER BY share DESC, speaker LIMIT 1)"
        " FROM passages p JOIN transcripts t ON t.id = p.transcript_id"
        " WHERE NOT p.is_aside ORDER BY t.name, p.start",
        (chars,),
    ).fetchall()
    return rows


def question_characters(database: Database) -> dict[int, float]:
    """Return transcript id -> characters of the questions asked in it, without asides."""
    return dict(
        database._connection.execute(
            "SELECT transcript_id, total(question_end - question_start) FROM"
            " (SELECT DISTINCT transcript_id, question_start, question_end FROM passages"
            "  WHERE question_start IS NOT NULL AND NOT is_aside) GROUP BY transcript_id"
        )
    )


def guest_characters(database: Database) -> dict[int, float]:
    """Return transcript id -> characters that are probably the guest's, without questions inside passages."""
    return dict(
        database._connection.execute(
            "SELECT transcript_id, total(end - CASE WHEN question_start >= start AND question_end <= end"
            " THEN question_end ELSE start END) FROM passages WHERE guest_share IS NOT NULL GROUP BY transcript_id"
        )
    )


def speaker_words(database: Database) -> set[str]:
    """Return the words of all speakers' names, in lower case."""
    return {
        word for (word,) in database._connection.execute("SELECT DISTINCT word FROM names WHERE speaker IS NOT NULL")
    }


def _phrase(words: str) -> str:
    """Return an FTS5 query for words as they are; NUL would end the query early."""
    return '"' + words.replace('"', '""').replace("\0", " ") + '"'
