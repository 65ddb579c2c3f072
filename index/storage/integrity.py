"""Whether the values in the library file are such as we write: of their kind, in their range, with their owner."""

import apsw

from index.storage.connection import is_damage

# Who says how much, where it is not such.
NO_SHARES = (
    "CASE WHEN json_valid(spoken) THEN json_type(spoken) <> 'array' OR EXISTS (SELECT 1 FROM json_each(spoken) WHERE"
    " json_array_length(value) IS NOT 2 OR json_type(value, '$[0]') NOT IN ('text', 'null')"
    " OR json_type(value, '$[1]') <> 'integer') ELSE true END"
)

# By table, what no row of ours is.
INVALID_ROW_CONDITIONS = {
    "facts": "typeof(name) <> 'text' OR typeof(value) <> 'text'",
    "transcripts": "typeof(name) <> 'text' OR typeof(source) <> 'text' OR typeof(sha256) <> 'text'"
    " OR typeof(words) <> 'integer' OR typeof(text) <> 'text' OR typeof(about) <> 'text'"
    " OR typeof(end_s) NOT IN ('real', 'null') OR typeof(segments) <> 'blob' OR typeof(marks) <> 'blob'"
    f" OR {NO_SHARES}",
    "encodings": "typeof(digest) <> 'blob' OR typeof(vector) <> 'blob' OR typeof(tokens) <> 'blob'",
    "passages": "typeof(start) <> 'integer' OR typeof(end) <> 'integer' OR typeof(is_aside) <> 'integer'"
    " OR typeof(question_start) NOT IN ('integer', 'null') OR typeof(question_end) NOT IN ('integer', 'null')"
    " OR typeof(guest_share) NOT IN ('real', 'null') OR typeof(windows) <> 'blob'"
    " OR NOT EXISTS (SELECT 1 FROM encodings WHERE id = encoding_id)"
    " OR NOT EXISTS (SELECT 1 FROM words_docsize WHERE id = passages.id)",
    "speaking": "typeof(speaker) <> 'text' OR typeof(share) <> 'real'",
    "ratings": "typeof(question) <> 'text' OR typeof(previous) <> 'text' OR typeof(transcript) <> 'text'"
    " OR typeof(text) <> 'text' OR typeof(is_good) <> 'integer'"
    " OR CASE WHEN json_valid(previous) THEN json_type(previous) <> 'array' ELSE true END",
    "names": "typeof(word) <> 'text' OR typeof(speaker) NOT IN ('text', 'null') OR typeof(is_topic) <> 'integer'",
}


def integrity_problems(connection: apsw.Connection) -> list[str]:
    """Return what SQLite finds wrong with its file: tables, indexes of them, and full text."""
    try:
        found = [line for (line,) in connection.execute("PRAGMA integrity_check(5)") if line != "ok"]
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except apsw.Error as error:
        if not is_damage(error):
            raise
        return [str(error)]
    found = [" ".join(str(line).split()) for line in found] + ["rows without their owner"] * bool(broken)
    return found or _odd_values(connection)


def _odd_values(connection: apsw.Connection) -> list[str]:
    """Return one line for each table with a row that we would not write."""
    found = [
        t
        for t, odd in INVALID_ROW_CONDITIONS.items()
        if connection.execute(f"SELECT 1 FROM {t} WHERE {odd} LIMIT 1").fetchone()
    ]
    nothing = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM passages)").get
    return [f"{table} holds what was never written" for table in found] + ["nothing was said"] * bool(nothing)
