"""Where a transcript is read from: a file, or one in a zip, and what lies beside it and speaks of it."""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from os import scandir
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, NamedTuple, TypeVar

from index.errors import DamagedError, TranscriptError
from index.metadata.metadata import Fields, FileContext
from index.metadata.sidecars import LEFT_OUT, MOST_TOML_BYTES, OF_ONE, fields_for, parse_sidecar, side_files
from index.safe_files import MOST_BYTES, read_bytes
from index.sources.zip_archives import Archives

_Made = TypeVar("_Made")

# How deep zips lie in zips, at most.
MOST_MEMBERS = 100

# What is kept of folders and of sidecars: those of files that are read one after the other.
KEPT = 32


@dataclass(frozen=True, slots=True)
class Source:
    """A transcript's file; where it lies in a zip, `member` leads to it from there, through zips within that."""

    path: Path
    top: Path  # the folder that was given: none above speaks of the file
    member: tuple[str, ...] = ()
    side: tuple["Source", ...] = ()  # what speaks of it, the first to be believed
    recording: Path | None = None

    @property
    def shown(self) -> str:
        """Return the path, through the zip."""
        return "/".join([str(self.path), *self.member])

    @property
    def place(self) -> PurePath:
        """Return the path, within the innermost zip if it is in one."""
        return PurePosixPath(self.member[-1]) if self.member else self.path

    def to_json(self) -> str:
        """Return as JSON where the file is; what lies beside it is looked up when it is unpacked."""
        return json.dumps([str(self.path), str(self.top), *self.member])


class SourceContent(NamedTuple):
    """A file's content, a checksum of all that its transcript is made of, and what is known besides."""

    data: bytes
    checksum: str
    known: FileContext


class Sources:
    """Files and zips as they are now. To be used for one build: folders are listed once."""

    def __init__(self) -> None:
        self.archives = Archives()
        self._kept: OrderedDict[object, object] = OrderedDict()

    def __enter__(self) -> "Sources":
        return self

    def __exit__(self, *_: object) -> None:
        self.archives.__exit__()

    def source(self, path: Path, top: Path, member: tuple[str, ...] = ()) -> Source:
        """Return the source with what lies beside it: in the folder, or in the zip. Raises TranscriptError."""
        if not member:
            side, recording = side_files(path, top, self._names_in_folder)
            sides = tuple(Source(Path(place), top) for place in side)
            return Source(path, top, (), sides, Path(recording) if recording else None)
        within = member[:-1]
        names = partial(self._names_in_zip, path, within)
        side, _ = side_files(PurePosixPath(member[-1]), PurePosixPath(), names)
        return Source(path, top, member, tuple(Source(path, top, (*within, p.as_posix())) for p in side))

    def from_json(self, packed: str) -> Source:
        """Return a source that was packed. Raises TranscriptError for a zip that cannot be read any more."""
        try:
            path, top, *member = json.loads(packed)
            if not all(isinstance(part, str) and "\0" not in part for part in (path, top, *member)):
                raise ValueError(packed)
        except (ValueError, TypeError, RecursionError) as error:
            raise DamagedError("where its file is, is not as it was written; make the index again") from error
        if len(member) > MOST_MEMBERS or not isinstance(json.loads(packed), list):
            raise DamagedError("where its file is, is not as it was written; make the index again")
        return self.source(Path(path), Path(top), tuple(member))

    def checksum(self, source: Source) -> str:
        """Return the SHA-256 of the file, or of it and what speaks of it. Raises TranscriptError."""
        return self._checksum(source, self._bytes(source))

    def touched(self, source: Source) -> float:
        """Return when the file, or one that speaks of it, was last written or put in its place: seconds since 1970.

        Raises TranscriptError for one that is not there.
        """
        try:
            found = [each.path.stat() for each in (source, *source.side)]
        except OSError as error:
            raise TranscriptError(f"{source.path} cannot be read: {error.strerror}") from error
        return max(max(each.st_mtime, each.st_ctime) for each in found)

    def read(self, source: Source) -> SourceContent:
        """Return all that a transcript is made of. Raises TranscriptError, also for a sidecar that cannot be read."""
        data = self._bytes(source)
        checksum = self._checksum(source, data)
        fields = [fields for side in source.side for fields in self._fields(source, side)]
        return SourceContent(
            data, checksum, FileContext(fields, None if source.member else source.path.parent, source.recording)
        )

    def is_left_out(self, source: Source) -> bool:
        """Whether what lies beside a file says that it is to be in no index; what cannot be read says nothing."""
        for side in source.side:
            if side.place.suffix.lower() != OF_ONE:
                continue
            with suppress(TranscriptError):
                said = [fields.values.get(LEFT_OUT) for fields in self._fields(source, side)]
                if any(isinstance(value, bool) for value in said):
                    return bool(next(value for value in said if isinstance(value, bool)))
        return False

    def _fields(self, source: Source, side: Source) -> list[Fields]:
        """Return what a file beside a source says of it. Raises TranscriptError."""
        folder = None if side.member else side.path.parent
        found = self._keep(("parsed", side), partial(self._parsed, side))
        return [Fields(values, folder) for values in fields_for(source.place, side.place, found)]

    def _bytes(self, source: Source, most: int = MOST_BYTES) -> bytes:
        if source.member:
            return self.archives.read(source.path, source.member, most)
        return read_bytes(source.path, most)

    def _checksum(self, source: Source, data: bytes) -> str:
        own = sha256(data).hexdigest()
        beside = [self._keep(("digest", side), partial(self._digest, side)) for side in source.side]
        if source.recording:
            beside.append(str(source.recording))
        whole = "\n".join([own, *beside]).encode("utf-8", "surrogateescape")
        return sha256(whole).hexdigest() if beside else own

    def _digest(self, side: Source) -> str:
        return f"{sha256(self._side(side)).hexdigest()} {side.shown}"

    def _parsed(self, side: Source) -> dict[str, Any]:
        return parse_sidecar(side.place.name, self._side(side), side.shown)

    def _side(self, side: Source) -> bytes:
        return self._bytes(side, MOST_TOML_BYTES if side.place.suffix.lower() == OF_ONE else MOST_BYTES)

    def _names_in_folder(self, folder: PurePath) -> Mapping[str, str]:
        return self._keep(folder, lambda: _listed(Path(folder)))

    def _names_in_zip(self, path: Path, within: tuple[str, ...], folder: PurePath) -> Mapping[str, str]:
        folders = self._keep((path, within), lambda: _folders(self.archives.entries(path, within)))
        return folders.get(folder.as_posix(), {})

    def _keep(self, key: object, make: Callable[[], _Made]) -> _Made:
        """Return what was made for the key; of what is asked for lately."""
        if key not in self._kept:
            self._kept[key] = make()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]  # type: ignore[return-value]


def _listed(folder: Path) -> dict[str, str]:
    try:
        with scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_file())
            return {name.lower(): name for name in names}
    except (OSError, ValueError):  # half a character is no part of a name
        return {}


def _folders(entries: Mapping[str, object]) -> dict[str, dict[str, str]]:
    """Return folder -> the names of the files in it, by those names in lower case."""
    folders: dict[str, dict[str, str]] = {}
    for entry in entries:
        place = PurePosixPath(entry)
        folders.setdefault(place.parent.as_posix(), {})[place.name.lower()] = place.name
    return folders
