"""Integrity of the library file, as SQLite checks it."""

import apsw

from index.storage.connection import is_damage


def integrity_problems(connection: apsw.Connection) -> list[str]:
    """Return one line for each fault in tables, indexes and full text, or for a library without passages."""
    try:
        faults = [line for (line,) in connection.execute("PRAGMA integrity_check(5)") if line != "ok"]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchone()
        is_empty = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM passages)").get
    except apsw.Error as error:
        if not is_damage(error):
            raise
        return [str(error)]
    problems = [" ".join(str(line).split()) for line in faults]
    return problems + ["rows without their owner"] * bool(orphans) + ["it holds no passages"] * bool(is_empty)
