"""The lines above a transcript that say what it is: `Title: ...`, `Interviewee: ...`, `Date: ...`."""

import re
from collections import Counter
from collections.abc import Sequence

from index.reading.scripts.lines import Line

# Keys that no speaker has for a name: with one of them, what stands at the top is a header.
_KEYS = frozenset(
    "title episode podcast show series program programme date recorded published place location duration length"
    " language url link source audio video media transcriber collection project subject topic file accession tape"
    " interviewed interview recording".split()
)
# These may be labels as well: "Host: Welcome."
_PEOPLE = frozenset("guest guests host hosts interviewer interviewers interviewee interviewees narrator".split())

_FIELD = re.compile(r"[*_]{0,3}(?P<key>[A-Za-z][A-Za-z /#-]{1,40}?)[*_]{0,3}[ \t]*:[*_]{0,3}[ \t]*(?P<value>\S.*)")

MOST_FIELDS = 40
LONGEST_VALUE_WORDS = 25


def split_header(lines: Sequence[Line]) -> tuple[dict[str, object], Sequence[Line]]:
    """Return (key -> value, the lines below the header); no key where the text begins at once.

    A field's key is met once in the text, and one at least is no name of a role.
    """
    fields: list[tuple[str, str]] = []
    for line in lines[:MOST_FIELDS]:
        match = _FIELD.fullmatch(line.text) if len(line.text) < 1000 else None
        if match is None or len(match["value"].split()) > LONGEST_VALUE_WORDS:
            break
        fields.append((" ".join(match["key"].lower().split()), match["value"].strip()))
    often = Counter(match["key"].lower() for line in lines if (match := _FIELD.match(line.text[:1000])))
    end = next((row for row, (key, _) in enumerate(fields) if often[key] > 1), len(fields))
    # The last field of a role, right above the turns, is more likely the first turn.
    while 0 < end < len(fields) and fields[end - 1][0] in _PEOPLE:
        end -= 1
    known = [key for key, _ in fields[:end] if _words(key) & _KEYS]
    if not known or end == len(lines):
        return {}, lines
    return dict(fields[:end]), lines[end:]


def _words(key: str) -> set[str]:
    return set(re.findall(r"[a-z]+", key))
