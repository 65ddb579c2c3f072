"""What an interview holds besides its exchanges: its opening, what sponsors pay for, its farewell.

The words looked for are English. In the middle of an interview single words prove little: of the stretches
that "sponsor" or "code" alone would find there, more than a third are what somebody was asked about.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from index.types import Span

# An opening ends, and a farewell starts, within this share of the interview and this many characters:
# a minute or three of talk. (One spoken word is about six characters.)
EDGE_SHARE = 0.12
EDGE_CHARS = 3600

# Cues of one aside are no further apart than this: half a minute. A guest is introduced for longer.
GAP_CHARS = 480
OPENING_GAP_CHARS = 1200

_SHOW = r"(?:podcast|show|episode|channel|programme?|series|interview)"
_OPENING = re.compile(
    rf"\bwelcome\s+(?:back\s+)?to\b|\bwelcome,?\s+everyone\b|\b(?:today|tonight|this\s+week)[^.?!]{{0,40}}?\b(?:joined\s+by|guest\b)"
    rf"|\bmy\s+guest\s+(?:today|tonight|this)|\bI(?:['’]m|\s+am)\s+your\s+host\b|\byou(?:['’]re|\s+are)\s+listening\s+to\b"
    rf"|\bin\s+(?:this|today['’]?s)\s+{_SHOW}|\b(?:regular\s+listener|new\s+to\s+the\s+{_SHOW}|show\s+notes|on\s+to\s+the\s+interview)\b"
    rf"|\b(?:onto|before)\s+the\s+{_SHOW}|\b{_SHOW}\s+you(?:['’]re|\s+are)\s+about\s+to\b|\bhello\s+(?:everyone|everybody|and\s+welcome)\b",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"\b(?:thanks|thank\s+you)\s+(?:again\s+|so\s+much\s+|very\s+much\s+|all\s+|everyone\s+)*"
    rf"for\s+(?:listening|watching|tuning)\b|\bthat(?:['’]s|\s+is)\s+(?:it|all)\s+for\s+(?:today|this\s+{_SHOW})"
    r"|\bsee\s+you\s+(?:all\s+)?(?:next|in\s+the\s+next)\b|\buntil\s+next\s+(?:time|week)\b|\brate\s+and\s+review\b"
    rf"|\bleave\s+(?:us\s+)?a\s+(?:review|rating)\b|\bsubscribe\s+(?:to\s+(?:the|our|this)\s+{_SHOW}|wherever)\b"
    r"|\bwherever\s+you\s+(?:get|find)\s+your\s+podcasts\b|\blike\s+and\s+subscribe\b",
    re.IGNORECASE,
)
# These are said in the middle of a talk too; at its very end, or just before a farewell, they are part of it.
_PARTING = re.compile(
    r"\bbefore\s+we\s+go\b|\bgoodbye\b|\bsigning\s+off\b|\bsee\s+you\b|\bthanks?\s+(?:you\s+)?(?:so\s+much\s+)?for\b"
    r"|\bhave\s+a\s+(?:great|nice|good)\s+(?:day|one|week|rest)\b",
    re.IGNORECASE,
)
# Nobody says these of anything but an advertisement.
_SPONSOR = re.compile(
    rf"\bbrought\s+to\s+you\s+(?:in\s+part\s+)?by\b|\b{_SHOW}\s+is\s+(?:sponsored|supported)\s+by\b"
    rf"|\ba\s+(?:quick\s+)?(?:word|message)\s+from\s+our\b"
    rf"|\b(?:today|this\s+week)['’]?s\s+(?:{_SHOW}['’]?s\s+)?sponsor|\bour\s+(?:\w+\s+)?sponsors?\b|\bsponsors?\s+of\s+(?:this|today['’]?s)\b"
    rf"|\b(?:promo|promotional|discount|coupon)\s+code\b|\b(?:use|with|enter)\s+(?:the\s+|my\s+|our\s+)?code\s+\S+"
    rf"|\b(?:percent|%)\s+off\b|\bat\s+checkout\b|\bfree\s+trial\b|\bdot\s+com\s+slash\b|\.com\s+slash\b"
    rf"|\b(?:give\s*away\s+a|giveaway|lucky\s+listener|enter\s+to\s+win)\b",
    re.IGNORECASE,
)
# "Brought to you by" may be said of anything once; a sponsor is read out with two cues or more.
SPONSOR_CUES = 2


def aside_spans(text: str, sentences: Sequence[Span]) -> list[Span]:
    """Return the spans of runs of sentences that are no part of an exchange, in order, without an overlap.

    Nothing is removed: such a run yields to what was asked and answered, and is found where nothing else
    is. An opening is looked for at the beginning only, a farewell at the end only; what sponsors pay for
    anywhere, by one cue at either end and by SPONSOR_CUES near each other elsewhere. `sentences` are
    those of all of the text, in order.
    """
    if not sentences:
        return []
    edge = min(EDGE_CHARS, int(EDGE_SHARE * len(text)))
    begins, ends = edge, len(text) - edge
    # No opening reaches over what was asked.
    first_mark = text.find("?", 0, begins)
    openings = _starts(_OPENING, text, 0, first_mark if first_mark >= 0 else begins)
    runs = [(0, run[-1]) for run in _runs(openings, OPENING_GAP_CHARS)[:1] if run[0] <= OPENING_GAP_CHARS]
    for run in _runs(_starts(_SPONSOR, text, 0, len(text)), GAP_CHARS):
        if len(run) >= SPONSOR_CUES or not begins <= run[0] < ends:
            runs.append((run[0], run[-1]))
    farewells = _starts(_FAREWELL, text, ends, len(text)) or [len(text)]
    partings = _starts(_PARTING, text, max(ends, farewells[0] - GAP_CHARS), farewells[0])
    runs += [(cue, len(text) - 1) for cue in [*partings, *farewells][:1] if cue < len(text)]
    return _of_sentences(runs, sentences)


def _starts(cue: re.Pattern[str], text: str, start: int, end: int) -> list[int]:
    return [match.start() for match in cue.finditer(text, start, end)]


def _runs(cues: Sequence[int], gap_chars: int) -> list[list[int]]:
    """Gather cues that are near each other."""
    runs: list[list[int]] = []
    for cue in cues:
        if runs and cue - runs[-1][-1] <= gap_chars:
            runs[-1].append(cue)
        else:
            runs.append([cue])
    return runs


def _of_sentences(runs: Sequence[tuple[int, int]], sentences: Sequence[Span]) -> list[Span]:
    """Widen each run to whole sentences, and join those that meet."""
    starts = [sentence.start for sentence in sentences]
    rows: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        start = max(0, bisect_right(starts, first) - 1)
        end = max(start + 1, bisect_left(starts, last + 1))
        if rows and start <= rows[-1][1]:
            rows[-1] = (rows[-1][0], max(rows[-1][1], end))
        else:
            rows.append((start, end))
    return [Span(sentences[start].start, sentences[end - 1].end) for start, end in rows]
