"""Paths that a user gives -> the transcript files in them, each with the name that it goes by."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import TranscriptError
from index.metadata.sidecars import OF_VIDEO, is_sidecar
from index.reading.reader import SUFFIXES
from index.samples import SAMPLES
from index.sources.sources import Source, Sources
from index.sources.zip_archives import ZIP, refuse_all

# The folder that is indexed if no path is given.
DEFAULT_FOLDER = Path("interviews")


def default_paths() -> list[Path]:
    """Return the paths indexed without an argument: ./interviews if it exists, else the bundled samples."""
    return [DEFAULT_FOLDER] if DEFAULT_FOLDER.is_dir() else [SAMPLES]


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """Transcript files by name, in the order of names, and what lay beside them."""

    transcripts: dict[str, Source]
    left_out: dict[str, Source]  # transcripts whose sidecar leaves them out
    ignored: tuple[Path, ...]  # files in folders that are no transcripts by their suffix, and speak of none
    closed: tuple[tuple[str, str], ...]  # folders and zips that cannot be read: how names in them begin, one line


@dataclass(frozen=True, slots=True)
class _Found:
    """A file, and the folder or zip that it is named below."""

    path: Path
    below: Path
    top: Path
    member: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        return Path(self.path, *self.member)


def find_files(paths: Sequence[Path], sources: Sources) -> FoundFiles:
    """Return the files themselves, and in folders and zips, however deep, those with a transcript's suffix.

    A file in a folder goes by its path below that folder, a file by its name; a zip is like a folder.
    Where two would go by the same name, the folders above tell them apart. Hidden files are left alone, and
    what is to be left out goes by the name that it would have.
    Raises TranscriptError for a path that is not there, and where there is no transcript at all, left out or not.
    """
    found: dict[Path, _Found] = {}  # by the resolved path
    ignored: list[Path] = []
    closed: list[tuple[str, str]] = []

    def take(file: _Found, *, is_named: bool) -> None:
        name = file.place.name.lower()
        if not file.member and name.endswith(ZIP):
            for inner in _in_zip(file, sources, closed, is_named=is_named):
                take(inner, is_named=False)
        elif (is_named or file.place.suffix.lower() in SUFFIXES) and not is_sidecar(name):
            found.setdefault(Path(file.path.resolve(), *file.member), file)
        elif not is_named and not name.endswith(OF_VIDEO):
            ignored.append(file.place)

    for path in paths:
        mode, place = _mode(path), path.absolute()
        if stat.S_ISDIR(mode):
            for file in _files_below(path, closed):
                take(_Found(file.absolute(), place, place), is_named=False)
        elif stat.S_ISREG(mode):
            take(_Found(place, place.parent, place.parent), is_named=True)
        else:
            raise TranscriptError(f"{path} is neither a file nor a folder")
    if not found and closed:
        raise TranscriptError("; ".join(dict.fromkeys(line for _, line in closed)))
    if not found:
        where = ", ".join(map(str, paths))
        raise TranscriptError(f"no transcripts in {where}; expected files ending in {', '.join(sorted(SUFFIXES))}")
    named = sorted(_names(list(found.values())).items())
    every = {name: sources.source(file.path, file.top, file.member) for name, file in named}
    left_out = {name: source for name, source in every.items() if sources.is_left_out(source)}
    transcripts = {name: source for name, source in every.items() if name not in left_out}
    speaking = {Path(side.path, *side.member) for source in every.values() for side in source.side}
    speaking |= {source.recording for source in every.values() if source.recording}
    unspoken = tuple(path for path in ignored if path.absolute() not in speaking)
    return FoundFiles(transcripts, left_out, unspoken, tuple(closed))


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        raise TranscriptError(f"{path} does not exist") from None
    except OSError as error:
        raise TranscriptError(f"{path} cannot be read: {error.strerror}") from error


def _files_below(folder: Path, closed: list[tuple[str, str]]) -> Iterator[Path]:
    """Yield the regular files in a folder, in the order of their paths; name the folders that cannot be read."""

    def note(error: OSError) -> None:
        place = Path(error.filename)
        inside = place.relative_to(folder).as_posix()
        closed.append(("" if inside == "." else f"{inside}/", f"{place} cannot be read: {error.strerror}"))

    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    """Whether it is a regular file; what a link leads to may be closed to us."""
    try:
        return path.is_file()
    except OSError:
        return False


def _in_zip(file: _Found, sources: Sources, closed: list[tuple[str, str]], *, is_named: bool) -> Iterator[_Found]:
    """Yield the files in a zip; a zip that is named itself is what they are named below. Note what is refused."""
    below = file.path if is_named else file.below
    members, refused = sources.archives.files(file.path)
    wanted = {member: size for member, size in members.items() if Path(member[-1]).suffix.lower() in SUFFIXES}
    beginning = "" if is_named else f"{file.path.relative_to(below).as_posix()}/"
    closed += [(beginning + "".join(f"{part}/" for part in zipped.member), zipped.reason) for zipped in refused]
    try:
        refuse_all(file.path, sum(wanted.values()))
    except TranscriptError as error:
        closed.append((beginning, str(error)))
        return
    for member in members:
        yield _Found(file.path, below, file.top, member)


def _names(files: Sequence[_Found]) -> dict[str, _Found]:
    """Name each file by its path below its folder, with as many folders above as tell all apart."""
    above = dict.fromkeys(files, 0)
    while True:
        names = {file: _readable(file.place.relative_to(_ancestor(file.below, above[file]))) for file in files}
        often = Counter(names.values())
        alike = [file for file in files if often[names[file]] > 1]
        if not alike:
            return {names[file]: file for file in files}
        if all(above[file] > len(file.below.parts) for file in alike):
            raise TranscriptError(f"two files go by the same name, {names[alike[0]]}; rename one of them")
        for file in alike:
            above[file] += 1


def _ancestor(folder: Path, steps: int) -> Path:
    return [folder, *folder.parents][min(steps, len(folder.parents))]


def _readable(path: Path) -> str:
    """Return the path with slashes, and what is not UTF-8 in it replaced: names are stored and printed."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")
