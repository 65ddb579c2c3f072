"""Queries of the library file that search, ranking and views need."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from index.arrays import Ids
from index.storage.database import Database
from index.storage.records import ListedInterview, Overview
from index.storage.transcripts import metadata_from
from index.text.languages import SAMPLE_CHARS, language_of


def passage_table(database: Database) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Return (id, encoding id, transcript id, is aside) of all passages, in the order of ids: (n, 4)."""
    rows = database._connection.execute(
        "SELECT id, encoding_id, transcript_id, is_aside FROM passages ORDER BY id"
    ).fetchall()
    return np.array(rows, np.int64).reshape(-1, 4)


def index_words(database: Database, passage_ids: Ids) -> Iterator[tuple[int, str, int]]:
    """Yield (passage id, indexed words, transcript id) in the order of ids."""
    yield from database._connection.execute(
        "SELECT w.rowid, w.said, p.transcript_id FROM words w JOIN passages p ON p.id = w.rowid"
        " WHERE w.rowid IN (SELECT value FROM json_each(?)) ORDER BY w.rowid",
        (json.dumps(passage_ids.tolist()),),
    )


def languages(database: Database, transcript_ids: Iterable[int]) -> dict[int, str]:
    """Return transcript id -> the language of what is said, an ISO 639-1 code."""
    rows = database._connection.execute(
        "SELECT id, substr(text, 1, ?), json_extract(about, '$.language') FROM transcripts"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (SAMPLE_CHARS, json.dumps(list(transcript_ids))),
    )
    return {transcript_id: language_of(text, stated) for transcript_id, text, stated in rows}


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


def texts(database: Database) -> Iterator[str]:
    """Yield what was said in each transcript."""
    for (text,) in database._connection.execute("SELECT text FROM transcripts ORDER BY id"):
        yield text


def index_text_of(database: Database, passage_ids: Iterable[int]) -> dict[int, tuple[bytes, str]]:
    """Return passage id -> (digest of the text that the model read, words that full-text search knows)."""
    rows = database._connection.execute(
        "SELECT p.id, e.digest, w.said FROM passages p JOIN encodings e ON e.id = p.encoding_id"
        " JOIN words w ON w.rowid = p.id WHERE p.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(passage_ids)),),
    )
    return {i: (key, said) for i, key, said in rows}


def overview(database: Database) -> Overview:
    """Return how much is in the library."""
    transcripts, words = database._connection.execute("SELECT count(*), total(words) FROM transcripts").get
    return Overview(transcripts, int(words))


def interview_list(database: Database) -> list[ListedInterview]:
    """Return each interview at a glance, in the order of names."""
    rows = database._connection.execute(
        "SELECT name, about, words,"
        " (SELECT count(DISTINCT question_start) FROM passages WHERE transcript_id = t.id AND NOT is_aside), end_s"
        " FROM transcripts t ORDER BY name"
    )
    with database.decoding():
        return [ListedInterview(name, metadata_from(metadata), *numbers) for name, metadata, *numbers in rows]


def speaker_characters(database: Database) -> list[tuple[int, str, list[tuple[str | None, int]]]]:
    """Return (transcript id, its name, [(speaker, how many characters they say)]), in the order of names."""
    rows = database._connection.execute("SELECT id, name, spoken FROM transcripts ORDER BY name")
    with database.decoding():
        return [(i, name, [(who, int(size)) for who, size in json.loads(spoken)]) for i, name, spoken in rows]


def asked_questions(database: Database) -> list[tuple[str, str]]:
    """Return (transcript name, what was asked) for each question that opens an exchange, in their order."""
    rows = database._connection.execute(
        "SELECT DISTINCT t.name, p.question_start,"
        " substr(t.text, 1 + p.question_start, p.question_end - p.question_start)"
        " FROM passages p JOIN transcripts t ON t.id = p.transcript_id"
        " WHERE p.question_start IS NOT NULL AND NOT p.is_aside ORDER BY t.name, p.question_start"
    )
    return [(name, asked) for name, _, asked in rows]


def _phrase(words: str) -> str:
    """Return an FTS5 query for words as they are; NUL would end the query early."""
    return '"' + words.replace('"', '""').replace("\0", " ") + '"'
