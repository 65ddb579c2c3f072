"""CHAT, the format of CLAN and TalkBank: main lines `*INV:`, dependent tiers `%mor:`, headers `@Participants:`.

https://talkbank.org/0info/manuals/CHAT.html; a time stands between two bullets, U+0015, in milliseconds.
"""

import re
from datetime import datetime

from index.types import ParsedFile, Segment

_OPENING = re.compile(r"[\s\ufeff]*+@(?:UTF8|Begin|Font|PID|Loc)\b")
_MAIN = re.compile(r"^\*(?P<code>[^:\r\n]{1,20}):[ \t]*(?P<words>[^\r\n]*(?:\r?\n\t[^\r\n]*)*)", re.MULTILINE)
_HEADER = re.compile(r"^@(?P<name>[^:\r\n]{1,40}):[ \t]*(?P<value>[^\r\n]*(?:\r?\n\t[^\r\n]*)*)", re.MULTILINE)
_BULLET = re.compile(r"\x15(?P<start>\d{1,12})_(?P<end>\d{1,12})\x15|(?<!\w)(?P<bare>\d{1,12})_(?P<to>\d{1,12})\s*\Z")
_HOSTS = frozenset({"investigator", "interviewer", "host", "moderator"})
_OTHERS = frozenset({"narrator", "camera_operator", "environment", "unidentified"})


def sniff(text: str) -> bool:
    """Whether the text starts with a header of CHAT and has main lines."""
    return bool(_OPENING.match(text) and _MAIN.search(text))


def parse(text: str) -> ParsedFile:
    """Return one segment a main line, by the speaker's name or else code; dependent tiers are left out."""
    headers = {match["name"]: " ".join(match["value"].split()) for match in reversed([*_HEADER.finditer(text)])}
    people = [entry.split() for entry in headers.get("Participants", "").split(",")]
    named = [(words[0], " ".join(words[1:-1]) or words[0], words[-1].lower()) for words in people if len(words) > 1]
    names = {code: name for code, name, _ in named}
    segments = []
    for match in _MAIN.finditer(text):
        words = match["words"]
        bullet = next(_BULLET.finditer(words), None)
        shown = " ".join(_BULLET.sub(" ", words).replace("\x15", " ").split())
        if not shown:
            continue
        times = (
            (int(bullet["start"] or bullet["bare"]) / 1000, int(bullet["end"] or bullet["to"]) / 1000) if bullet else ()
        )
        end = match.start("words") + len(words[: bullet.start()].rstrip() if bullet else words.rstrip())
        segments.append(Segment(shown, match.start("words"), end, names.get(match["code"], match["code"]), *times))
    metadata: dict[str, object] = {
        "host": [name for _, name, role in named if role in _HOSTS],
        "guest": [name for _, name, role in named if role not in _HOSTS | _OTHERS],
        "language": headers.get("Languages", "").split(",")[0].strip(),
        "date": _date(headers.get("Date", "")),
    }
    return ParsedFile(segments, {key: value for key, value in metadata.items() if value})


def _date(written: str) -> str:
    """Return 15-OCT-1998 as 1998-10-15; empty for anything else."""
    try:
        return datetime.strptime(written.title(), "%d-%b-%Y").date().isoformat()
    except ValueError:
        return ""
