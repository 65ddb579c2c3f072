"""Synthetic libraries of any size, to measure how search and opening scale without encoding text.

Each passage is a question and an answer of the bundled samples' sentences, with rare words among them as often
as in talk. Its vector lies between those of the sentences, so that near ones are near by chance only.

python -m tests.bench.libraries FOLDER PASSAGES makes one.
"""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np

from index.embedding.embedder import Embedder, load_embedder
from index.embedding.model_registry import revision
from index.search.search_index import save_search_index
from index.splitting.passages import RULE_VERSION
from index.splitting.windows import WINDOW
from index.storage.database import Database
from index.storage.embedding_cache import store_rows
from index.types import Passage, Segment, Span, Transcript
from tests.bench.interviews import sample_sentences

# An hour of talk.
PASSAGES_EACH = 100

# How long a passage is, in words of the model; and its signs, which nobody can tell from those of words.
PIECES = 100
SENTENCES = 4

# Rare words in a passage: names and terms, each in few passages, distributed by Zipf's law.
RARE_WORDS = 4
ZIPF = 1.3

STATE = "0123456789abcdef"

# The number of the interview that is added last.
MORE = 99_999_999


def make_library(folder: Path, n_passages: int, embedder: Embedder) -> None:
    """Make an index of about n_passages in an empty folder."""
    random, numbers = Random(0), np.random.default_rng(0)
    questions, answers = sample_sentences()
    means = np.stack([each.vector for each in embedder.encode([*questions, *answers])])
    dimension = embedder.dimension
    with Database.create(folder) as database:
        for first in range(0, n_passages, 10 * PASSAGES_EACH):
            with database.transaction(write=True):
                for start in range(first, min(first + 10 * PASSAGES_EACH, n_passages), PASSAGES_EACH):
                    n = min(PASSAGES_EACH, n_passages - start)
                    chosen = numbers.integers(0, len(means), (n, 3))
                    vectors = means[chosen].mean(axis=1) + numbers.normal(0, 0.02, (n, dimension))
                    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("<f4")
                    signs = numbers.integers(0, 256, (n, PIECES * dimension // 8), np.uint8)
                    keys = [(start + row).to_bytes(16, "big") for row in range(n)]
                    rows = zip(keys, vectors, signs, strict=True)
                    store_rows(database, ((k, v.tobytes(), s.tobytes()) for k, v, s in rows))
                    _add(database, start, [*_turns(random, numbers, questions, answers, n)])
        with database.transaction(write=True):
            _, index_metadata = save_search_index(database, folder, STATE, dimension)
            database.set_index_metadata(
                state=STATE,
                model=embedder.name,
                revision=revision(embedder.name),
                fingerprint=embedder.fingerprint,
                dimension=dimension,
                rule_version=RULE_VERSION,
                built="2026-01-01T00:00:00+00:00",
                paths=[],
                **index_metadata,
            )
        database.shorten_log()


def add_interview(database: Database, dimension: int) -> None:
    """Add one interview more, in the transaction that is open."""
    numbers = np.random.default_rng(1)
    vectors = numbers.normal(0, 1, (PASSAGES_EACH, dimension))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("<f4")
    signs = numbers.integers(0, 256, (PASSAGES_EACH, PIECES * dimension // 8), np.uint8)
    rows = [
        (b"more" + row.to_bytes(12, "big"), vectors[row].tobytes(), signs[row].tobytes())
        for row in range(PASSAGES_EACH)
    ]
    store_rows(database, rows)
    _add(database, MORE, [*_turns(Random(1), numbers, *sample_sentences(), PASSAGES_EACH)])


def _turns(
    random: Random, numbers: np.random.Generator, questions: list[str], answers: list[str], n: int
) -> Iterator[tuple[str, str]]:
    """Yield (question, answer)."""
    ranks = numbers.zipf(ZIPF, (n, RARE_WORDS)) % 10_000_000
    for row in range(n):
        said = random.choices(answers, k=SENTENCES)
        said.insert(2, " ".join(_word(int(rank)) for rank in ranks[row]))
        yield random.choice(questions), " ".join(said)


def _word(rank: int) -> str:
    """Return the made-up word of a rank."""
    syllables = "ba ke di lo mu ra ne si to vu".split()
    return "".join(syllables[int(digit)] for digit in str(rank)) + "n"


def _add(database: Database, start: int, turns: list[tuple[str, str]]) -> None:
    """Add an interview whose encodings were stored last."""
    spoken = itertools.chain.from_iterable((("Host", asked), (f"Guest {start}", said)) for asked, said in turns)
    segments, at = [], 0
    for who, text in spoken:
        segments.append(Segment(text, at, at + len(text), who, at / 15, None))
        at += len(text) + 1
    transcript = Transcript.of(f"interview-{start:08}.txt", segments)
    first = database._connection.last_insert_rowid() - len(turns) + 1
    passages = []
    for row in range(len(turns)):
        begin, answer = transcript.offsets[2 * row], transcript.offsets[2 * row + 1]
        end = answer + len(segments[2 * row + 1].text)
        span = Span(begin, end)
        middle = (begin + end) // 2
        windows = np.array([(begin, middle, 0, PIECES // 2, 40.0), (middle, end, PIECES // 2, PIECES, 40.0)], WINDOW)
        passages.append((Passage(span, Span(begin, answer - 1), ()), first + row, windows))
    database.add(transcript, "[]", "", passages)


if __name__ == "__main__":
    make_library(Path(sys.argv[1]), int(sys.argv[2]), load_embedder(quick=True, threads=1))
