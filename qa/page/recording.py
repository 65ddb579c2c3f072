"""Recordings on this machine, played by the page."""

from pathlib import Path

import streamlit as st

# What a browser shows as a film; other recordings are heard.
VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm"})


def is_here(recording: str) -> bool:
    """Whether the recording is a file that can be opened."""
    try:
        return Path(recording).is_file()
    except (OSError, ValueError):
        return False


def play(recording: str, start_s: float) -> None:
    """Draw the player of a recording, at that second."""
    draw = st.video if Path(recording).suffix.lower() in VIDEOS else st.audio
    draw(recording, start_time=int(start_s))
