"""XML as a tree whose text keeps its file offsets; document types are read over, entities are never expanded.

https://docs.python.org/3/library/pyexpat.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from index.errors import MalformedError

_ROOT = re.compile(
    r"[\s\ufeff]*+(?:(?:<\?[^>]*+>|<!--(?:[^-]++|-(?!->))*+-->|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>)\s*+)*+"
    r"<([\w.:-]++)(?=[\s/>])"
)
# The encoding in the declaration; the text is decoded already.
_ENCODING = re.compile(rb"(?<=\s)encoding\s*=\s*(?:'[^']*'|\"[^\"]*\")")


@dataclass(slots=True)
class Element:
    """An element with its local name, its attributes by local name, and its children in order."""

    name: str
    attributes: dict[str, str]
    start: int  # file offset
    end: int = 0
    children: "list[Element | Text]" = field(default_factory=list)

    def iter(self, *names: str) -> "Iterator[Element]":
        """Yield the elements below, in document order, with one of the names or all."""
        for child in self.children:
            if isinstance(child, Element):
                if not names or child.name in names:
                    yield child
                yield from child.iter(*names)

    def text(self) -> str:
        """Return the text of the element and all below."""
        return "".join(child.value if isinstance(child, Text) else child.text() for child in self.children)

    def texts(self) -> "Iterator[Text]":
        """Yield the pieces of text of the element and all below."""
        for child in self.children:
            if isinstance(child, Text):
                yield child
            else:
                yield from child.texts()

    def value_of(self, name: str) -> str:
        """Return the text of the first element below with this name, trimmed; empty if there is none."""
        return next((element.text().strip() for element in self.iter(name)), "")


@dataclass(slots=True)
class Text:
    """A piece of text and its place in the file."""

    value: str
    start: int
    end: int


def root_name(text: str) -> str | None:
    """Return the local name of the root element of a text that looks like XML, else None."""
    match = _ROOT.match(text[:20_000])
    return match[1].rpartition(":")[2] if match else None


@lru_cache(maxsize=1)
def parse_xml(text: str) -> Element:
    """Return the root element. Raises MalformedError with the place of a fault, and for declared entities."""
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._data = text.encode("utf-8", "replace")
        self._place = (0, 0)  # (bytes, characters)
        self._open = [Element("", {}, 0)]
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = False
        self._parser.EntityDeclHandler = self._refuse_entity
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def parse(self) -> Element:
        declaration, close, rest = self._data.partition(b"?>")
        if close and declaration.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml"):
            declaration = _ENCODING.sub(lambda match: b" " * len(match[0]), declaration)
        try:
            self._parser.Parse(declaration + close + rest, True)
        except expat.ExpatError as error:
            index = max(self._place[0], self._parser.ErrorByteIndex)
            raise MalformedError(self._offset(index), f"invalid XML: {expat.ErrorString(error.code)}") from error
        return next(child for child in self._open[0].children if isinstance(child, Element))

    def _offset(self, index: int) -> int:
        """Return the character of a byte; asked for ascending bytes."""
        before, chars = self._place
        self._place = (index, chars + len(self._data[before:index].decode("utf-8", "replace")))
        return self._place[1]

    def _refuse_entity(self, *_: object) -> None:
        raise MalformedError(self._place[1], "XML that declares entities of its own is not read")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        values = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(tag.rpartition(" ")[2], values, self._offset(self._parser.CurrentByteIndex))
        self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _tag: str) -> None:
        self._open.pop().end = self._offset(self._parser.CurrentByteIndex)

    def _characters(self, value: str) -> None:
        start = self._offset(self._parser.CurrentByteIndex)
        children = self._open[-1].children
        if children and isinstance(children[-1], Text):
            children[-1].value += value
            children[-1].end = start + len(value)
        else:
            children.append(Text(value, start, start + len(value)))
