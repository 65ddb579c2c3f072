"""One state of a library, held while a question is answered or a build is about to be saved."""

from dataclasses import dataclass
from typing import Any

from index.database import Database
from index.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the library: everything in it belongs together for as long as it is held."""

    database: Database
    vectors: VectorIndex
    facts: dict[str, Any]
