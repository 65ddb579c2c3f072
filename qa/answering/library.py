"""An opened index with its model: loaded once per process, and followed through later builds."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.embedding.embedder import Embedder, load_embedder
from index.errors import ModelError, StoreError
from index.search.search_index import SearchIndex, build_in_memory, load_search_index
from index.search.snapshot import Snapshot
from index.storage.connection_pool import Databases
from index.storage.database import Database
from index.storage.queries import overview, texts
from index.text.non_speech import strip_for_search
from index.types import Transcript
from qa.question.phonetic_match import Vocabulary, runs_of
from qa.question.words import all_words

# An hour of talk is about 60 kB of text and its segments.
TRANSCRIPTS_KEPT = 64

# About 300 hours of talk: word pairs take eight seconds to collect and 60 MB to keep. In a larger
# library only single words are compared by their sound.
RUNS_OF_WORDS = 3_000_000

# Characters; as long as ten days of talk.
LONGEST_TEXT = 20_000_000


class Library:
    """An index folder, ready to be asked. Threads may share it."""

    def __init__(self, folder: Path, embedder: Embedder | None = None) -> None:
        """Open the folder; a model that is loaded already is used if it is the index's.

        Raises NoIndexError where there is no index, StoreError where it cannot be used.
        """
        self.folder = folder
        self._databases = Databases(folder)
        self._lock = threading.Lock()
        self._model_lock = threading.Lock()
        self._derived: tuple[str, SearchIndex] | None = None  # with the state that they are of
        self._embedder = embedder
        self._vocabulary_lock = threading.Lock()
        self._spoken: tuple[str, Vocabulary] | None = None
        self._transcripts: OrderedDict[tuple[str, str], Transcript] = OrderedDict()  # by state and name
        with self.snapshot():
            pass

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Hold the latest state of the library."""
        with self._databases.one() as database, database.transaction():
            index_metadata = database.index_metadata()
            yield Snapshot(database, self._current(database, index_metadata), index_metadata)

    def transcript(self, snapshot: Snapshot, name: str) -> Transcript:
        """Return a transcript as it was read; the ones that answered lately are kept in memory."""
        key = snapshot.index_metadata["state"], name
        with self._lock:
            found = self._transcripts.pop(key, None)
        found = found or snapshot.database.transcript(name)
        with self._lock:
            self._transcripts[key] = found
            while len(self._transcripts) > TRANSCRIPTS_KEPT:
                self._transcripts.popitem(last=False)
        return found

    def vocabulary(self, snapshot: Snapshot) -> Vocabulary:
        """Return the words that the library says, gathered once for each state of it."""
        state: str = snapshot.index_metadata["state"]
        with self._vocabulary_lock:
            if self._spoken is None or self._spoken[0] != state:
                self._spoken = state, _gather(snapshot)
            return self._spoken[1]

    @property
    def is_warm(self) -> bool:
        """Whether the model is loaded, and the words are gathered."""
        return self._embedder is not None and self._spoken is not None

    def embedder(self, index_metadata: dict[str, Any]) -> Embedder:
        """Return the model that a state was made with, loaded at the first call.

        Raises ModelError where that model is not here, or is not the same any more.
        """
        with self._model_lock:
            if self._embedder is None or self._embedder.name != index_metadata["model"]:
                self._embedder = load_embedder(index_metadata["model"], threads=1, quick=True)
            if (self._embedder.fingerprint, self._embedder.dimension) != (
                index_metadata["fingerprint"],
                index_metadata["dimension"],
            ):
                raise ModelError(
                    f"the model {index_metadata['model']} is not the one that the index was made with;"
                    " build the index again with: interview-qa build PATH"
                )
            return self._embedder

    def warm_up(self) -> None:
        """Load the model and gather the library's words, so that the first question need not wait for it."""
        with self._databases.one() as database:
            index_metadata = database.index_metadata()
        self.embedder(index_metadata)
        with self.snapshot() as snapshot:
            self.vocabulary(snapshot)

    def _current(self, database: Database, index_metadata: dict[str, Any]) -> SearchIndex:
        state: str = index_metadata["state"]
        with self._lock:
            if self._derived is None or self._derived[0] != state:
                self._derived = state, _load(self.folder, database, index_metadata)
            return self._derived[1]


def _load(folder: Path, database: Database, index_metadata: dict[str, Any]) -> SearchIndex:
    try:
        return load_search_index(database, folder, index_metadata)
    except StoreError:
        # The files are derived: the database has all that is in them.
        return build_in_memory(database, index_metadata["dimension"])


def _gather(snapshot: Snapshot) -> Vocabulary:
    database, derived = snapshot.database, snapshot.search_index
    spelled = (word.decode("utf-8", "replace") for word in derived.spelled)
    words = dict(zip(spelled, derived.spelled_in.tolist(), strict=True))
    runs: dict[tuple[str, ...], None] = {}  # as a set, but in the same order in every process
    if overview(database).words <= RUNS_OF_WORDS:
        for text in texts(database):
            # A file may lie about how many words it holds.
            if len(text) <= LONGEST_TEXT:
                runs.update(dict.fromkeys(runs_of(all_words(strip_for_search(text).lower()))))
    return Vocabulary(words, runs)
