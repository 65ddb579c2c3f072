"""Automatic captions run answers into questions; where a question begins in them is found by its words.

"the Bluetooth, what's the point of life?" is an answer and a question, "what website. Do you waste time"
is one question. Only texts whose punctuation cannot be trusted are read so: a typist's sentence
"After it failed, what did you do?" is one.
"""

import re
from collections.abc import Sequence

from index.sentences import is_question
from index.types import Span

# In a text that somebody typed, hardly any question mark is followed by a small letter.
ERRATIC_SHARE = 0.1
_MARK = re.compile(r"\?\s+(\w)")

_WH = "what|where|when|who|why|how|which"
_AUXILIARY = "is|are|was|were|do|does|did|would|will|can|could|should|have|has"
_ONSET = re.compile(
    rf"\b(?:(?i:{_WH})(?:['’](?:s|re|d)|\s+(?:\w+\s+){{0,2}}?(?:{_AUXILIARY})\b)"
    r"|(?i:do|did|have|would|could|can|are|were|will)\s+you\b"
    # A capital in the middle of a sentence is where the captions' author heard a new one.
    rf"|(?:{'|'.join(word.capitalize() for word in _WH.split('|'))})\b)"
)
_OPENS = re.compile(rf"(?:\w+,\s+)?(?:{_WH}|{_AUXILIARY}|tell)\b", re.IGNORECASE)
# "what website." before "Do you waste time on Twitter?"
_CUT_OFF = re.compile(rf"\b(?:{_WH})(?:\s+\w+){{1,4}}[.,]?$", re.IGNORECASE)
_GOES_ON = re.compile(rf"(?:{_AUXILIARY})\b", re.IGNORECASE)

# What may stand before a question without being the answer to the one before it.
_LEAD_IN = frozenset("so and but well okay ok yeah now then or also".split())
# A question without any question word is short ("favorite book?"), but longer than an echo ("I?").
FRAGMENT_WORDS = range(2, 7)


def is_erratic(text: str) -> bool:
    """Whether question marks are put where no typist puts them."""
    after: list[str] = _MARK.findall(text)
    return sum(letter.islower() for letter in after) > ERRATIC_SHARE * len(after)


def with_onsets(text: str, spans: Sequence[Span]) -> list[tuple[Span, bool]]:
    """Return (span, whether it asks), with answers and questions that run into each other cut apart."""
    found: list[tuple[Span, bool]] = []
    for row, span in enumerate(spans):
        said = text[slice(*span)]
        following = text[slice(*spans[row + 1])] if row + 1 < len(spans) else ""
        onset = None
        if is_question(said):
            onset = next(reversed(list(_ONSET.finditer(said))), None)
        elif is_question(following) and _GOES_ON.match(following):
            onset = _CUT_OFF.search(said)
        before = said[: onset.start()].rstrip() if onset else ""
        if onset and _is_answer(before):
            found.append((Span(span.start, span.start + len(before)), False))
            found.append((Span(span.start + onset.start(), span.end), True))
        else:
            found.append((span, bool(onset) or (is_question(said) and _may_ask(said))))
    return found


def _is_answer(before: str) -> bool:
    """Whether what stands before a question is more than its lead-in."""
    return any(word.strip(",.").lower() not in _LEAD_IN for word in before.split())


def _may_ask(said: str) -> bool:
    return bool(_OPENS.match(said)) or len(said.split()) in FRAGMENT_WORDS
