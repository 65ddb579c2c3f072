"""Changes: which transcripts a build has to add, replace and remove."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import TranscriptError
from index.metadata.sidecars import LEFT_OUT
from index.reading.reader import read_transcript
from index.sources.discovery import FoundFiles, find_files
from index.sources.sources import Sources
from index.types import Transcript


@dataclass(frozen=True, slots=True)
class BuildInput:
    """The transcript files that an index is to hold, as they are now."""

    paths: Sequence[Path]
    found: FoundFiles
    files: dict[str, tuple[str, str]]  # name -> (source as JSON, checksum)
    errors: dict[str, str]  # name -> one line for each file that cannot be parsed
    sources: Sources
    keep_missing: bool
    scanned_at: float  # seconds since 1970; a file written later may have changed
    warnings: dict[str, tuple[str, ...]]  # name -> a line for each place that was not understood

    @classmethod
    def of(cls, paths: Sequence[Path], sources: Sources, *, keep_missing: bool) -> "BuildInput":
        """Scan the paths. Raises TranscriptError if no file can be opened."""
        scanned_at = time.time()
        found = find_build_input(paths, sources)
        files, errors = {}, {}
        for name, source in found.transcripts.items():
            try:
                files[name] = source.to_json(), sources.checksum(source)
            except TranscriptError as error:
                errors[name] = str(error)
        wanted = cls(paths, found, files, errors, sources, keep_missing, scanned_at, {})
        if not files:
            raise wanted.refusal()
        return wanted

    def stays(self, name: str) -> bool:
        """Whether a stored transcript stays although its file may be missing or unreadable."""
        if name in self.found.left_out:
            return False
        # What lies in an unreadable folder is not gone.
        closed = tuple(prefix for prefix, _ in self.found.closed)
        return self.keep_missing or name in self.found.transcripts or name.startswith(closed)

    def readable(self, names: Iterable[str]) -> list[str]:
        """Return the names without an error so far."""
        return [name for name in names if name not in self.errors]

    def lines(self) -> tuple[str, ...]:
        """Return one line for each file, folder and zip archive that cannot be read."""
        closed = [line for _, line in self.found.closed]
        return tuple(dict.fromkeys([*closed, *self.found.skipped, *self.errors.values()]))

    def refusal(self) -> TranscriptError:
        """Return the error for a build in which no file can be read."""
        return TranscriptError("; ".join(self.lines()))

    def index_metadata(self) -> dict[str, Any]:
        """Return the index metadata that tells later what has changed."""
        paths = [str(path.absolute()) for path in self.paths]
        unread = {name: self.files.get(name, ("", ""))[1] for name in sorted(self.errors)}
        return {"paths": paths, "keep_missing": self.keep_missing, "unread": unread}


@dataclass(frozen=True, slots=True)
class ReadTranscript:
    """A transcript parsed from its file, or loaded from the library if its file cannot be parsed."""

    transcript: Transcript
    source: str  # where it was read from, as JSON
    checksum: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed, by the names of transcripts."""

    to_read: list[str]
    gone: frozenset[str]
    renamed: dict[str, str]  # gone name -> the new name of the same file

    def __bool__(self) -> bool:
        return bool(self.to_read or self.gone)


def find_build_input(paths: Sequence[Path], sources: Sources) -> FoundFiles:
    """Return the files as `find_files` does. Raises TranscriptError also if all of them are left out."""
    found = find_files(paths, sources)
    if not found.transcripts:
        where = ", ".join(map(str, paths))
        raise TranscriptError(f"all transcripts in {where} are left out; remove {LEFT_OUT} from the .toml beside one")
    return found


def find_changes(stored: Mapping[str, tuple[str, str]], wanted: BuildInput, *, anew: bool) -> Changes:
    """Compare stored transcripts, name -> (source, checksum), with the files; `anew` reads all files."""
    to_read = [name for name, file in wanted.files.items() if anew or stored.get(name) != file]
    gone = frozenset(name for name in stored if not wanted.stays(name))
    new = {wanted.files[name][1]: name for name in to_read if name not in stored}
    renamed = {name: new[stored[name][1]] for name in gone if stored[name][1] in new}
    return Changes(to_read, gone, renamed)


def read_changes(changes: Changes, wanted: BuildInput) -> Iterator[ReadTranscript]:
    """Yield new and changed transcripts as they are parsed; failures go into `wanted.errors`."""
    for name in changes.to_read:
        try:
            data, checksum, context = wanted.sources.read(wanted.found.transcripts[name])
            read = ReadTranscript(read_transcript(data, name, context), wanted.files[name][0], checksum)
        except TranscriptError as error:
            wanted.errors[name] = str(error)
        else:
            # An earlier attempt may have failed.
            wanted.errors.pop(name, None)
            if read.transcript.warnings:
                wanted.warnings[name] = read.transcript.warnings
            yield read
