"""The lines of a document, whatever it is marked up with: what the grammar of scripts is applied to."""

import re
from typing import NamedTuple

_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")


class Line(NamedTuple):
    """A line or a paragraph, and where it stands in the decoded file."""

    text: str  # without mark-up
    start: int
    end: int
    lead: int = 0  # characters at its start that stand out: bold, a heading, a table's cell
    opens: bool = True  # whether a paragraph begins with it


def text_lines(text: str) -> list[Line]:
    """Return the lines of a plain text that hold more than white space, trimmed."""
    found: list[Line] = []
    for match in _LINE.finditer(text):
        said = match.group().strip(" \t\ufeff")
        if said and not said.isspace():
            start = match.start() + match.group().index(said)
            between = text[found[-1].end : start] if found else "\n\n"
            opens = between.count("\n") > 1 or between.count("\r") > between.count("\r\n") + 1
            found.append(Line(said, start, start + len(said), opens=opens))
    return found
