"""SubStation Alpha (.ass, .ssa): dialogue lines whose fields a Format line names; who speaks is in Name or Actor.

http://www.tcax.org/docs/ass-specs.htm
"""

import math
import re

from index.reading.captions.cues import Cue, Line, Piece
from index.reading.captions.speakers import read_cues
from index.types import ParsedFile

_OPENING = re.compile(r"[\s\ufeff]*+(?:;[^\r\n]*+\s*+)*+\[Script Info\]", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]+")
_TITLE = re.compile(r"^Title:[ \t]*(\S[^\r\n]*)", re.MULTILINE)
_CLOCK = re.compile(r"(\d{1,3}):(\d{1,2}):(\d{1,2}(?:\.\d{1,6})?)")
# Overrides like {\i1}; \N, \n and \h are breaks and a hard space.
_MARKUP = re.compile(r"\{[^{}]*\}|\\[Nnh]")


def sniff(text: str) -> bool:
    """Whether the text starts with a script's information."""
    return bool(_OPENING.match(text))


def parse(text: str) -> ParsedFile:
    """Return one segment a dialogue line, by its speaker or by labels in the words; comments are left out."""
    names: list[str] = []
    is_in_events = False
    cues = []
    for match in _LINE.finditer(text):
        kind, colon, rest = match.group().partition(":")
        if match.group().lstrip().startswith("["):
            is_in_events = match.group().strip().lower() == "[events]"
        elif colon and kind.strip() == "Format" and is_in_events:
            names = [name.strip().lower() for name in rest.split(",")]
        elif colon and kind.strip() == "Dialogue" and names:
            cue = _cue(rest, match.start() + len(kind) + 1, names)
            cues += [cue] if cue else []
    title = _TITLE.search(text)
    return read_cues(cues, {"title": title[1].strip()} if title else {})


def _cue(rest: str, start: int, names: list[str]) -> Cue | None:
    """Return a dialogue line as a cue; the text is the last field, and may hold commas."""
    values = rest.split(",", len(names) - 1)
    if len(values) < len(names):
        return None
    fields = dict(zip(names, values, strict=True))
    place = start + len(rest) - len(values[-1])
    voice = " ".join((fields.get("name") or fields.get("actor") or "").split()) or None
    pieces, at, length = list[Piece](), 0, 0
    for match in [*_MARKUP.finditer(values[-1]), None]:
        end = match.start() if match else len(values[-1])
        shown = values[-1][at:end]
        if shown:
            pieces.append(Piece(length, shown, place + at, place + end))
            length += len(shown)
        if match and match.group()[0] == "\\":
            pieces.append(Piece(length, " ", place + match.start(), place + match.end()))
            length += 1
        at = match.end() if match else end
    line = Line("".join(piece.text for piece in pieces), tuple(pieces), voice=voice).cut(0) if pieces else None
    start_s, end_s = _seconds(fields.get("start")), _seconds(fields.get("end"))
    return Cue(start_s, math.nan if end_s < start_s else end_s, (line,)) if line else None


def _seconds(value: str | None) -> float:
    match = _CLOCK.fullmatch((value or "").strip())
    return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]) if match else math.nan
