"""The index folder: where it is, making one that is ours, and what it says of its own state."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from index.errors import DamagedError, StoreError

FILE_NAME = "library.sqlite"
LOCK_NAME = "build.lock"
# Who holds the lock, for whom it keeps out.
HOLDER_NAME = "build.holder"
# An empty file that says that somebody met damage, so that the next build makes the library file again.
DAMAGE_NAME = "damaged"
# The library file that is made again, until it takes the place of the damaged one.
MENDED_NAME = "library.mended"

# Files derived from one state of the library, removed with it.
DERIVED_FORMS = (
    *("vectors-*.faiss", "vectors-*.draft"),
    *("search-*.arrays", "search-*.draft"),
    *("map-*.npy", "map-*.draft"),
)

# With what SQLite keeps beside a file.
OWN_FORMS = (FILE_NAME, f"{FILE_NAME}-*", MENDED_NAME, f"{MENDED_NAME}-*", *DERIVED_FORMS)

# Files of the folder are its own: no link leads out of it. Windows knows neither flag.
OWN_FILE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

MOST_SHOWN = 200

# https://www.sqlite.org/fileformat.html: how a file begins, and where in it are how many pages it has, and whose it is.
SQLITE_MAGIC = b"SQLite format 3\0"
SQLITE_PAGES, SQLITE_APPLICATION_ID = slice(28, 32), slice(68, 72)
# "IvQA", in the library file's header: no other program's database is taken for ours.
APPLICATION_ID = 0x49765141


def default_folder() -> Path:
    """Return $INTERVIEW_QA_INDEX, else .interview-qa in the working directory."""
    return Path(os.environ.get("INTERVIEW_QA_INDEX") or ".interview-qa")


def prepare_folder(folder: Path) -> None:
    """Make the folder and an empty library file where they are missing; nothing in them is readable by others.

    Raises StoreError where the folder cannot be written, or holds something that is not ours.
    """
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        refuse_foreign(folder)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | OWN_FILE, 0o600))
        for each in folder.iterdir():
            # A copy of the folder may have been made with wider rights.
            if is_own(each.name) and each.is_file() and not each.is_symlink() and each.stat().st_mode & 0o077:
                each.chmod(0o600)
    except OSError as error:
        raise StoreError(f"the index folder {folder} cannot be written: {error.strerror}") from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raise StoreError, in one line, where the block cannot write in the folder."""
    try:
        yield
    except OSError as error:
        place = error.filename or folder
        raise StoreError(f"{place} cannot be written or removed: {error.strerror}; remove it") from error


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Hold a file to write, which takes its place when the block succeeds, or never. Raises StoreError."""
    draft = path.with_suffix(".draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | OWN_FILE, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error.strerror}; the index is as it was before") from error


def is_own(name: str) -> bool:
    """Whether a file of the folder goes by a name that we give."""
    return name in {LOCK_NAME, HOLDER_NAME, DAMAGE_NAME} or any(fnmatchcase(name, form) for form in OWN_FORMS)


def refuse_foreign(folder: Path) -> None:
    """Raise StoreError where what is in the folder is not ours, before anything in it is touched."""
    path, here = folder / FILE_NAME, {each.name for each in folder.iterdir()}
    foreign = sorted(name for name in here if not is_own(name)) if FILE_NAME not in here else []
    if foreign:
        raise StoreError(f"{folder} holds something else ({foreign[0]}); choose another folder with --index")
    # What lies beside a lock of ours is ours, however damaged.
    if FILE_NAME in here and LOCK_NAME not in here and path.is_file() and not _begins_as_ours(path):
        raise StoreError(f"{path} was made by another program; choose another folder with --index")


def note_damage(folder: Path) -> None:
    """Leave a note for the next build, where that is possible."""
    with suppress(OSError):  # Who builds meets the damage as well, or verifies first.
        os.close(os.open(folder / DAMAGE_NAME, os.O_WRONLY | os.O_CREAT | OWN_FILE, 0o600))


def damaged(path: Path, what: object) -> DamagedError:
    """Return the error for a library file that is not as it was written."""
    # Of what is damaged, as much as fits on a line.
    shown = " ".join(str(what)[:MOST_SHOWN].split())
    return DamagedError(f"{path} is damaged ({shown}); make it again with: interview-qa build PATH")


def _begins_as_ours(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(SQLITE_APPLICATION_ID.stop)
    application, pages = (int.from_bytes(header[part], "big") for part in (SQLITE_APPLICATION_ID, SQLITE_PAGES))
    # A first build that was killed leaves one page at most.
    is_empty = not header or (header.startswith(SQLITE_MAGIC) and application == 0 and pages <= 1)
    return is_empty or application == APPLICATION_ID
