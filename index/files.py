"""Paths that a user gives -> the transcript files in them, each with the name that it goes by."""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import TranscriptError
from index.readers import SUFFIXES


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """Transcript files by name, in the order of names, and what lay beside them."""

    transcripts: dict[str, Path]
    ignored: tuple[Path, ...]  # files in folders that are no transcripts by their suffix
    closed: dict[str, str]  # folders that could not be read: the beginning of names in them -> one line


def find_files(paths: Sequence[Path]) -> FoundFiles:
    """Return the files themselves, and in folders, however deep, those with a transcript's suffix.

    A file in a folder goes by its path below that folder, a file by its name; where two would go by
    the same name, the folders above tell them apart. Hidden files are left alone. Raises
    TranscriptError for a path that is not there, and where there is no transcript at all.
    """
    found: dict[Path, tuple[Path, Path]] = {}  # resolved -> the path, and the folder that it is named below
    ignored: list[Path] = []
    closed: dict[str, str] = {}
    for path in paths:
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            for file in _files_below(path, closed):
                if file.suffix.lower() in SUFFIXES:
                    found.setdefault(file.resolve(), (file.absolute(), path.absolute()))
                else:
                    ignored.append(file)
        elif stat.S_ISREG(mode):
            found.setdefault(path.resolve(), (path.absolute(), path.absolute().parent))
        else:
            raise TranscriptError(f"{path} is neither a file nor a folder")
    if not found and closed:
        raise TranscriptError("; ".join(closed.values()))
    if not found:
        where = ", ".join(map(str, paths))
        raise TranscriptError(f"no transcripts in {where}; expected files ending in {', '.join(sorted(SUFFIXES))}")
    return FoundFiles(dict(sorted(_names(list(found.values())).items())), tuple(ignored), closed)


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        raise TranscriptError(f"{path} does not exist") from None
    except OSError as error:
        raise TranscriptError(f"{path} cannot be read: {error.strerror}") from error


def _files_below(folder: Path, closed: dict[str, str]) -> Iterator[Path]:
    """Yield the regular files in a folder, in the order of their paths; name the folders that cannot be read."""

    def note(error: OSError) -> None:
        place = Path(error.filename)
        inside = place.relative_to(folder).as_posix()
        closed["" if inside == "." else f"{inside}/"] = f"{place} cannot be read: {error.strerror}"

    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _names(files: Sequence[tuple[Path, Path]]) -> dict[str, Path]:
    """Name each file by its path below its folder, with as many folders above as tell all apart."""
    above = dict.fromkeys(files, 0)
    while True:
        names = {file: _readable(file[0].relative_to(_ancestor(file[1], above[file]))) for file in files}
        often = Counter(names.values())
        alike = [file for file in files if often[names[file]] > 1]
        if not alike:
            return {names[file]: file[0] for file in files}
        if all(above[file] > len(file[1].parts) for file in alike):
            raise TranscriptError(f"two files go by the same name, {names[alike[0]]}; rename one of them")
        for file in alike:
            above[file] += 1


def _ancestor(folder: Path, steps: int) -> Path:
    return [folder, *folder.parents][min(steps, len(folder.parents))]


def _readable(path: Path) -> str:
    """Return the path with slashes, and what is not UTF-8 in it replaced: names are stored and printed."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")
