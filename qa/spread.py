"""Ranked hits -> an answer that does not say the same thing twice, and shows all of whom were asked about."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from index.arrays import Vectors
from qa.hit import Hit
from qa.names import Named

# Nearer than this are the same words again: an advertisement, or an interview that is there twice.
SAME = 0.97
# Of so many hits each is compared with each; nobody reads further.
LOOKED_AT = 200

# Where several people are asked about, what each further passage of one interview loses. Where they are
# named: what lies between a good match and a poor one, so that each of them is shown. Where it is only said
# that they are several: what lies between one passage and the next. So are the first places filled; nobody
# reads on to the twentieth to find somebody else.
NAMED_LOSS, UNNAMED_LOSS = 1.4, 0.3
PLACES = 20
_SEVERAL = re.compile(
    r"\b(?:guests|interviewees|in\s+common)\b"
    r"|\b(?:both|each|all|every|two|three|several|any)\s+(?:one\s+)?(?:of\s+)?(?:the\s+)?"
    r"(?:people|persons?|interviews?|speakers?|guest|interviewee|them)\b"
    r"|\beach\s+(?:afraid|say|said|think|thought|do|did|have|had|feel|like|love|hate|want|miss|regret)\b",
    re.IGNORECASE,
)


def another_loss(question: str, named: Named) -> float:
    """Return what a second passage of one interview loses: nothing where one person, or nobody, is asked about."""
    if named.are_several:
        return NAMED_LOSS
    return UNNAMED_LOSS if _SEVERAL.search(question) else 0.0


def spread(hits: Sequence[Hit], vectors: Vectors, k: int, loss: float) -> list[Hit]:
    """Return the first k of the hits, best first, with those that repeat a better one behind all others.

    `vectors` (n, dimension) are those of the hits' passages, `loss` is what a second passage of one
    interview loses. A hit that was moved behind another scores no more than that one.
    """
    looked_at = vectors[:LOOKED_AT]
    repeats = {int(row) for row in np.flatnonzero(np.tril(looked_at @ looked_at.T > SAME, -1).any(axis=1))}
    new = [hit for row, hit in enumerate(hits) if row not in repeats]
    again = [hit for row, hit in enumerate(hits) if row in repeats]
    ordered = [*(_in_turns(new, min(k, PLACES), loss) if loss else new), *again][:k]
    lowest = accumulate((hit.score for hit in ordered), min)
    return [replace(hit, score=score) for hit, score in zip(ordered, lowest, strict=True)]


def _in_turns(hits: Sequence[Hit], places: int, loss: float) -> list[Hit]:
    """Fill the first places one by one, each with the best hit when those of its interview before it count."""
    left, shown, chosen = list(hits), Counter[int](), list[Hit]()
    while left and len(chosen) < places:
        best = max(left, key=lambda hit: hit.score - loss * shown[hit.passage.transcript_id])
        chosen.append(best)
        left.remove(best)
        shown[best.passage.transcript_id] += 1
    return [*chosen, *left]
