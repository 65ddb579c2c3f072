"""The name of a file from anywhere -> one that is safe in a folder of ours, on any system."""

import re
import unicodedata
from pathlib import PurePosixPath

# With what is put behind it, ".toml", and in front of it, a name may have 255 bytes.
MOST_NAME_BYTES = 180

# What Windows takes for a device, whatever follows the dot:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = frozenset(["CON", "PRN", "AUX", "NUL", *(f"{device}{n}" for device in ("COM", "LPT") for n in range(10))])
_NAMELESS = "interview"


def plain_name(name: str) -> str:
    """Return a name without folders, without what cannot be seen, not hidden, no device's, and not too long."""
    last = unicodedata.normalize("NFC", re.split(r"[\\/]", name)[-1])
    seen = "".join(c for c in re.sub(r"\s", " ", last) if c.isprintable())
    text = " ".join(re.sub(r'[<>:"|?*]', "-", seen).split()).strip(". ")
    suffix = PurePosixPath(text).suffix
    stem = text.removesuffix(suffix)
    if not any(c.isalnum() for c in stem):
        stem = _NAMELESS
    if stem.split(".")[0].strip().upper() in _DEVICES:
        stem = f"_{stem}"
    while len(f"{stem}{suffix}".encode()) > MOST_NAME_BYTES:
        stem, suffix = (stem[:-1], suffix) if len(stem) > 1 else (stem, suffix[:-1])
    return f"{stem.rstrip('. ') or _NAMELESS}{suffix}"
