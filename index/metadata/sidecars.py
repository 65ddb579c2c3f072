"""What lies beside a transcript, ada.vtt, and speaks of it: which files those are, and what they say.

- ada.vtt.toml and ada.toml: of it alone
- interviews.toml: of all in the folder and below; in a table that is named by its path, of it alone
- ada.info.json: what yt-dlp writes, https://github.com/yt-dlp/yt-dlp#output-template
- ada.mp3: the recording

A table [speakers] says what those are called whom the transcript calls otherwise, and `left_out = true` that it is to
be in no index.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from index.errors import TranscriptError
from index.metadata.metadata import RECORDINGS, split_language

FOR_ALL = "interviews.toml"
OF_VIDEO = ".info.json"
OF_ONE = ".toml"

LEFT_OUT = "left_out"

# A folder of a thousand interviews with a table each has 200 kB.
MOST_TOML_BYTES = 2_000_000

# Of what yt-dlp writes, what does not expire and is not said twice.
_OF_VIDEO = ("title", "upload_date", "webpage_url", "language")

# A folder -> the names of the files in it, by those names in lower case.
Names = Callable[[PurePath], Mapping[str, str]]


def is_sidecar(name: str) -> bool:
    """Whether a file is never a transcript, but may speak of one."""
    return name.lower().endswith((OF_VIDEO, OF_ONE))


def own_sidecar(file: Path) -> Path:
    """Return the sidecar that is believed before all others of a file, as it is called if it is there."""
    wanted = f"{file.name}{OF_ONE}"
    here = (each for each in sorted(file.parent.iterdir()) if each.name.lower() == wanted.lower())
    return next(here, file.with_name(wanted))


def side_files(file: PurePath, top: PurePath, names: Names) -> tuple[list[PurePath], PurePath | None]:
    """Return the files that speak of one, the first to be believed, and its recording where there is one.

    Those for all are looked for in its folder and the folders above, up to `top`.
    """
    here = names(file.parent)
    stems = _stems(file)
    wanted = [f"{file.name}{OF_ONE}", *(f"{stem}{OF_ONE}" for stem in stems)]
    found = [file.parent / here[name.lower()] for name in wanted if name.lower() in here and name.lower() != FOR_ALL]
    for folder in _up_to(file.parent, top):
        if FOR_ALL in names(folder):
            found.append(folder / names(folder)[FOR_ALL])
    found += [file.parent / here[name] for stem in stems if (name := f"{stem}{OF_VIDEO}".lower()) in here]
    heard = (here.get(f"{stem}{ending}".lower()) for stem in stems for ending in sorted(RECORDINGS))
    recording = next((name for name in heard if name and name != file.name), None)
    return list(dict.fromkeys(found)), file.parent / recording if recording else None


def parse_sidecar(name: str, data: bytes, shown: str) -> dict[str, Any]:
    """Return all that a sidecar says; `shown` is what an error calls it.

    Raises TranscriptError, with the line, for what is no TOML or JSON.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TranscriptError(f"{shown}, line {line}: expected text in UTF-8") from error
    if not name.lower().endswith(OF_VIDEO):
        return _toml(text, shown)
    found = _json(text, shown)
    return {key: found[key] for key in _OF_VIDEO if key in found}


def fields_for(file: PurePath, side: PurePath, found: Mapping[str, Any]) -> list[Mapping[str, object]]:
    """Return what a sidecar says of a file, the first to be believed: for one of all, its table, then what is in none.

    A table is named by the file's path from there, with its suffix or without.
    """
    if side.name.lower() != FOR_ALL:
        return [found]
    path = file.relative_to(side.parent)
    tables = (found.get(name.as_posix()) for name in (path, path.with_suffix("")))
    of_all = {key: value for key, value in found.items() if not isinstance(value, dict)}
    return [*(table for table in tables if isinstance(table, dict)), of_all]


def _stems(file: PurePath) -> list[str]:
    """Return what a file is called without its suffix, and without the language before that."""
    stem = file.stem
    return list(dict.fromkeys([stem, split_language(stem, file.suffix.removeprefix("."))[0]]))


def _up_to(folder: PurePath, top: PurePath) -> Iterator[PurePath]:
    yield folder
    if folder.is_relative_to(top):
        for above in folder.parents:
            if not above.is_relative_to(top):
                return
            yield above


def _json(text: str, shown: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise TranscriptError(f"{shown}, line {error.lineno}: no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise TranscriptError(f"{shown}, line 1: no JSON that makes sense") from error
    if not isinstance(found, dict):
        raise TranscriptError(f"{shown}, line 1: expected a JSON object of what is known about a video")
    return found


def _toml(text: str, shown: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # "... (at line 3, column 7)", or "(at end of document)"
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = place[1] if place and place[1] else text.count("\n") + 1
        message = str(error)[: place.start()] if place else str(error)
        raise TranscriptError(f"{shown}, line {line}: no TOML: {message}") from error
    except (ValueError, RecursionError) as error:
        raise TranscriptError(f"{shown}, line 1: no TOML that makes sense") from error
