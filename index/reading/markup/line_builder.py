"""Lines of a document that is marked up, put together from its pieces of text and the cells of its tables."""

from collections.abc import Sequence
from itertools import dropwhile, takewhile
from typing import NamedTuple

from index.reading.scripts.lines import Line

# How a piece of text may stand out: by its type, or because the document says that it is a speaker's name.
BOLD, NAME = "bold", "name"

# A name, a role and a time are shorter; a cell of more is what was said.
LONGEST_LABEL_CHARS = 80
MOST_LABEL_LINES = 3

# What stands above the columns of a transcript that is a table.
_SPEAKERS = frozenset("speaker speakers name names who role participant".split())
_TIMES = frozenset("time times timestamp timestamps timecode timecodes start".split())
_WORDS = frozenset("text transcript transcription dialogue content speech words utterance".split())
_NUMBERS = frozenset(["line", "no", "nr", "#", "end", "duration", ""])
_COLUMNS = _SPEAKERS | _TIMES | _WORDS | _NUMBERS | {"notes"}


class _Piece(NamedTuple):
    text: str
    start: int
    end: int
    out: frozenset[str]


class LineMaker:
    """Gathers pieces of text until their line ends."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._pieces: list[_Piece] = []
        self._opens = True

    def add(self, text: str, start: int, end: int, out: frozenset[str] = frozenset()) -> None:
        """Add text that stands at a place in the file; `out` says how it stands out: BOLD, NAME."""
        if text:
            self._pieces.append(_Piece(text, start, end, out))

    def last_character(self) -> str:
        """Return what the line so far ends with, nothing where it is empty."""
        return self._pieces[-1].text[-1] if self._pieces else ""

    def end(self, opens: bool = True, stands_out: bool = False) -> None:
        """End the line; `opens` says whether the next begins a paragraph, `stands_out` that all of this does."""
        line = self._line(stands_out)
        if line:
            self.lines.append(line)
        # Two breaks in a row begin a paragraph.
        self._opens = opens or line is None
        self._pieces = []

    def _line(self, stands_out: bool) -> Line | None:
        pieces = list(dropwhile(_is_blank, self._pieces))
        while pieces and _is_blank(pieces[-1]):
            pieces.pop()
        if not pieces:
            return None
        text = "".join(piece.text for piece in pieces)
        first, last = pieces[0], pieces[-1]
        start, end = first.start, last.end
        # A piece that is as long as its place is a slice of the file.
        if first.end - first.start == len(first.text):
            start += len(first.text) - len(first.text.lstrip())
        if last.end - last.start == len(last.text):
            end -= len(last.text) - len(last.text.rstrip())
        said = text.strip()
        before = len(text) - len(text.lstrip())
        bold, name = (min(len(said), max(0, _lead(pieces, way) - before)) for way in (BOLD, NAME))
        if stands_out:
            bold = len(said)
        # What is marked as a speaker's may be all that they say, with their name in bold.
        lead = name if 0 < name <= LONGEST_LABEL_CHARS and not 0 < bold < name == len(said) else bold
        return Line(said, start, end, lead, self._opens)


def _is_blank(piece: _Piece) -> bool:
    return piece.text.isspace()


def _lead(pieces: Sequence[_Piece], way: str) -> int:
    """Return how many characters of the pieces stand out from the first on; a space between two that do is one."""
    chars = lead = 0
    for piece in pieces:
        chars += len(piece.text)
        if way in piece.out:
            lead = chars
        elif not _is_blank(piece):
            break
    return lead


class TableRows:
    """The rows of a table as lines; heads that name the columns say which cells hold a name, a time and the words."""

    def __init__(self) -> None:
        self._heads: list[str] = []
        self._may_be_heads = True  # until a row of several cells was met

    def lines(self, cells: Sequence[Sequence[Line]], is_heading: bool = False) -> list[Line]:
        """Return the lines of the next row; none for the heads of a transcript's columns."""
        heads = [" ".join(line.text for line in cell).lower().strip(" .:#") for cell in cells]
        may_be_heads = self._may_be_heads and sum(map(bool, cells)) > 1
        self._may_be_heads = self._may_be_heads and not may_be_heads
        if may_be_heads and _WORDS & {*heads} and all(not head or head in _COLUMNS for head in heads):
            self._heads = heads
            return []
        if self._heads and len(cells) == len(self._heads):
            order = sorted(range(len(cells)), key=lambda column: _rank(self._heads[column]))
            cells = [cells[column] for column in order if not self._is_number(column, cells[column])]
        return row_lines(cells, is_heading)

    def _is_number(self, column: int, cell: Sequence[Line]) -> bool:
        """Whether a cell only counts: a number or a time in a column for such; words are never left out."""
        return self._heads[column] in _NUMBERS and not any(c.isalpha() for line in cell for c in line.text)


def _rank(head: str) -> int:
    """Return the place of a column: names, times, anything else, and the words last."""
    return 0 if head in _SPEAKERS else 1 if head in _TIMES else 3 if head in _WORDS else 2


def row_lines(cells: Sequence[Sequence[Line]], is_heading: bool = False) -> list[Line]:
    """Return a table's row as lines: labels and the beginning of what was said joined by tabs, the rest below.

    The first cell stands out, but not in the columns' heads. Cells of text side by side are lines of their own.
    """
    filled = [cell for cell in cells if cell]
    lines = [line for cell in filled for line in cell]
    if len(filled) < 2:
        return lines
    if is_heading or all(line.text.lower().rstrip(":.") in _COLUMNS for line in lines):
        text = " ".join(line.text for line in lines)
        return [Line(text, lines[0].start, max(line.end for line in lines))]
    n_labels = sum(len(cell) for cell in takewhile(_is_label, filled[:-1]))
    if not n_labels:
        return lines
    joined = lines[: n_labels + 1]
    text = "\t".join(line.text for line in joined)
    first = Line(text, joined[0].start, max(line.end for line in joined), len(joined[0].text))
    return [first, *lines[n_labels + 1 :]]


def _is_label(cell: Sequence[Line]) -> bool:
    return len(cell) <= MOST_LABEL_LINES and sum(len(line.text) for line in cell) <= LONGEST_LABEL_CHARS
