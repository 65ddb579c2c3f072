"""Connections to the library file: by SQLite, which keeps a checksum in each of its pages.

Readers see the library before a build or after it and are never shut out: SQLite's write-ahead log,
https://www.sqlite.org/wal.html. A page that is not as it was written is an error and never an answer:
https://www.sqlite.org/cksumvfs.html.
"""

import functools
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

import apsw
import apsw.sqlite_extra

from index.errors import StoreError
from index.storage.index_folder import APPLICATION_ID, LOCK_NAME, damaged
from index.storage.schema import MIGRATIONS, SCHEMA_VERSION, create_tables, is_ours

# How long to wait for another process that holds the file; builds hold it for moments only.
BUSY_TIMEOUT_MS = 30_000

CHECKSUM_BYTES = 8

# The longest text or BLOB that is read: transcripts have at most 64 MB. A file may lie about its sizes.
MOST_BYTES = 256_000_000

# What SQLite keeps beside a file.
BESIDE = ("-wal", "-shm", "-journal")

READ, WRITE = apsw.SQLITE_OPEN_READWRITE, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


class NoTablesError(StoreError):
    """A library file in which nothing was ever saved."""


def open_to_read(path: Path) -> apsw.Connection:
    """Open the library file to read; one of an older version is brought up to date first.

    Raises NoTablesError, and StoreError for a file that is damaged, another program's or another version's.
    """
    refuse_links(path)
    _refuse_foreign(path)
    try:
        return _opened(path, READ)
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.FullError, apsw.IOError) as error:
        if is_damage(error):
            refuse(path, error)
    except apsw.Error as error:
        refuse(path, error)
    # The folder cannot be written, or the disk is full: SQLite cannot keep its notes on who reads what.
    try:
        log = path.with_name(f"{path.name}-wal")
        if not log.exists() or not log.stat().st_size:
            return _opened(path, apsw.SQLITE_OPEN_READONLY, "immutable=1")
        return _opened(path, READ, alone=True)
    except apsw.Error as error:
        refuse(path, error)


def open_to_write(path: Path) -> apsw.Connection:
    """Open the library file, make its tables where it is empty, and bring those of an older version up to date.

    Raises StoreError for a file that cannot be written, is damaged, another program's, or a newer version's.
    """
    refuse_links(path)
    try:
        return _opened(path, WRITE)
    except apsw.Error as error:
        refuse(path, error)


def copy(connection: apsw.Connection, path: Path) -> None:
    """Copy the library file as the connection sees it, page by page, into an empty file."""
    target = apsw.Connection(f"{path.absolute().as_uri()}?", WRITE | apsw.SQLITE_OPEN_URI, vfs=_checking_vfs())
    with closing(target), target.backup("main", connection, "main") as pages:
        pages.step()


def refuse_links(path: Path) -> None:
    """Raise StoreError where the library file, or one that SQLite keeps beside it, is no file of its own."""
    for each in (path, *(path.with_name(path.name + ending) for ending in BESIDE)):
        try:
            mode = each.lstat().st_mode
        except OSError:
            continue
        if not stat.S_ISREG(mode):
            raise StoreError(f"{each} is a link or no file at all; an index is made of files in its own folder")


def refuse(path: Path, error: apsw.Error) -> NoReturn:
    """Raise StoreError that says in one line what SQLite found, and what to do. Our own mistakes stay as they are."""
    if is_damage(error):
        raise damaged(path, error) from error
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        said = f"{path} is held by another program; try again when that is done"
    elif isinstance(error, apsw.FullError):
        said = f"{path} cannot be written: the disk is full; the index is as it was before"
    elif isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.PermissionsError | apsw.IOError):
        said = f"{path} cannot be opened or written ({error}); make its folder writable, and free space on its disk"
    else:
        raise error
    raise StoreError(said) from error


def newer(path: Path) -> StoreError:
    """Return the error for a library file of a later version."""
    return StoreError(f"{path} was made by a newer version; update interview-qa")


