"""Text files whose lines open with names or times: scripts, and exports of Otter, Rev, Descript, Meet and others."""

import re
from functools import lru_cache

from index.reading.scripts.lines import text_lines
from index.reading.scripts.turns import read_lines
from index.types import ParsedFile

# Mark-up, JSON, and cues have times and names of their own kind.
_OTHER = re.compile(
    r"\A\s*+(?:<[!?/a-zA-Z]|[\[{]\s*+[\"{\]}]|\[Script Info\]|@(?:UTF8|Begin)\b)"
    r"|(?:^|[\r\n])(?:[ \t]*+\d[\d:.,]*+[ \t]*+-->|\d++:\d++:\d++\.\d++,\d"
    r"|[ \t>-]*+(?:\*\*(?=\S)|__[^\s_]|#{1,6}[ \t]))"
)


def sniff(text: str) -> bool:
    """Whether names come back at the beginnings of lines, or times go on there."""
    return not _OTHER.search(text) and any(s.speaker or s.start_s is not None for s in parse(text).segments)


@lru_cache(maxsize=1)
def parse(text: str) -> ParsedFile:
    """Return one segment a turn, verbatim slices of the text, and what the lines above them say of it."""
    return read_lines(text_lines(text), text)
