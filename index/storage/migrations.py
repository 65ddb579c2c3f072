"""Library files of older versions -> this version's, so that an update costs nobody their index.

Each step is tested on a file that its version made: tests/indexes.
"""

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import apsw
import numpy as np

from index.storage.checksums import seal_before
from index.storage.schema import SCHEMA_VERSION, create_tables
from index.storage.transcripts import MARK, about_from, store_transcript
from index.types import Mark, Segment, Transcript


def migrate(connection: apsw.Connection) -> None:
    """Bring the file's tables from an older version to this one, all or none."""
    connection.execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")
    try:
        # Another process may have done so while this one waited.
        version = int(connection.execute("PRAGMA user_version").get)
        while version < SCHEMA_VERSION:
            version = STEPS[version](connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA foreign_keys = ON")


def _from_1(connection: apsw.Connection) -> int:
    """Begin anew, with the same model: version 1 kept nothing of a text's words but one vector."""
    model = connection.execute("SELECT value FROM facts WHERE name = 'model'").fetchone()
    # Full-text tables come before the tables that they are made of.
    for condition in ("sql LIKE 'CREATE VIRTUAL%' ORDER BY name DESC", "sql NOT NULL"):
        tables = connection.execute(f"SELECT name FROM sqlite_schema WHERE type = 'table' AND {condition}").fetchall()
        for (table,) in tables:
            connection.execute(f'DROP TABLE "{table}"')
    create_tables(connection)
    if model:
        connection.execute("INSERT INTO facts VALUES ('model', ?)", model)
    return SCHEMA_VERSION


def _from_2(connection: apsw.Connection) -> int:
    """Places become JSON. Times of words, what is known of an interview and likely guests come with the next build."""
    unknown = json.dumps({"title": None, "guests": [], "hosts": [], "date": None, "media": None, "language": None})
    transcripts: list[Any] = connection.execute(
        "SELECT id, name, source, sha256, words, text FROM transcripts"
    ).fetchall()
    segments = connection.execute("SELECT * FROM segments").fetchall()
    passages = connection.execute("SELECT * FROM passages").fetchall()
    connection.execute(
        "DROP INDEX passages_of_transcript; DROP INDEX passages_of_encoding;"
        f"DROP TABLE passages; DROP TABLE segments; DROP TABLE transcripts; {_TABLES_OF_3}"
    )
    places = (
        (i, name, json.dumps([path, str(Path(path).parent)]), *rest, unknown)
        for i, name, path, *rest in ((i, name, os.fsdecode(path), *rest) for i, name, path, *rest in transcripts)
    )
    connection.executemany("INSERT INTO transcripts VALUES (?, ?, ?, ?, ?, ?, ?)", places)
    connection.executemany("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)", segments)
    connection.executemany("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)", passages)
    return 3


# As version 3 wrote them, to the letter.
_TABLES_OF_3 = """
CREATE TABLE transcripts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL, -- JSON: where its file is, see index.sources.sources
    sha256 TEXT NOT NULL, -- of the file, or of it and those beside it that speak of it
    words INTEGER NOT NULL, text TEXT NOT NULL, about TEXT NOT NULL -- JSON: the fields of index.types.About
);
CREATE TABLE segments (
    transcript_id INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE, row INTEGER NOT NULL,
    size INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    speaker TEXT, start_s REAL, end_s REAL, marks BLOB, -- records of index.storage.transcripts.MARK
    PRIMARY KEY (transcript_id, row)
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, transcript_id INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, question_start INTEGER, question_end INTEGER,
    is_aside INTEGER NOT NULL, guest_share REAL, -- see index.splitting.guest_estimate
    encoding_id INTEGER NOT NULL, windows BLOB NOT NULL -- records of index.splitting.windows.WINDOW
);
CREATE INDEX passages_of_transcript ON passages (transcript_id, start);
CREATE INDEX passages_of_encoding ON passages (encoding_id);
"""


def _from_3(connection: apsw.Connection) -> int:
    """Seal the rows, and have full text in leaves that fit their pages, which end in a checksum since version 4."""
    connection.create_scalar_function("seal", cast("Any", seal_before), deterministic=True)
    transcripts: list[Any] = connection.execute("SELECT * FROM transcripts").fetchall()
    seals = [
        _seal_of_4(name, text, about, _segments_of_4(connection, i)) for i, name, _, _, _, text, about in transcripts
    ]
    connection.execute(
        "PRAGMA legacy_alter_table = ON; ALTER TABLE encodings RENAME TO encodings_of_3; DROP TABLE transcripts;"
        f"{_TABLES_OF_4}"
        "INSERT INTO encodings SELECT id, digest, vector, tokens, seal(digest, vector, tokens) FROM encodings_of_3;"
        "DROP TABLE encodings_of_3; PRAGMA legacy_alter_table = OFF"
    )
    rows = ((*row, sealed) for row, sealed in zip(transcripts, seals, strict=True))
    connection.executemany("INSERT INTO transcripts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute(
        "INSERT INTO words (words, rank) VALUES ('pgsz', 3900), ('secure-delete', 1);"
        "INSERT INTO spellings (spellings, rank) VALUES ('pgsz', 3900), ('secure-delete', 1);"
        "INSERT INTO words (words) VALUES ('rebuild');"
        "INSERT INTO spellings (spellings) VALUES ('delete-all');"
        "INSERT INTO spellings (rowid, said) SELECT rowid, said FROM words"
    )
    return 4


# As version 4 wrote them, to the letter.
_TABLES_OF_4 = """
CREATE TABLE transcripts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL, -- JSON: where its file is, see index.sources.sources
    sha256 TEXT NOT NULL, -- of the file, or of it and those beside it that speak of it
    words INTEGER NOT NULL, text TEXT NOT NULL, about TEXT NOT NULL, -- JSON: the fields of index.types.About
    seal BLOB NOT NULL -- a checksum of what was said, and of its segments
);
CREATE TABLE encodings (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, vector BLOB NOT NULL, tokens BLOB NOT NULL,
    seal BLOB NOT NULL -- a checksum of the three: SQLite's are right in a page that took another one's place
);
CREATE TABLE ratings (
    question TEXT NOT NULL, previous TEXT NOT NULL, -- JSON: the questions before it
    transcript TEXT NOT NULL, text TEXT NOT NULL, is_good INTEGER NOT NULL,
    PRIMARY KEY (question, previous, transcript, text)
) WITHOUT ROWID;
"""


_FACTS_OF_4 = "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"


def _segments_of_4(connection: apsw.Connection, transcript_id: int) -> list[Any]:
    """Return (size, start, end, speaker, start_s, end_s, marks) of each segment, in their order."""
    return connection.execute(
        "SELECT size, start, end, speaker, start_s, end_s, marks FROM segments WHERE transcript_id = ? ORDER BY row",
        (transcript_id,),
    ).fetchall()


def _seal_of_4(name: str, text: str, about: str, segments: list[Any]) -> bytes:
    words = (part.encode("utf-8", "surrogatepass") for part in (name, text, about))
    return seal_before(*words, repr([tuple(segment) for segment in segments]).encode())


def _transcript_of_4(connection: apsw.Connection, name: str, table: str) -> tuple[Transcript, bool]:
    """Return (a transcript, whether it is as it was stored). Raises UNREADABLE for what nobody writes."""
    (row,) = connection.execute(f"SELECT id, text, about, seal FROM {table} WHERE name = ?", (name,))
    i, text, about, sealed = row
    rows = _segments_of_4(connection, i)
    segments, at = [], 0
    for size, start, end, speaker, start_s, end_s, marks in rows:
        own = np.frombuffer(marks or b"", MARK).tolist()
        said = text[at : at + size]
        segments.append(Segment(said, start, end, speaker, start_s, end_s, tuple(Mark(*mark) for mark in own)))
        at += size + 1
    separator = text[len(segments[0].text)] if len(segments) > 1 else "\n"
    transcript = Transcript.of(name, segments, about_from(about), separator)
    return transcript, _seal_of_4(name, text, about, rows) == sealed and transcript.text == text


def is_of_4(connection: apsw.Connection) -> bool:
    """Whether a file has the tables of version 4 that hold what no build can make again."""
    written = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL"
    with closing(apsw.Connection(":memory:")) as expected:
        expected.execute(_TABLES_OF_3)
        expected.execute(f"DROP TABLE transcripts; DROP TABLE passages; {_TABLES_OF_4} {_FACTS_OF_4}")
        return {*expected.execute(written)} <= {*connection.execute(written)}


def read_transcript_of_4(connection: apsw.Connection, name: str) -> Transcript:
    """Return a transcript of a file of version 4. Raises UNREADABLE where it is not as it was stored."""
    transcript, is_sound = _transcript_of_4(connection, name, "transcripts")
    if not is_sound:
        raise ValueError(name)
    return transcript


def _from_4(connection: apsw.Connection) -> int:
    """Keep the segments of a transcript together, so that it is read ten times as fast."""
    connection.execute(
        f"PRAGMA legacy_alter_table = ON; ALTER TABLE transcripts RENAME TO transcripts_of_4; {_TRANSCRIPTS_OF_5}"
    )
    names: list[Any] = connection.execute("SELECT name, id, source, sha256 FROM transcripts_of_4").fetchall()
    for name, i, source, checksum in names:
        transcript, is_sound = _transcript_of_4(connection, name, "transcripts_of_4")
        store_transcript(connection, transcript, source, checksum)
        # What was damaged stays so: the next build reads it again.
        new = {"id": i} if is_sound else {"id": i, "seal": b""}
        for column, value in new.items():
            connection.execute(f"UPDATE transcripts SET {column} = ? WHERE name = ?", (value, name))
    connection.execute("DROP TABLE segments; DROP TABLE transcripts_of_4; PRAGMA legacy_alter_table = OFF")
    return 5


# As version 5 writes it, to the letter.
_TRANSCRIPTS_OF_5 = """
-- What is long comes last: to get at what comes after it, SQLite reads through all of it.
CREATE TABLE transcripts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL, -- JSON: where its file is, see index.sources.sources
    sha256 TEXT NOT NULL, -- of the file, or of it and those beside it that speak of it
    words INTEGER NOT NULL, about TEXT NOT NULL, -- JSON: the fields of index.types.About
    end_s REAL, -- the last time that the file gives
    spoken TEXT NOT NULL, -- JSON: [speaker or null, how many characters they say], in the order of their first words
    seal BLOB NOT NULL, -- a checksum of what was said, and of its segments
    text TEXT NOT NULL,
    segments BLOB NOT NULL, marks BLOB NOT NULL -- records of SEGMENT and MARK, see index.storage.transcripts
);
"""


# From each version that there was: changes the tables, and returns the version that they then are of.
STEPS: dict[int, Callable[[apsw.Connection], int]] = {1: _from_1, 2: _from_2, 3: _from_3, 4: _from_4}
