"""Files -> index: reads what is new or changed, embeds texts that were not yet, replaces the library.

A build makes the index hold exactly the transcripts that it was given. One that is interrupted leaves
the library as it was, and the next one goes on with the encodings that were already made.
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from index.database import Database, digest
from index.embedders import DEFAULT_MODEL, Embedder, load_embedder
from index.errors import StoreError, TranscriptError
from index.files import FoundFiles, find_files
from index.folder import LOCK_NAME, prepare_folder
from index.noise import heard
from index.passages import RULE_VERSION, make_passages, whole_text
from index.readers import read_transcript
from index.samples import SAMPLES
from index.signs import unpack_signs
from index.snapshot import Snapshot
from index.sources import Source, Sources
from index.types import Passage, Transcript
from index.vectors import VectorIndex, remove_others
from index.windows import make_windows, window_spans

_Item = TypeVar("_Item")

# Called with what is being done, how much of it is done, and how much there is in all.
Progress = Callable[[str, int, int], None]

# Called with the new state before it is committed, and with its model; returns facts to record with it.
Fit = Callable[[Snapshot, Embedder], dict[str, Any]]

# Encodings are committed this often, so that an interrupted build loses little.
BATCHES_PER_COMMIT = 16

# Where people are expected to put their transcripts.
FIRST_PLACE = Path("interviews")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    folder: Path
    transcripts: int
    passages: int
    read: int  # transcripts that are new or changed
    removed: int  # transcripts that are no longer there
    embedded: int  # texts that the model had not read yet
    errors: tuple[str, ...]  # one line for each file that could not be read, or that spoke of some and could not be
    ignored: tuple[Path, ...]  # files in folders that are no transcripts by their suffix


@dataclass(frozen=True, slots=True)
class _Reading:
    """A transcript that was cut; each passage comes with the text to embed."""

    source: Source
    checksum: str
    transcript: Transcript
    passages: list[tuple[Passage, str]]


def build(
    paths: Sequence[Path],
    folder: Path,
    model: str | None = None,
    fit: Fit = lambda *_: {},
    progress: Progress = lambda *_: None,
) -> BuildReport:
    """Make the index in `folder` hold the transcripts in `paths`, files or folders, and say what was done.

    `model` None keeps the model of an index that is there, and is the default model otherwise. A file
    that cannot be read is reported, and what the index held of it stays. Raises TranscriptError where
    none can be read, ModelError, StoreError.
    """
    with Sources() as sources:
        return _build(find_files(paths, sources), sources, folder, model, fit, progress)


def _build(
    found: FoundFiles, sources: Sources, folder: Path, model: str | None, fit: Fit, progress: Progress
) -> BuildReport:
    files, errors = _checksums(found.transcripts, sources)
    closed = [line for _, line in found.closed]
    if not files:
        raise TranscriptError("; ".join(dict.fromkeys([*closed, *errors.values()])))
    with _alone(folder), Database.create(folder) as database:
        facts, damaged = database.facts(), bool(database.integrity_problems())
        stored = {} if damaged else database.files()
        name = _absolute(model) if model else facts.get("model", DEFAULT_MODEL)
        fresh = (facts.get("model"), facts.get("rule_version")) != (name, RULE_VERSION)
        # What lies in a folder that cannot be read just now is not gone.
        beginnings = tuple(beginning for beginning, _ in found.closed)
        here = {n for n in stored if n in found.transcripts or n.startswith(beginnings)}
        gone = stored.keys() - here
        readings: list[_Reading] = []
        embedded = 0
        if (
            damaged
            or fresh
            or gone
            or files.items() - stored.items()
            or not _vectors_are_sound(database, folder, facts)
        ):
            progress("loading the model", 0, 1)
            embedder = load_embedder(name)
            # Another model by the same name: its vectors do not mix with those that are there.
            fresh = fresh or embedder.fingerprint != facts["fingerprint"]
            changed = {n: found.transcripts[n] for n in files if fresh or stored.get(n) != files[n]}
            readings = _read(changed, sources, embedder, errors, progress)
            if fresh:
                gone = stored.keys() - {reading.transcript.name for reading in readings}
            if not readings and not stored.keys() - gone:
                raise TranscriptError("; ".join(dict.fromkeys(errors.values())))
            embedded = _embed(database, readings, embedder, progress)
            progress("saving", 0, 1)
            facts = {"model": name, "fingerprint": embedder.fingerprint, "dimension": embedder.dimension}
            facts |= {"rule_version": RULE_VERSION, "state": token_hex(8), "built": _now()}
            with database.transaction(write=True):
                if damaged:
                    database.clear()
                _replace(database, readings, gone, embedder)
                vectors = VectorIndex(*database.all_vectors(embedder.dimension))
                facts |= fit(Snapshot(database, vectors, facts), embedder)
                facts["vectors_sha256"] = vectors.save(folder, facts["state"])
                database.record(**facts)
        remove_others(folder, facts["state"])
        return BuildReport(
            folder,
            transcripts=database.count("transcripts"),
            passages=database.count("passages"),
            read=len(readings),
            removed=len(gone),
            embedded=embedded,
            errors=tuple(dict.fromkeys([*closed, *errors.values()])),
            ignored=found.ignored,
        )


def default_paths() -> list[Path]:
    """Return what is indexed where nothing is named: ./interviews, else the bundled samples."""
    return [FIRST_PLACE] if FIRST_PLACE.is_dir() else [SAMPLES]


def _absolute(model: str) -> str:
    """Return a model's folder so that it is found from everywhere; a name stays."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model


