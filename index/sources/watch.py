"""Waiting until transcripts change, by the system's own notices."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

# Who saves several files, or one in several steps, has done so within this time.
QUIET_MS = 1000


def changes_in(paths: Sequence[Path], index: Path) -> Iterator[None]:
    """Yield each time after something changed in these files and folders, without end.

    What is hidden, and what happens in the index folder itself, is left out. Raises KeyboardInterrupt.
    """
    given = [path.resolve() for path in paths]
    folders, files = [path for path in given if path.is_dir()], [path for path in given if not path.is_dir()]
    own = index.resolve()

    def is_ours(_: Change, name: str) -> bool:
        path = Path(name)
        below = [path.relative_to(folder).parts for folder in folders if path.is_relative_to(folder)]
        # What speaks of a file lies beside it.
        below += [(path.name,) for file in files if path.parent == file.parent]
        is_seen = any(not any(part.startswith(".") for part in parts) for parts in below)
        return is_seen and not path.is_relative_to(own)

    # Many programs save a file by putting another in its place, which only its folder notices.
    places = {*folders, *(file.parent for file in files)}
    is_first = True
    for found in watch(
        *places,
        watch_filter=is_ours,
        debounce=QUIET_MS,
        step=QUIET_MS // 5,
        rust_timeout=QUIET_MS,
        yield_on_timeout=True,
        recursive=bool(folders),
    ):
        # What was saved before somebody listened is seen at the first look.
        if found or is_first:
            yield
        is_first = False
