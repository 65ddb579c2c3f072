"""Index metadata: what a library file says of itself, and which of it has to be valid before it is used."""

import re
from collections.abc import Mapping
from typing import Any

# The state is part of file names, and the checksums are compared as text.
FORMS = {"state": "[0-9a-f]{16}", "fingerprint": "[0-9a-f]{16}", "vectors_sha256": "[0-9a-f]{64}"}

MOST_DIMENSIONS = 100_000


def refuse_invalid(index_metadata: Mapping[str, Any]) -> None:
    """Raise ValueError for metadata that would lead to other files or to arrays of an invalid size."""
    for name, form in FORMS.items():
        if name in index_metadata and not re.fullmatch(form, str(index_metadata[name])):
            raise ValueError(f"{name} is {index_metadata[name]!r}")
    dimension = index_metadata.get("dimension", 1)
    if not isinstance(dimension, int) or not 0 < dimension <= MOST_DIMENSIONS:
        raise ValueError(f"invalid dimension {dimension!r}")
