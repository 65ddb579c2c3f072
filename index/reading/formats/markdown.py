"""Markdown: bold names, headings, tables of turns. https://spec.commonmark.org/0.31.2/."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from index.metadata.front_matter import listed_in
from index.reading.markup.line_builder import BOLD, LineMaker, row_lines
from index.reading.markup.markdown_inline import strip_marks
from index.reading.markup.yaml_transcript import read_listed
from index.reading.scripts.lines import Line
from index.reading.scripts.turns import placed, read_lines
from index.types import ParsedFile

# Mark-up of another kind, JSON, and cues, which may hold anything.
_OTHER = re.compile(
    r"\A\s*+(?:<[!?/a-zA-Z]|[\[{]\s*+[\"{\]}]|WEBVTT)|^[ \t]*+\d[\d:.,]*+[ \t]*+(?:-->|,\d+:\d)", re.MULTILINE
)
_PREFIX = r"[ \t]*+(?:>[ \t]?+)*+(?:(?:[-*+]|\d{1,4}[.)])[ \t]++)?+"
# A label or a heading with its marks, or the line below a table's head.
_MARKED = re.compile(
    rf"(?:\A\ufeff?|^){_PREFIX}(?:\*\*\S|__[^\s_]|\#{{1,6}}[ \t]++\S|\|(?:[ \t]*+:?-++:?[ \t]*+\|)++[ \t]*+$)",
    re.MULTILINE,
)
_SLANTED = re.compile(rf"^{_PREFIX}([*_])[^\W_][^*_\r\n]{{1,60}}\1(?:[ \t:]|\(|\[)", re.MULTILINE)
FEWEST_SLANTED = 2

_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n|\Z)")
_QUOTE = re.compile(r"[ \t]*+(?:>[ \t]?+)*+")
_ITEM = re.compile(r"[ \t]*+(?:[-*+]|(?P<number>\d{1,4})[.)])[ \t]++(?:\[[ xX]\][ \t]++)?+(?=\S)")
_HEADING = re.compile(r"[ \t]*+#{1,6}[ \t]++")
# Its name for links, where there is one, goes as well.
_HEADING_END = re.compile(r"(?:[ \t]++#++)?+[ \t]*+(?:\{[#.:][^{}\r\n]{0,200}\}[ \t]*+)?+$")
_RULE = re.compile(r"[ \t]*+(?:(?:\*[ \t]*+){3,}|(?:-[ \t]*+){3,}|(?:_[ \t]*+){3,}|=++[ \t]*+)$")
_UNDERLINE = re.compile(r"[ \t]*+(?:=++|-{2,})[ \t]*+$")
_FENCE = re.compile(r"[ \t]*+(`{3,}|~{3,})[^`\r\n]*+$")
_TABLE_RULE = re.compile(r"[ \t]*+\|?(?:[ \t]*+:?-++:?[ \t]*+\|)++(?:[ \t]*+:?-++:?)?+[ \t]*+$")
_ROW = re.compile(r"[ \t]*+\|.*\|[ \t]*+$")
_CELL = re.compile(r"(?:[^|\\]++|\\.|\\$)*+")
_DEFINITION = re.compile(
    r"[ \t]{0,3}\[(?P<name>[^\[\]^][^\[\]]{0,200})\]:[ \t]++"
    r"<?(?:https?:|mailto:|[/#.])[^\s>]*+>?(?:[ \t]++[\"'(][^\r\n]*+)?+$"
)
_BREAK = re.compile(r"<br\s*+/?>", re.IGNORECASE)


class _Source(NamedTuple):
    """A line of the file without its end, and where it begins."""

    text: str
    start: int


def sniff(text: str) -> bool:
    """Whether lines begin with Markdown's marks for a name or a heading, or there is a table of its kind."""
    text = text.replace("\r", "\n")  # for `^`
    if listed_in(text):
        return True
    if _OTHER.search(text):
        return False
    return bool(_MARKED.search(text)) or len(_SLANTED.findall(text)) >= FEWEST_SLANTED


def parse(text: str) -> ParsedFile:
    """Return what the lines say; what is bold or in italics at their beginnings, and headings, may be names."""
    listed = read_listed(text)
    if listed is None:
        return placed(read_lines(markdown_lines(text)), text)
    contents, end = listed
    below = read_lines(markdown_lines(re.sub(r"[^\r\n]", " ", text[:end]) + text[end:]))
    return contents._replace(segments=[*contents.segments, *below.segments])


