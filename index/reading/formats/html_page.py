"""HTML: pages with a transcript on them, and transcripts that are pages, as of the podcast namespace.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md#html
"""

import re
from collections import Counter
from typing import NamedTuple

from index.reading.formats.pasted_captions import pasted_captions
from index.reading.markup.html_content import speech
from index.reading.markup.html_elements import (
    BLOCKS,
    BOLD_STYLE,
    BORDERS,
    CELLS,
    CLOSES,
    META,
    PRE,
    SILENT,
    SPEAKER_CLASS,
    STANDS_OUT,
    TABLE,
    VIDEO,
    VOID,
    roles_of,
)
from index.reading.markup.html_tokens import Tag, Words, scan
from index.reading.markup.line_builder import BOLD, NAME, LineMaker, TableRows
from index.reading.scripts.lines import Line
from index.reading.scripts.turns import placed, read_lines
from index.types import ParsedFile, Span

_ELEMENTS = (
    "html head body title meta link style script main article section header footer nav aside div p br hr h[1-6] ul ol"
    " li dl dt dd table thead tbody tr td th blockquote pre span font b strong i em u a cite time center audio video"
    " figure details summary template noscript form iframe img base xmp"
).replace(" ", "|")
_BEGINS = re.compile(
    rf"\ufeff?\s*+(?:<\?[^>]*+>\s*+|<!--(?:[^-]++|-(?!->))*+-->\s*+)*+(?:<!doctype\s++html|<(?:{_ELEMENTS})[\s/>])",
    re.IGNORECASE,
)

# Without any of these, a file with tags in it is a text whose lines are its own.
_HAS_LINES = re.compile(r"<(?:p|br|div|li|td|dd|h[1-6]|section|article|blockquote|body)[\s/>]", re.IGNORECASE)

# How many open elements are searched for the one that a tag closes. Browsers nest at most 512.
MOST_LEVELS = 64

_PRE_STYLE = re.compile(r"white-space\s*+:\s*+(?:pre|break)")
_TIME_IN = re.compile(r"\d:\d\d")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LINE_END = re.compile(r"\r\n?|\n")
_ESCAPED = re.compile(r"\\([\[\]])")

# A button with more words is a sentence that can be played.
MOST_BUTTON_WORDS = 4


class _Element(NamedTuple):
    name: str
    start: int
    roles: frozenset[str]
    out: frozenset[str] = frozenset()
    is_pre: bool = False
    parts: bool = False  # whether words are parted from those beside it


def sniff(text: str) -> bool:
    """Whether it begins as HTML does: with its document type or one of its elements."""
    return _BEGINS.match(text) is not None


def parse(text: str) -> ParsedFile:
    """Return what the page's transcript says, and what the page says of itself."""
    page = _Page(_HAS_LINES.search(text) is not None)
    for token in scan(text):
        if isinstance(token, Words):
            page.say(token)
        elif token.opens:
            page.begin(token)
        else:
            page.close(token.name, token.start)
    page.finish(len(text))
    lines = [_unescaped(line) for line in speech(page.lines, page.regions)]
    contents = placed(pasted_captions(lines) or read_lines(lines), text)
    return contents._replace(metadata={**page.metadata, **contents.metadata})


def _unescaped(line: Line) -> Line:
    r"""Return the line without the backslashes of Markdown that were left in a page: `\[00:06:13\]`."""
    if "\\[" not in line.text:
        return line
    return line._replace(text=_ESCAPED.sub(r"\1", line.text), lead=len(_ESCAPED.sub(r"\1", line.text[: line.lead])))


