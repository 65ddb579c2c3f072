"""One build of an index folder at a time, and who is at it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import HeldError, StoreError
from index.storage.index_folder import HOLDER_NAME, LOCK_NAME, OWN_FILE, prepare_folder


@contextmanager
def build_lock(folder: Path, *, wait: bool) -> Iterator[None]:
    """Keep other builds of the folder out; the lock of one that was killed is free.

    Raises HeldError that says who holds it, unless told to `wait` for them, StoreError where the folder is not ours.
    """
    prepare_folder(folder)
    lock = FileLock(folder / LOCK_NAME, timeout=-1 if wait else 0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise HeldError(f"another build is at work in {folder}{_holder(folder)}; try again when it is done") from None
    except OSError as error:
        raise StoreError(f"{folder / LOCK_NAME} cannot be written: {error.strerror}") from error
    try:
        _sign(folder)
        yield
    finally:
        with suppress(OSError):
            (folder / HOLDER_NAME).unlink(missing_ok=True)
        lock.release()


def _sign(folder: Path) -> None:
    signed = {"process": os.getpid(), "since": datetime.now().astimezone().isoformat(timespec="seconds")}
    with suppress(OSError):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | OWN_FILE
        with os.fdopen(os.open(folder / HOLDER_NAME, flags, 0o600), "w") as file:
            json.dump(signed, file)


def _holder(folder: Path) -> str:
    """Return " (process 123, since 14:02)", or nothing where that is not known."""
    try:
        with os.fdopen(os.open(folder / HOLDER_NAME, os.O_RDONLY | OWN_FILE)) as file:
            signed = json.loads(file.read(1000))
        return f" (process {int(signed['process'])}, since {datetime.fromisoformat(signed['since']):%H:%M})"
    except (OSError, ValueError, TypeError, LookupError):
        return ""
