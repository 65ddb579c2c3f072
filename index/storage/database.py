"""The SQLite file that holds the truth: transcripts, passages, what the model made of them, and full text.

Encodings are kept by the text that they were made from, so text that did not change is not read again
through edits, renames and interrupted builds. Everything else is replaced in one transaction: a
reader sees the library before a build or after it, never between.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from index.arrays import Ids, Vectors
from index.errors import UNREADABLE, DamagedError, NoIndexError, StoreError
from index.splitting.windows import WINDOW, Windows
from index.storage.checksums import checksum_matches
from index.storage.connection import (
    BUSY_TIMEOUT_MS,
    NoTablesError,
    copy,
    is_damage,
    newer,
    open_to_read,
    open_to_write,
    refuse,
)
from index.storage.full_text import count, forget_words, store_names, store_words
from index.storage.index_folder import FILE_NAME, damaged, default_folder, note_damage, prepare_folder
from index.storage.index_metadata import refuse_invalid
from index.storage.integrity import integrity_problems
from index.storage.records import StoredPassage, TokenVectors, stored_passage
from index.storage.schema import SCHEMA_VERSION
from index.storage.transcripts import load_metadata_by_transcript, load_transcript, store_transcript
from index.types import Metadata, Passage, Transcript

# How long a build waits for those who read the state before, to clear its log of what was removed.
SHORTEN_TIMEOUT_MS = 2_000


class Database:
    """An open library file. One thread uses it at a time, see index.storage.connection_pool."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (apsw.Error, DamagedError, *UNREADABLE)) and self._is_newer():
            # It was brought up to date while this one had it open; nothing is damaged.
            self._connection.close()
            raise newer(self.path) from error
        if isinstance(error, UNREADABLE) and (faults := self._faults(error)):
            self._connection.close()
            note_damage(self.path.parent)
            raise damaged(self.path, faults[0]) from error
        self._connection.close()
        if isinstance(error, DamagedError) or (isinstance(error, apsw.Error) and is_damage(error)):
            note_damage(self.path.parent)
        if isinstance(error, apsw.Error):
            refuse(self.path, error)

    def _is_newer(self) -> bool:
        try:
            return int(self._connection.execute("PRAGMA user_version").get) > SCHEMA_VERSION
        except apsw.Error:
            return False

    def _faults(self, error: Exception) -> list[str]:
        """Return what is wrong with the file, where that may be why somebody stumbled; else the mistake is ours."""
        if isinstance(error, UnicodeDecodeError):
            return [str(error)]
        try:
            return integrity_problems(self._connection)
        except apsw.Error as found:
            return [str(found)]

    @classmethod
    def open(cls, folder: Path) -> "Database":
        """Open to read. Raises NoIndexError where nothing was built yet, StoreError for what is not ours.

        Whatever SQLite finds wrong while it is open is raised as StoreError at the end of the `with`.
        """
        path = folder / FILE_NAME
        try:
            if not path.exists():
                raise _no_index(folder)
        except OSError as error:
            raise StoreError(f"the index folder {folder} cannot be read: {error.strerror}") from error
        try:
            database = cls(open_to_read(path), path)
        except NoTablesError:
            raise _no_index(folder) from None
        with database.closed_on_error():
            if not database._connection.execute("SELECT 1 FROM index_metadata WHERE name = 'state'").fetchone():
                raise _no_index(folder)
        return database

    @classmethod
    def create(cls, folder: Path) -> "Database":
        """Open to write, and make folder and file where they are missing.

        Raises StoreError where the folder cannot be written, or holds something that is not ours.
        """
        prepare_folder(folder)
        path = folder / FILE_NAME
        return cls(open_to_write(path), path)

    @contextmanager
    def closed_on_error(self) -> Iterator[None]:
        """Close where the block fails."""
        try:
            yield
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    @contextmanager
    def transaction(self, write: bool = False) -> Iterator[None]:
        """Hold one state of the library; a failure undoes all that was written."""
        self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
        except BaseException:
            # After some faults, a full disk among them, SQLite has done so itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def copy_to(self, folder: Path) -> None:
        """Make a copy of the library file in an empty folder."""
        prepare_folder(folder)
        copy(self._connection, folder / FILE_NAME)

    def shorten_log(self, wait_ms: int = SHORTEN_TIMEOUT_MS) -> None:
        """Move all that was written from SQLite's log into the library file, unless readers are in the way for long."""
        self._connection.set_busy_timeout(wait_ms)
        # What is in the log is saved; who opens the file next may shorten it as well.
        with suppress(apsw.BusyError, apsw.LockedError, apsw.FullError, apsw.IOError, apsw.ReadOnlyError):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        self._connection.set_busy_timeout(BUSY_TIMEOUT_MS)

    @contextmanager
    def decoding(self, *meant: type[Exception]) -> Iterator[None]:
        """Raise DamagedError for stored values that cannot be decoded."""
        try:
            yield
        except meant:
            raise
        except UNREADABLE as error:
            raise damaged(self.path, error) from error

    # Facts about the library as a whole: model, fingerprint, state, fitted numbers.

    def index_metadata(self) -> dict[str, Any]:
        """Return everything that was recorded about the library as a whole."""
        with self.decoding():
            rows = self._connection.execute("SELECT name, value FROM index_metadata")
            found = {name: json.loads(value) for name, value in rows}
            refuse_invalid(found)
            return found

    def set_index_metadata(self, **index_metadata: object) -> None:
        """Set facts; values are anything that JSON holds."""
        rows = [(name, json.dumps(value)) for name, value in index_metadata.items()]
        self._connection.executemany("INSERT OR REPLACE INTO index_metadata VALUES (?, ?)", rows)

    # Transcripts

    def files(self) -> dict[str, tuple[str, str]]:
        """Return transcript name -> (where it was read from, checksum of that), in the order of names."""
        rows = self._connection.execute("SELECT name, source, sha256 FROM transcripts ORDER BY name")
        return {name: (source, checksum) for name, source, checksum in rows}

    def add(
        self,
        transcript: Transcript,
        source: str,
        checksum: str,
        passages: Sequence[tuple[Passage, int, Windows]],
    ) -> None:
        """Add a transcript with its passages, each with the id of its encoding and its windows."""
        transcript_id = store_transcript(self._connection, transcript, source, checksum)
        store_names(self._connection, transcript_id, transcript)
        for passage, encoding_id, windows in passages:
            question = passage.question or (None, None)
            found = (*passage.span, *question, passage.is_aside, passage.guest_share, encoding_id, windows.tobytes())
            self._connection.execute(
                "INSERT INTO passages (transcript_id, start, end, question_start, question_end, is_aside, guest_share,"
                " encoding_id, windows) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (transcript_id, *found),
            )
            store_words(self._connection, self._connection.last_insert_rowid(), transcript, passage)

    def remove(self, name: str) -> int:
        """Remove a transcript and all that hangs on it, except its encodings; return how many passages it had."""
        ids: list[Any] = self._connection.execute(
            "SELECT p.id FROM passages p JOIN transcripts t ON t.id = p.transcript_id WHERE t.name = ?", (name,)
        ).fetchall()
        forget_words(self._connection, (passage_id for (passage_id,) in ids))
        self._connection.execute("DELETE FROM transcripts WHERE name = ?", (name,))
        return len(ids)

    def transcript_ids(self) -> dict[str, int]:
        """Return transcript name -> id, in the order of names."""
        return dict(self._connection.execute("SELECT name, id FROM transcripts ORDER BY name"))

    def transcript(self, name: str) -> Transcript:
        """Return a transcript as it was read. Raises KeyError for a name that is not in the library."""
        with self.decoding(KeyError):
            return load_transcript(self._connection, name)

    def metadata_by_transcript(self) -> dict[str, Metadata]:
        """Return transcript name -> what is known of it, in the order of names."""
        with self.decoding():
            return load_metadata_by_transcript(self._connection)

    # Passages

    def passages(self, ids: Iterable[int] | None = None, transcript_id: int | None = None) -> list[StoredPassage]:
        """Return passages by id, or those of one transcript in its order."""
        where, values = _where_passages(ids, transcript_id)
        rows = self._connection.execute(
            "SELECT p.id, p.transcript_id, t.name, p.start, p.end, p.question_start, p.question_end, p.is_aside,"
            " p.guest_share FROM passages p JOIN transcripts t ON t.id = p.transcript_id"
            f" {where} ORDER BY t.name, p.start",
            values,
        )
        with self.decoding():
            return [stored_passage(row) for row in rows]

    def replace_passage(
        self, passage_id: int, transcript: Transcript, passage: Passage, encoding_id: int, windows: Windows
    ) -> None:
        """Put another passage of the transcript in the place of one."""
        question = passage.question or (None, None)
        forget_words(self._connection, [passage_id])
        self._connection.execute(
            "UPDATE passages SET start = ?, end = ?, question_start = ?, question_end = ?, encoding_id = ?, windows = ?"
            " WHERE id = ?",
            (*passage.span, *question, encoding_id, windows.tobytes(), passage_id),
        )
        store_words(self._connection, passage_id, transcript, passage)

    def remove_passage(self, passage_id: int) -> None:
        """Remove a passage; its words are then in none."""
        forget_words(self._connection, [passage_id])
        self._connection.execute("DELETE FROM passages WHERE id = ?", (passage_id,))

    def token_vectors(self, passage_ids: Iterable[int]) -> dict[int, TokenVectors]:
        """Return passage id -> what its passage is found by. Raises DamagedError where one is missing."""
        ids = {*passage_ids}
        rows = self._connection.execute(
            "SELECT p.id, e.digest, e.vector, e.tokens, e.seal, p.windows"
            " FROM passages p JOIN encodings e ON e.id = p.encoding_id WHERE p.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        found = {}
        with self.decoding():
            for i, key, vector, tokens, sealed, windows in rows:
                if not checksum_matches(sealed, key, vector, tokens):
                    raise ValueError("what the model made of a text is not what was stored")
                found[i] = TokenVectors(tokens, windows)
                if not windows or len(windows) % WINDOW.itemsize:
                    raise ValueError("invalid windows")
            if len(found) < len(ids):
                raise ValueError("passages that are not in the library")
        return found

    def passages_of_encodings(
        self, encoding_ids: Iterable[int], transcript_ids: Iterable[int] | None = None
    ) -> list[tuple[int, int]]:
        """Return (passage id, encoding id) of the passages, of these transcripts, that have one of the encodings."""
        scope, values = _scope(transcript_ids)
        rows: list[Any] = self._connection.execute(
            f"SELECT id, encoding_id FROM passages WHERE encoding_id IN (SELECT value FROM json_each(?)) {scope}",
            (json.dumps(list(encoding_ids)), *values),
        ).fetchall()
        return rows

    def encoding_ids(self, transcript_ids: Iterable[int] | None = None) -> Ids:
        """Return the ids of the encodings that the transcripts' passages use, or all in use; ascending."""
        scope, values = _scope(transcript_ids)
        rows = self._connection.execute(
            f"SELECT DISTINCT encoding_id FROM passages WHERE true {scope} ORDER BY encoding_id", values
        ).fetchall()
        return np.array([row[0] for row in rows], np.int64)

    def passage_ids(self) -> Ids:
        """Return the ids of all passages, ascending."""
        rows = self._connection.execute("SELECT id FROM passages ORDER BY id").fetchall()
        return np.array([row[0] for row in rows], np.int64)

    # Encodings

    def vectors(self, ids: Sequence[int], dimension: int) -> Vectors:
        """Return the vectors (len(ids), dimension) of encodings, ids ascending.

        Raises DamagedError where one is missing, or is not of the dimension.
        """
        rows = self._connection.execute(
            "SELECT digest, vector, tokens, seal FROM encodings"
            " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(ids),),
        )
        with self.decoding():
            found = []
            for key, vector, tokens, sealed in rows:
                if not checksum_matches(sealed, key, vector, tokens):
                    raise ValueError("what the model made of a text is not what was stored")
                found.append(vector)
            vectors = np.frombuffer(b"".join(found), "<f4").astype(np.float32).reshape(len(ids), dimension)
            if not np.isfinite(vectors).all():
                raise ValueError("a vector with invalid numbers")
            return vectors

    def integrity_problems(self) -> list[str]:
        """Return one line for each fault that SQLite finds in the file."""
        return integrity_problems(self._connection)

    def count(self, table: str) -> int:
        """Return how many rows a table of the schema has."""
        return count(self._connection, table)


def _no_index(folder: Path) -> NoIndexError:
    place = "" if folder == default_folder() else f" --index {folder}"
    return NoIndexError(f"no index in {folder}; build one with: interview-qa build PATH{place}")


def _where_passages(ids: Iterable[int] | None, transcript_id: int | None) -> tuple[str, tuple[object, ...]]:
    if ids is not None:
        return "WHERE p.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    return "WHERE p.transcript_id = ?", (transcript_id,)


def _scope(transcript_ids: Iterable[int] | None) -> tuple[str, tuple[str, ...]]:
    if transcript_ids is None:
        return "", ()
    return "AND transcript_id IN (SELECT value FROM json_each(?))", (json.dumps(list(transcript_ids)),)
