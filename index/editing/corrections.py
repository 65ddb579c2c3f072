"""What somebody knows better than a transcript's file, kept in the sidecar that is believed before all others.

The transcript is never written to, and of the sidecar only what is corrected: the rest stays as its author wrote it.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from index.errors import TranscriptError
from index.metadata.metadata import SPEAKERS, keys_for, understood
from index.metadata.sidecars import LEFT_OUT, MOST_TOML_BYTES, own_sidecar, parse_sidecar
from index.reading.reader import read_transcript
from index.safe_files import put_in_place, read_bytes
from index.samples import SAMPLES
from index.sources.sources import Source, Sources
from index.types import Metadata

# Fields of `Metadata`, and what is said of a value that cannot be taken for one.
FIELDS = {
    "title": "A title has a letter in it.",
    "guests": "A name has a letter in it.",
    "hosts": "A name has a letter in it.",
    "date": "Write a date as 2021-03-04, a month as 2021-03, a year as 2021.",
    "language": "Write a language as en, pt-BR or Portuguese.",
    "media": "Write a web address that begins with https://, or the path of a recording, such as ada.mp3.",
}
OF_MANY = ("guests", "hosts")

# Sidecars are read, changed and written; two tabs take turns.
_writing = threading.Lock()


def refusal(source: Source) -> str | None:
    """Return the sentence that says why nothing can be corrected beside a file, and what to do; None where it can."""
    if source.path.is_relative_to(SAMPLES):
        return "This is one of the samples, which stay as they are; add interviews of your own, and they give way."
    if source.member:
        return f"This lies in a zip, which is only read: unpack {source.path.name}, and build from the folder."
    if not source.path.is_file():
        return f"Its file, {source.path}, is not there any more."
    return None


def refused(metadata: Metadata, wanted: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return field -> error text for each changed value that is invalid.

    An empty one is right: then the file says what it is.
    """
    return {
        field: FIELDS[field]
        for field, text in changed(metadata, wanted).items()
        if text and not understood(field, _value(field, text), folder)
    }


def refused_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the names of those who speak, of those with which something is."""
    wrong = {label for label, name in names.items() if name.strip() and not any(map(str.isalpha, name))}
    return dict.fromkeys(sorted(wrong), FIELDS["hosts"])


def changed(metadata: Metadata, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the values that differ from the known metadata."""
    return {field: text.strip() for field, text in wanted.items() if text.strip() != as_text(metadata, field)}


def as_text(metadata: Metadata, field: str) -> str:
    """Return a field of what is known as somebody would write it, and `refused` and `correct` understand it."""
    value = getattr(metadata, field)
    return "; ".join(value) if field in OF_MANY else value or ""


def speakers_in(source: Source) -> dict[str, tuple[str, str]]:
    """Return for each who speaks, as the file calls them, what they are called, and how they begin; in their order.

    Raises TranscriptError for a file that cannot be read.
    """
    with Sources() as sources:
        data, _, known = sources.read(source)
    found: dict[str, tuple[str, str]] = {}
    # As the file has it, before anybody is renamed.
    for segment in read_transcript(data, source.path.name).segments:
        if segment.speaker:
            name = known.speakers.get(segment.speaker, segment.speaker)
            found.setdefault(segment.speaker, (name, segment.text))
    # Somebody may have named a spelling that is joined with others.
    return found | {label: (name, "") for label, name in known.speakers.items() if label not in found}


def correct(source: Source, fields: Mapping[str, str], speakers: Mapping[str, str]) -> None:
    """Write values of fields, as text, and names of those who speak, by what the file calls them; an empty one goes.

    Raises TranscriptError where the sidecar cannot be read or written.
    """
    with _writing:
        path, document = _opened(source)
        for field, text in fields.items():
            _set_field(document, field, text)
        _set_speakers(document, speakers)
        _save(path, document)


def leave_out(source: Source, *, is_left_out: bool) -> None:
    """Have a transcript be in no index from the next build on, or be in it again. Raises TranscriptError."""
    with _writing:
        path, document = _opened(source)
        document.pop(LEFT_OUT, None)
        if is_left_out:
            document[LEFT_OUT] = True
        _save(path, document)
        if not is_left_out:
            with Sources() as sources:
                # Another sidecar says so, too.
                still = sources.is_left_out(sources.source(source.path, source.top))
            if still:
                document[LEFT_OUT] = False
                _save(path, document)


def _opened(source: Source) -> tuple[Path, tomlkit.TOMLDocument]:
    """Return a file's own sidecar, and what is in it: nothing if it is not there."""
    reason = refusal(source)
    if reason:
        raise TranscriptError(reason)
    try:
        path = own_sidecar(source.path)
        if not path.exists():
            return path, tomlkit.document()
        data = read_bytes(path, MOST_TOML_BYTES)
        parse_sidecar(path.name, data, str(path))
        return path, tomlkit.parse(data.decode("utf-8-sig"))
    except OSError as error:
        raise TranscriptError(f"{source.path.parent} cannot be read: {error.strerror}") from error
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise TranscriptError(f"{path} cannot be changed by a program; change it by hand") from error


def _save(path: Path, document: tomlkit.TOMLDocument) -> None:
    text = tomlkit.dumps(document)
    try:
        if text.strip():
            parse_sidecar(path.name, text.encode(), str(path))
            put_in_place(path, text.encode())
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        way_out = "move the interview to a folder of yours, and build from there"
        raise TranscriptError(f"{path} cannot be written: {error.strerror}; {way_out}") from error


def _set_field(document: tomlkit.TOMLDocument, field: str, text: str) -> None:
    """Set a field where the document speaks of it already, by whichever of its names; without a value, remove it."""
    keys = keys_for(field, document)
    if text.strip():
        believed = keys.pop(0) if keys else field
        if isinstance(document.get(believed), dict):
            # A value has its place before all tables.
            document.remove(believed)
        document[believed] = _value(field, text)
    for key in keys:
        document.remove(key)


def _set_speakers(document: tomlkit.TOMLDocument, speakers: Mapping[str, str]) -> None:
    if not speakers:
        return
    table: Any = document.get(SPEAKERS)
    if not isinstance(table, dict):
        document.pop(SPEAKERS, None)
        document[SPEAKERS] = table = tomlkit.table()
    for label, text in speakers.items():
        name = " ".join(text.split())
        if name and name != label:
            table[label] = name
        else:
            table.pop(label, None)
    if not table:
        document.remove(SPEAKERS)


def _value(field: str, text: str) -> str | list[str]:
    """Return what is written of a field: a list of names where it may have several."""
    if field not in OF_MANY:
        return " ".join(text.split())
    return [name for name in (" ".join(part.split()) for part in text.split(";")) if name]
