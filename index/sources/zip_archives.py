"""Zips, and zips within zips, as folders of files that are read in memory: nothing is unpacked to the disk.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import errno
import io
import stat
import struct
import zlib
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from index.errors import TranscriptError
from index.safe_files import MOST_BYTES, refuse_size

ZIP = ".zip"

# Zips within each other: one for all, one for each year, one for each interview.
MOST_DEPTH = 3
# In one zip and all that lie in it. An archive of interviews has hundreds of files, and each may have some beside it.
MOST_ENTRIES = 20_000
# Of all transcripts together: 500 hours with a time for each word, or 10,000 hours of text.
MOST_BYTES_IN_ALL = 1_000_000_000
# The list of its files that a zip ends with: 200 bytes for each is a long path.
MOST_LIST_BYTES = 200 * MOST_ENTRIES
# Open at a time: those that the zip at hand lies in, and some. One within another is held in memory.
MOST_OPEN = 4
_CHUNK_BYTES = 1 << 20

# What broken or hostile bytes make `zipfile` raise, by trial; OSError besides.
_FAULTS = (
    BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    ArithmeticError,
    LookupError,
    EOFError,
    struct.error,
    zlib.error,
)


class Refused(NamedTuple):
    """A zip that is not read, and one line that says why."""

    member: tuple[str, ...]  # where it lies in the outermost one; () for that one itself
    reason: str


class _TooMuchError(TranscriptError):
    """What no zip of transcripts needs: the outermost one is refused for it."""


class _Opened(NamedTuple):
    zip: ZipFile
    entries: dict[str, ZipInfo]  # by path within it; files only, and none that is hidden


class Archives:
    """The zips that are read from, kept open while they are needed."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[Path, tuple[str, ...]], _Opened] = OrderedDict()
        self._read: dict[Path, dict[tuple[str, ...], int]] = {}  # outermost zip -> member -> its bytes
        self._in_all: Counter[Path] = Counter()  # outermost zip -> all of these

    def __enter__(self) -> "Archives":
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            _close(self._open.popitem()[1])

    def files(self, path: Path) -> tuple[dict[tuple[str, ...], int], list[Refused]]:
        """Return the files in a zip and in those within it, with the bytes they claim, and which zips are refused.

        A file is named by its path within the zip, and before that the path of each zip on the way. None is
        returned, and the zip itself refused, where there are more of them, or more deep, than anybody has.
        """
        members: dict[tuple[str, ...], int] = {}
        refused: list[Refused] = []
        try:
            self._gather(path, (), members, refused)
        except _TooMuchError as error:
            return {}, [Refused((), str(error))]
        return members, refused

    def entries(self, path: Path, within: tuple[str, ...] = ()) -> dict[str, ZipInfo]:
        """Return the files in one zip by their paths in it; `within` are the zips on the way to it.

        Raises TranscriptError for a zip that is refused.
        """
        return self._opened(path, within).entries

    def read(self, path: Path, member: tuple[str, ...], most: int = MOST_BYTES) -> bytes:
        """Return the content of a file in a zip.

        Raises TranscriptError, naming zip and file, where it is not there, is damaged, or has more than `most` bytes.
        """
        *within, name = member
        opened = self._opened(path, tuple(within))
        shown = _shown(path, member)
        if name not in opened.entries:
            raise TranscriptError(f"{shown} is not in the zip any more")
        refuse_size(shown, opened.entries[name].file_size, most)
        data = bytearray()
        # What is read again counts once.
        self._in_all[path] -= self._read.setdefault(path, {}).pop(member, 0)
        with _damage_of(shown), opened.zip.open(opened.entries[name]) as file:
            while chunk := file.read(_CHUNK_BYTES):
                data += chunk
                # What a zip says of its files' sizes need not be true.
                refuse_size(shown, len(data), most)
                refuse_all(path, self._in_all[path] + len(data))
        self._read[path][member] = len(data)
        self._in_all[path] += len(data)
        return bytes(data)

    def _gather(
        self, path: Path, within: tuple[str, ...], members: dict[tuple[str, ...], int], refused: list[Refused]
    ) -> None:
        try:
            entries = self.entries(path, within)
        except _TooMuchError:
            raise
        except TranscriptError as error:
            refused.append(Refused(within, str(error)))
            return
        for name in sorted(entries):
            member = (*within, name)
            if not name.lower().endswith(ZIP):
                members[member] = entries[name].file_size
            elif len(member) < MOST_DEPTH:
                self._gather(path, member, members, refused)
            else:
                raise _TooMuchError(f"{_shown(path, member)} is a zip too deep in others; unpack {path.name} first")
            if len(members) > MOST_ENTRIES:
                raise _too_many(path)

    def _opened(self, path: Path, within: tuple[str, ...]) -> _Opened:
        key = (path, within)
        if key not in self._open:
            self._open[key] = self._enter(path, within)
            while len(self._open) > MOST_OPEN:
                _close(self._open.popitem(last=False)[1])
        self._open.move_to_end(key)
        return self._open[key]

    def _enter(self, path: Path, within: tuple[str, ...]) -> _Opened:
        shown = _shown(path, within)
        with _damage_of(shown):
            file: IO[bytes] = io.BytesIO(self.read(path, within)) if within else path.open("rb")
            try:
                opened = ZipFile(_Guarded(file, path))
                return _Opened(opened, _entries(opened, path, shown))
            except BaseException:
                file.close()
                raise


