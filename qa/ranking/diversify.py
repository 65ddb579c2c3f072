"""Ranked hits -> an answer that does not say the same thing twice, and shows all of whom were asked about."""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from index.arrays import Vectors
from qa.question.name_steering import Named
from qa.question.question_kind import is_topic

# Nearer than this are the same words again: an advertisement, or an interview that is there twice.
SAME = 0.97
# This many hits are compared pairwise; nobody reads further.
LOOKED_AT = 200

# Where several people are asked about, what each further passage of one interview loses. Where they are
# named: what lies between a good match and a poor one, so that each of them is shown. Where it is only said
# that they are several: what lies between one passage and the next. So are the first places filled; nobody
# reads on to the twentieth to find somebody else.
NAMED_LOSS, UNNAMED_LOSS = 1.4, 0.3
PLACES = 20

# Where a topic is named, what a passage loses for each better one that is so few passages before or after it:
# what lies between one passage and the next. The places where it comes up are shown, not one of them at length.
NEAR, NEAR_LOSS = 3, 0.2
_SEVERAL = re.compile(
    r"\b(?:guests|interviewees|in\s+common)\b"
    r"|\b(?:both|each|all|every|two|three|several|any)\s+(?:one\s+)?(?:of\s+)?(?:the\s+)?"
    r"(?:people|persons?|interviews?|speakers?|guest|interviewee|them)\b"
    r"|\beach\s+(?:afraid|say|said|think|thought|do|did|have|had|feel|like|love|hate|want|miss|regret)\b",
    re.IGNORECASE,
)


class Penalties(NamedTuple):
    """What a passage loses where better ones are shown already."""

    same_interview: float = 0.0  # for each of the same interview
    near: float = 0.0  # for each that is near it in the same interview


def penalties_for(question: str, named: Named) -> Penalties:
    """Return what is lost: nothing where one person, or nobody in particular, is asked one question."""
    near = NEAR_LOSS if is_topic(question) else 0.0
    if named.has_several_people:
        return Penalties(NAMED_LOSS, near)
    return Penalties(UNNAMED_LOSS if _SEVERAL.search(question) else 0.0, near)


def diversify(
    scores: Sequence[float], places: Sequence[tuple[int, int]], vectors: Vectors, k: int, losses: Penalties
) -> list[tuple[int, float]]:
    """Return (position, score) of the first k hits, best first, with those that repeat a better one behind all others.

    The scores descend; `places` are (transcript, row) and `vectors` (n, dimension) those of the hits. A hit that
    was moved behind another scores no more than that one.
    """
    looked_at = vectors[:LOOKED_AT]
    repeats = set(np.flatnonzero(np.tril(looked_at @ looked_at.T > SAME, -1).any(axis=1)).tolist())
    new = [at for at in range(len(scores)) if at not in repeats]
    if any(losses):
        new = _in_turns(new, scores, places, min(k, PLACES), losses)
    ordered = [*new, *sorted(repeats)][:k]
    lowest = accumulate((scores[at] for at in ordered), min)
    return list(zip(ordered, lowest, strict=True))


def _in_turns(
    hits: Sequence[int], scores: Sequence[float], places: Sequence[tuple[int, int]], first: int, losses: Penalties
) -> list[int]:
    """Fill the first places one by one, each with the best hit when those before it count."""
    left, chosen = {at: scores[at] for at in hits}, list[int]()
    while left and len(chosen) < first:
        found = max(left, key=lambda at: (left[at], -at))
        del left[found]
        chosen.append(found)
        transcript, row = places[found]
        for at in left:
            if places[at][0] == transcript:
                left[at] -= losses.same_interview + losses.near * (abs(places[at][1] - row) <= NEAR)
    return [*chosen, *left]
