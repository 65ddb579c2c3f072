"""A page's lines and what its elements are for -> the lines of its transcript, or of what the page is about."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from index.reading.scripts.lines import Line
from index.types import Span

# What is around a page's content. Some pages have everything in a form, or every turn in a header.
_AROUND = ("head", "nav", "footer", "aside", "form", "noscript", "header", "furniture")
# What holds the content, the surest first.
_CONTENT = ("transcript", "main", "article")

# A page has a header and perhaps its article one.
MOST_HEADERS = 2

# What has this share of the words is what the page is about.
MOST_SHARE = 0.5


def speech(lines: Iterable[Line], regions: Mapping[str, Sequence[Span]]) -> list[Line]:
    """Return the lines that are not around the content, in their order; regions are by what they are for.

    Where one kind of what is around would take most of the words with it, it stays. Where a transcript, or
    else the main part or the articles, hold most of the words, no others are returned.
    """
    ordered = sorted(lines, key=lambda line: line.start)
    page = _Page(ordered)
    transcript = _sums(page.within(regions.get("transcript", ())))
    dropped = [False] * len(ordered)
    inside = _sums(page.within([*regions.get("main", ()), *regions.get("article", ())]))
    for role in _AROUND:
        spans = [span for span in regions.get(role, ()) if not page.mostly(span, transcript)]
        if role == "header":
            spans = [span for span in spans if not page.mostly(span, inside)]
        rows = page.within(spans)
        if 0 < page.share(rows) <= MOST_SHARE and not (role == "header" and len(spans) > MOST_HEADERS):
            dropped = [a or b for a, b in zip(dropped, rows, strict=True)]
    kept = [not is_dropped for is_dropped in dropped]
    for role in _CONTENT:
        # A transcript beside long notes stays with them.
        spans = [*regions.get(role, ()), *regions.get("transcript", ())]
        rows = [a and b for a, b in zip(kept, page.within(spans), strict=True)]
        if page.share(rows) >= MOST_SHARE * page.share(kept) > 0:
            kept = rows
            break
    return [line for line, is_kept in zip(ordered, kept, strict=True) if is_kept]


class _Page:
    def __init__(self, lines: Sequence[Line]) -> None:
        self._starts = [line.start for line in lines]
        self._words = [len(line.text.split()) for line in lines]

    def within(self, spans: Iterable[Span]) -> list[bool]:
        """Return for each line whether it begins in one of the spans."""
        steps = [0] * (len(self._starts) + 1)
        for span in spans:
            steps[bisect_left(self._starts, span.start)] += 1
            steps[bisect_left(self._starts, span.end)] -= 1
        return [n > 0 for n in accumulate(steps)][:-1]

    def mostly(self, span: Span, sums: Sequence[int]) -> bool:
        """Whether most lines that begin in the span are among those that the sums count."""
        begin, end = bisect_left(self._starts, span.start), bisect_left(self._starts, span.end)
        return (sums[end] - sums[begin]) * 2 >= end - begin > 0

    def share(self, rows: Sequence[bool]) -> float:
        """Return which share of all words are in the rows."""
        words = sum(words for words, is_in in zip(self._words, rows, strict=True) if is_in)
        return words / max(1, sum(self._words))


def _sums(rows: Iterable[bool]) -> list[int]:
    """Return how many rows are true before each one, and in all."""
    return list(accumulate(rows, initial=0))
