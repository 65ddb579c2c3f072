"""A passage's windows: a sentence or two each, and which of its tokens they hold.

A question about a detail matches a sentence, a broad one the whole exchange. The model reads a passage
once; a window's vector is the mean of its tokens' signs, so windows cost no second reading.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.arrays import Vectors
from index.types import Span

# Two sentences of ordinary talk. Windows start at least WINDOW_STEP_WORDS apart: starting one at
# every sentence finds nothing more.
WINDOW_WORDS = 21
WINDOW_STEP_WORDS = 14

# Offsets in the transcript, rows of the passage's tokens, and the length of the sum of their signs.
WINDOW = np.dtype([("start", "<u4"), ("end", "<u4"), ("first", "<u4"), ("last", "<u4"), ("norm", "<f4")])

Windows = NDArray[np.void]


def window_spans(text: str, sentences: Sequence[Span]) -> list[Span]:
    """Return spans of whole sentences of about WINDOW_WORDS words that together hold all of them."""
    words = [len(text[slice(*span)].split()) for span in sentences]
    windows: list[Span] = []
    start = 0
    while True:
        end, held = start, 0
        while end < len(sentences) and held < WINDOW_WORDS:
            held += words[end]
            end += 1
        windows.append(Span(sentences[start].start, sentences[end - 1].end))
        if end == len(sentences):
            return windows
        first, stepped = start, 0
        while start < end and stepped < WINDOW_STEP_WORDS:
            stepped += words[start]
            start += 1
        start = max(start, first + 1)


def make_windows(spans: Sequence[Span], origin: int, tokens: Sequence[Span], signs: Vectors) -> Windows:
    """Return the windows at `spans` of a transcript as records of the type WINDOW.

    `tokens` are where the signs (n, dimension) stand in the text that was encoded, whose offset 0 is
    `origin` in the transcript. A window in which no token lies counts as holding all of them.
    """
    records = np.zeros(len(spans), WINDOW)
    starts, ends = np.asarray(tokens, np.int64).reshape(-1, 2).T + origin
    for row, (start, end) in enumerate(spans):
        first, last = int(np.searchsorted(starts, start)), int(np.searchsorted(ends, end, side="right"))
        if first >= last:
            first, last = 0, len(tokens)
        norm = float(np.linalg.norm(signs[first:last].sum(axis=0)))
        records[row] = start, end, first, last, max(norm, 1.0)
    return records
