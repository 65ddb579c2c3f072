"""Files -> index: reads what is new or changed, embeds texts that were not yet, replaces the library.

A build makes the index hold exactly the transcripts that it was given. One that is interrupted leaves
the library as it was, and the next one goes on with the encodings that were already made.
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

from index.building.changes import (
    BuildInput,
    Changes,
    Progress,
    ReadTranscript,
    find_build_input,
    find_changes,
    read_changes,
)
from index.building.embed import embed
from index.building.spool import SplitTranscript, Spool
from index.embedding.binary_quantization import unpack_sign_bits
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.model_registry import DEFAULT_MODEL, FULL, Choice, Precision, revision
from index.errors import DamagedError, StoreError
from index.samples import SAMPLES
from index.search.search_index import SearchIndex, Snapshot, load_search_index, remove_others, save_search_index
from index.sources.sources import Sources
from index.splitting.passages import RULE_VERSION
from index.splitting.windows import make_windows, window_spans
from index.storage.build_lock import build_lock
from index.storage.database import Database
from index.storage.embedding_cache import digest, find_encoding, forget_unused
from index.storage.index_folder import DAMAGE_NAME, note_damage
from index.storage.index_metadata import KINDS, encoder_id
from index.storage.ratings import forget_ratings, has_ratings, move_ratings
from index.storage.repair import repaired

# Called with the new state before it is committed, and with its model; returns facts to record with it.
Fit = Callable[[Snapshot, Embedder], dict[str, Any]]

# What is fitted to the library is fitted again when more than this share of its passages have come or gone.
UNFITTED_SHARE = 0.1

# Where people are expected to put their transcripts.
FIRST_PLACE = Path("interviews")

OTHER_MODEL = "the model is another than before: embedding all interviews again"
OTHER_PRECISION = "the precision is another than before: embedding all interviews again"
DAMAGED = "the index is damaged: making it again of what is whole"
OTHER_RULE = "this version cuts passages otherwise: cutting all interviews again"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    folder: Path
    transcripts: int
    passages: int
    read: int  # transcripts that are new or changed
    renamed: int  # of these, the ones of which no word is another
    removed: int  # transcripts that are no longer there
    embedded: int  # texts that the model had not read yet
    errors: tuple[str, ...]  # one line for each file that could not be read, or that spoke of some and could not be
    ignored: tuple[Path, ...]  # files in folders that are no transcripts by their suffix
    left_out: int  # transcripts of which a file beside them says that they are to be in no index
    embedder: Embedder | None  # the model, where it was needed


def build(
    paths: Sequence[Path],
    folder: Path,
    model: str | Embedder | Choice | None = None,
    fit: Fit = lambda *_: {},
    progress: Progress = lambda *_: None,
    *,
    keep_missing: bool = False,
    wait: bool = False,
) -> BuildReport:
    """Make the index in `folder` hold the transcripts in `paths`, files or folders, and say what was done.

    `model` None keeps the model of an index that is there, and is the default model in full precision otherwise. With
    `keep_missing` what the index holds stays, wherever its files are. A file that cannot be read is
    reported, and what the index held of it stays. While another build of the folder is at work this one
    waits for it if told to. Raises StoreError if not, TranscriptError where no file can be read, ModelError.
    """
    with Sources() as sources:
        # Where there is nothing to read, no folder is made.
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


def default_paths() -> list[Path]:
    """Return what is indexed where nothing is named: ./interviews, else the bundled samples."""
    return [FIRST_PLACE] if FIRST_PLACE.is_dir() else [SAMPLES]


@dataclass(frozen=True, slots=True)
class _Build:
    """A build at work on an open library file."""

    database: Database
    folder: Path
    wanted: BuildInput
    fit: Fit
    progress: Progress

    def run(self, model: str | Embedder | Choice | None) -> BuildReport:
        """Do what is to be done, and say what it was."""
        choice = model if isinstance(model, Choice) else Choice(model.name if isinstance(model, Embedder) else model)
        database, wanted = self.database, self.wanted
        index_metadata, stored = database.index_metadata(), database.files()
        if "state" in index_metadata:
            # Of builds that came to no end, each would leave the disk a little fuller.
            remove_others(self.folder, index_metadata["state"])
        name = _absolute(choice.model or index_metadata.get("model", DEFAULT_MODEL))
        precision = choice.precision or index_metadata.get("precision", FULL)
        reason = _reason_to_embed_anew(index_metadata, name, precision)
        changes = find_changes(stored, wanted, anew=bool(reason))
        fresh = read_changes(changes, wanted)
        first = next(fresh, None)
        embedded, embedder = 0, None
        before = self._last_derived(index_metadata)
        is_other = bool(reason) or index_metadata.get("revision") != revision(name) or not before
        if first or changes.gone or is_other:
            self.progress("loading the model", 0, 1)
            embedder = model if isinstance(model, Embedder) else load_embedder(name, quick=True)
            if not reason and embedder.fingerprint != index_metadata["fingerprint"]:
                # Another model by the same name: its vectors do not mix with those that are there.
                reason = OTHER_MODEL
                changes = find_changes(stored, wanted, anew=True)
                fresh, first = read_changes(changes, wanted), None
            if reason and "state" in index_metadata:
                self.progress(reason, 0, 0)
            readings = self._readings(chain([first] if first else [], fresh), changes, stored, anew=bool(reason))
            index_metadata |= {"model": name, "revision": revision(name), "fingerprint": embedder.fingerprint}
            index_metadata |= {"dimension": embedder.dimension, "rule_version": RULE_VERSION, "precision": precision}
            with Spool(self.folder) as spool:
                n = len({*changes.to_read, *((stored.keys() - changes.gone) if reason else ())})
                embedded = embed(database, readings, n, embedder, index_metadata, spool, self.progress)
                self._save(index_metadata, spool, changes, embedder, None if reason else before, anew=bool(reason))
        elif any(index_metadata.get(key) != value for key, value in wanted.index_metadata().items()):
            with database.transaction(write=True):
                database.set_index_metadata(**wanted.index_metadata())
        index_metadata = database.index_metadata()
        remove_others(self.folder, index_metadata["state"])
        unready = embedder.export() if embedder else None
        if unready:
            self.progress(f"each first answer waits for PyTorch: {unready}", 0, 0)
        return BuildReport(
            self.folder,
            transcripts=database.count("transcripts"),
            passages=database.count("passages"),
            read=len(wanted.readable(changes.to_read)),
            renamed=len(changes.renamed),
            removed=len(changes.gone) - len(changes.renamed),
            embedded=embedded,
            errors=wanted.lines(),
            ignored=wanted.found.ignored,
            left_out=len(wanted.found.left_out),
            embedder=embedder,
        )

    def _last_derived(self, index_metadata: dict[str, Any]) -> SearchIndex | None:
        """Return what is searched in the last state, if its files are sound."""
        if "state" not in index_metadata:
            return None
        with suppress(StoreError):
            # What is damaged is made again, not handed on.
            return load_search_index(self.database, self.folder, index_metadata, is_checked=True)
        return None

    def _readings(
        self, fresh: Iterable[ReadTranscript], changes: Changes, stored: Mapping[str, tuple[str, str]], *, anew: bool
    ) -> Iterator[ReadTranscript]:
        """Yield what is new, and with `anew` also what stays, from the library. Raises TranscriptError for nothing."""
        yield from fresh
        read = self.wanted.readable(changes.to_read)
        # Nobody's words are lost because their file is.
        left = stored.keys() - changes.gone - {*read}
        if not read and not left:
            raise self.wanted.refusal()
        for name in sorted(left) if anew else ():
            yield ReadTranscript(self.database.transcript(name), *stored[name])

    def _save(
        self,
        index_metadata: dict[str, Any],
        spool: Spool,
        changes: Changes,
        embedder: Embedder,
        before: SearchIndex | None,
        *,
        anew: bool,
    ) -> None:
        """Make the new state, in one transaction: what is cut in its place, what is gone away."""
        database = self.database
        self.progress("saving", 0, 1)
        with database.transaction(write=True):
            changed = 0
            self._move_ratings(changes.gone, spool)
            for name in [*changes.gone, *spool.names]:
                changed += database.remove(name)
            # New passages may take the ids of those that were removed.
            kept = database.passage_ids()
            for made in spool:
                self._add(made, embedder, encoder_id(index_metadata))
                changed += len(made.passages)
            forget_unused(database.connection)
            index_metadata |= self.wanted.index_metadata() | {
                "looked": self.wanted.looked,
                "state": token_hex(8),
                "built": _now(),
            }
            derived, found = save_search_index(
                database, self.folder, index_metadata["state"], embedder.dimension, before, kept
            )
            index_metadata |= found
            index_metadata["unfitted"] = index_metadata.get("unfitted", 0) + changed
            if anew or index_metadata["unfitted"] > UNFITTED_SHARE * index_metadata.get("fitted", 0):
                index_metadata |= self.fit(Snapshot(database, derived, index_metadata), embedder)
                index_metadata |= {"unfitted": 0, "fitted": database.count("passages")}
            database.set_index_metadata(**index_metadata)
            forget_ratings(database.connection)
        # What was removed is gone from the log, too.
        database.shorten_log()

    def _move_ratings(self, gone: AbstractSet[str], spool: Spool) -> None:
        """Have the ratings of a transcript go with it to its new name: it says the same."""
        if not gone or not has_ratings(self.database.connection):
            return
        read = (each.reading.transcript for each in spool)
        now = {digest(transcript.text, ""): transcript.name for transcript in read}
        for name in gone:
            said = digest(self.database.transcript(name).text, "")
            if said in now:
                move_ratings(self.database.connection, name, now[said])

    def _add(self, cut: SplitTranscript, embedder: Embedder, read_by: str) -> None:
        """Add a transcript with its passages, all of which were embedded."""
        transcript = cut.reading.transcript
        tokens = embedder.token_spans([text for _, text in cut.passages])
        passages = []
        for (passage, text), spans in zip(cut.passages, tokens, strict=True):
            found = find_encoding(self.database.connection, digest(text, read_by))
            assert found is not None, "every text was embedded"
            encoding_id, signs = found
            # The text begins with its question where that was asked before the passage.
            origin = passage.span.end - len(text)
            windows = window_spans(transcript.text, passage.sentences)
            records = make_windows(windows, origin, spans, unpack_sign_bits([signs], embedder.dimension))
            passages.append((passage, encoding_id, records))
        self.database.add(transcript, cut.reading.packed, cut.reading.checksum, passages)


def _absolute(model: str) -> str:
    """Return a model's folder so that it is found from everywhere; a name stays."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model


def _reason_to_embed_anew(index_metadata: dict[str, Any], model: str, precision: Precision) -> str:
    """Return why nothing of the index can stay as it is; nothing where it can."""
    if not KINDS.keys() <= index_metadata.keys():
        return "there was no index yet"
    if index_metadata["model"] != model:
        return OTHER_MODEL
    if index_metadata.get("precision", FULL) != precision:
        return OTHER_PRECISION
    return OTHER_RULE if index_metadata["rule_version"] != RULE_VERSION else ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
