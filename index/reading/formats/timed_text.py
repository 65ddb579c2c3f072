"""TTML and IMSC: paragraphs with times and agents, as of Apple Podcasts and broadcasters.

https://www.w3.org/TR/ttml2/; nested spans with times are words.
"""

import math
import re

from index.reading.captions.cues import Cue, Line, Piece
from index.reading.captions.speakers import read_cues
from index.reading.markup.xml_tree import Element, Text, parse_xml, root_name
from index.types import Mark, ParsedFile

_CLOCK = re.compile(r"(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,9}(?:\.\d{1,9})?)(?::(\d{1,9}))?")
_OFFSET = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)(h|m|s|ms|f|t)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def sniff(text: str) -> bool:
    """Whether the root element is TTML's."""
    return root_name(text) == "tt"


def parse(text: str) -> ParsedFile:
    """Return one segment a paragraph, spoken by its agent or by its label. Raises MalformedError for invalid XML."""
    root = parse_xml(text)
    agents = {
        agent.attributes["id"]: " ".join(name.text().split())
        for agent in root.iter("agent")
        if "id" in agent.attributes
        for name in [*agent.iter("name")][:1]
    }
    clock = _Clock(root.attributes)
    cues = [cue for paragraph in root.iter("p") if (cue := _cue(paragraph, agents, clock))]
    metadata: dict[str, object] = {"title": root.value_of("title"), "language": root.attributes.get("lang", "")}
    return read_cues(cues, {key: value for key, value in metadata.items() if value})


class _Clock:
    """Times as the document counts them: frames and ticks have rates of their own."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self._frames = _rate(attributes.get("frameRate"), 30.0)
        self._ticks = _rate(attributes.get("tickRate"), 1.0)

    def seconds(self, value: str | None) -> float:
        """Return the seconds of a time, NaN if there is none."""
        if value and (match := _OFFSET.fullmatch(value.strip())):
            number, unit = float(match[1]), match[2]
            return number * _UNITS[unit] if unit in _UNITS else number / (self._frames if unit == "f" else self._ticks)
        match = _CLOCK.fullmatch((value or "").strip())
        if match is None:
            return math.nan
        hours, minutes, seconds, frames = match.groups()
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds) + int(frames or 0) / self._frames


def _rate(value: str | None, default: float) -> float:
    """Return how many units a second has; the standard's default where the document gives no such number."""
    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*", value or "")
    return (float(match[1]) if match else default) or default


def _cue(paragraph: Element, agents: dict[str, str], clock: _Clock) -> Cue | None:
    agent = paragraph.attributes.get("agent")
    lines = _lines(paragraph, clock, agents.get(agent, agent) if agent else None)
    if not lines:
        return None
    start_s, end_s = clock.seconds(paragraph.attributes.get("begin")), clock.seconds(paragraph.attributes.get("end"))
    if math.isnan(end_s) and "dur" in paragraph.attributes:
        end_s = start_s + clock.seconds(paragraph.attributes["dur"])
    return Cue(start_s, end_s if not end_s < start_s else math.nan, tuple(lines))


def _lines(paragraph: Element, clock: _Clock, voice: str | None) -> list[Line]:
    """Return the paragraph's lines; spans without white space between them are words."""
    lines, pieces, marks = list[Line](), list[Piece](), list[Mark]()

    def end_line() -> None:
        text = "".join(piece.text for piece in pieces)
        line = Line(text, tuple(pieces), tuple(marks), voice).cut(0) if text.strip() else None
        lines.extend([line] if line else [])
        pieces.clear()
        marks.clear()

    def add(element: Element, time: float) -> None:
        for child in element.children:
            length = sum(len(piece.text) for piece in pieces)
            if isinstance(child, Element):
                if child.name == "br":
                    end_line()
                elif child.name != "metadata":
                    add(child, clock.seconds(child.attributes.get("begin")))
                continue
            value = re.sub(r"\s+", " ", child.value)
            # Words in spans of their own, one after the other, have no white space between them.
            if pieces and not math.isnan(time) and not pieces[-1].text.endswith(" ") and _begins_word(element, child):
                pieces.append(Piece(length, " ", child.start, child.start))
                length += 1
            if not math.isnan(time) and value.strip():
                marks.append(Mark(length + len(value) - len(value.lstrip()), time))
            if value.strip() or pieces:
                pieces.append(Piece(length, value, child.start, child.end))

    add(paragraph, math.nan)
    end_line()
    return lines


def _begins_word(element: Element, child: Text) -> bool:
    return element.children[0] is child and not child.value[:1].isspace()
