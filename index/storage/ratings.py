"""What people thought of the passages that they were shown: kept in the library file, through all builds.

Those of an interview go with it when a build removes it: they hold its words.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.storage.database import Database


@dataclass(frozen=True, slots=True)
class Rating:
    """Whether a passage answered a question; the last opinion on the same words counts."""

    question: str
    previous: tuple[str, ...]  # questions asked before, oldest first
    transcript: str
    text: str  # verbatim, what was marked as the answer
    is_good: bool


def rate(folder: Path, rating: Rating) -> None:
    """Keep a rating, if its words are still in the index. Raises StoreError where that cannot be written."""
    with Database.create(folder) as database, database.transaction(write=True):
        store_ratings(database, [rating])
        forget_ratings(database)


def ratings(folder: Path) -> list[Rating]:
    """Return all ratings, in the order of their questions. Raises NoIndexError, StoreError."""
    with Database.open(folder) as database:
        return load_ratings(database)


def store_ratings(database: Database, given: Iterable[Rating]) -> None:
    """Keep ratings, each in the place of an earlier one on the same words."""
    database._connection.executemany(
        "INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?, ?)",
        ((r.question, json.dumps(r.previous), r.transcript, r.text, r.is_good) for r in given),
    )


def load_ratings(database: Database) -> list[Rating]:
    """Return all ratings, in the order of their questions."""
    rows: list[Any] = database._connection.execute(
        "SELECT * FROM ratings ORDER BY question, previous, transcript, text"
    ).fetchall()
    return [
        Rating(question, tuple(json.loads(previous)), transcript, text, bool(is_good))
        for question, previous, transcript, text, is_good in rows
    ]


def has_ratings(database: Database) -> bool:
    """Whether anything was rated."""
    return database._connection.execute("SELECT 1 FROM ratings LIMIT 1").fetchone() is not None


def move_ratings(database: Database, transcript: str, name: str) -> None:
    """Have a transcript's ratings go by its new name."""
    database._connection.execute(
        "UPDATE OR REPLACE ratings SET transcript = ? WHERE transcript = ?", (name, transcript)
    )


def forget_ratings(database: Database) -> None:
    """Remove the ratings of words that no transcript says any more."""
    database._connection.execute(
        "DELETE FROM ratings WHERE NOT EXISTS"
        " (SELECT 1 FROM transcripts t WHERE t.name = ratings.transcript AND instr(t.text, ratings.text))"
    )
