"""Token vectors kept as one bit a dimension: whether it is positive.

Measured on six development sets with all-MiniLM-L6-v2: late interaction against the signs finds as well
as against the vectors themselves (hit@1 .652 and .652, hit@300w .874 and .871), in a 32nd of the space.
Principal components lose far more at twice the size.
"""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.arrays import Vectors

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# y = a b of bytes: a (n, dimension) without a sign, b (dimension, m) with one, y as integers of 32 bits. A model of
# one step in ONNX, because processors multiply bytes at least twice as fast as single precision, and NumPy does not.
_PRODUCT = (
    b"\x08\x04:V\n\x18\n\x01a\n\x01b\x12\x01y\x22\x0dMatMulInteger\x12\x07product"
    b"Z\x0f\n\x01a\x12\n\n\x08\x08\x02\x12\x04\n\x00\n\x00Z\x0f\n\x01b\x12\n\n\x08\x08\x03\x12\x04\n\x00\n\x00b\x0f\n\x01y\x12\n\n\x08\x08\x06\x12\x04\n\x00\n\x00B\x04\n\x00\x10\n"
)

# The largest signed byte: queries are rounded to this many steps on each side of zero.
STEPS = 127


def pack_sign_bits(vectors: Vectors) -> bytes:
    """Return the signs of vectors (n, dimension), each vector's filled up to whole bytes."""
    return np.packbits(vectors > 0, axis=1).tobytes()


def unpack_sign_bits(packed: Sequence[bytes], dimension: int) -> Vectors:
    """Return the signs as +1 and -1, (n, dimension), one text's after the other's."""
    signs = _positive(packed, dimension).astype(np.float32)
    signs *= 2
    signs -= 1
    return signs


def dot_sign_bits(packed: Sequence[bytes], queries: Vectors) -> Vectors:
    """Return the inner products of signs with queries (m, dimension), each rounded to STEPS: (n, m)."""
    step = np.maximum(np.abs(queries).max(axis=1), 1e-9) / STEPS
    rounded = np.rint(queries / step[:, None]).astype(np.int8)
    positive = _positive(packed, queries.shape[1])
    (products,) = _product().run(None, {"a": positive, "b": np.ascontiguousarray(rounded.T)})
    # +1 and -1 are twice 1 and 0, less 1.
    twice = (2 * products - rounded.sum(axis=1, dtype=np.int32)).astype(np.float32)
    similar: Vectors = twice * step.astype(np.float32)
    return similar


@functools.cache
def _product() -> "InferenceSession":
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(_PRODUCT, settings, providers=["CPUExecutionProvider"])


def _positive(packed: Sequence[bytes], dimension: int) -> NDArray[np.uint8]:
    """Return 1 for each sign that is positive and 0 for the others, (n, dimension)."""
    bits = np.frombuffer(b"".join(packed), np.uint8)
    # Each row for itself takes seven times as long.
    rows = np.unpackbits(bits).reshape(-1, 8 * bytes_each(dimension))
    return rows if rows.shape[1] == dimension else np.ascontiguousarray(rows[:, :dimension])


def bytes_each(dimension: int) -> int:
    """Return how many bytes the signs of one vector take."""
    return -(-dimension // 8)
