"""Whether an index is as its files are: which of them changed, came or went since it was built."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

from index.errors import TranscriptError
from index.sources.discovery import find_files
from index.sources.sources import Sources
from index.storage.database import Database

WAY_OUT = "build again to bring it up to date"


def stale(database: Database, *, quick: bool = False) -> Iterator[str]:
    """Yield one line for each transcript that is not as its file is, in the order of names, and then for new files.

    With `quick`, files that nobody touched since are not read.
    """
    index_metadata, stored = database.index_metadata(), database.files()
    scanned_at = float(index_metadata.get("scanned_at", 0)) if quick else 0.0
    is_kept, unread = bool(index_metadata.get("keep_missing")), index_metadata.get("unread", {})
    with Sources() as sources:
        for name, (packed, checksum) in stored.items():
            try:
                source = sources.from_json(packed)
                if not is_there(source.path):
                    if not is_kept:
                        yield f"{name} is gone since the index was built; {WAY_OUT}"
                elif sources.touched(source) >= scanned_at and sources.checksum(source) not in {
                    checksum,
                    unread.get(name),
                }:
                    yield f"{name} changed since the index was built; {WAY_OUT}"
            except TranscriptError as error:
                yield f"{name}: {error}; {WAY_OUT}"
        paths = [Path(path) for path in index_metadata.get("paths", ())]
        yield from _new([path for path in paths if is_there(path)], sources, stored.keys(), unread)


def is_there(path: Path) -> bool:
    """Whether the path exists; an unreadable folder is reported when it is read."""
    try:
        return path.exists()
    except OSError:
        return True


def _new(paths: list[Path], sources: Sources, stored: AbstractSet[str], unread: Mapping[str, str]) -> Iterator[str]:
    try:
        found = find_files(paths, sources).transcripts if paths else {}
    except TranscriptError:
        return  # There are no transcripts left.
    for name, source in found.items():
        if name in stored:
            continue
        with suppress(TranscriptError):
            if name not in unread or sources.checksum(source) != unread[name]:
                yield f"{name} is new since the index was built; {WAY_OUT}"
