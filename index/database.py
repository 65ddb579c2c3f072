"""The SQLite file that holds the truth: transcripts, passages, their views and vectors, and full text.

Vectors are kept by the text that they were made from, so text that did not change keeps its vector
through edits, renames and interrupted builds. Everything else is replaced in one transaction: a
reader sees the library before a build or after it, never between.
"""

import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Ids, Vectors
from index.errors import NoIndexError, StoreError
from index.types import Passage, Segment, Span, Transcript, View

FILE_NAME = "library.sqlite"
SCHEMA_VERSION = 1
# "application_id" in the file's header: no other program's database is taken for ours. "IvQA".
APPLICATION_ID = 0x49765141

# How long to wait for another process that holds the file; builds hold it for moments only.
BUSY_TIMEOUT_S = 30.0

_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE transcripts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, source TEXT NOT NULL, sha256 TEXT NOT NULL,
    words INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE TABLE segments (
    transcript_id INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE, row INTEGER NOT NULL,
    size INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    speaker TEXT, start_s REAL, end_s REAL,
    PRIMARY KEY (transcript_id, row)
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, transcript_id INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, question_start INTEGER, question_end INTEGER
);
CREATE INDEX passages_of_transcript ON passages (transcript_id, start);
CREATE TABLE vectors (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, vector BLOB NOT NULL);
CREATE TABLE views (
    passage_id INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE, vector_id INTEGER NOT NULL,
    kind TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL
);
CREATE INDEX views_of_passage ON views (passage_id);
CREATE INDEX views_of_vector ON views (vector_id);
CREATE VIRTUAL TABLE words USING fts5 (said, tokenize = "porter unicode61 remove_diacritics 2");
"""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what is needed to cite it."""

    id: int
    transcript_id: int
    transcript: str
    span: Span
    question: Span | None


@dataclass(frozen=True, slots=True)
class Overview:
    """How much is in a library."""

    transcripts: int
    words: int
    passages: int


