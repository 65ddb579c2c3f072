"""The words of a Word document: word/document.xml, which `decode` returns for a .docx, paragraph by paragraph.

https://learn.microsoft.com/openspecs/office_standards/ms-oi29500. Footnotes and comments are in parts of
their own, which are not read.
"""

import re
from collections.abc import Mapping
from xml.parsers import expat

from index.errors import MalformedError
from index.reading.formats.pasted_captions import pasted_captions
from index.reading.markup.line_builder import BOLD, NAME, LineMaker, TableRows
from index.reading.scripts.lines import Line
from index.reading.scripts.turns import placed, read_lines
from index.types import ParsedFile

# Transitional, strict, and the XML of Word 2003. The XML of one file alone, "flat", is in a package.
_NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
    "http://schemas.microsoft.com/office/word/2003/wordml",
)
_BEGINS = re.compile(
    r"\ufeff?\s*+(?:<\?[^>]*+>\s*+|<!--(?:[^-]++|-(?!->))*+-->\s*+)*+<(?:\w++:)?(?:document|wordDocument|package)\s([^>]*+)>"
)

# A run's text, and signs that have elements of their own.
_SIGNS = {"tab": "\t", "ptab": "\t", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_BREAKS = frozenset({"br", "cr"})
_OFF = frozenset({"0", "false", "off", "none"})
# What was moved away, what an older Word shows instead, and how text looked before.
_SKIPPED = frozenset({"moveFrom", "Fallback", "rPrChange", "pPrChange"})

_HEADING_STYLE = re.compile(r"heading|title|speaker", re.IGNORECASE)
_NAME_STYLE = re.compile(r"strong|speaker", re.IGNORECASE)


def sniff(text: str) -> bool:
    """Whether it is the XML of a Word document."""
    root = _BEGINS.match(text)
    return root is not None and ("wordprocessingml" in root[1] or "/word/2003/" in root[1] or "xmlPackage" in root[1])


def parse(text: str) -> ParsedFile:
    """Return what the paragraphs and tables hold; bold at the beginning of a line may be a name.

    Raises MalformedError for invalid XML.
    """
    lines = document_lines(text)
    return placed(pasted_captions(lines) or read_lines(lines), text)


def document_lines(text: str) -> list[Line]:
    """Return the lines of a document: paragraphs, parts of one between line breaks, and rows of tables.

    Raises MalformedError.
    """
    document = _Document(text)
    document.parse()
    return document.lines


class _Document:
    """The state of the parser: which paragraph, run, row and cell it is in."""

    def __init__(self, text: str) -> None:
        self.lines: list[Line] = []
        self._data = text.encode("utf-8", "replace")
        self._place = (0, 0)  # bytes, and how many characters they are
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._n_skipped = self._n_bodies = 0
        self._sinks = [self.lines]  # where lines go: the document, or a table's cell
        self._rows: list[list[list[Line]]] = []
        self._is_heading_row = False
        self._tables = [TableRows()]
        self._paragraphs: list[tuple[LineMaker, int]] = []  # and how many lines its sink has before it
        self._styles: list[bool] = []  # of each paragraph: whether it is a heading's
        self._runs: list[set[str] | None] = []  # how the run stands out; None in a paragraph outside of a run
        self._said: list[str] | None = None  # the text of the element at hand
        self._said_at = 0

    def parse(self) -> None:
        """Read all of it into `lines`."""
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            offset = self._offset(max(self._place[0], self._parser.ErrorByteIndex))
            raise MalformedError(
                offset, f"expected the XML of a Word document: {expat.ErrorString(error.code)}"
            ) from error

    def _offset(self, index: int) -> int:
        """Return which character the byte is; asked for bytes in their order."""
        before, chars = self._place
        self._place = (index, chars + len(self._data[before:index].decode("utf-8", "replace")))
        return self._place[1]

    def _here(self) -> int:
        return self._offset(self._parser.CurrentByteIndex)

    def _refuse_doctype(self, *_: object) -> None:
        raise MalformedError(self._here(), "expected the XML of a Word document, which declares no document type")

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if self._n_skipped or name in _SKIPPED:
            self._n_skipped += 1
            return
        values = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "body" and space in _NAMESPACES:
            self._n_bodies += 1
        elif not self._n_bodies:
            return
        elif name == "p":
            self._begin_paragraph()
        elif name == "r":
            self._runs.append(set())
        elif name == "tbl":
            self._tables.append(TableRows())
        elif name == "tr":
            self._rows.append([])
            self._is_heading_row = False
        elif name == "tc":
            self._sinks.append([])
        elif name == "tblHeader":
            self._is_heading_row = values.get("val", "1") not in _OFF
        elif name == "t":
            self._said, self._said_at = [], -1
        elif self._paragraphs:
            self._within_paragraph(name, values)

    def _within_paragraph(self, name: str, values: Mapping[str, str]) -> None:
        maker, _ = self._paragraphs[-1]
        run = self._runs[-1]
        value = values.get("val", "1")
        if name == "pStyle" and _HEADING_STYLE.search(value):
            self._styles[-1] = True
        if run is None:
            return
        if name == "b" and value not in _OFF:
            run.add(BOLD)
        elif name == "rStyle" and _NAME_STYLE.search(value):
            run.add(NAME if "speaker" in value.lower() else BOLD)
        elif name in _BREAKS:
            maker.end(opens=False, stands_out=self._styles[-1])
        elif name in _SIGNS or name == "sym":
            here = self._here()
            maker.add(_SIGNS.get(name) or _symbol(values.get("char", "")), here, here + 1, frozenset(run))

    def _end(self, tag: str) -> None:
        if self._n_skipped:
            self._n_skipped -= 1
            return
        space, _, name = tag.rpartition(" ")
        if name == "body" and space in _NAMESPACES:
            self._n_bodies -= 1
        elif not self._n_bodies:
            return
        elif name == "t":
            self._end_text()
        elif name == "r":
            self._runs.pop()
        elif name == "p":
            self._end_paragraph()
        elif name == "tbl":
            self._tables.pop()
        elif name == "tc":
            cell = self._sinks.pop()
            if self._rows:
                self._rows[-1].append(cell)
            else:
                self._sinks[-1].extend(cell)
        elif name == "tr":
            self._sinks[-1].extend(self._tables[-1].lines(self._rows.pop(), self._is_heading_row))
            self._is_heading_row = False

    def _characters(self, text: str) -> None:
        if self._said is None or self._n_skipped:
            return
        if self._said_at < 0:
            self._said_at = self._here()
        self._said.append(text)

    def _end_text(self) -> None:
        said, self._said = "".join(self._said or ()).replace("\n", " "), None
        if not said:
            return
        is_alone = not self._paragraphs
        if is_alone:
            self._begin_paragraph()
        self._paragraphs[-1][0].add(said, self._said_at, self._here(), frozenset(self._runs[-1] or ()))
        if is_alone:
            self._end_paragraph()

    def _begin_paragraph(self) -> None:
        self._paragraphs.append((LineMaker(), len(self._sinks[-1])))
        self._styles.append(False)
        self._runs.append(None)

    def _end_paragraph(self) -> None:
        maker, n_before = self._paragraphs.pop()
        self._runs.pop()
        maker.end(stands_out=self._styles.pop())
        sink = self._sinks[-1]
        # A text box is within a paragraph, and its lines are here before that one's.
        sink[n_before:] = sorted(sink[n_before:] + maker.lines, key=lambda line: line.start)


def _symbol(code: str) -> str:
    """Return the character of a symbol's code, where there is one; those of symbol fonts have no other."""
    number = int(code, 16) if re.fullmatch(r"[0-9a-fA-F]{1,6}", code) else 0
    return chr(number) if 32 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