def markdown_lines(text: str) -> list[Line]:
    """Return the lines of a document without marks; a table's row is one, its cells parted by tabs."""
    sources = [
        _Source(m.group().rstrip("\r\n"), m.start()) for m in _LINE.finditer(_without_comments(text)) if m.group()
    ]
    definitions = [_DEFINITION.match(source.text) for source in sources]
    names = {" ".join(match["name"].lower().split()) for match in definitions if match}
    shown = [source for source, match in zip(sources, definitions, strict=True) if not match]
    return _Document(shown, names).lines


class _Document:
    """The state of the reader: the lines so far, and whether the next one begins a paragraph."""

    def __init__(self, sources: list[_Source], names: set[str]) -> None:
        self.lines: list[Line] = []
        self._names = names
        self._opens = True
        self._in_list = False
        fence = ""
        for row, source in enumerate(sources):
            below = sources[row + 1].text if row + 1 < len(sources) else ""
            mark = _FENCE.match(source.text)
            if mark and (not fence or (mark[1].startswith(fence) and source.text.strip() == mark[1])):
                fence = "" if fence else mark[1]
                self._opens = True
            elif fence:
                self._take(source, 0, marked=False)
            else:
                self._read(source, below)

    def _read(self, source: _Source, below: str) -> None:
        text = source.text.removeprefix("\ufeff")
        quoted = _QUOTE.match(source.text, len(source.text) - len(text))
        at = quoted.end() if quoted else 0
        rest = source.text[at:]
        if not rest.strip():
            self._opens = True
        elif _RULE.match(rest) or (_TABLE_RULE.match(rest) and rest.count("-") > 1):
            self._underline(rest)
        elif _ROW.match(rest):
            self.lines += row_lines(list(self._cells(source, at)), bool(_TABLE_RULE.match(below)))
            self._opens = True
        elif heading := _HEADING.match(rest):
            end = _HEADING_END.search(rest)
            self._opens = True
            self._take(source, at + heading.end(), at + end.start() if end else None, stands_out=True)
            self._opens = True
        else:
            item = _ITEM.match(rest)
            # "In / 1986. That was late" is no list.
            if item and (item["number"] in (None, "1") or self._opens or self._in_list):
                at += item.end()
                self._in_list = self._opens = True
            elif self._opens and rest[:1] not in " \t":
                self._in_list = False
            self._take(source, at)

    def _underline(self, rule: str) -> None:
        """Make a heading of a paragraph of one line above a line of dashes; others are rules."""
        if _UNDERLINE.match(rule) and not self._opens and self.lines and self.lines[-1].opens:
            self.lines[-1] = self.lines[-1]._replace(lead=len(self.lines[-1].text))
        self._opens = True

    def _take(
        self, source: _Source, start: int, end: int | None = None, stands_out: bool = False, marked: bool = True
    ) -> None:
        """Add what a line says from `start` to `end`; without `marked` nothing in it is a mark."""
        for line in self._lines(source, start, len(source.text) if end is None else end, stands_out, marked):
            self.lines.append(line._replace(opens=line.opens and self._opens))
            self._opens = False

    def _lines(self, source: _Source, start: int, end: int, stands_out: bool, marked: bool) -> list[Line]:
        maker = LineMaker()
        parts = list(_parts(source.text, start, end)) if marked else [(start, end)]
        for begin, stop in parts:
            text = source.text[begin:stop]
            # A backslash at its end breaks the line, as it ends anyway.
            text = text[:-1] if marked and text.endswith("\\") else text
            kept, lead = strip_marks(text, self._names) if marked else ([], 0)
            at = source.start + begin
            if not marked:
                maker.add(text, at, at + len(text))
            for piece in kept:
                out = frozenset({BOLD}) if piece.end <= lead else frozenset()
                maker.add(piece.text, at + piece.start, at + piece.end, out)
            maker.end(opens=False, stands_out=stands_out)
        return maker.lines

    def _cells(self, source: _Source, at: int) -> Iterator[list[Line]]:
        text = source.text
        at = text.index("|", at) + 1
        end = len(text.rstrip()) - 1
        while at <= end:
            cell = _CELL.match(text, at, end)
            stop = cell.end() if cell else end
            yield self._lines(source, at, stop, False, True)
            at = stop + 1


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what is between the line breaks of HTML."""
    for match in _BREAK.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _without_comments(text: str) -> str:
    """Return the text with HTML's comments blanked, character by character; one that does not end is text."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts += [text[at:start], re.sub(r"[^\r\n]", " ", text[start : end + 3])]
        at = end + 3
    return "".join([*parts, text[at:]])
