"""The two kinds of arrays that pass between modules."""

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]  # (n, dimension), each of length 1; a single query is (dimension,)
Ids = npt.NDArray[np.int64]  # (n,), ids of vectors in the database, ascending
