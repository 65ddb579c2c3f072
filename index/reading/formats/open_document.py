"""OpenDocument text (.odt): content.xml, which `decode` returns for the file, paragraph by paragraph.

https://docs.oasis-open.org/office/OpenDocument/v1.3/
"""

from collections.abc import Iterator

from index.reading.formats.pasted_captions import pasted_captions
from index.reading.markup.xml_tree import Element, Text, parse_xml, root_name
from index.reading.scripts.lines import Line
from index.reading.scripts.turns import read_lines
from index.types import ParsedFile

# What is not part of the running text.
_SKIPPED = frozenset({"annotation", "note", "tracked-changes", "forms", "sequence-decls"})


def sniff(text: str) -> bool:
    """Whether the root element is a document's content."""
    return root_name(text) == "document-content"


def parse(text: str) -> ParsedFile:
    """Return what the paragraphs and headings say, by labels as in any text. Raises MalformedError for invalid XML."""
    lines = [line for element in _paragraphs(parse_xml(text)) for line in _lines(element)]
    return pasted_captions(lines) or read_lines(lines)


def _paragraphs(element: Element) -> Iterator[Element]:
    for child in element.children:
        if isinstance(child, Element) and child.name in {"p", "h"}:
            yield child
        elif isinstance(child, Element) and child.name not in _SKIPPED:
            yield from _paragraphs(child)


def _lines(paragraph: Element) -> Iterator[Line]:
    """Yield the lines of a paragraph, cut at its line breaks."""
    lines: list[list[Text]] = [[]]

    def add(element: Element) -> None:
        for child in element.children:
            if isinstance(child, Text):
                lines[-1].append(child)
            elif child.name == "line-break":
                lines.append([])
            elif child.name in {"s", "tab"}:
                lines[-1].append(Text(" ", child.start, child.end))  # of any length: one space is shown
            elif child.name not in _SKIPPED:
                add(child)

    add(paragraph)
    for row, pieces in enumerate(lines):
        text = " ".join("".join(piece.value for piece in pieces).split())
        if text:
            is_heading = paragraph.name == "h"
            yield Line(text, pieces[0].start, pieces[-1].end, len(text) if is_heading else 0, opens=row == 0)
