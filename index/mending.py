"""A damaged library file is made again beside itself, of all that can still be read of it, and then replaced.

Until then the damaged one answers as far as it can. Passages are cut again, from the files or from what
was stored of them; what the model made of their texts is re-used.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from index.connections import BESIDE, is_damage, open_to_write
from index.database import Database
from index.encodings import last_id, load_rows, store_rows
from index.errors import DamagedError, StoreError
from index.folder import DAMAGE_NAME, FILE_NAME, MENDED_NAME
from index.models import DEFAULT_MODEL

_Found = TypeVar("_Found")

# So many encodings are read at once, where they can be; where not, one by one.
ROWS = 256


@contextmanager
def mended(folder: Path) -> Iterator[Database]:
    """Hold a library file with what is still whole; where the block succeeds, it takes the damaged one's place.

    One that an interrupted build left is gone on with.
    """
    path = folder / MENDED_NAME
    try:
        with Database(open_to_write(path), path) as database:
            if not database.facts():
                with database.transaction(write=True):
                    _salvage(folder, database)
            yield database
            # Its name changes, and a log would not find it again.
            database.connection.execute("PRAGMA journal_mode = DELETE")
    except DamagedError:
        _remove(path)
        raise
    _remove(folder / FILE_NAME, but_itself=True)
    path.replace(folder / FILE_NAME)
    (folder / DAMAGE_NAME).unlink(missing_ok=True)


def _remove(path: Path, *, but_itself: bool = False) -> None:
    """Remove a library file and what SQLite keeps beside it."""
    for ending in [*BESIDE, *([] if but_itself else [""])]:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _salvage(folder: Path, database: Database) -> None:
    """Copy what can be read: which model it was, what it made of texts, and what was said in each transcript."""
    model = None
    with suppress(StoreError), Database.open(folder) as damaged:
        model = (_readable(damaged.facts) or {}).get("model")
        _copy_encodings(damaged, database)
        for name, (source, checksum) in (_readable(damaged.files) or {}).items():
            transcript = _readable(partial(damaged.transcript, name))
            if transcript:
                database.add(transcript, source, checksum, [])
    database.record(model=model or DEFAULT_MODEL)


def _copy_encodings(damaged: Database, database: Database) -> None:
    connection = damaged.connection
    last = _readable(partial(last_id, connection)) or 0
    for start in range(1, last + 1, ROWS):
        rows = _readable(partial(load_rows, connection, start, start + ROWS))
        if rows is None:
            single = (_readable(partial(load_rows, connection, i, i + 1)) for i in range(start, start + ROWS))
            rows = [row for found in single for row in found or ()]
        store_rows(database.connection, rows)


def _readable(read: Callable[[], _Found]) -> _Found | None:
    """Return what is read, or None where it is damaged."""
    try:
        return read()
    except StoreError:
        return None
    except apsw.Error as error:
        if is_damage(error):
            return None
        raise
