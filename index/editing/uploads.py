"""Files from anywhere, as somebody uploads them -> transcripts in a folder of interviews.

What cannot be parsed is not kept, nothing is replaced without consent, and a concurrent reader sees each
file whole or not at all. A zip becomes a folder.
"""

import os
import shutil
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from index.errors import TranscriptError
from index.metadata.sidecars import MOST_TOML_BYTES, OF_ONE, is_sidecar, parse_sidecar
from index.reading.reader import SUFFIXES, read_transcript
from index.safe_files import MOST_BYTES as MOST_FILE_BYTES
from index.safe_files import plain_name, refuse_size
from index.samples import SAMPLES
from index.sources.discovery import DEFAULT_FOLDER, find_files
from index.sources.sources import Sources
from index.sources.zip_archives import ZIP, Archives
from index.types import Progress

ENDINGS = (*sorted(SUFFIXES), OF_ONE, ZIP)

# At once; what is unpacked counts. A hundred interviews of ten hours with a time for each word.
MOST_FILES = 2000
MOST_BYTES = 500_000_000
MOST_DEPTH = 8

# What happens where a file is to be put below another one, or in the place of a folder.
IN_THE_WAY = (FileExistsError, NotADirectoryError, IsADirectoryError)

# Until they are known to be good, files wait in a hidden folder, which no build looks at.
_WAITING = ".adding-"
_FORGOTTEN_S = 24 * 3600.0

# Files are compared and put in their places; two tabs take turns.
_placing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Home:
    """Where interviews are added."""

    folder: Path
    paths: tuple[Path, ...]  # what the index is built from when there are some
    instead_of_samples: bool
    others: int = 0  # interviews that are there already and in no index: they come with what is added


class Upload(NamedTuple):
    """A file from anywhere."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Added:
    """What became of uploads, by their paths in the folder."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)  # they were there already
    differing: list[str] = field(default_factory=list)  # another by this name is there, and stays
    errors: list[str] = field(default_factory=list)  # one line for each file that is not kept

    def __bool__(self) -> bool:
        return bool(self.added or self.replaced)


def home(paths: Sequence[Path]) -> Home:
    """Return where interviews are added to an index of these paths: the first folder that can be written, or a new one.

    The samples give way where there was nothing else.
    """
    for path in paths:
        if path.is_dir() and not path.resolve().is_relative_to(SAMPLES.resolve()) and os.access(path, os.W_OK):
            return Home(path, tuple(paths), instead_of_samples=False)
    folder = DEFAULT_FOLDER.absolute()
    others = tuple(path for path in paths if path.resolve() != SAMPLES.resolve())
    kept = tuple(paths) if others else ()
    is_new = all(path.resolve() != folder.resolve() for path in paths)
    return Home(folder, (*kept, folder), not others, _transcripts_in(folder) if is_new else 0)


