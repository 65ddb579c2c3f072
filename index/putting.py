"""A file put in its place whole, or not at all, whenever a program is stopped."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


def put_in_place(path: Path, data: bytes) -> None:
    """Write a file, instead of one that is there; until it is whole it is hidden, which no build looks at.

    Raises OSError.
    """
    draft = path.with_name(f".{token_hex(8)}.part")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):
            # Whoever could read the file can read it again.
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