def is_damage(error: apsw.Error) -> bool:
    """Whether the file is not as we wrote it."""
    # A full-text table whose own tables are damaged is an SQLError.
    return isinstance(error, apsw.CorruptError | apsw.NotADBError | apsw.SQLError | apsw.TooBigError) or (
        isinstance(error, apsw.IOError) and getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_DATA
    )


def _refuse_foreign(path: Path) -> None:
    """Raise StoreError for another program's database, before its log is touched."""
    if (path.parent / LOCK_NAME).exists():
        return
    uri = f"{path.absolute().as_uri()}?immutable=1"
    with suppress(apsw.Error), closing(apsw.Connection(uri, apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)) as found:
        application, pages = found.execute("PRAGMA application_id").get, found.execute("PRAGMA page_count").get
        # Of a first build that was killed all may be in the log.
        if application != APPLICATION_ID and (application or pages > 1):
            raise StoreError(f"{path} was made by another program; choose another folder with --index")


def _opened(path: Path, flags: int, parameters: str = "", *, alone: bool = False) -> apsw.Connection:
    uri = f"{path.absolute().as_uri()}?{parameters}"
    connection = apsw.Connection(uri, flags | apsw.SQLITE_OPEN_URI, vfs=_checking_vfs())
    try:
        _limit(connection)
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        # What was removed is gone from the file: people withdraw their interviews.
        for setting in ("foreign_keys", "secure_delete", "cell_size_check"):
            connection.execute(f"PRAGMA {setting} = ON").fetchall()
        _prepare(connection, path, may_create=flags == WRITE)
        connection.execute("PRAGMA journal_mode = WAL" if flags == WRITE else "PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _limit(connection: apsw.Connection) -> None:
    """Have a connection wait for others, and not do whatever a file says."""
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, MOST_BYTES)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)


def _prepare(connection: apsw.Connection, path: Path, *, may_create: bool) -> None:
    """Refuse what is not ours; where the file may be created, make its tables."""
    application = connection.execute("PRAGMA application_id").get
    version = int(connection.execute("PRAGMA user_version").get)
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
    if not tables and not application:
        if not may_create:
            raise NoTablesError(f"nothing was saved in {path} yet")
        _make_room_for_checksums(connection)
        connection.execute("BEGIN IMMEDIATE")
        create_tables(connection)
        connection.execute("COMMIT")
    elif application != APPLICATION_ID:
        raise StoreError(f"{path} was made by another program; choose another folder with --index")
    elif version > SCHEMA_VERSION:
        raise newer(path)
    elif version < SCHEMA_VERSION:
        if connection.readonly("main"):
            raise StoreError(f"{path} was made by an older version, and cannot be written to migrate it")
        _migrate(connection, version, path)
    if connection.reserve_bytes() != CHECKSUM_BYTES or not is_ours(connection):
        raise damaged(path, "it holds other tables than ours")


def _migrate(connection: apsw.Connection, version: int, path: Path) -> None:
    """Apply the steps from `version` to SCHEMA_VERSION in one transaction. Raises DamagedError without a step."""
    if not MIGRATIONS.keys() >= {*range(version, SCHEMA_VERSION)}:
        raise damaged(path, f"schema version {version} is older than any release")
    connection.execute("BEGIN IMMEDIATE")
    for step in range(version, SCHEMA_VERSION):
        connection.execute(MIGRATIONS[step])
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT")


def _make_room_for_checksums(connection: apsw.Connection) -> None:
    connection.reserve_bytes(reserve=CHECKSUM_BYTES)
    connection.execute("VACUUM")


@functools.cache
def _checking_vfs() -> str:
    """Return the name by which SQLite, in this process, knows how to read files whose pages have checksums."""
    apsw.sqlite_extra.load(apsw.Connection(":memory:"), "cksumvfs")
    return "cksmvfs"
