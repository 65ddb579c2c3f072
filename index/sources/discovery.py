"""Paths that a user gives -> the transcript files in them, each with the name that it goes by."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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
    ignored: tuple[Path, ...]  # files in folders without a transcript's suffix that belong to no transcript
    closed: tuple[tuple[str, str], ...]  # unreadable folders and zip archives: (prefix of names in them, one line)
    skipped: tuple[str, ...] = ()  # one line for each link that leads out of its folder


@dataclass(frozen=True, slots=True)
class _Found:
    """A file, and the folder or zip archive that it is named below."""

    path: Path
    below: Path
    top: Path
    member: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        return Path(self.path, *self.member)


@dataclass(slots=True)
class _Scan:
    """The files of all paths, as they are collected."""

    sources: Sources
    found: dict[Path, _Found] = field(default_factory=dict)  # by the resolved path
    ignored: list[Path] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def scan(self, path: Path) -> None:
        """Collect a file, or the files below a folder."""
        mode, place = _mode(path), path.absolute()
        if stat.S_ISDIR(mode):
            for file in self._files_below(path):
                self._take(_Found(file.absolute(), place, place), is_named=False)
        elif stat.S_ISREG(mode):
            self._take(_Found(place, place.parent, place.parent), is_named=True)
        else:
            raise TranscriptError(f"{path} is neither a file nor a folder")

    def _take(self, file: _Found, *, is_named: bool) -> None:
        name = file.place.name.lower()
        if not file.member and name.endswith(ZIP):
            for inner in _in_zip(file, self.sources, self.closed, is_named=is_named):
                self._take(inner, is_named=False)
        elif (is_named or file.place.suffix.lower() in SUFFIXES) and not is_sidecar(name):
            self.found.setdefault(Path(file.path.resolve(), *file.member), file)
        elif not is_named and not name.endswith(OF_VIDEO):
            self.ignored.append(file.place)

    def _files_below(self, folder: Path) -> Iterator[Path]:
        """Yield the regular files in a folder, in the order of their paths, but links that lead out of it."""

        def note(error: OSError) -> None:
            place = Path(error.filename)
            inside = place.relative_to(folder).as_posix()
            line = f"{place} cannot be read: {error.strerror}"
            self.closed.append(("" if inside == "." else f"{inside}/", line))

        top = folder.resolve()
        for place, folders, names in os.walk(folder, onerror=note):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(place, name)
                if name.startswith(".") or not _is_file(path):
                    continue
                if path.is_symlink() and not path.resolve().is_relative_to(top):
                    self.skipped.append(f"{path} is a link out of {folder}; name the file itself to index it")
                else:
                    yield path


def find_files(paths: Sequence[Path], sources: Sources) -> FoundFiles:
    """Return the files themselves, and in folders and zip archives, however deep, those with a transcript's suffix.

    A file in a folder is named by its path below that folder, a file by its name; a zip archive is like a folder. If
    two have the same name, the folders above tell them apart. Hidden files are ignored. Raises TranscriptError for a
    path that does not exist, and if there is no transcript at all.
    """
    scan = _Scan(sources)
    for path in paths:
        scan.scan(path)
    if not scan.found:
        raise _nothing_found(paths, scan)
    named = sorted(_names(list(scan.found.values())).items())
    every = {name: sources.source(file.path, file.top, file.member) for name, file in named}
    left_out = {name: source for name, source in every.items() if sources.is_left_out(source)}
    transcripts = {name: source for name, source in every.items() if name not in left_out}
    described = {Path(side.path, *side.member) for source in every.values() for side in source.side}
    described |= {source.recording for source in every.values() if source.recording}
    ignored = tuple(path for path in scan.ignored if path.absolute() not in described)
    return FoundFiles(transcripts, left_out, ignored, tuple(scan.closed), tuple(scan.skipped))


def _nothing_found(paths: Sequence[Path], scan: _Scan) -> TranscriptError:
    lines = [*dict.fromkeys(line for _, line in scan.closed), *scan.skipped]
    where = ", ".join(map(str, paths))
    expected = f"no transcripts in {where}; expected files ending in {', '.join(sorted(SUFFIXES))}"
    return TranscriptError("; ".join(lines) if lines else expected)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        raise TranscriptError(f"{path} does not exist") from None
    except OSError as error:
        raise TranscriptError(f"{path} cannot be read: {error.strerror}") from error


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
