"""Recordings on this machine, played by the page."""

from pathlib import Path

import streamlit as st

from qa.answering.library import Library
from qa.page.index_status import built_from

# What a browser shows as a film; other recordings are heard.
VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm"})


def playable(recording: str | None, library: Library) -> Path | None:
    """Return the file of a recording, if it can be opened and lies in a folder that the index was built from.

    A sidecar names the recording, and must not open other files of this machine.
    """
    if not recording:
        return None
    try:
        path = Path(recording).resolve()
        # Only files, not web addresses, are compared with the indexed folders.
        is_ours = path.is_file() and any(path.is_relative_to(folder) for folder in _folders(built_from(library)))
    except (OSError, ValueError, RuntimeError):
        return None
    return path if is_ours else None


def play(recording: Path, start_s: float) -> None:
    """Draw the player of a recording, at that second."""
    draw = st.video if recording.suffix.lower() in VIDEOS else st.audio
    draw(recording, start_time=int(start_s))


def _folders(paths: list[Path]) -> list[Path]:
    """Return the folders among the paths, and those of the files among them, where they really are."""
    folders = [path if path.is_dir() else path.parent for path in paths if path.exists()]
    return [folder.resolve() for folder in folders]
