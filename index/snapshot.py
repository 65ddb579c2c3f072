"""One state of a library, held while a question is answered or a build is about to be saved."""

from dataclasses import dataclass
from typing import Any

from index.database import Database
from index.derived import Derived
from index.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the library: everything in it belongs together for as long as it is held."""

    database: Database
    derived: Derived
    facts: dict[str, Any]

    @property
    def vectors(self) -> VectorIndex:
        """Return the vectors of what the model read."""
        return self.derived.vectors
