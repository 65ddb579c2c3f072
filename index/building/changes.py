"""What the files hold that the index does not: transcripts to add, to replace and to remove."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import TranscriptError
from index.metadata.sidecars import LEFT_OUT
from index.reading.reader import read_transcript
from index.sources.discovery import FoundFiles, find_files
from index.sources.sources import Sources
from index.types import Transcript

# Called with what is being done, how much of it is done, and how much there is in all; with 0 in all, it is a
# sentence on why what follows is done.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class BuildInput:
    """The transcripts that an index is to hold, as their files are now."""

    paths: Sequence[Path]
    found: FoundFiles
    files: dict[str, tuple[str, str]]  # by name: where the file is, packed, and a checksum
    errors: dict[str, str]  # by name: one line for each file that cannot be read
    sources: Sources
    keep_missing: bool
    looked: float  # seconds since 1970: what was written later may be something else

    @classmethod
    def of(cls, paths: Sequence[Path], sources: Sources, *, keep_missing: bool) -> "BuildInput":
        """Look at the files. Raises TranscriptError where there is none that can be opened."""
        looked = time.time()
        found = find_build_input(paths, sources)
        files, errors = {}, {}
        for name, source in found.transcripts.items():
            try:
                files[name] = source.packed(), sources.checksum(source)
            except TranscriptError as error:
                errors[name] = str(error)
        wanted = cls(paths, found, files, errors, sources, keep_missing, looked)
        if not files:
            raise wanted.refusal()
        return wanted

    def stays(self, name: str) -> bool:
        """Whether what the index holds of a transcript stays, even if its file cannot be read."""
        if name in self.found.left_out:
            return False
        # What lies in a folder that cannot be read just now is not gone.
        closed = tuple(beginning for beginning, _ in self.found.closed)
        return self.keep_missing or name in self.found.transcripts or name.startswith(closed)

    def readable(self, names: Iterable[str]) -> list[str]:
        """Return those of the names whose files were no trouble so far."""
        return [name for name in names if name not in self.errors]

    def lines(self) -> tuple[str, ...]:
        """Return one line for each file, folder and zip that cannot be read."""
        return tuple(dict.fromkeys([*(line for _, line in self.found.closed), *self.errors.values()]))

    def refusal(self) -> TranscriptError:
        """Return the error that says that none could be read."""
        return TranscriptError("; ".join(self.lines()))

    def index_metadata(self) -> dict[str, Any]:
        """Return what an index keeps of it, to tell later what is new."""
        paths = [str(path.absolute()) for path in self.paths]
        unread = {name: self.files.get(name, ("", ""))[1] for name in sorted(self.errors)}
        return {"paths": paths, "keep_missing": self.keep_missing, "unread": unread}


@dataclass(frozen=True, slots=True)
class ReadTranscript:
    """A transcript as it was read just now, or as it is stored where its file cannot be read."""

    transcript: Transcript
    packed: str  # where it was read from
    checksum: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new in the files, by the names of transcripts."""

    to_read: list[str]
    gone: frozenset[str]
    renamed: dict[str, str]  # of those that are gone: the name by which the same file is there now

    def __bool__(self) -> bool:
        return bool(self.to_read or self.gone)


def find_build_input(paths: Sequence[Path], sources: Sources) -> FoundFiles:
    """Return the files as `find_files` does. Raises TranscriptError also where all of them are left out."""
    found = find_files(paths, sources)
    if not found.transcripts:
        where = ", ".join(map(str, paths))
        raise TranscriptError(f"all transcripts in {where} are left out; remove {LEFT_OUT} from the .toml beside one")
    return found


def find_changes(stored: Mapping[str, tuple[str, str]], wanted: BuildInput, *, anew: bool) -> Changes:
    """Compare what is stored, name -> (where its file is, checksum), with the files; `anew` reads all of them."""
    to_read = [name for name, file in wanted.files.items() if anew or stored.get(name) != file]
    gone = frozenset(name for name in stored if not wanted.stays(name))
    new = {wanted.files[name][1]: name for name in to_read if name not in stored}
    renamed = {name: new[stored[name][1]] for name in gone if stored[name][1] in new}
    return Changes(to_read, gone, renamed)


def read_changes(changes: Changes, wanted: BuildInput) -> Iterator[ReadTranscript]:
    """Yield what is new as it is read; what cannot be read goes into the errors."""
    for name in changes.to_read:
        try:
            data, checksum, known = wanted.sources.read(wanted.found.transcripts[name])
            read = ReadTranscript(read_transcript(data, name, known), wanted.files[name][0], checksum)
        except TranscriptError as error:
            wanted.errors[name] = str(error)
        else:
            # It may have been read before, in vain.
            wanted.errors.pop(name, None)
            yield read
