"""An opened index with its model: loaded once per process, and followed through later builds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.arrays import Vectors
from index.database import Database
from index.embedders import Embedder, load_embedder
from index.errors import ModelError, NoIndexError, StoreError
from index.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the library: everything in it belongs together for as long as it is held."""

    database: Database
    vectors: VectorIndex
    facts: dict[str, Any]


class Library:
    """An index folder, ready to be asked. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        """Open the folder. Raises NoIndexError where there is none, StoreError where it cannot be used."""
        self.folder = folder
        self._lock = threading.Lock()
        self._model_lock = threading.Lock()
        self._vectors: tuple[str, VectorIndex] | None = None  # with the state that they are of
        self._embedder: Embedder | None = None
        with self.snapshot():
            pass

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Hold the latest state of the library."""
        with Database.open(self.folder) as database, database.transaction():
            facts = database.facts()
            if "state" not in facts:
                raise NoIndexError(f"no index in {self.folder}; build one with: interview-qa build PATH")
            yield Snapshot(database, self._current_vectors(database, facts), facts)

    def embed(self, question: str) -> Vectors:
        """Return the question's vector (dimension,), by the model that the index was made with.

        Raises ModelError where that model is not here, or is not the same any more.
        """
        return self.embedder().encode([question])[0]

    def embedder(self) -> Embedder:
        """Return the model, loaded at the first call."""
        with self._model_lock:
            with Database.open(self.folder) as database:
                facts = database.facts()
            if self._embedder is None or self._embedder.name != facts["model"]:
                self._embedder = load_embedder(facts["model"])
            if self._embedder.fingerprint != facts["fingerprint"]:
                raise ModelError(
                    f"the model {facts['model']} is not the one that the index was made with;"
                    " build the index again with: interview-qa build PATH"
                )
            return self._embedder

    def _current_vectors(self, database: Database, facts: dict[str, Any]) -> VectorIndex:
        state: str = facts["state"]
        with self._lock:
            if self._vectors is None or self._vectors[0] != state:
                self._vectors = state, _load_vectors(self.folder, database, facts)
            return self._vectors[1]


def _load_vectors(folder: Path, database: Database, facts: dict[str, Any]) -> VectorIndex:
    try:
        return VectorIndex.load(folder, facts["state"], facts["vectors_sha256"], database.vector_ids())
    except StoreError:
        # The file is derived: the database has all that is in it.
        return VectorIndex(*database.all_vectors(facts["dimension"]))
