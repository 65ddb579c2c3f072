"""Build: parses what is new or changed, encodes new text, and publishes a new state of the library.

A build makes the index hold exactly the given transcripts. An interrupted build leaves the library as it was, and the
next one continues with the encodings that were committed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from secrets import token_hex
from typing import Any

from index.building.changes import BuildInput, Changes, ReadTranscript, find_build_input, find_changes, read_changes
from index.building.embed import embed
from index.building.model_advice import model_advice
from index.building.spool import SplitTranscript, Spool
from index.embedding.binary_quantization import unpack_sign_bits
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.model_registry import revision
from index.embedding.packaged_models import DEFAULT_MODEL
from index.errors import DamagedError, StoreError
from index.search.search_index import SearchIndex, load_search_index, remove_others, save_search_index
from index.search.snapshot import Snapshot
from index.sources.sources import Sources
from index.splitting.passages import RULE_VERSION
from index.splitting.windows import make_windows, window_spans
from index.storage.build_lock import build_lock
from index.storage.database import Database
from index.storage.embedding_cache import digest, find_encoding, forget_unused
from index.storage.index_folder import DAMAGE_NAME, note_damage
from index.storage.ratings import forget_ratings, has_ratings, move_ratings
from index.storage.repair import repaired
from index.types import Progress

# Called with the new state before it is committed, and with its model; returns index metadata to store with it.
Fit = Callable[[Snapshot, Embedder], dict[str, Any]]

# Thresholds are fitted again when more than this share of the passages has changed.
REFIT_SHARE = 0.1

# Metadata that every built index has.
REQUIRED = {"state", "vectors_sha256", "model", "fingerprint", "dimension", "rule_version", "built"}

NO_INDEX = "there was no index yet"
OTHER_MODEL = "the model has changed: encoding all interviews again"
DAMAGED = "the index is damaged: repairing it from what is readable"
OTHER_RULE = "this version splits transcripts differently: splitting all interviews again"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    folder: Path
    transcripts: int
    passages: int
    read: int  # new or changed transcripts
    renamed: int  # among them those with the same file under a new name
    removed: int  # transcripts that are gone
    embedded: int  # newly encoded texts
    errors: tuple[str, ...]  # one line for each file that could not be parsed
    warnings: dict[str, tuple[str, ...]]  # name -> lines, of new transcripts with places that were not understood
    ignored: tuple[Path, ...]  # files in folders without a transcript's suffix
    left_out: int  # transcripts whose sidecar leaves them out
    embedder: Embedder | None  # the model, if it was needed


def build(
    paths: Sequence[Path],
    folder: Path,
    model: str | Embedder | None = None,
    fit: Fit = lambda *_: {},
    progress: Progress = lambda *_: None,
    *,
    keep_missing: bool = False,
    wait: bool = False,
) -> BuildReport:
    """Make the index in `folder` hold the transcripts in `paths`, files or folders, and report what was done.

    `model` None keeps the index's model, or takes the default one. With `keep_missing`, transcripts whose files are
    gone stay. A file that cannot be parsed is reported, and what the index held of it stays. While another build holds
    the folder, this one waits if `wait`, else raises HeldError. Also raises TranscriptError if no file can be parsed,
    ModelError and StoreError.
    """
    with Sources() as sources:
        # Without transcripts no folder is made.
        find_build_input(paths, sources)
    with build_lock(folder, wait=wait):
        if not (folder / DAMAGE_NAME).exists():
            try:
                with Sources() as sources, Database.create(folder) as database:
                    wanted = BuildInput.of(paths, sources, keep_missing=keep_missing)
                    return _Build(database, folder, wanted, fit, progress).run(model)
            except DamagedError:
                note_damage(folder)
        progress(DAMAGED, 0, 0)
        with Sources() as sources, repaired(folder) as database:
            wanted = BuildInput.of(paths, sources, keep_missing=keep_missing)
            return _Build(database, folder, wanted, fit, progress).run(model)


@dataclass(frozen=True, slots=True)
class _Build:
    """A build of an open library file."""

    database: Database
    folder: Path
    wanted: BuildInput
    fit: Fit
    progress: Progress

    def run(self, model: str | Embedder | None) -> BuildReport:
        """Bring the index up to date and report what was done."""
        metadata, stored = self.database.index_metadata(), self.database.files()
        self._remove_other_states(metadata)
        given = model.name if isinstance(model, Embedder) else model
        name = _absolute(given or metadata.get("model", DEFAULT_MODEL))
        reason = _reason_to_start_over(metadata, name)
        changes = find_changes(stored, self.wanted, anew=bool(reason))
        fresh = read_changes(changes, self.wanted)
        first = next(fresh, None)
        last = self._last_search_index(metadata)
        embedder, embedded = None, 0
        if first or changes.gone or reason or not last or metadata.get("revision") != revision(name):
            self.progress("loading the model", 0, 1)
            embedder = model if isinstance(model, Embedder) else self._load(name)
            if not reason and embedder.fingerprint != metadata["fingerprint"]:
                # Another model with the same name; its vectors do not mix with the stored ones.
                reason = OTHER_MODEL
                changes = find_changes(stored, self.wanted, anew=True)
                fresh, first = read_changes(changes, self.wanted), None
            readings = self._readings(chain([first] if first else [], fresh), changes, stored, anew=bool(reason))
            embedded = self._publish(name, embedder, reason, changes, readings, None if reason else last, stored)
        else:
            self._update_input(metadata)
        self._remove_other_states(self.database.index_metadata())
        if embedder and (problem := embedder.export()):
            self.progress(f"each first answer waits for PyTorch: {problem}", 0, 0)
        if embedder and (advice := model_advice(self.database, name)):
            self.progress(advice, 0, 0)
        return self._report(changes, embedded, embedder)

    def _load(self, name: str) -> Embedder:
        def say() -> None:
            self.progress(f"fetching the model {name} over the network, once", 0, 0)

        return load_embedder(name, quick=True, before_fetching=say)

    def _remove_other_states(self, metadata: Mapping[str, Any]) -> None:
        """Remove derived files of other states, which interrupted builds leave."""
        if "state" in metadata:
            remove_others(self.folder, metadata["state"])

    def _last_search_index(self, metadata: dict[str, Any]) -> SearchIndex | None:
        """Return the search arrays of the last state, or None if they are missing or damaged."""
        if "state" in metadata:
            with suppress(StoreError):
                return load_search_index(self.database, self.folder, metadata, is_checked=True)
        return None

    def _update_input(self, metadata: Mapping[str, Any]) -> None:
        """Store what was built from, if that is all that changed."""
        given = self.wanted.index_metadata()
        if any(metadata.get(key) != value for key, value in given.items()):
            with self.database.transaction(write=True):
                self.database.set_index_metadata(**given)

    def _readings(
        self, fresh: Iterable[ReadTranscript], changes: Changes, stored: Mapping[str, tuple[str, str]], *, anew: bool
    ) -> Iterator[ReadTranscript]:
        """Yield new transcripts; with `anew` also the stored ones whose files cannot be parsed.

        Raises TranscriptError if no transcript is left to index.
        """
        yield from fresh
        parsed = self.wanted.readable(changes.to_read)
        remaining = stored.keys() - changes.gone - {*parsed}
        if not parsed and not remaining:
            raise self.wanted.refusal()
        for name in sorted(remaining) if anew else ():
            yield ReadTranscript(self.database.transcript(name), *stored[name])

    def _publish(
        self,
        name: str,
        embedder: Embedder,
        reason: str,
        changes: Changes,
        readings: Iterator[ReadTranscript],
        last: SearchIndex | None,
        stored: Mapping[str, tuple[str, str]],
    ) -> int:
        """Split and encode the readings, then save them as a new state; return how many texts were encoded."""
        metadata = self.database.index_metadata()
        if reason and "state" in metadata:
            self.progress(reason, 0, 0)
        metadata |= {"model": name, "revision": revision(name), "fingerprint": embedder.fingerprint}
        metadata |= {"dimension": embedder.dimension, "rule_version": RULE_VERSION}
        n = len({*changes.to_read, *((stored.keys() - changes.gone) if reason else ())})
        with Spool(self.folder) as spool:
            embedded = embed(self.database, readings, n, embedder, spool, self.progress)
            self.progress("saving", 0, 1)
            with self.database.transaction(write=True):
                self._save(metadata, spool, changes, embedder, last, must_fit=bool(reason))
        # Removed text leaves the write-ahead log, too.
        self.database.shorten_log()
        return embedded

    def _save(
        self,
        metadata: dict[str, Any],
        spool: Spool,
        changes: Changes,
        embedder: Embedder,
        last: SearchIndex | None,
        *,
        must_fit: bool,
    ) -> None:
        """Replace changed transcripts, remove missing ones, derive the search arrays, and fit thresholds if needed."""
        database = self.database
        self._rename_ratings(changes.gone, spool)
        changed = sum(database.remove(name) for name in [*changes.gone, *spool.names])
        # New passages may get the ids of removed ones.
        unchanged = database.passage_ids()
        for split in spool:
            self._add(split, embedder)
            changed += len(split.passages)
        forget_unused(database)
        metadata |= self.wanted.index_metadata()
        metadata |= {"scanned_at": self.wanted.scanned_at, "state": token_hex(8), "built": _now()}
        search_index, derived = save_search_index(
            database, self.folder, metadata["state"], embedder.dimension, last, unchanged
        )
        metadata |= derived
        metadata["unfitted"] = metadata.get("unfitted", 0) + changed
        if must_fit or metadata["unfitted"] > REFIT_SHARE * metadata.get("fitted", 0):
            metadata |= self.fit(Snapshot(database, search_index, metadata), embedder)
            metadata |= {"unfitted": 0, "fitted": database.count("passages")}
        database.set_index_metadata(**metadata)
        forget_ratings(database)

    def _rename_ratings(self, gone: AbstractSet[str], spool: Spool) -> None:
        """Move the ratings of a renamed transcript, known by its equal text, to its new name."""
        if not gone or not has_ratings(self.database):
            return
        transcripts = (split.reading.transcript for split in spool)
        new_names = {digest(transcript.text, ""): transcript.name for transcript in transcripts}
        for name in gone:
            text = digest(self.database.transcript(name).text, "")
            if text in new_names:
                move_ratings(self.database, name, new_names[text])

    def _add(self, split: SplitTranscript, embedder: Embedder) -> None:
        """Store a transcript with its passages; their texts are all encoded."""
        transcript = split.reading.transcript
        tokens = embedder.token_spans([text for _, text in split.passages])
        passages = []
        for (passage, text), spans in zip(split.passages, tokens, strict=True):
            encoding = find_encoding(self.database, digest(text, embedder.fingerprint))
            assert encoding is not None, "every text was encoded"
            encoding_id, sign_bits = encoding
            # If the question was asked before the passage, the text starts with it.
            origin = passage.span.end - len(text)
            windows = window_spans(transcript.text, passage.sentences)
            records = make_windows(windows, origin, spans, unpack_sign_bits([sign_bits], embedder.dimension))
            passages.append((passage, encoding_id, records))
        self.database.add(transcript, split.reading.source, split.reading.checksum, passages)

    def _report(self, changes: Changes, embedded: int, embedder: Embedder | None) -> BuildReport:
        return BuildReport(
            self.folder,
            transcripts=self.database.count("transcripts"),
            passages=self.database.count("passages"),
            read=len(self.wanted.readable(changes.to_read)),
            renamed=len(changes.renamed),
            removed=len(changes.gone) - len(changes.renamed),
            embedded=embedded,
            errors=self.wanted.lines(),
            warnings=self.wanted.warnings,
            ignored=self.wanted.found.ignored,
            left_out=len(self.wanted.found.left_out),
            embedder=embedder,
        )


def _absolute(model: str) -> str:
    """Return the absolute path of a model's folder; a name stays."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model


def _reason_to_start_over(metadata: Mapping[str, Any], model: str) -> str:
    """Return why nothing of the index can be kept, or an empty string."""
    if not metadata.keys() >= REQUIRED:
        return NO_INDEX
    if metadata["model"] != model:
        return OTHER_MODEL
    return OTHER_RULE if metadata["rule_version"] != RULE_VERSION else ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
