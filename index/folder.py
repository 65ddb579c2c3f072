"""The index folder: where it is, and making one that is ours."""

import os
from pathlib import Path

from index.errors import StoreError

FILE_NAME = "library.sqlite"
LOCK_NAME = "build.lock"


def default_folder() -> Path:
    """Return $INTERVIEW_QA_INDEX, else .interview-qa in the working directory."""
    return Path(os.environ.get("INTERVIEW_QA_INDEX") or ".interview-qa")


def prepare_folder(folder: Path) -> None:
    """Make the folder and an empty library file where they are missing.

    Raises StoreError where the folder cannot be written, or holds something that is not ours.
    """
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        foreign = [p.name for p in folder.iterdir() if p.name != LOCK_NAME] if not path.exists() else []
        if foreign:
            raise StoreError(f"{folder} holds something else ({foreign[0]}); choose another folder with --index")
        # Interviews are confidential: the file is its owner's alone.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"the index folder {folder} cannot be written: {error.strerror}") from error
