"""The tables of the library file, and opening one that is ours."""

import sqlite3
from pathlib import Path

from index.errors import StoreError

SCHEMA_VERSION = 3
# "application_id" in the file's header: no other program's database is taken for ours. "IvQA".
APPLICATION_ID = 0x49765141

# How long to wait for another process that holds the file; builds hold it for moments only.
BUSY_TIMEOUT_S = 30.0

SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE transcripts (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL, -- JSON: where its file is, see index.sources
    sha256 TEXT NOT NULL, -- of the file, or of it and those beside it that speak of it
    words INTEGER NOT NULL, text TEXT NOT NULL, about TEXT NOT NULL -- JSON: the fields of index.types.About
);
CREATE TABLE segments (
    transcript_id INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE, row INTEGER NOT NULL,
    size INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    speaker TEXT, start_s REAL, end_s REAL, marks BLOB, -- records of index.transcripts.MARK
    PRIMARY KEY (transcript_id, row)
) WITHOUT ROWID;
-- What the model made of a text: its vector, and the signs of its tokens' vectors.
CREATE TABLE encodings (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, vector BLOB NOT NULL, tokens BLOB NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, transcript_id INTEGER NOT NULL REFERENCES transcripts ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, question_start INTEGER, question_end INTEGER,
    is_aside INTEGER NOT NULL, guest_share REAL, -- see index.roles
    encoding_id INTEGER NOT NULL, windows BLOB NOT NULL -- records of index.windows.WINDOW
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
CREATE INDEX names_by_word ON names (word);
CREATE INDEX names_of_transcript ON names (transcript_id);
CREATE INDEX passages_of_transcript ON passages (transcript_id, start);
CREATE INDEX passages_of_encoding ON passages (encoding_id);
-- What is searched are stems; beside them the words as they are spelled, of which only a list is kept.
CREATE VIRTUAL TABLE words USING fts5 (said, tokenize = "porter unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE spellings USING fts5 (
    said, content = "", detail = none, tokenize = "unicode61 remove_diacritics 0"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (spellings, row);
"""


def connect(uri: str, path: Path) -> sqlite3.Connection:
    """Open the library file, and make its tables where it is empty and open to write.

    Raises StoreError for a file that is damaged, another program's, or a newer version's.
    """
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        # A save that is longer than the cache would shut readers out before its end.
        connection.execute("PRAGMA cache_spill = OFF")
        # What was removed is gone from the file: people withdraw their interviews.
        connection.execute("PRAGMA secure_delete = ON")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables == 0 and "mode=rw" in uri:
            connection.executescript(
                f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
                f"{SCHEMA} COMMIT;"
            )
            return connection
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be opened as an index: {error}") from error
    if application != APPLICATION_ID:
        connection.close()
        raise StoreError(f"{path} was made by another program; choose another folder with --index")
    if version != SCHEMA_VERSION:
        connection.close()
        newer, older = "a newer version; update interview-qa", f"an older version; delete {path.parent} and build again"
        raise StoreError(f"{path} was made by {newer if version > SCHEMA_VERSION else older}")
    return connection
