"""Connection pool: open library files, since opening one takes as long as a good part of a search."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.storage.database import Database
from index.storage.index_folder import FILE_NAME

# As many people as are answered at once, on a small machine.
KEPT = 4


class Databases:
    """The library file of a folder, open to read. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._idle: list[tuple[Database, tuple[int, int]]] = []  # with what tells the file from another

    @contextmanager
    def one(self) -> Iterator[Database]:
        """Hold an open library file that nobody else uses. Raises as Database.open does, and as its `with` does."""
        database, file = self._taken()
        with database.closed_on_error():
            yield database
        if self._has_log():
            # A build may have removed words while this one was in its way; others may have the file open for long.
            database.shorten_log(wait_ms=0)
        # Where the folder cannot be written SQLite takes the file for one that never changes.
        elif not database._connection.readonly("main"):
            with self._lock:
                if len(self._idle) < KEPT:
                    self._idle.append((database, file))
                    return
        database._connection.close()

    def _taken(self) -> tuple[Database, tuple[int, int]]:
        file = self._file()
        while True:
            with self._lock:
                found = self._idle.pop() if self._idle else None
            if found is None:
                return Database.open(self._folder), file
            # A damaged file is made again beside itself, and takes its place.
            if found[1] == file:
                return found
            found[0]._connection.close()

    def _has_log(self) -> bool:
        try:
            return (self._folder / f"{FILE_NAME}-wal").stat().st_size > 0
        except OSError:
            return False

    def _file(self) -> tuple[int, int]:
        try:
            stat = (self._folder / FILE_NAME).stat()
        except OSError:
            return 0, 0  # Opening it says what is wrong.
        return stat.st_dev, stat.st_ino
