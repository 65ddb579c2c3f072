"""The tables of the library file."""

import functools

import apsw

from index.storage.index_folder import APPLICATION_ID

SCHEMA_VERSION = 7

# Schema version -> SQL that makes the next version of it.
MIGRATIONS: dict[int, str] = {}

SCHEMA = """
CREATE TABLE index_metadata (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- What is long comes last: to get at what comes after it, SQLite reads through all of it.
CREATE TABLE transcripts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL, -- JSON: where its file is, see index.sources.sources
    sha256 TEXT NOT NULL, -- of the file, or of it and those beside it that speak of it
    words INTEGER NOT NULL, about TEXT NOT NULL, -- JSON: the fields of index.types.About
    end_s REAL, -- the last time that the file gives
    warnings TEXT NOT NULL, -- JSON: a line for each place of the file that was not understood
    spoken TEXT NOT NULL, -- JSON: [speaker or null, how many characters they say], in the order of their first words
    seal BLOB NOT NULL, -- a checksum of what was said, and of its segments
    text TEXT NOT NULL,
    segments BLOB NOT NULL, marks BLOB NOT NULL -- records of SEGMENT and MARK, see index.storage.transcripts
);
-- What the model made of a text: its vector, and the signs of its tokens' vectors.
CREATE TABLE encodings (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, vector BLOB NOT NULL, tokens BLOB NOT NULL,
    seal BLOB NOT NULL -- a checksum of the three: SQLite's are right in a page that took another one's place
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, transcript_id INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, question_start INTEGER, question_end INTEGER,
    is_aside INTEGER NOT NULL, guest_share REAL, -- see index.splitting.guest_estimate
    encoding_id INTEGER NOT NULL, windows BLOB NOT NULL -- records of index.splitting.windows.WINDOW
);
CREATE TABLE speaking (
    passage_id INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
    speaker TEXT NOT NULL, share REAL NOT NULL, -- of the passage's characters
    PRIMARY KEY (passage_id, speaker)
) WITHOUT ROWID;
CREATE TABLE names (
    word TEXT NOT NULL, transcript_id INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE,
    speaker TEXT, -- whose name it is part of; NULL where it is the transcript's
    is_topic INTEGER NOT NULL -- a word that the transcript mostly writes small: no person's name
);
-- What people thought of passages, see index.storage.ratings; no build makes it again.
CREATE TABLE ratings (
    question TEXT NOT NULL, previous TEXT NOT NULL, -- JSON: the questions before it
    transcript TEXT NOT NULL, text TEXT NOT NULL, is_good INTEGER NOT NULL,
    PRIMARY KEY (question, previous, transcript, text)
) WITHOUT ROWID;
CREATE INDEX names_by_word ON names (word);
CREATE INDEX names_of_transcript ON names (transcript_id);
CREATE INDEX passages_of_transcript ON passages (transcript_id, start);
CREATE INDEX passages_of_encoding ON passages (encoding_id);
-- Stems are searched; of the words as they are spelled only a list is stored.
CREATE VIRTUAL TABLE words USING fts5 (said, tokenize = "porter unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE spellings USING fts5 (
    said, content = "", detail = none, tokenize = "unicode61 remove_diacritics 0"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (spellings, row);
"""

FULL_TEXT = ("words", "spellings")

# FTS5's default of 4050 bytes does not fit a page that ends in a checksum; the rest would spill into a second page.
FULL_TEXT_BYTES = 3900

# The tables that FTS5 makes for itself; their form is SQLite's affair.
SHADOWS = {f"{t}_{part}" for t in FULL_TEXT for part in ("data", "idx", "content", "docsize", "config")}


def create_tables(connection: apsw.Connection) -> None:
    """Make the tables in a file that has none."""
    connection.execute(f"{SCHEMA} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}")
    for table in FULL_TEXT:
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('pgsz', {FULL_TEXT_BYTES})")
        # Of itself it would only mark as removed what was.
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('secure-delete', 1)")


def is_ours(connection: apsw.Connection) -> bool:
    """Whether the file holds our tables and nothing else: no trigger or view of somebody who wishes us ill."""
    return _objects(connection) == _expected()


def _objects(connection: apsw.Connection) -> set[tuple[str, str, str | None]]:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL"
    )  # SQLite's own indexes have none
    return {(kind, name, None if kind == "table" and name in SHADOWS else sql) for kind, name, sql in rows}


@functools.cache
def _expected() -> set[tuple[str, str, str | None]]:
    connection = apsw.Connection(":memory:")
    create_tables(connection)
    return _objects(connection)
