"""What the model made of texts, in the library file: kept by the text, so that no text is read twice.

Functions on the library file's database._connection.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from index.embedding.binary_quantization import pack_sign_bits
from index.embedding.embedder import Encoded
from index.errors import DamagedError
from index.storage.checksums import checksum_matches, row_checksum
from index.storage.database import Database

# An encoding as it is stored: digest of the text, vector, signs of the tokens' vectors.
Row = tuple[bytes, bytes, bytes]


def digest(text: str, reader: str) -> bytes:
    """Return what an encoding is kept by: a hash of the text, and of who read it."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=reader.encode()).digest()


def find_encoding(database: Database, key: bytes) -> tuple[int, bytes] | None:
    """Return (id, signs of the tokens) of the encoding with this digest, if there is one. Raises DamagedError."""
    found: Any = database._connection.execute(
        "SELECT id, tokens, vector, seal FROM encodings WHERE digest = ?", (key,)
    ).fetchone()
    if found is None:
        return None
    encoding_id, tokens, vector, sealed = found
    if not checksum_matches(sealed, key, vector, tokens):
        raise DamagedError("the index is damaged (an encoding is not as it was stored); build it again")
    return encoding_id, tokens


def add_encodings(database: Database, digests: Sequence[bytes], encoded: Sequence[Encoded]) -> None:
    """Keep encodings, each with the digest of the text that it was made from."""
    rows = zip(digests, encoded, strict=True)
    store_rows(
        database, ((key, each.vector.astype("<f4").tobytes(), pack_sign_bits(each.tokens)) for key, each in rows)
    )


def forget_unused(database: Database) -> None:
    """Remove the encodings that no passage uses."""
    # The index of digests holds the ids too, and is a hundredth as long as the table.
    database._connection.execute(
        "DELETE FROM encodings WHERE id IN"
        " (SELECT id FROM encodings INDEXED BY sqlite_autoindex_encodings_1 EXCEPT SELECT encoding_id FROM passages)"
    )


def store_rows(database: Database, rows: Iterable[Row]) -> None:
    """Keep encodings as another library file stores them."""
    database._connection.executemany(
        "INSERT OR IGNORE INTO encodings (digest, vector, tokens, seal) VALUES (?, ?, ?, ?)",
        ((*row, row_checksum(*row)) for row in rows),
    )


def load_rows(database: Database, ids: Sequence[int]) -> list[Row]:
    """Return the encodings with these ids that are as they were stored."""
    rows: list[Any] = database._connection.execute(
        "SELECT seal, digest, vector, tokens FROM encodings WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    ).fetchall()
    return [
        (key, vector, tokens) for sealed, key, vector, tokens in rows if checksum_matches(sealed, key, vector, tokens)
    ]


def encoding_ids(database: Database) -> list[int]:
    """Return the ids of all encodings, from the index of their digests: the table may be damaged."""
    rows = database._connection.execute("SELECT id FROM encodings INDEXED BY sqlite_autoindex_encodings_1")
    return sorted(i for (i,) in rows)
