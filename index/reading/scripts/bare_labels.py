"""Labels of hearings and plays, `Q.`, `Mr. Moss.`, `LANE.`, and of chats, `<ada>`, `From Ada to Everyone:`."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from index.reading.scripts.timestamps import STAMP

_TITLES = (
    "Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sen|Senator|Rep|Representative|Congressman|Congresswoman|Chair|Chairman"
    "|Chairwoman|Chairperson|Judge|Justice|Secretary|Director|Gen|General|Admiral|Governor|Ambassador|Commissioner"
    "|Colonel|Captain|Lieutenant|Sergeant|Mayor|Speaker|Rev|Reverend|Sir|Madam|Lord|Lady"
)
_OFFICES = (
    "President|Vice President|Prime Minister|Chairman|Chairwoman|Chair|Chairperson|Speaker|Clerk|Secretary|Witness"
    "|Court|Moderator|Reporter|Interpreter|Press|Presiding Officer|Attorney General"
)
_CAPITALS = r"(?![IVXLC]+\.|(?:FIG|NO|VOL|CHAP|ART|SEC|PP)\.)[A-Z][A-Z'’-]+"
_SURNAME = r"[A-Z][\w'’-]+(?:[ \t](?:of[ \t])?[A-Z][\w'’-]+){0,3}"
# Hearings, plays and old typescripts; the first one of a line, perhaps with the line's number before it.
POINTED = re.compile(
    rf"(?:\d{{1,3}}[ \t]+)?(?P<name>[QA](?=\.|[ \t]-)|(?:(?:{_TITLES})\.?[ \t]{_SURNAME}|The[ \t](?:{_OFFICES})"
    rf"|{_CAPITALS}(?:[ \t]{_CAPITALS}){{0,3}})(?=\.))(?:\.|[ \t]-)[ \t]+(?=[\"“‘'`\[(—–-]*[^\W_])"
)
_CHAT = re.compile(
    rf"(?:(?P<before>{STAMP})[ \t]+)?From[ \t]+(?P<name>[^\s:](?:[^:\n]{{0,60}}?[^\s:])?)"
    r"(?P<to>[ \t]+to[ \t]+(?:Everyone|Me|You|[^:\n]{1,60}\((?:Direct Message|Privately)\))"
    r"(?:[ \t]*\([^()\n]{1,40}\))?)?"
    rf"[ \t]*:(?:[ \t]*(?P<after>{STAMP}))?(?!\S)[ \t]*",
    re.IGNORECASE,
)
_NICK = re.compile(rf"(?:(?P<before>{STAMP})[ \t]*)?<[@+~&% ]?(?P<name>[^\s<>:/][^<>:/\n]{{0,40}})>[ \t]+(?=\S)")

# Chats' own labels are on this share of the lines or more.
MOST_NICKS_SHARE = 0.5


def chat_matches(lines: Sequence[str]) -> list[re.Match[str] | None]:
    """Return the matches of the first way of chats to say who writes, where two of them do so; else nothing."""
    for written, is_enough in ((_CHAT, _is_addressed), (_NICK, None)):
        found = [written.match(line) for line in lines]
        found = [m if m and (is_enough is None or is_enough(m)) else None for m in found]
        n_found = sum(map(bool, found))
        names = {m["name"] for m in found if m}
        if n_found > len(names) > 1 and (is_enough or n_found >= MOST_NICKS_SHARE * len(lines)):
            return found
    return []


def returning(
    written: re.Pattern[str], lines: Sequence[str], is_fit: Callable[[str], bool], opens: Sequence[bool] = ()
) -> list[re.Match[str] | None]:
    """Return the matches of names that are fit; nothing where not at least two of them come back.

    With `opens`, names in capitals have to begin a paragraph: laws are shouted in the middle of lines.
    """
    found = [written.match(line) for line in lines]
    for row, m in enumerate(found):
        if m and opens and not opens[row] and m["name"].isupper() and len(m["name"]) > 1:
            found[row] = None
    often = Counter(m["name"] for m in found if m and is_fit(m["name"]))
    if sum(times > 1 for times in often.values()) < 2:
        return []
    return [m if m and m["name"] in often else None for m in found]


def _is_addressed(match: re.Match[str]) -> bool:
    return bool(match["to"] or match["before"])
