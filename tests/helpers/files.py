"""Files that tests write, and how they are found."""

from pathlib import Path

from index.sources.discovery import FoundFiles, find_files
from index.sources.sources import Sources


def find(*paths: Path) -> FoundFiles:
    with Sources() as sources:
        return find_files(paths, sources)


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
