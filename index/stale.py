"""Whether an index is as its files are: which of them changed, came or went since it was built."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from index.database import Database
from index.errors import TranscriptError
from index.files import find_files
from index.sources import Sources

WAY_OUT = "build again to bring it up to date"


def stale(database: Database, *, quick: bool = False) -> Iterator[str]:
    """Yield one line for each transcript that is not as its file is, in the order of names, and then for new files.

    With `quick`, files that nobody touched since are not read.
    """
    facts, stored = database.facts(), database.files()
    looked = float(facts.get("looked", 0)) if quick else 0.0
    is_kept = bool(facts.get("keep_missing"))
    with Sources() as sources:
        for name, (packed, checksum) in stored.items():
            try:
                source = sources.unpacked(packed)
                if not is_there(source.path):
                    if not is_kept:
                        yield f"{name} is gone since the index was built; {WAY_OUT}"
                elif sources.touched(source) >= looked and sources.checksum(source) != checksum:
                    yield f"{name} changed since the index was built; {WAY_OUT}"
            except TranscriptError as error:
                yield f"{name}: {error}; {WAY_OUT}"
        paths = [Path(path) for path in facts.get("paths", ())]
        yield from _new([path for path in paths if is_there(path)], sources, stored.keys() | facts.get("unread", {}))


def is_there(path: Path) -> bool:
    """Whether there is something; where the folder is closed to us, whoever reads says so."""
    try:
        return path.exists()
    except OSError:
        return True


def _new(paths: list[Path], sources: Sources, known: AbstractSet[str]) -> Iterator[str]:
    try:
        found = find_files(paths, sources).transcripts if paths else {}
    except TranscriptError:
        return  # There are no transcripts left.
    for name in found:
        if name not in known:
            yield f"{name} is new since the index was built; {WAY_OUT}"
