"""Snapshot: one state of the library, with its database, its search arrays and its index metadata."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from index.arrays import Ids, Vectors
from index.search.search_index import SearchIndex
from index.search.vector_index import VectorIndex
from index.storage.database import Database
from index.storage.queries import match_phrase


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the library; its parts belong together for as long as it is held."""

    database: Database
    search_index: SearchIndex
    index_metadata: dict[str, Any]

    @property
    def vectors(self) -> VectorIndex:
        """Return the vectors of the passages."""
        return self.search_index.vectors

    def matches(self, words: str) -> tuple[Ids, Vectors]:
        """Return (rows, saturated term frequencies) of the passages that contain a word or a phrase."""
        matches = self.search_index.postings.match(words)
        if matches is not None:
            return matches
        phrase_matches = match_phrase(self.database, words)
        rows = self.search_index.rows(np.array([i for i, _ in phrase_matches], np.int64))
        return rows, np.array([frequency for _, frequency in phrase_matches], np.float32)

    def is_said(self, word: str) -> bool:
        """Whether any passage contains the word or a form of it."""
        return len(self.matches(word)[0]) > 0