def refuse_all(path: Path, size: int) -> None:
    """Raise TranscriptError if the transcripts of a zip archive have too many bytes together."""
    if size > MOST_BYTES_IN_ALL:
        raise _TooMuchError(f"{path} holds more than {MOST_BYTES_IN_ALL / 1e9:g} GB; unpack it, and build from parts")


class _Guarded:
    """A zip archive's bytes; one read returns at most the size of a directory.

    `ZipFile` reads that list at once, however long it says that it is, and makes an object of each file.
    """

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self.close = file.close
        self.seek = file.seek
        self.seekable = file.seekable
        self.tell = file.tell
        self._file = file
        self._path = path

    def read(self, size: int = -1) -> bytes:
        if size > MOST_LIST_BYTES:
            raise _too_many(self._path)
        return self._file.read(size)


def _entries(opened: ZipFile, path: Path, shown: str) -> dict[str, ZipInfo]:
    """Return the files in a zip that are to be seen, by their paths in it; of two with one path, the last.

    Raises TranscriptError for what nobody's zip of transcripts has, and for what cannot be read.
    """
    entries: dict[str, ZipInfo] = {}
    if len(opened.infolist()) > MOST_ENTRIES:
        raise _too_many(path)
    for entry in opened.infolist():
        name = _path_of(entry)
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts or name[1:3] == ":/":
            raise TranscriptError(f"{shown} is refused: a file in it would lie outside of it: {name}")
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in place.parts)
        if not place.parts or name.endswith("/") or hidden or stat.S_ISLNK(entry.external_attr >> 16):
            continue
        if entry.flag_bits & 1:
            raise TranscriptError(f"{shown} is encrypted: {name}; unpack it first")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise TranscriptError(f"{shown} is packed in an unusual way: {name}; unpack it first")
        entries[place.as_posix()] = entry
    return entries


def _path_of(entry: ZipInfo) -> str:
    """Return where a file lies in its zip, with slashes; macOS writes UTF-8 without saying so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


@contextmanager
def _damage_of(shown: str) -> Iterator[None]:
    """Raise what `zipfile` finds wrong as TranscriptError."""
    try:
        yield
    except TranscriptError:
        raise
    except OSError as error:
        # A place before the file's beginning, as damage may name one, is an invalid argument.
        reason = "the zip is damaged" if error.errno in (None, errno.EINVAL) else error.strerror
        raise TranscriptError(f"{shown} cannot be read: {reason}") from error
    except _FAULTS as error:
        raise TranscriptError(f"{shown} cannot be read: the zip is damaged ({_one_line(error)})") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _shown(path: Path, member: tuple[str, ...]) -> str:
    return "/".join([str(path), *member])


def _too_many(path: Path) -> _TooMuchError:
    return _TooMuchError(f"{path} holds more than {MOST_ENTRIES:,} files; unpack it, and build from parts of it")


def _close(opened: _Opened) -> None:
    file = opened.zip.fp
    opened.zip.close()
    if file is not None:
        file.close()
