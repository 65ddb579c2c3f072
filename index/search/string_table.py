"""Many texts as two arrays, in the order of their UTF-8 bytes: found by halving, and by how they begin."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np


class Strings(Sequence[bytes]):
    """Texts in their order, none twice."""

    def __init__(self, characters: "np.ndarray[Any, Any]", ends: "np.ndarray[Any, Any]") -> None:
        """Take all bytes, one text's after the other's, and where each text ends."""
        self.characters = characters
        self.ends = ends

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> "Strings":
        """Return the texts, which are in their order."""
        texts = list(texts)
        ends = np.cumsum([len(text) for text in texts], dtype=np.int64) if texts else np.zeros(0, np.int64)
        return cls(np.frombuffer(b"".join(texts), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: Any) -> Any:
        start = int(self.ends[row - 1]) if row else 0
        return self.characters[start : int(self.ends[row])].tobytes()

    def __iter__(self) -> Iterator[bytes]:
        return (text for _, text in self.part(range(len(self))))

    def part(self, rows: range, sizes: range | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield (row, text) of neighbouring rows, if given only of texts with these numbers of bytes."""
        ends = self.ends[rows.start : rows.stop]
        first = int(self.ends[rows.start - 1]) if rows.start else 0
        starts = np.concatenate([[first], ends[:-1]])[: len(ends)]
        every = self.characters[first : int(ends[-1]) if len(ends) else first].tobytes()
        kept = np.arange(len(ends))
        if sizes is not None:
            kept = kept[(ends - starts >= sizes.start) & (ends - starts < sizes.stop)]
        places = zip(kept.tolist(), (starts[kept] - first).tolist(), (ends[kept] - first).tolist(), strict=True)
        return ((rows.start + at, every[start:end]) for at, start, end in places)

    def row(self, text: bytes) -> int | None:
        """Return where the text is; None where it is not."""
        row = bisect_left(self, text)
        return row if row < len(self) and self[row] == text else None

    def beginning(self, start: bytes) -> range:
        """Return the rows of the texts that begin so."""
        return range(bisect_left(self, start), bisect_left(self, start + b"\xff"))
