"""Transcripts -> encodings: some are read and cut while the model reads the texts of those before, a few at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Any

from index.building.changes import Progress, ReadTranscript
from index.building.spool import Spool, split_transcript
from index.embedding.backend_selection import select_backend
from index.embedding.embedder import Embedder
from index.embedding.model_registry import FULL
from index.embedding.onnx_export import load_int8
from index.errors import ModelError
from index.storage.database import Database
from index.storage.embedding_cache import add_encodings, digest, find_encoding
from index.storage.index_metadata import encoder_id

# Encodings are committed this often, so that an interrupted build loses a few seconds of work.
BATCHES_PER_COMMIT = 4

# More texts than these are worth the seconds that it takes to find and load the fastest way to read them.
QUICK_TEXTS = 256


@dataclass(slots=True)
class Tally:
    """How far a build is: of how many texts there are, only those are known that were cut."""

    transcripts: int  # that are to be cut
    n_split: int = 0
    texts: int = 0  # of those that were cut
    done: int = 0  # of these texts: embedded, now or before

    @property
    def estimate(self) -> int:
        """Return how many texts there are in all, as far as can be told."""
        return max(1, round(self.texts * max(1.0, self.transcripts / self.n_split)))


def embed(
    database: Database,
    readings: Iterable[ReadTranscript],
    n: int,
    embedder: Embedder,
    index_metadata: Mapping[str, Any],
    spool: Spool,
    progress: Progress,
) -> int:
    """Cut n transcripts or fewer into the spool, embed their texts that were not yet, and return how many.

    Each batch of encodings is committed at once; `index_metadata` says which model and precision the index has.
    Raises ModelError if the model has another precision.
    """
    tally, waiting = Tally(n), dict[int, bytes]()

    def tell() -> None:
        progress("reading and embedding", tally.done, tally.estimate)

    def texts() -> Iterator[str]:
        """Cut transcripts, and yield the texts that the model did not read yet."""
        rows = count()
        for reading in readings:
            made = split_transcript(reading, embedder)
            spool.add(made)
            keys = {digest(text, encoder_id(index_metadata)): text for _, text in made.passages}
            tally.n_split += 1
            tally.texts += len(keys)
            for key, text in keys.items():
                if key in waiting.values() or find_encoding(database.connection, key):
                    tally.done += 1
                else:
                    waiting[next(rows)] = key
                    yield text
            tell()

    embedded, to_read = 0, texts()
    first = [*islice(to_read, QUICK_TEXTS + 1)]
    # How many there are in all, nobody knows yet; of few all are cut by now.
    n = tally.estimate if len(first) > QUICK_TEXTS else len(first)
    batches = _reading(embedder, index_metadata, n).encode_in_batches(chain(first, to_read))
    for some in iter(lambda: [*islice(batches, BATCHES_PER_COMMIT)], []):
        with database.transaction(write=True):
            for rows, encoded in some:
                add_encodings(database.connection, [waiting.pop(row) for row in rows], encoded)
                embedded += len(rows)
                tally.done += len(rows)
                tell()
    return embedded


def in_precision(embedder: Embedder, index_metadata: Mapping[str, Any]) -> Embedder:
    """Return the model so that it reads texts as those of an index were. Raises ModelError where it cannot."""
    if index_metadata.get("precision", FULL) == FULL:
        return embedder
    unready = embedder.export()
    network = None if unready else load_int8(embedder.name)
    if network is None:
        raise ModelError(f"the model {embedder.name} cannot be read in int8; build with --precision full")
    return embedder.using(network)


def _reading(embedder: Embedder, index_metadata: Mapping[str, Any], n: int) -> Embedder:
    """Return the model so that it reads about n texts in the precision of an index."""
    if index_metadata["precision"] == FULL:
        return select_backend(embedder, n) if n > QUICK_TEXTS else embedder
    return in_precision(embedder, index_metadata) if n else embedder
