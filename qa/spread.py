"""Ranked hits -> an answer that does not say the same thing twice, and shows all of whom were asked about."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from index.arrays import Vectors
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


def spread(
    scores: Sequence[float], transcripts: Sequence[int], vectors: Vectors, k: int, loss: float
) -> list[tuple[int, float]]:
    """Return (place, score) of the first k hits, best first, with those that repeat a better one behind all others.

    The scores descend; `transcripts` and `vectors` (n, dimension) are those of the hits, `loss` is what a second
    passage of one interview loses. A hit that was moved behind another scores no more than that one.
    """
    looked_at = vectors[:LOOKED_AT]
    repeats = set(np.flatnonzero(np.tril(looked_at @ looked_at.T > SAME, -1).any(axis=1)).tolist())
    new = [at for at in range(len(scores)) if at not in repeats]
    if loss:
        new = _in_turns(new, scores, transcripts, min(k, PLACES), loss)
    ordered = [*new, *sorted(repeats)][:k]
    lowest = accumulate((scores[at] for at in ordered), min)
    return list(zip(ordered, lowest, strict=True))


def _in_turns(
    places: Sequence[int], scores: Sequence[float], transcripts: Sequence[int], first: int, loss: float
) -> list[int]:
    """Fill the first places one by one, each with the best hit when those of its interview before it count."""
    left, shown, chosen = list(places), Counter[int](), list[int]()
    while left and len(chosen) < first:
        found = max(left, key=lambda at: scores[at] - loss * shown[transcripts[at]])
        chosen.append(found)
        left.remove(found)
        shown[transcripts[found]] += 1
    return [*chosen, *left]