class Database:
    """An open library file. Not to be shared between threads; opening one is cheap."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @classmethod
    def open(cls, folder: Path) -> "Database":
        """Open to read. Raises NoIndexError where there is none, StoreError for what is not ours."""
        path = folder / FILE_NAME
        if not path.is_file():
            raise NoIndexError(f"no index in {folder}; build one with: interview-qa build PATH")
        connection = _connect(f"{path.absolute().as_uri()}?mode=ro", path)
        return cls(connection)

    @classmethod
    def create(cls, folder: Path) -> "Database":
        """Open to write, and make folder and file where they are missing.

        Raises StoreError where the folder cannot be written, or holds something that is not ours.
        """
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            foreign = [p.name for p in folder.iterdir()] if not path.exists() else []
            if foreign:
                raise StoreError(f"{folder} holds something else ({foreign[0]}); choose another folder with --index")
            # Interviews are confidential: the file is its owner's alone.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(f"the index folder {folder} cannot be written: {error.strerror}") from error
        return cls(_connect(f"{path.absolute().as_uri()}?mode=rw", path))

    @contextmanager
    def transaction(self, write: bool = False) -> Iterator[None]:
        """Hold one state of the library; a failure undoes all that was written."""
        self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    # Facts about the library as a whole: model, fingerprint, state, fitted numbers.

    def facts(self) -> dict[str, Any]:
        """Return everything that was recorded about the library as a whole."""
        return {name: json.loads(value) for name, value in self._connection.execute("SELECT name, value FROM facts")}

    def record(self, **facts: object) -> None:
        """Set facts; values are anything that JSON holds."""
        rows = [(name, json.dumps(value)) for name, value in facts.items()]
        self._connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", rows)

    # Transcripts

    def sources(self) -> dict[str, str]:
        """Return transcript name -> SHA-256 of the file that it was read from."""
        return dict(self._connection.execute("SELECT name, sha256 FROM transcripts"))

    def files(self) -> list[tuple[str, str, str]]:
        """Return (transcript name, path of its file, SHA-256 of the file) of each transcript."""
        return self._connection.execute("SELECT name, source, sha256 FROM transcripts ORDER BY name").fetchall()

    def add(
        self,
        transcript: Transcript,
        source: str,
        sha256: str,
        passages: Sequence[tuple[Passage, Sequence[tuple[View, bytes]]]],
    ) -> None:
        """Add a transcript with its passages, and their views with the digests of their vectors."""
        execute, many = self._connection.execute, self._connection.executemany
        text = transcript.text
        cursor = execute(
            "INSERT INTO transcripts (name, source, sha256, words, text) VALUES (?, ?, ?, ?, ?)",
            (transcript.name, source, sha256, len(text.split()), text),
        )
        transcript_id = cursor.lastrowid
        many(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (transcript_id, row, len(s.text), s.start, s.end, s.speaker, s.start_s, s.end_s)
                for row, s in enumerate(transcript.segments)
            ),
        )
        for passage, views in passages:
            question = passage.question or (None, None)
            passage_id = execute(
                "INSERT INTO passages (transcript_id, start, end, question_start, question_end) VALUES (?,?,?,?,?)",
                (transcript_id, *passage.span, *question),
            ).lastrowid
            many(
                "INSERT INTO views SELECT ?, id, ?, ?, ? FROM vectors WHERE digest = ?",
                ((passage_id, view.kind, *view.span, key) for view, key in views),
            )
            execute("INSERT INTO words (rowid, said) VALUES (?, ?)", (passage_id, _searchable(transcript, passage)))

    def remove(self, name: str) -> None:
        """Remove a transcript and all that hangs on it, except its vectors."""
        self._connection.execute(
            "DELETE FROM words WHERE rowid IN"
            " (SELECT p.id FROM passages p JOIN transcripts t ON t.id = p.transcript_id WHERE t.name = ?)",
            (name,),
        )
        self._connection.execute("DELETE FROM transcripts WHERE name = ?", (name,))

    def transcript_ids(self) -> dict[str, int]:
        """Return transcript name -> id, in the order of names."""
        return dict(self._connection.execute("SELECT name, id FROM transcripts ORDER BY name"))

    def transcript(self, name: str) -> Transcript:
        """Return a transcript as it was read. Raises KeyError for a name that is not in the library."""
        row = self._connection.execute("SELECT id, text FROM transcripts WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        transcript_id, text = row
        segments, at = [], 0
        for size, *place in self._connection.execute(
            "SELECT size, start, end, speaker, start_s, end_s FROM segments WHERE transcript_id = ? ORDER BY row",
            (transcript_id,),
        ):
            segments.append(Segment(text[at : at + size], *place))
            at += size + 1
        return Transcript.of(name, segments)

    # Passages and views

    def passages(self, ids: Iterable[int] | None = None, transcript_id: int | None = None) -> list[StoredPassage]:
        """Return passages by id, or of one transcript in its order, or all of them."""
        where, values = _where_passages(ids, transcript_id)
        rows = self._connection.execute(
            "SELECT p.id, p.transcript_id, t.name, p.start, p.end, p.question_start, p.question_end"
            f" FROM passages p JOIN transcripts t ON t.id = p.transcript_id {where} ORDER BY t.name, p.start",
            values,
        )
        return [
            StoredPassage(i, t, name, Span(a, b), None if q is None else Span(q, r)) for i, t, name, a, b, q, r in rows
        ]

    def views(self, passage_ids: Iterable[int]) -> list[tuple[int, int, str, Span]]:
        """Return (passage id, vector id, kind, span) of each view of the passages."""
        rows = self._connection.execute(
            "SELECT passage_id, vector_id, kind, start, end FROM views"
            " WHERE passage_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(passage_ids)),),
        )
        return [(p, v, kind, Span(start, end)) for p, v, kind, start, end in rows]

    def passages_of_vectors(self, vector_ids: Iterable[int], transcript_ids: Iterable[int] | None = None) -> set[int]:
        """Return the ids of the passages, of these transcripts, that have one of the vectors among their views."""
        scope, values = _scope("v.passage_id", transcript_ids)
        rows = self._connection.execute(
            f"SELECT DISTINCT v.passage_id FROM views v WHERE v.vector_id IN (SELECT value FROM json_each(?)) {scope}",
            (json.dumps(list(vector_ids)), *values),
        )
        return {passage_id for (passage_id,) in rows}

    def vector_ids_of_transcripts(self, transcript_ids: Iterable[int]) -> list[int]:
        """Return the ids of the vectors that the transcripts' views use."""
        rows = self._connection.execute(
            "SELECT DISTINCT v.vector_id FROM views v JOIN passages p ON p.id = v.passage_id"
            " WHERE p.transcript_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(transcript_ids)),),
        )
        return [vector_id for (vector_id,) in rows]

    def match_word(self, word: str, transcript_ids: Iterable[int] | None) -> tuple[list[tuple[int, float]], int]:
        """Return (passage id, saturated term frequency) of the passages that hold the word or a form of it.

        The frequency is BM25 without its idf: tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average)),
        k1 = 1.2, b = 0.75. Also return how many passages of the whole library hold the word.
        """
        rows = self._connection.execute(
            "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?", (_fulltext_phrase(word),)
        ).fetchall()
        n_passages, n_holding = self.count("passages"), len(rows)
        # https://www.sqlite.org/fts5.html#the_bm25_function, which leaves a word of half the rows this idf.
        idf = max(math.log((n_passages - n_holding + 0.5) / (n_holding + 0.5)), 1e-6)
        if transcript_ids is not None:
            scope = self._passage_ids(transcript_ids)
            rows = [row for row in rows if row[0] in scope]
        return [(passage_id, score / idf) for passage_id, score in rows], n_holding

    def _passage_ids(self, transcript_ids: Iterable[int]) -> set[int]:
        rows = self._connection.execute(
            "SELECT id FROM passages WHERE transcript_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(transcript_ids)),),
        )
        return {passage_id for (passage_id,) in rows}

    # Vectors

    def has_vector(self, key: bytes) -> bool:
        """Whether there is a vector with this digest."""
        return self._connection.execute("SELECT 1 FROM vectors WHERE digest = ?", (key,)).fetchone() is not None

    def add_vectors(self, digests: Sequence[bytes], vectors: Vectors) -> None:
        """Keep vectors, each with the digest of the text that it was made from."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO vectors (digest, vector) VALUES (?, ?)",
            ((d, v.astype("<f4").tobytes()) for d, v in zip(digests, vectors, strict=True)),
        )

    def forget_vectors(self) -> None:
        """Remove the vectors that no view uses."""
        self._connection.execute("DELETE FROM vectors WHERE id NOT IN (SELECT vector_id FROM views)")

    def vector_ids(self) -> Ids:
        """Return the ids of the vectors in use, ascending."""
        rows = self._connection.execute("SELECT DISTINCT vector_id FROM views ORDER BY vector_id").fetchall()
        return np.array([row[0] for row in rows], np.int64)

    def all_vectors(self, dimension: int) -> tuple[Ids, Vectors]:
        """Return (ids, vectors) of the vectors in use, in the order of ids.

        Raises StoreError where they are not of the dimension.
        """
        rows = self._connection.execute(
            "SELECT id, vector FROM vectors WHERE id IN (SELECT vector_id FROM views) ORDER BY id"
        ).fetchall()
        ids = np.array([row[0] for row in rows], np.int64)
        data = b"".join(row[1] for row in rows)
        if len(data) != 4 * dimension * len(rows):
            raise StoreError("the index holds vectors of another size; build it again with: interview-qa build PATH")
        return ids, np.frombuffer(data, "<f4").astype(np.float32).reshape(len(rows), dimension)

    def overview(self) -> Overview:
        """Return how much is in the library."""
        transcripts, words = self._connection.execute("SELECT count(*), total(words) FROM transcripts").fetchone()
        return Overview(transcripts, int(words), self.count("passages"))

    def asked_questions(self) -> list[tuple[str, str]]:
        """Return (transcript name, what was asked) for each question that opens an exchange, in their order."""
        rows = self._connection.execute(
            "SELECT DISTINCT t.name, p.question_start,"
            " substr(t.text, 1 + p.question_start, p.question_end - p.question_start)"
            " FROM passages p JOIN transcripts t ON t.id = p.transcript_id"
            " WHERE p.question_start IS NOT NULL ORDER BY t.name, p.question_start"
        )
        return [(name, asked) for name, _, asked in rows]

    def integrity_problems(self) -> list[str]:
        """Return what SQLite finds wrong with its file."""
        try:
            found = [line for (line,) in self._connection.execute("PRAGMA quick_check(5)")]
            broken = self._connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [line for line in found if line != "ok"] + (["rows without their owner"] if broken else [])

    def count(self, table: str) -> int:
        """Return how many rows a table of the schema has."""
        number: int = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return number


def digest(text: str, model: str) -> bytes:
    """Return what a vector is kept by: a hash of the text, and of the fingerprint of the model that read it."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=model.encode()).digest()


