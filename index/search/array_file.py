"""Arrays in one file, which may be mapped into memory: a search reads of them what it needs, and opens at once.

The file begins with eight bytes, how long its header is, and the header: JSON that says of each array its
type, shape, offset and SHA-256 of each array. The header's own SHA-256 covers all of them.
"""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import StoreError
from index.storage.index_folder import OWN_FILE, whole_file

# An array begins where a processor likes to read.
ALIGNED_BYTES = 64

MOST_HEADER_BYTES = 100_000

# A longer file is mapped. Who shortens one that is mapped ends the process that reads on in it.
MOST_READ_BYTES = 64_000_000

# What arrays are made of: little-endian numbers.
TYPES = frozenset({"|u1", "<u2", "<u4", "<i4", "<i8", "<f4"})

Arrays = dict[str, np.ndarray[Any, Any]]


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray[Any, Any]]) -> str:
    """Write the file, whole or not at all, and return its header's SHA-256. Raises StoreError."""
    headers, at = {}, 0
    little = {name: np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))) for name, array in arrays.items()}
    for name, array in little.items():
        headers[name] = [array.dtype.str, array.shape, at, sha256(array.data).hexdigest()]
        at += -(-array.nbytes // ALIGNED_BYTES) * ALIGNED_BYTES
    header = json.dumps(headers).encode()
    with whole_file(path) as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for array in little.values():
            file.write(b"\0" * (-file.tell() % ALIGNED_BYTES))
            file.write(array.data if array.nbytes else b"")
    return sha256(header).hexdigest()


def open_arrays(path: Path, checksum: str, unchecked: frozenset[str] = frozenset()) -> Arrays:
    """Return the arrays of a file; those that are left `unchecked` are the caller's to check.

    Raises StoreError where the file is missing, or is not what was written, or is what nobody writes.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | OWN_FILE)
        with os.fdopen(descriptor, "rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = file.read(min(size, MOST_HEADER_BYTES))
            if len(header) != size or sha256(header).hexdigest() != checksum:
                raise StoreError(f"{path} is damaged")
            begin, end = -(-(8 + size) // ALIGNED_BYTES) * ALIGNED_BYTES, os.fstat(file.fileno()).st_size
            if end > MOST_READ_BYTES:
                held = np.asarray(np.memmap(file, np.uint8, "r")[begin:])
            else:
                file.seek(begin)
                held = np.frombuffer(file.read(max(0, end - begin)), np.uint8)
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    try:
        headers: dict[str, Any] = json.loads(header)
        return {name: _array(held, *fact, is_checked=name not in unchecked) for name, fact in headers.items()}
    # The header may come from anybody who knows how to write one.
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise StoreError(f"{path} is damaged") from error


def _array(
    held: "np.ndarray[Any, Any]", kind: str, shape: list[int], at: int, checksum: str, *, is_checked: bool
) -> "np.ndarray[Any, Any]":
    """Return an array of the file. Raises ValueError if it is missing."""
    n_bytes = prod(shape) * np.dtype(kind).itemsize if kind in TYPES else -1
    part = held[at : at + n_bytes]
    if min(at, n_bytes, *shape) < 0 or len(part) != n_bytes:
        raise ValueError("it is not in the file")
    if is_checked and sha256(part.data).hexdigest() != checksum:
        raise ValueError("it is not what was written")
    return part.view(kind).reshape(shape)
