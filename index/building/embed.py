"""Encodes transcripts: some are parsed and split while the model encodes the texts of earlier ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count, islice

from index.building.changes import ReadTranscript
from index.building.spool import Spool, split_transcript
from index.embedding.backend_selection import select_backend
from index.embedding.embedder import Embedder
from index.storage.database import Database
from index.storage.embedding_cache import add_encodings, digest, find_encoding
from index.types import Progress

# Encodings are committed this often, so that an interrupted build loses a few seconds of work.
BATCHES_PER_COMMIT = 4

# A backend is selected only for more texts than these.
QUICK_TEXTS = 256


@dataclass(slots=True)
class Tally:
    """The progress of a build; the number of texts is known only for transcripts that are split."""

    transcripts: int
    n_split: int = 0
    texts: int = 0  # in split transcripts
    done: int = 0  # of these: encoded, now or before

    @property
    def estimate(self) -> int:
        """Return the estimated number of texts in all."""
        return max(1, round(self.texts * max(1.0, self.transcripts / self.n_split)))


def embed(
    database: Database,
    readings: Iterable[ReadTranscript],
    n: int,
    embedder: Embedder,
    spool: Spool,
    progress: Progress,
) -> int:
    """Split up to n transcripts into the spool, encode their new texts, and return how many these were.

    Encodings are committed batch by batch.
    """
    tally, waiting = Tally(n), dict[int, bytes]()

    def tell() -> None:
        progress("reading and embedding", tally.done, tally.estimate)

    def new_texts() -> Iterator[str]:
        """Split transcripts, and yield the texts that are not encoded yet."""
        rows = count()
        for reading in readings:
            split = split_transcript(reading, embedder)
            spool.add(split)
            keys = {digest(text, embedder.fingerprint): text for _, text in split.passages}
            tally.n_split += 1
            tally.texts += len(keys)
            for key, text in keys.items():
                if key in waiting.values() or find_encoding(database, key):
                    tally.done += 1
                else:
                    waiting[next(rows)] = key
                    yield text
            tell()

    embedded, texts = 0, new_texts()
    first = [*islice(texts, QUICK_TEXTS + 1)]
    if len(first) > QUICK_TEXTS:
        embedder = select_backend(embedder, tally.estimate)
    batches = embedder.encode_in_batches(chain(first, texts))
    for some in iter(lambda: [*islice(batches, BATCHES_PER_COMMIT)], []):
        with database.transaction(write=True):
            for rows, encoded in some:
                add_encodings(database, [waiting.pop(row) for row in rows], encoded)
                embedded += len(rows)
                tally.done += len(rows)
                tell()
    return embedded
