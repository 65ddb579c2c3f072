"""A file on this machine -> its bytes: of bounded size, and as they were at one moment."""

import os
import re
import stat
import time
import unicodedata
from contextlib import suppress
from pathlib import Path, PurePosixPath
from secrets import token_hex

from index.errors import TranscriptError

# Ten hours of talk with a time for each word are 20 MB of JSON; what is larger is no transcript.
MOST_BYTES = 64_000_000

# A program that writes a transcript writes all of it at once, or goes on for longer than we wait.
TRIES = 3
PAUSE_S = 0.1

# A pipe is opened and refused; opened otherwise, it would be waited for.
NOT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return a file's content, read again where it changed meanwhile.

    Raises TranscriptError where it cannot be opened, has more bytes than `most`, or keeps changing.
    """
    try:
        for attempt in range(TRIES):
            if attempt:
                time.sleep(PAUSE_S)
            with os.fdopen(os.open(path, os.O_RDONLY | NOT_WAITING), "rb") as file:
                before = os.fstat(file.fileno())
                if not stat.S_ISREG(before.st_mode):
                    raise TranscriptError(f"{path} is not a file")
                refuse_size(str(path), before.st_size, most)
                # What is no file after all may have nothing to read yet.
                data = file.read(before.st_size + 1) or b""
                after = os.fstat(file.fileno())
            # A program may also save by replacing the file.
            if len(data) == before.st_size and _state(before) == _state(after) == _state(path.stat()):
                return data
    except OSError as error:
        raise TranscriptError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        # As an index may name that somebody else wrote.
        raise TranscriptError(f"{str(path)!a} is no name of a file") from error
    raise TranscriptError(f"{path} keeps changing; build again when it is finished")


def refuse_size(name: str, size: int, most: int = MOST_BYTES) -> None:
    """Raise TranscriptError, naming the file and both sizes, for one of more bytes than `most`."""
    if size > most:
        raise TranscriptError(f"{name} is too large to be read: {_megabytes(size)}; at most {_megabytes(most)} are")


def _megabytes(size: int) -> str:
    return f"{-(-size // 1_000_000):,} MB"


def _state(found: os.stat_result) -> tuple[int, int, int]:
    """Return what is another for another content: of a regular file, its size, time of change and identity."""
    return found.st_size, found.st_mtime_ns, found.st_ino


# With what is put behind it, ".toml", and in front of it, a name may have 255 bytes.
MOST_NAME_BYTES = 180

# What Windows takes for a device, whatever follows the dot:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = frozenset(["CON", "PRN", "AUX", "NUL", *(f"{device}{n}" for device in ("COM", "LPT") for n in range(10))])
_NAMELESS = "interview"


def plain_name(name: str) -> str:
    """Return a name without folders, without what cannot be seen, not hidden, no device's, and not too long."""
    last = unicodedata.normalize("NFC", re.split(r"[\\/]", name)[-1])
    seen = "".join(c for c in re.sub(r"\s", " ", last) if c.isprintable())
    text = " ".join(re.sub(r'[<>:"|?*]', "-", seen).split()).strip(". ")
    suffix = PurePosixPath(text).suffix
    stem = text.removesuffix(suffix)
    if not any(c.isalnum() for c in stem):
        stem = _NAMELESS
    if stem.split(".")[0].strip().upper() in _DEVICES:
        stem = f"_{stem}"
    while len(f"{stem}{suffix}".encode()) > MOST_NAME_BYTES:
        stem, suffix = (stem[:-1], suffix) if len(stem) > 1 else (stem, suffix[:-1])
    return f"{stem.rstrip('. ') or _NAMELESS}{suffix}"


def put_in_place(path: Path, data: bytes) -> None:
    """Write a file, instead of one that is there; until it is whole it is hidden, which no build looks at.

    Raises OSError.
    """
    draft = path.with_name(f".{token_hex(8)}.part")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):
            # Keep the permissions of the file that is replaced.
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
