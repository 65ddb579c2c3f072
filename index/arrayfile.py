"""Arrays in one file, mapped into memory: a search reads of them what it needs, and opens at once.

The file begins with eight bytes, how long its header is, and the header: JSON that says of each array its
type, its shape, where it begins, and its SHA-256. Whoever knows the header's own SHA-256 knows all of them.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import StoreError
from index.folder import OWN_FILE

# An array begins where a processor likes to read.
ALIGNED_BYTES = 64

MOST_HEADER_BYTES = 100_000

# What arrays are made of: little-endian numbers.
TYPES = frozenset({"|u1", "<u2", "<u4", "<i4", "<i8", "<f4"})

Arrays = dict[str, np.ndarray[Any, Any]]


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray[Any, Any]]) -> str:
    """Write the file, whole or not at all, and return its header's SHA-256. Raises StoreError."""
    facts, at = {}, 0
    little = {name: np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))) for name, array in arrays.items()}
    for name, array in little.items():
        facts[name] = [array.dtype.str, array.shape, at, sha256(array.data).hexdigest()]
        at += -(-array.nbytes // ALIGNED_BYTES) * ALIGNED_BYTES
    header = json.dumps(facts).encode()
    draft = path.with_suffix(".draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(len(header).to_bytes(8, "little") + header)
            for array in little.values():
                file.write(b"\0" * (-file.tell() % ALIGNED_BYTES))
                file.write(array.data if array.nbytes else b"")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error.strerror}; the index is as it was before") from error
    return sha256(header).hexdigest()


def map_arrays(path: Path, checksum: str, unchecked: frozenset[str] = frozenset()) -> Arrays:
    """Return the arrays of a file; those that are left `unchecked` are the caller's to check.

    Raises StoreError where the file is missing, or is not what was written.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | OWN_FILE)
        with os.fdopen(descriptor, "rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = file.read(size) if size <= MOST_HEADER_BYTES else b""
            if sha256(header).hexdigest() != checksum:
                raise StoreError(f"{path} is damaged")
            begin = -(-(8 + size) // ALIGNED_BYTES) * ALIGNED_BYTES
            facts: dict[str, Any] = json.loads(header)
            held = np.memmap(file, np.uint8, "r") if os.fstat(file.fileno()).st_size > begin else np.zeros(0, np.uint8)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    arrays: Arrays = {}
    for name, (kind, shape, at, found) in facts.items():
        n_bytes = prod(shape) * np.dtype(kind).itemsize if kind in TYPES else -1
        if n_bytes < 0 or begin + at + n_bytes > len(held) + ALIGNED_BYTES * (n_bytes == 0):
            raise StoreError(f"{path} is damaged")
        part = np.asarray(held[begin + at : begin + at + n_bytes])
        if name not in unchecked and sha256(part.data).hexdigest() != found:
            raise StoreError(f"{path} is damaged")
        arrays[name] = part.view(kind).reshape(shape)
    return arrays
