"""What a library file says of itself as a whole, and what such facts look like."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import UnionType
from typing import Any

from index.embedding.model_registry import FULL, PRECISIONS

# What an index that was built says of itself.
KINDS: dict[str, type] = {
    "state": str,
    "vectors_sha256": str,
    "model": str,
    "fingerprint": str,
    "dimension": int,
    "rule_version": int,
    "built": str,
}
# What not every one says; the floors are fitted by qa.ranking.no_answer.
KINDS_IF_THERE: dict[str, type | UnionType] = {
    "unread": dict,
    "paths": list,
    "keep_missing": bool,
    "search_sha256": str,
    "centroids_of": int,
    "precision": str,
    "revision": str,
    "looked": float | int,
    "fitted": int,
    "unfitted": int,
    "floor": float | int,
    "floor_of_one": float | int,
}

# The state is part of a file's name, and the fingerprint the key of a hash.
FORMS = {
    "state": "[0-9a-f]{16}",
    "fingerprint": "[0-9a-f]{16}",
    "vectors_sha256": "[0-9a-f]{64}",
    "precision": "|".join(PRECISIONS),
}
MOST_DIMENSIONS = 100_000


def encoder_id(index_metadata: Mapping[str, Any]) -> str:
    """Return what tells who read an index's texts: the model's fingerprint, and its precision if that is not full."""
    precision = index_metadata.get("precision", FULL)
    return str(index_metadata["fingerprint"]) if precision == FULL else f"{index_metadata['fingerprint']} {precision}"


def refuse_odd_facts(index_metadata: dict[str, Any]) -> None:
    """Raise ValueError or LookupError for facts that no build records, whoever wrote them."""
    wanted = (KINDS if "state" in index_metadata else {}) | {
        name: kind for name, kind in KINDS_IF_THERE.items() if name in index_metadata
    }
    odd = [name for name, kind in wanted.items() if not isinstance(index_metadata[name], kind)]
    odd += [
        name for name, form in FORMS.items() if name in index_metadata and not re.fullmatch(form, index_metadata[name])
    ]
    if odd:
        raise ValueError(f"{odd[0]} is {index_metadata[odd[0]]!r}")
    if not 0 < index_metadata.get("dimension", 1) <= MOST_DIMENSIONS:
        raise ValueError("the dimension is none")
    if "built" in index_metadata and datetime.fromisoformat(index_metadata["built"]).tzinfo is None:
        raise ValueError(f"built is {index_metadata['built']!r}")
