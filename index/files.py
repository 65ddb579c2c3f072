"""Paths that a user gives -> the transcript files in them, each with the name that it goes by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import TranscriptError
from index.readers import SUFFIXES


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """Transcript files by name, in the order of names, and what lay beside them."""

    transcripts: dict[str, Path]
    ignored: tuple[Path, ...]  # files in folders that are no transcripts by their suffix


def find_files(paths: Sequence[Path]) -> FoundFiles:
    """Return the files themselves, and in folders, however deep, those with a transcript's suffix.

    A file in a folder goes by its path below that folder, a file by its name; where two would go by
    the same name, the folders above tell them apart. Hidden files are left alone. Raises
    TranscriptError for a path that is not there, and where there is no transcript at all.
    """
    found: dict[Path, Path] = {}  # resolved -> below which folder
    ignored: list[Path] = []
    for path in paths:
        if path.is_dir():
            files = [p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p.relative_to(path))]
            ignored += [p for p in files if p.suffix.lower() not in SUFFIXES]
            found |= {p.resolve(): path.resolve() for p in files if p.suffix.lower() in SUFFIXES}
        elif path.exists():
            found.setdefault(path.resolve(), path.resolve().parent)
        else:
            raise TranscriptError(f"{path} does not exist")
    if not found:
        where = ", ".join(map(str, paths))
        raise TranscriptError(f"no transcripts in {where}; expected files ending in {', '.join(sorted(SUFFIXES))}")
    return FoundFiles(dict(sorted(_names(found).items())), tuple(ignored))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _names(found: dict[Path, Path]) -> dict[str, Path]:
    """Name each file by its path below its folder, with as many folders above as tell all apart."""
    above = dict.fromkeys(found, 0)
    while True:
        names = {path: path.relative_to(_ancestor(root, above[path])).as_posix() for path, root in found.items()}
        often = Counter(names.values())
        alike = [path for path in found if often[names[path]] > 1]
        if not alike:
            return {name: path for path, name in names.items()}
        for path in alike:
            above[path] += 1


def _ancestor(folder: Path, steps: int) -> Path:
    return folder if steps == 0 else [folder, *folder.parents][min(steps, len(folder.parents))]
