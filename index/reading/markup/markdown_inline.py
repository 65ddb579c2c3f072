"""A line of Markdown -> its words without marks: emphasis, links, code, escapes, references.

https://spec.commonmark.org/0.31.2/#inlines. Marks that are not in pairs on the line are what was written.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from typing import NamedTuple

_ADDRESS = r"<?(?=[^\s()/.:#@]*+[/.:#@])(?:[^\s()<>]++|\([^\s()]*+\))++>?"
_TITLE = r"(?:\s++(?:\"[^\"]*+\"|'[^']*+'))?+"
_TOKEN = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<code>`++)"
    r"|(?P<marks>\*++|_++|~~)"
    r"|(?P<image>!\[[^\[\]]*+\]\(\s*+" + _ADDRESS + _TITLE + r"\s*+\))"
    r"|\[(?P<note>\^[^\s\[\]]{1,40})\]"
    r"|(?P<link>\])(?P<to>\(\s*+" + _ADDRESS + _TITLE + r"\s*+\)|\[[^\[\]]{0,200}\])?+"
    r"|(?P<bracket>\[)"
    r"|<(?P<auto>https?://[^\s<>]++|[\w.+-]{1,64}@[\w.-]{1,200})>"
    r"|(?P<tag></?(?:b|strong|i|em|u|s|sub|sup|span|small|mark|a|p|div|center|details|summary|cite|font|kbd|br|hr|wbr)"
    r"(?:\s[^<>]*+)?+/?>)"
    r"|(?P<reference>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)"
)


# Nobody marks up more in one line, and each mark costs memory; what follows stays as it is written.
LONGEST_MARKED_CHARS = 100_000


class Kept(NamedTuple):
    """Text of a line that stays, and where it stands there."""

    text: str
    start: int
    end: int


class _Mark(NamedTuple):
    start: int
    end: int
    opens: bool
    closes: bool


def strip_marks(line: str, names: Collection[str] = ()) -> tuple[list[Kept], int]:
    """Return what stays of a line, and how far into the line, from its beginning, it stands out.

    `names` are those of links whose addresses are elsewhere, in small letters.
    """
    gone: list[Kept] = []  # what goes, and what stands there instead
    marks: list[_Mark] = []
    brackets: list[int] = []
    code = _CodeRuns(line[:LONGEST_MARKED_CHARS])
    at = 0
    while match := _TOKEN.search(line, at, LONGEST_MARKED_CHARS):
        start, at = match.span()
        if match["code"]:
            end = code.end(start, at)
            if end:
                gone += [Kept("", start, at), Kept("", end - (at - start), end)]
                at = end
        elif match["marks"]:
            marks.append(_mark(line, start, at))
        elif match["bracket"]:
            brackets.append(start)
        elif match["link"]:
            opened = brackets.pop() if brackets else None
            if opened is not None and _is_link(match["to"], line[opened + 1 : start], names):
                gone += [Kept("", opened, opened + 1), Kept("", start, at)]
            else:
                at = start + 1
        else:
            gone.extend(_replaced(match))
    pairs = list(_pairs(line, marks))
    gone += [Kept("", *place) for opened, closed in pairs for place in (opened, closed)]
    gone.sort(key=lambda kept: kept.start)
    return list(_kept(line, gone)), _lead(line, gone, pairs)


def _replaced(match: re.Match[str]) -> Iterator[Kept]:
    start, end = match.span()
    if match["escaped"]:
        yield Kept("", start, start + 1)
    elif match["auto"]:
        yield Kept("", start, start + 1)
        yield Kept("", end - 1, end)
    elif match["reference"]:
        yield Kept(html.unescape(match["reference"]), start, end)
    else:  # an image, a note's number, a tag
        yield Kept("", start, end)


def _is_link(to: str | None, text: str, names: Collection[str]) -> bool:
    if not to or to.startswith("("):
        return bool(to)
    return " ".join((to[1:-1] or text[:200]).lower().split()) in names


class _CodeRuns:
    """The runs of backticks in a line: code ends with as many as it began with."""

    def __init__(self, line: str) -> None:
        self._ends: dict[int, list[int]] = {}
        for run in re.finditer(r"`++", line):
            self._ends.setdefault(run.end() - run.start(), []).append(run.end())

    def end(self, start: int, end: int) -> int | None:
        """Return the end of the code span that starts with the backticks at [start, end), or None."""
        ends = self._ends.get(end - start, [])
        row = bisect_right(ends, end)
        return ends[row] if row < len(ends) else None


def _mark(line: str, start: int, end: int) -> _Mark:
    """Judge whether a run of marks can begin or end emphasis; within a word it does neither."""
    before, after = line[start - 1 : start], line[end : end + 1]
    opens = bool(after.strip()) and not _is_latin(before)
    closes = bool(before.strip()) and not _is_latin(after)
    return _Mark(start, end, opens, closes)


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _pairs(line: str, marks: list[_Mark]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the places of marks that belong together, those within others first."""
    opened: dict[str, list[tuple[int, int]]] = {"*": [], "_": [], "~": []}
    for mark in marks:
        waiting = opened[line[mark.start]]
        start, end = mark.start, mark.end
        while mark.closes and start < end and waiting:
            first, last = waiting.pop()
            size = min(last - first, end - start)
            yield (last - size, last), (start, start + size)
            if last - size > first:
                waiting.append((first, last - size))
            start += size
        if mark.opens and start < end:
            waiting.append((start, end))


def _lead(line: str, gone: list[Kept], pairs: list[tuple[tuple[int, int], tuple[int, int]]]) -> int:
    """Return where the emphasis ends that begins with the line's first word; 0 where that has none."""
    at = len(line) - len(line.lstrip())
    for kept in gone:
        if kept.start != at or kept.text:
            break
        at = kept.end
        at += len(line[at : at + 20]) - len(line[at : at + 20].lstrip())
    return max((closed[0] for opened, closed in pairs if opened[1] <= at and closed[0] > at), default=0)


def _kept(line: str, gone: list[Kept]) -> Iterator[Kept]:
    at = 0
    for kept in gone:
        if kept.start > at:
            yield Kept(line[at : kept.start], at, kept.start)
        if kept.text:
            yield kept
        at = max(at, kept.end)
    if at < len(line):
        yield Kept(line[at:], at, len(line))
