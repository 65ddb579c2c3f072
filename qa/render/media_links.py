"""The address that plays a recording from a given time."""

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

_YOUTUBE = re.compile(r"(?:.+\.)?(?:youtube(?:-nocookie)?\.com|youtu\.be)", re.IGNORECASE)
_VIMEO = re.compile(r"(?:.+\.)?vimeo\.com", re.IGNORECASE)
_VIDEO_ID = re.compile(r"[\w-]{11}", re.ASCII)


def link(media: str | None, seconds: float | None) -> str | None:
    """Return an address that plays the recording from `seconds`; None if either is unknown.

    YouTube and Vimeo get the time in their own way, other web addresses as a media fragment
    (https://www.w3.org/TR/media-frags/#naming-time). An absolute path becomes a file:/// address.
    """
    if media is None or seconds is None:
        return None
    at = int(seconds)
    if not is_web(media):
        path = Path(media)
        return f"{path.as_uri()}#t={at}" if path.is_absolute() else None
    try:
        parts = urlsplit(media)
    except ValueError:
        return None
    host = parts.hostname or ""
    video = _video_id(parts) if _YOUTUBE.fullmatch(host) else None
    if video:
        return f"https://www.youtube.com/watch?v={video}&t={at}s"
    return parts._replace(fragment=f"t={at}s" if _VIMEO.fullmatch(host) else f"t={at}").geturl()


def is_web(address: str) -> bool:
    """Whether the address is http or https, which a page may link to."""
    return address.lower().startswith(("http://", "https://"))


def _video_id(parts: SplitResult) -> str | None:
    """Return the id of a YouTube video, from watch?v= or from the path."""
    candidates = [*parse_qs(parts.query).get("v", []), *re.split("/+", parts.path)]
    return next((part for part in candidates if _VIDEO_ID.fullmatch(part)), None)
