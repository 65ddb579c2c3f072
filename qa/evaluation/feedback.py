"""Ratings -> gold questions, so that what people thought of the answers becomes a measure of them."""

import json
from collections.abc import Sequence
from itertools import groupby

from index.storage.ratings import Rating

KIND = "rated"


def as_gold(given: Sequence[Rating]) -> list[str]:
    """Return one JSON line for each question with a passage rated good (qa.evaluation.gold_questions).

    Its evidence are the passages rated good; what was rated bad says only where the answer is not.
    """
    lines: list[str] = []
    for (question, previous), group in groupby(given, key=lambda rating: (rating.question, rating.previous)):
        good = [{"transcript": r.transcript, "text": r.text} for r in group if r.is_good]
        if good:
            fields = {"id": f"{KIND}-{len(lines) + 1}", "kind": KIND, "question": question}
            before = {"previous": list(previous)} if previous else {}
            lines.append(json.dumps(fields | before | {"evidence": good}, ensure_ascii=False))
    return lines
