"""A damaged library file is made again beside itself, of all that can still be read of it, and then replaced.

Until then the damaged one answers as far as it can. Passages are cut again, from the files or from what
was stored of them; what the model made of their texts is re-used.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import apsw

from index.embedding.packaged_models import DEFAULT_MODEL
from index.errors import UNREADABLE, DamagedError, StoreError
from index.storage.connection import BESIDE, is_damage, open_to_write, refuse_links
from index.storage.database import Database
from index.storage.embedding_cache import encoding_ids, load_rows, store_rows
from index.storage.index_folder import DAMAGE_NAME, FILE_NAME, MENDED_NAME, OWN_FILE, writing
from index.storage.ratings import forget_ratings, load_ratings, store_ratings

_Found = TypeVar("_Found")

# Encodings are read in batches of this many, and one by one where a batch is damaged.
ROWS = 256


@contextmanager
def repaired(folder: Path) -> Iterator[Database]:
    """Hold a library file with what is still whole; where the block succeeds, it takes the damaged one's place.

    One that an interrupted build left is gone on with.
    """
    path = folder / MENDED_NAME
    refuse_links(path)
    with writing(folder):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | OWN_FILE, 0o600))
    try:
        with Database(open_to_write(path), path) as database:
            if not database.index_metadata():
                with database.transaction(write=True):
                    _copy_readable(folder, database)
            yield database
            # People go on rating what the damaged one answers.
            with suppress(StoreError), Database.open(folder) as damaged, database.transaction(write=True):
                store_ratings(database, _readable(partial(load_ratings, damaged)) or [])
                forget_ratings(database)
            # Its name changes, and a log would not find it again.
            database._connection.execute("PRAGMA journal_mode = DELETE")
    except DamagedError:
        with writing(folder):
            _remove(path)
        raise
    with writing(folder):
        # What SQLite itself could not remove; all of it is in the file.
        _remove(path, but_itself=True)
        _remove(folder / FILE_NAME, but_itself=True)
        path.replace(folder / FILE_NAME)
        (folder / DAMAGE_NAME).unlink(missing_ok=True)


def _remove(path: Path, *, but_itself: bool = False) -> None:
    """Remove a library file and what SQLite keeps beside it."""
    for ending in [*BESIDE, *([] if but_itself else [""])]:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _copy_readable(folder: Path, database: Database) -> None:
    """Copy what can be read: which model it was, what it made of texts, and what was said in each transcript."""
    index_metadata: dict[str, Any] = {}
    with suppress(StoreError), Database.open(folder) as damaged:
        index_metadata = _readable(damaged.index_metadata) or {}
        _copy_encodings(damaged, database)
        for name, (source, checksum) in (_readable(damaged.files) or {}).items():
            transcript = _readable(partial(damaged.transcript, name))
            if transcript:
                database.add(transcript, source, checksum, [])
        store_ratings(database, _readable(partial(load_ratings, damaged)) or [])
    database.set_index_metadata(model=index_metadata.get("model", DEFAULT_MODEL))


def _copy_encodings(damaged: Database, database: Database) -> None:
    # Ids may lie: that they are taken from the index keeps one that is huge from being counted up to.
    ids = _readable(partial(encoding_ids, damaged)) or []
    for at in range(0, len(ids), ROWS):
        some = ids[at : at + ROWS]
        rows = _readable(partial(load_rows, damaged, some))
        if rows is None:
            rows = [row for one in some for row in _readable(partial(load_rows, damaged, [one])) or ()]
        store_rows(database, rows)


def _readable(read: Callable[[], _Found]) -> _Found | None:
    """Return what is read, or None where it is damaged."""
    try:
        return read()
    except (StoreError, *UNREADABLE):
        return None
    except apsw.Error as error:
        if is_damage(error):
            return None
        raise
