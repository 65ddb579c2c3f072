"""Whether the best passage answers at all: a floor that is fitted to each library when it is built.

A search always finds something. How good that something looks for a question that nobody was asked
depends on the library, its size and its subjects, so every library is asked questions that hardly any
interview answers, and what they score says what chance looks like in it.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np

from index.embedding.embedder import Embedder
from index.search.snapshot import Snapshot
from qa.question.query import Query, interpret
from qa.question.question_kind import asks_quantity, names_quantity
from qa.ranking.search import Hit, search
from qa.ranking.signal_scales import SignalScales, fit_scales

# How near a passage is = its late interaction + DENSE_SHARE * its cosine. Unlike the score that ranks, this
# does not grow with how many words a question has: "castor oil" can match as well as a sentence.
DENSE_SHARE = 0.5

# A question matches where a passage is nearer than this share of the off-topic questions get. Some of
# those are answered by accident in a large library, so it is not all of them.
FLOOR_QUANTILE = 0.85

# Of the best passages, this many are looked at.
JUDGED = 3

# Everyday errands and school-book facts: what people ask, but not their interview guests.
OFF_TOPIC = tuple(
    question.strip()
    for question in """
    How do I remove red wine from a carpet?
    What is the boiling point of mercury?
    Which team won the cricket final last summer?
    How many calories are in a boiled egg?
    What time does the post office close on Saturdays?
    Who painted the ceiling of the chapel?
    How do you change the oil filter of a tractor?
    What is the exchange rate of the Swiss franc?
    Can I take a bicycle on the night train?
    Why do cats purr when they sleep?
    What is the longest river in Asia?
    How do I reset my bank password?
    When should tulip bulbs be planted?
    What medicine helps against hay fever?
    How high is the tallest building in Dubai?
    Which wine goes with grilled trout?
    How do I file an insurance claim for a broken window?
    What is the plural of octopus?
    Who discovered penicillin?
    How long does it take to knit a scarf?
    What are the rules of offside in hockey?
    How do I unblock a kitchen sink?
    Which vaccinations are needed for a trip to Kenya?
    What is the recipe for lentil soup?
    How far away is the moon?
    When does the museum open on holidays?
    How do I cancel a magazine subscription?
    Why is the sea salty?
    What size shoes should a toddler wear?
    How do I clean a silver necklace?
    Which tax form do landlords need?
    What is the speed limit on Portuguese motorways?
    How do you train a puppy to sit?
    What does a plumber charge per hour?
    Who wrote the national anthem of Canada?
    How do I get rid of ants in the garden?
    What is the weather forecast for Thursday?
    How many strings does a cello have?
    Where can I renew my passport?
    What causes thunder?
    """.strip().splitlines()
)


def fit_thresholds(snapshot: Snapshot, embedder: Embedder) -> dict[str, Any]:
    """Return the scales that `search` needs and the thresholds that `is_match` needs, measured on the library."""
    fitted: dict[str, Any] = {"signal_scales": [*fit_scales(snapshot, embedder)]}
    snapshot = replace(snapshot, index_metadata=snapshot.index_metadata | fitted)
    questions = [interpret(snapshot, [question], embedder) for question in OFF_TOPIC]
    interviews = cycle(snapshot.database.transcript_ids().values())
    of_all = [match_score(search(snapshot, question, JUDGED)) for question in questions]
    of_one = [match_score(search(snapshot, question, JUDGED, [next(interviews)])) for question in questions]
    return fitted | {
        "threshold": float(np.quantile(of_all, FLOOR_QUANTILE)),
        "threshold_one_interview": float(np.quantile(of_one, FLOOR_QUANTILE)),
    }


def is_match(
    index_metadata: dict[str, Any],
    query: Query,
    hits: Sequence[Hit],
    replies: Sequence[tuple[str, str]],
    *,
    everywhere: bool,
) -> bool:
    """Whether the best hits score above the library's threshold; `replies` are (question, text) of each hit.

    If a person is named in a search of all interviews, the threshold of a single interview counts. If a quantity is
    asked for, one of the hits has to name one, or to answer such a question: "Just one."
    """
    if asks_quantity(query.text) and not any(
        names_quantity(said) or asks_quantity(asked) for asked, said in replies[:JUDGED]
    ):
        return False
    is_named = everywhere and query.named.has_person
    if not SignalScales.of(index_metadata).is_understood:
        # The model cannot tell, so that words have to.
        return any(hit.bm25 > 0 for hit in hits[:JUDGED])
    # Without fitted thresholds nothing is refused.
    return match_score(hits) > float(index_metadata.get("threshold_one_interview" if is_named else "threshold", 0.0))


def match_score(hits: Sequence[Hit]) -> float:
    """Return how near the nearest of the best hits is, from 0 for none at all to about 1.5."""
    return max((hit.late + DENSE_SHARE * hit.dense for hit in hits[:JUDGED]), default=0.0)
