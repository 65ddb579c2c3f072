"""The regions of a map, each with the words that are said there and hardly elsewhere."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Vectors
from index.storage.database import Database
from qa.question.words import content_words
from qa.views.exchange_list import Exchange
from qa.views.topic_map import spaced

# A map has a region for so many exchanges, but so many at most: more could not be told apart.
EXCHANGES_EACH = 12
MOST_REGIONS = 10

# So many exchanges are read for their words, and so many words name a region.
READ = 3000
WORDS = 3

# Shorter words say little of what it is about, and a word that fewer exchanges hold says it of them alone.
SHORTEST_WORD_CHARS = 4
FEWEST_HOLDERS = 2


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a map."""

    words: tuple[str, ...]  # the most telling first; none where there are none
    place: tuple[float, float]  # its middle
    rows: tuple[int, ...]  # the exchanges in it, those nearest to its middle first


def regions(database: Database, there: Sequence[Exchange], places: Vectors) -> list[Region]:
    """Return the regions of a map, the largest first; each exchange is in one of them."""
    n = min(MOST_REGIONS, len(there) // EXCHANGES_EACH)
    if n < 2:
        return []
    region_of, middles = _parts(places, n)
    read = spaced(len(there), READ).tolist()
    words = _words(database, [there[row] for row in read])
    held = Counter(word for each in words for word in each)
    found = []
    for region in range(n):
        rows = np.flatnonzero(region_of == region)
        inside = [each for row, each in zip(read, words, strict=True) if region_of[row] == region]
        distances = np.linalg.norm(places[rows] - middles[region], axis=1)
        near = rows[np.argsort(distances, kind="stable")]
        named = _telling(inside, held, len(read))
        found.append(Region(named, (float(middles[region][0]), float(middles[region][1])), tuple(near.tolist())))
    return sorted((region for region in found if region.rows), key=lambda region: -len(region.rows))


def _parts(places: Vectors, n: int) -> "tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Vectors]":
    """Return the part that each place is in, of n, and the middles of the parts."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        found = KMeans(n, n_init=3, random_state=0).fit(places)
    return np.asarray(found.labels_, np.int64), np.asarray(found.cluster_centers_, np.float32)


def _words(database: Database, some: Sequence[Exchange]) -> list[frozenset[str]]:
    """Return the words of each exchange, besides the names of those who speak."""
    kept = database.index_text_of([i for exchange in some for i in exchange.passage_ids])
    spoken = "SELECT DISTINCT word FROM names WHERE speaker IS NOT NULL"
    names = {word for (word,) in database.connection.execute(spoken)}
    texts = [" ".join(kept[i][1] for i in each.passage_ids if i in kept) for each in some]
    return [frozenset(content_words(text)) - names for text in texts]


def _telling(inside: Sequence[frozenset[str]], held: Counter[str], n: int) -> tuple[str, ...]:
    """Return the words that many of the exchanges inside hold, and few of all n."""
    often = Counter(word for words in inside for word in words)

    def worth(word: str) -> float:
        share, everywhere = often[word] / len(inside), held[word] / n
        return share * float(np.log(share / everywhere))

    words = [word for word, k in often.items() if k >= FEWEST_HOLDERS and len(word) >= SHORTEST_WORD_CHARS]
    words = [word for word in words if not word.isdecimal()]
    return tuple(sorted(words, key=lambda word: (-worth(word), word))[:WORDS])