def add(
    uploads: Sequence[Upload], folder: Path, progress: Progress = lambda *_: None, *, replace: Collection[str] = ()
) -> Added:
    """Put uploads that can be read into the folder, which is made, and say what became of each.

    What is there by a name in `replace` gives way. Raises TranscriptError where the folder cannot be written.
    """
    done, is_new = Added(), not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _waiting_room(folder) as room:
            waiting = _Waiting(room, done, {})
            for number, upload in enumerate(uploads):
                progress("unpacking", number, len(uploads))
                waiting.take(upload)
            good = list(_readable(waiting, folder, progress))
            with _placing:
                for name in good:
                    try:
                        _place(room / name, folder, name, done, replace=replace)
                    except OSError as error:
                        done.errors.append(_not_added(name, error))
    except OSError as error:
        raise TranscriptError(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        if is_new:
            # One in which nothing came to be would be taken for the place of the interviews.
            with suppress(OSError):
                folder.rmdir()
    return done


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Files that wait in a folder, each by the path that it is to have."""

    room: Path
    done: Added
    sizes: dict[str, int]  # by path in lower case: two that differ in case alone are one on many systems

    def take(self, upload: Upload) -> None:
        """Have a file wait, or those in a zip; what nobody would add becomes an error."""
        name = plain_name(upload.name)
        try:
            if name.lower().endswith(ZIP):
                self._unpack(name, upload.data)
            elif not name.lower().endswith(ENDINGS):
                raise TranscriptError(f"{name} is no transcript by its name; those end in {', '.join(ENDINGS)}")
            else:
                self._put(name, upload.data)
        except TranscriptError as error:
            self.done.errors.append(f"{error}")

    def names(self) -> list[str]:
        """Return the paths, sidecars first, so that a concurrent build reads no transcript without its sidecar."""
        paths = [Path(place, name) for place, _, names in os.walk(self.room) for name in names]
        names = (path.relative_to(self.room).as_posix() for path in paths)
        return sorted(names, key=lambda name: (not is_sidecar(name), name))

    def _unpack(self, name: str, data: bytes) -> None:
        packed = self.room / f"{_WAITING}{ZIP}"
        packed.write_bytes(data)
        # What turns out to be unreadable counts: it was unpacked, too.
        room = MOST_BYTES - sum(self.sizes.values())
        try:
            with Archives() as archives:
                members, refused = archives.files(packed)
                self.done.errors.extend(each.reason.replace(str(packed), name) for each in refused)
                wanted = [member for member in members if member[-1].lower().endswith(ENDINGS)]
                for number, member in enumerate(wanted):
                    room -= members[member]
                    if room < 0 or len(self.sizes) >= MOST_FILES:
                        left = len(wanted) - number
                        raise TranscriptError(f"{name} is too much at once; add the last {left:,} of its files later")
                    try:
                        self._put(_unpacked(name, member), archives.read(packed, member))
                    except TranscriptError as error:
                        self.done.errors.append(f"{error}".replace(str(packed), name))
        except TranscriptError as error:
            raise TranscriptError(f"{error}".replace(str(packed), name)) from error
        finally:
            packed.unlink()
        if not wanted and not refused:
            raise TranscriptError(f"{name} holds no transcript")

    def _put(self, name: str, data: bytes) -> None:
        if len(self.sizes) >= MOST_FILES or sum(self.sizes.values()) + len(data) > MOST_BYTES:
            raise TranscriptError(f"{name} is too much at once; add it with the next ones")
        if name.count("/") > MOST_DEPTH:
            raise TranscriptError(f"{name} lies too deep in folders")
        path = self.room / name
        if name.lower() in self.sizes:
            if not path.exists() or path.read_bytes() != data:
                raise TranscriptError(f"{name} was given twice, with different contents; the first was taken")
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except IN_THE_WAY as error:
            raise TranscriptError(_not_added(name, error)) from error
        self.sizes[name.lower()] = len(data)


def _transcripts_in(folder: Path) -> int:
    """Return how many interviews a folder holds, which need not be there."""
    try:
        with Sources() as sources:
            return len(find_files([folder], sources).transcripts)
    except TranscriptError:
        return 0


@contextmanager
def _waiting_room(folder: Path) -> Iterator[Path]:
    for left in folder.glob(f"{_WAITING}*"):
        # Somebody was stopped while adding.
        if left.is_dir() and not left.is_symlink() and time.time() - left.stat().st_mtime > _FORGOTTEN_S:
            shutil.rmtree(left, ignore_errors=True)
    room = Path(mkdtemp(prefix=_WAITING, dir=folder))
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _unpacked(name: str, member: tuple[str, ...]) -> str:
    """Return where a file of a zip is to lie: in a folder that is called like it."""
    *folders, last = [name.removesuffix(Path(name).suffix), *"/".join(member).split("/")]
    inner = (part.removesuffix(ZIP) for part in folders)
    return "/".join([*(plain_name(part) for part in inner if part not in ("", ".")), plain_name(last)])


def _readable(waiting: _Waiting, folder: Path, progress: Progress) -> Iterator[str]:
    """Yield the paths of those that can be read, or are there, sidecars first; the others become errors."""
    names, done = waiting.names(), waiting.done
    with Sources() as sources:
        for number, name in enumerate(names):
            progress("reading", number, len(names))
            path = waiting.room / name
            try:
                if not _is_same(path, _as_there(folder, name)):
                    _read(path, waiting.room, name, sources)
            except OSError as error:
                done.errors.append(_not_added(name, error))
                continue
            except TranscriptError as error:
                done.errors.append(f"{error}".replace(f"{waiting.room}{os.sep}", ""))
                path.unlink()
                continue
            yield name


def _read(path: Path, room: Path, name: str, sources: Sources) -> None:
    """Raise TranscriptError for a file that a build could not read."""
    if is_sidecar(name):
        refuse_size(name, path.stat().st_size, MOST_TOML_BYTES if name.lower().endswith(OF_ONE) else MOST_FILE_BYTES)
        parse_sidecar(name, path.read_bytes(), name)
    else:
        data, _, known = sources.read(sources.source(path, room))
        read_transcript(data, name, known)


def _place(waiting: Path, folder: Path, name: str, done: Added, *, replace: Collection[str]) -> None:
    """Put a file in its place, unless another is there. Raises OSError."""
    place = _as_there(folder, name)
    # No link leads out of the folder.
    if not place.parent.resolve().is_relative_to(folder.resolve()) or place.is_dir():
        raise FileExistsError(name)
    is_there = place.exists()
    if _is_same(waiting, place):
        done.same.append(name)
    elif is_there and name not in replace:
        done.differing.append(name)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        with waiting.open("rb") as file:
            os.fsync(file.fileno())
        waiting.replace(place)
        (done.replaced if is_there else done.added).append(name)


def _not_added(name: str, error: OSError) -> str:
    why = "something else is in its place" if isinstance(error, IN_THE_WAY) else error.strerror
    return f"{name} cannot be added: {why}"


def _is_same(file: Path, other: Path) -> bool:
    return other.is_file() and other.stat().st_size == file.stat().st_size and other.read_bytes() == file.read_bytes()


def _as_there(folder: Path, name: str) -> Path:
    """Return the path as it is spelled where it is there, in whichever case."""
    path = folder
    for part in name.split("/"):
        is_exact = (path / part).exists() or not path.is_dir()
        here = {} if is_exact else {each.name.lower(): each.name for each in path.iterdir()}
        path /= here.get(part.lower(), part)
    return path