class _Page:
    """The state of the reader: which elements are open, and what was found."""

    def __init__(self, has_lines: bool) -> None:
        self._has_lines = has_lines
        self.metadata: dict[str, str] = {}
        self.regions: dict[str, list[Span]] = {}  # role -> where elements are that have it
        self._maker = LineMaker()
        self._open: list[_Element] = []
        self._often: Counter[str] = Counter()  # of open elements' names
        self._sinks: list[list[Line]] = [[]]
        self._tables = [TableRows()]
        self._rows: list[tuple[list[list[Line]], set[str]]] = []  # cells, and their elements' names
        self._is_parted = False
        self._n_silent = 0  # how many elements are open that hold no speech

    @property
    def lines(self) -> list[Line]:
        return self._sinks[0]

    def say(self, words: Words) -> None:
        """Take text, unless it is of no speech."""
        element = self._open[-1] if self._open else _Element("", 0, frozenset())
        if self._often["title"]:
            if not self._often["svg"]:
                self._tell("title", words.text)
        elif not self._n_silent and not (self._often["button"] and _is_short(words.text)):
            if element.is_pre or not self._has_lines:
                self._say_as_it_is(words, element)
            else:
                self._say_collapsed(words, element)

    def _say_collapsed(self, words: Words, element: _Element) -> None:
        text, start = _SPACE.sub(" ", words.text), words.start
        before = self._maker.last_character()
        if text.startswith(" ") and before in ("", " "):
            start += len(words.text) - len(words.text.lstrip(" \t\r\n\f"))
            text = text[1:]
        if text and self._is_parted and _is_joined(before, text[0]):
            self._maker.add(" ", start, start)
        self._is_parted = self._is_parted and not text
        self._maker.add(text, start, words.end, element.out)

    def _say_as_it_is(self, words: Words, element: _Element) -> None:
        is_slice = words.end - words.start == len(words.text)
        at = 0
        for match in [*_LINE_END.finditer(words.text), None]:
            end = match.start() if match else len(words.text)
            place = (words.start + at, words.start + end) if is_slice else (words.start, words.end)
            self._maker.add(words.text[at:end], *place, element.out)
            if match:
                self._end_line(opens=False)
                at = match.end()

    def begin(self, tag: Tag) -> None:
        """Take the tag that begins an element."""
        name, attributes = tag.name, tag.attributes()
        if name in BLOCKS:
            self.close("title", tag.start, is_implied=True)
            self.close("p", tag.start, is_implied=True)
        for closed in CLOSES.get(name, ()):
            self.close(closed, tag.start, is_implied=True)
        self._tell_of(name, attributes)
        if name in BLOCKS:
            self._end_line()
        elif name == "br":
            self._end_line(opens=False)
        if name in VOID or tag.closes:
            return
        if name == "table":
            self._tables.append(TableRows())
        elif name in ("td", "th"):
            self._begin_cell(tag.start)
        elif name == "tr":
            self._rows.append(([], set()))
        above = self._open[-1] if self._open else _Element("", 0, frozenset())
        classes = f"{attributes.get('class', '')} {attributes.get('id', '')}".split()
        style = attributes.get("style", "")
        out = above.out
        weight = BOLD_STYLE.search(style)
        if weight:
            out = out | {BOLD} if weight[1] else out - {BOLD}
        elif name in STANDS_OUT:
            out = out | {BOLD}
        is_name = any(SPEAKER_CLASS.fullmatch(word[:100]) for word in attributes.get("class", "").split())
        if is_name:
            out = out | {NAME}
        is_pre = above.is_pre or name in PRE or _PRE_STYLE.search(style) is not None
        parts = is_name or name == "time" or any("time" in word for word in classes)
        self._is_parted = self._is_parted or parts
        self._open.append(_Element(name, tag.start, roles_of(name, attributes, classes), out, is_pre, parts))
        self._often[name] += 1
        self._n_silent += name in SILENT

    def _begin_cell(self, place: int) -> None:
        """Begin a cell, and the row that it implies where no tag begins one."""
        above = self._open[-1] if self._open else None
        if above and above.name in ("table", "thead", "tbody", "tfoot"):
            self._rows.append(([], set()))
            self._open.append(above._replace(name="tr", start=place, roles=frozenset()))
            self._often["tr"] += 1
        self._sinks.append([])

    def close(self, name: str, place: int, is_implied: bool = False) -> None:
        """End an element, and those within that were left open; not across a table's cell or a list for others."""
        if not self._often[name]:
            if name in ("p", "br") and not is_implied:
                self._end_line()
            return
        for depth, element in enumerate(reversed(self._open[-MOST_LEVELS:]), start=1):
            if element.name == name:
                for _ in range(depth):
                    self._end_element(place)
                return
            is_border = element.name in (BLOCKS if name == "p" else BORDERS)
            if (is_implied and is_border) or (element.name in CELLS and name not in TABLE):
                return

    def _end_element(self, place: int) -> None:
        element = self._open.pop()
        self._often[element.name] -= 1
        self._n_silent -= element.name in SILENT
        if element.name in BLOCKS:
            self._end_line()
        self._is_parted = self._is_parted or element.parts
        for role in element.roles:
            self.regions.setdefault(role, []).append(Span(element.start, place))
        if element.name in ("td", "th"):
            cell = self._sinks.pop()
            if self._rows:
                self._rows[-1][0].append(cell)
                self._rows[-1][1].add(element.name)
            else:
                self._sinks[-1].extend(cell)
        elif element.name == "table":
            self._tables.pop()
        elif element.name == "tr":
            cells, names = self._rows.pop()
            self._sinks[-1].extend(self._tables[-1].lines(cells, names == {"th"}))

    def finish(self, place: int) -> None:
        """End what is still open at the end of the file."""
        while self._open:
            self._end_element(place)
        self._end_line()

    def _end_line(self, opens: bool = True) -> None:
        self._maker.end(opens)
        self._sinks[-1].extend(self._maker.lines)
        self._maker.lines.clear()
        self._is_parted = False

    def _tell(self, key: str, value: str) -> None:
        value = " ".join(value.split())
        if value:
            self.metadata.setdefault(key, value)

    def _tell_of(self, name: str, attributes: dict[str, str]) -> None:
        """Note what an element says of the page."""
        if name == "html":
            self._tell("language", attributes.get("lang", "") or attributes.get("xml:lang", ""))
        elif name == "meta":
            key = (attributes.get("name") or attributes.get("property") or attributes.get("itemprop") or "").lower()
            if key in META:
                self._tell(META[key], attributes.get("content", ""))
        elif name in ("audio", "video") or (name == "source" and (self._often["audio"] or self._often["video"])):
            self._tell("media", attributes.get("src", ""))
        elif name == "iframe":
            video = VIDEO.match(attributes.get("src", ""))
            if video:
                self._tell("media", f"https://www.youtube.com/watch?v={video[1]}")


def _is_short(text: str) -> bool:
    """Whether a button says what it does, and no time and no sentence."""
    return len(text.split()) <= MOST_BUTTON_WORDS and not _TIME_IN.search(text)


def _is_joined(before: str, after: str) -> bool:
    """Whether a time or a name would stick to what is beside it."""
    return before not in ("", " ") and before not in "([{<\xa0" and not after.isspace() and after not in ")]}>:.,;"