def _connect(uri: str, path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables == 0 and "mode=rw" in uri:
            connection.executescript(
                f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
                f"{_SCHEMA} COMMIT;"
            )
            return connection
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened as an index: {error}") from error
    if application != APPLICATION_ID or version > SCHEMA_VERSION:
        connection.close()
        made = "by a newer version; update interview-qa" if application == APPLICATION_ID else "by another program"
        raise StoreError(f"{path} was made {made}, or choose another folder with --index")
    return connection


def _where_passages(ids: Iterable[int] | None, transcript_id: int | None) -> tuple[str, tuple[object, ...]]:
    if ids is not None:
        return "WHERE p.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    if transcript_id is not None:
        return "WHERE p.transcript_id = ?", (transcript_id,)
    return "", ()


def _scope(passage_id: str, transcript_ids: Iterable[int] | None) -> tuple[str, tuple[str, ...]]:
    if transcript_ids is None:
        return "", ()
    of_these = "SELECT id FROM passages WHERE transcript_id IN (SELECT value FROM json_each(?))"
    return f"AND {passage_id} IN ({of_these})", (json.dumps(list(transcript_ids)),)


def _fulltext_phrase(word: str) -> str:
    """Return an FTS5 query for a word as it is; NUL would end the query early."""
    return '"' + word.replace('"', '""').replace("\0", " ") + '"'


def _searchable(transcript: Transcript, passage: Passage) -> str:
    """Return the words that a passage is found by: who speaks, what was asked, what was said."""
    first, last = transcript.segment_at(passage.span.start), transcript.segment_at(passage.span.end - 1)
    speakers = dict.fromkeys(s.speaker for s in transcript.segments[first : last + 1] if s.speaker)
    question = passage.question
    asked = "" if question is None or question.start >= passage.span.start else transcript.text[slice(*question)]
    return "\n".join([*speakers, asked, transcript.text[slice(*passage.span)]])
