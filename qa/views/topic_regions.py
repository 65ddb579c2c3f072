"""The regions of the topic map, each named by words that are common in it and rare elsewhere."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Vectors
from index.storage.database import Database
from index.storage.queries import index_text_of, speaker_words
from qa.question.words import content_words
from qa.views.exchange_list import Exchange
from qa.views.topic_map import spaced

# One region for every 12 exchanges, at most 10: more could not be told apart on the map.
EXCHANGES_EACH = 12
MOST_REGIONS = 10

# How many exchanges are read for their words, and how many words name a region.
READ = 3000
WORDS = 3

# Shorter words say little; a word in one exchange alone names that exchange, not the region.
SHORTEST_WORD_CHARS = 4
FEWEST_HOLDERS = 2


@dataclass(frozen=True, slots=True)
class Region:
    """A cluster of exchanges on the map."""

    words: tuple[str, ...]  # most distinctive first; may be empty
    place: tuple[float, float]  # the cluster's centre
    rows: tuple[int, ...]  # its exchanges, nearest to the centre first


def regions(database: Database, listed: Sequence[Exchange], places: Vectors) -> list[Region]:
    """Return the regions, largest first; every exchange is in exactly one. Few exchanges have none."""
    n = min(MOST_REGIONS, len(listed) // EXCHANGES_EACH)
    if n < 2:
        return []
    region_of, centres = _clusters(places, n)
    read = spaced(len(listed), READ).tolist()
    words = _words(database, [listed[row] for row in read])
    holders = Counter(word for each in words for word in each)
    clusters = []
    for region in range(n):
        rows = np.flatnonzero(region_of == region)
        inside = [each for row, each in zip(read, words, strict=True) if region_of[row] == region]
        distances = np.linalg.norm(places[rows] - centres[region], axis=1)
        nearest_first = tuple(rows[np.argsort(distances, kind="stable")].tolist())
        centre = (float(centres[region][0]), float(centres[region][1]))
        clusters.append(Region(_distinctive(inside, holders, len(read)), centre, nearest_first))
    return sorted((region for region in clusters if region.rows), key=lambda region: -len(region.rows))


def _clusters(places: Vectors, n: int) -> "tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Vectors]":
    """Return the cluster of each place, from 0 to n - 1, and the clusters' centres."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        fitted = KMeans(n, n_init=3, random_state=0).fit(places)
    return np.asarray(fitted.labels_, np.int64), np.asarray(fitted.cluster_centers_, np.float32)


def _words(database: Database, listed: Sequence[Exchange]) -> list[frozenset[str]]:
    """Return the content words of each exchange, without speakers' names."""
    index_texts = index_text_of(database, [i for exchange in listed for i in exchange.passage_ids])
    names = speaker_words(database)
    texts = [" ".join(index_texts[i][1] for i in each.passage_ids if i in index_texts) for each in listed]
    return [frozenset(content_words(text)) - names for text in texts]


def _distinctive(inside: Sequence[frozenset[str]], holders: Counter[str], n: int) -> tuple[str, ...]:
    """Return the words with the highest share inside * log(share inside / share among all n exchanges)."""
    counts = Counter(word for words in inside for word in words)

    def weight(word: str) -> float:
        share, share_of_all = counts[word] / len(inside), holders[word] / n
        return share * float(np.log(share / share_of_all))

    words = [
        word
        for word, count in counts.items()
        if count >= FEWEST_HOLDERS and len(word) >= SHORTEST_WORD_CHARS and not word.isdecimal()
    ]
    return tuple(sorted(words, key=lambda word: (-weight(word), word))[:WORDS])