def _checksums(files: dict[str, Source], sources: Sources) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Return name -> (where the file is, checksum), and one line by name for those that cannot be opened."""
    found, errors = {}, {}
    for name, source in files.items():
        try:
            found[name] = source.packed(), sources.checksum(source)
        except TranscriptError as error:
            errors[name] = str(error)
    return found, errors


def _read(
    files: dict[str, Source], sources: Sources, embedder: Embedder, errors: dict[str, str], progress: Progress
) -> list[_Reading]:
    """Read and cut the transcripts; what cannot be read goes into `errors`."""
    readings = []
    for done, (name, source) in enumerate(files.items()):
        progress("reading", done, len(files))
        try:
            data, checksum, known = sources.read(source)
            transcript = read_transcript(data, name, known)
        except TranscriptError as error:
            errors[name] = str(error)
            continue
        said = heard(transcript.text)
        passages = [
            (passage, whole_text(said, passage.span, passage.question))
            for passage in make_passages(transcript, embedder.count_pieces, embedder.max_pieces)
        ]
        readings.append(_Reading(source, checksum, transcript, passages))
    return readings


def _embed(database: Database, readings: Sequence[_Reading], embedder: Embedder, progress: Progress) -> int:
    """Embed the texts that were not yet, commit what comes of them as it is made, and return how many."""
    texts = {digest(text, embedder.fingerprint): text for reading in readings for _, text in reading.passages}
    keys = [key for key in texts if database.encoding(key) is None]
    done = 0
    batches = embedder.encode_in_batches([texts[key] for key in keys])
    for some in _grouped(batches, BATCHES_PER_COMMIT):
        with database.transaction(write=True):
            for rows, encoded in some:
                database.add_encodings([keys[row] for row in rows], encoded)
                done += len(rows)
                progress("embedding", done, len(keys))
    return done


def _grouped(items: Iterator[_Item], size: int) -> Iterator[list[_Item]]:
    return iter(lambda: list(islice(items, size)), [])


def _replace(database: Database, readings: Sequence[_Reading], gone: AbstractSet[str], embedder: Embedder) -> None:
    """Put the readings in the place of what the index held of them, and remove what is gone."""
    for name in [*gone, *(reading.transcript.name for reading in readings)]:
        database.remove(name)
    for reading in readings:
        transcript = reading.transcript
        tokens = embedder.token_spans([text for _, text in reading.passages])
        passages = []
        for (passage, text), spans in zip(reading.passages, tokens, strict=True):
            found = database.encoding(digest(text, embedder.fingerprint))
            assert found is not None, "every text was embedded"
            encoding_id, signs = found
            # The text begins with its question where that was asked before the passage.
            origin = passage.span.end - len(text)
            windows = window_spans(transcript.text, passage.sentences)
            records = make_windows(windows, origin, spans, unpack_signs([signs], embedder.dimension))
            passages.append((passage, encoding_id, records))
        database.add(transcript, reading.source.packed(), reading.checksum, passages)
    database.forget_encodings()


def _vectors_are_sound(database: Database, folder: Path, facts: dict[str, Any]) -> bool:
    try:
        VectorIndex.load(folder, facts["state"], facts["vectors_sha256"], database.encoding_ids())
    except StoreError:
        return False
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other builds of the folder out. Raises StoreError where one is at work."""
    prepare_folder(folder)
    try:
        with FileLock(folder / LOCK_NAME, timeout=0, mode=0o600):
            yield
    except Timeout:
        raise StoreError(f"another build is at work in {folder}; try again when it is done") from None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
