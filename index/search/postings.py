"""Which passages hold a word, how often, and how long they are: what BM25 asks, as arrays.

Derived from the words that full-text search keeps, and cut into the stems of the language that a passage is in. A
word that is asked is looked up by its stem in each language that the library speaks.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

import numpy as np

from index.errors import StoreError
from index.search.array_file import Arrays
from index.search.string_table import Strings
from index.storage.full_text import stems
from index.text.languages import DEFAULT_LANGUAGE

# As FTS5 counts, and Lucene.
K1, B = 1.2, 0.75

# A word said more often in one passage counts as often as this.
MOST_TIMES = 255

NAMES = (
    *("stem_characters", "stem_ends", "lengths", "languages"),
    *("posting_ends", "posting_rows", "posting_times", "posting_seals"),
)
# Those of them that are read a word at a time.
LARGE = frozenset({"posting_rows", "posting_times"})


class Postings:
    """For each stem the passages that hold it, by their rows."""

    def __init__(self, arrays: Arrays, *, is_checked: bool = True) -> None:
        """Take arrays as `arrays` returns them; where they are not checked, each word's are at its first use."""
        self._arrays = arrays
        self._stems = Strings(arrays["stem_characters"], arrays["stem_ends"])
        self._ends = arrays["posting_ends"]
        self._lengths = arrays["lengths"]
        self._languages = [*map(decode_language, np.unique(arrays["languages"]).tolist())] or [DEFAULT_LANGUAGE]
        self._unchecked = set() if is_checked else set(range(len(self._stems)))
        average = max(1.0, float(self._lengths.mean())) if len(self._lengths) else 1.0
        self._norms = (K1 * (1 - B + B * self._lengths / average)).astype(np.float32)

    @property
    def arrays(self) -> Arrays:
        """Return all that there is to save."""
        return {name: self._arrays[name] for name in NAMES}

    def __len__(self) -> int:
        """Return how many passages there are."""
        return len(self._lengths)

    def count(self, word: str) -> int | None:
        """Return how many passages hold the word or a form of it; None for what is no single word."""
        terms = self._terms(word)
        return terms if terms is None else len(self._of_any(terms)[0])

    def match(self, word: str) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None":
        """Return (rows, saturated term frequencies) of the passages that hold the word or a form of it.

        The frequency is BM25 without its idf: tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average)).
        None for what is no single word.
        """
        terms = self._terms(word)
        if terms is None:
            return None
        rows, times = self._of_any(terms)
        tf = times.astype(np.float32)
        return rows, tf * np.float32(K1 + 1) / (tf + self._norms[rows])

    def _terms(self, word: str) -> list[int] | None:
        """Return the rows of the word's stems that passages hold, one a language; None for what is no single word."""
        stems_of_each = {tuple(stems(word, language, is_query=True)) for language in self._languages}
        if any(len(each) != 1 for each in stems_of_each):
            return None
        rows = (self._stems.row(stem.encode("utf-8", "surrogatepass")) for (stem,) in sorted(stems_of_each))
        return [row for row in rows if row is not None]

    def _of_any(self, terms: list[int]) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]":
        """Return (rows, how often) of the passages that hold one of the stems, rows ascending."""
        if len(terms) < 2:
            return self._of(terms[0]) if terms else (np.zeros(0, np.uint32), np.zeros(0, np.uint8))
        rows, times = (np.concatenate(parts) for parts in zip(*map(self._of, terms), strict=True))
        unique_rows, inverse = np.unique(rows, return_inverse=True)
        most = np.zeros(len(unique_rows), np.uint8)
        np.maximum.at(most, inverse, times)
        return unique_rows, most

    def _of(self, term: int) -> "tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]":
        start, end = int(self._ends[term - 1]) if term else 0, int(self._ends[term])
        rows, times = (self._arrays[name][start:end] for name in ("posting_rows", "posting_times"))
        if term in self._unchecked:
            is_sound = crc32(times.data, crc32(rows.data)) == int(self._arrays["posting_seals"][term])
            if not is_sound or (rows >= len(self)).any():
                raise StoreError("the index is damaged; build it again with: interview-qa build PATH")
            self._unchecked.discard(term)
        return rows, times

    @classmethod
    def made(
        cls,
        n: int,
        said: Iterable[tuple[int, str, str]],
        before: "tuple[Postings, np.ndarray[Any, Any]] | None" = None,
    ) -> "Postings":
        """Return the postings of n passages: of new ones, (row, words, language) with rows ascending, and those before.

        Of `before`, the second is the row that each of its passages has now, -1 for those that are gone; the
        others are in the same order as then.
        """
        lengths, languages = np.zeros(n, np.uint32), np.zeros(n, np.uint32)
        known: dict[str, int] = {}
        terms, rows, times = _Column("i"), _Column("I"), _Column("B")
        for row, words, language in said:
            found = Counter(stems(words, language))
            lengths[row], languages[row] = found.total(), encode_language(language)
            terms.extend(known.setdefault(stem, len(known)) for stem in found)
            rows.extend([row] * len(found))
            times.extend(min(count, MOST_TIMES) for count in found.values())
        new_stems = [stem.encode("utf-8", "surrogatepass") for stem in known]
        of_term, of_row, of_times = (column.array() for column in (terms, rows, times))
        old_stems: list[bytes] = []
        old_sizes, old_row, old_times = np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.uint8)
        if before:
            for now, then in ((lengths, before[0]._lengths), (languages, before[0].arrays["languages"])):
                now[before[1][before[1] >= 0]] = then[before[1] >= 0]
            old_stems, old_sizes, old_row, old_times = before[0]._moved(before[1])
        ordered = sorted({*old_stems, *new_stems})
        place = {stem: row for row, stem in enumerate(ordered)}
        sizes = np.zeros(len(ordered), np.int64)
        sizes[[place[stem] for stem in old_stems]] = old_sizes
        if len(of_term):
            of_term = np.array([place[stem] for stem in new_stems], np.int32)[of_term]
        # Rows ascend already.
        order = np.argsort(of_term, kind="stable")
        of_term, of_row, of_times = of_term[order], of_row[order], of_times[order]
        del order, terms, rows, times
        if len(old_row):
            # Those that were there are in their order still, so that the few new ones are put between them.
            at = _places(of_term, of_row, old_row, np.cumsum(sizes) - sizes, sizes)
            of_row, of_times = np.insert(old_row, at, of_row), np.insert(old_times, at, of_times)
        ends = np.cumsum(sizes + np.bincount(of_term, minlength=len(ordered)), dtype=np.int64)
        starts = np.concatenate([[0], ends[:-1]]).tolist() if len(ends) else []
        seals = [crc32(of_times[a:b].data, crc32(of_row[a:b].data)) for a, b in zip(starts, ends.tolist(), strict=True)]
        strings = Strings.of(ordered)
        return cls(
            {
                "stem_characters": strings.characters,
                "stem_ends": strings.ends,
                "posting_ends": ends,
                "posting_rows": of_row,
                "posting_times": of_times,
                "posting_seals": np.array(seals, np.uint32),
                "lengths": lengths,
                "languages": languages,
            }
        )

    def _moved(self, now: "np.ndarray[Any, Any]") -> "tuple[list[bytes], Any, Any, Any]":
        """Return (stems, how many passages hold each, their rows, how often) for passages that have other rows now."""
        rows, times = now[self._arrays["posting_rows"]], self._arrays["posting_times"]
        sizes = np.diff(self._ends, prepend=0)
        if (now < 0).any():
            stays = rows >= 0
            sizes = np.diff(np.concatenate([[0], np.cumsum(stays)])[self._ends], prepend=0)
            rows, times = rows[stays], times[stays]
        stems = [stem for stem, size in zip(self._stems, sizes.tolist(), strict=True) if size]
        return stems, sizes[sizes > 0], rows.astype(np.uint32), times


def _places(terms: Any, rows: Any, old_rows: Any, starts: Any, sizes: Any) -> "np.ndarray[Any, Any]":
    """Return where among the old rows new ones belong, both in the order of terms and rows.

    Those of each term begin at `starts`, as many as `sizes`.
    """
    places: np.ndarray[Any, Any] = starts[terms]
    firsts = np.flatnonzero(np.diff(terms, prepend=-1)) if len(terms) else np.zeros(0, np.int64)
    for first, end in zip(firsts.tolist(), [*firsts[1:].tolist(), len(terms)], strict=False):
        start = starts[terms[first]]
        there = old_rows[start : start + sizes[terms[first]]]
        places[first:end] += np.searchsorted(there, rows[first:end])
    return places


def encode_language(code: str) -> int:
    """Return the number of an ISO 639 code of two or three letters; any other is English."""
    is_code = code.isascii() and code.isalpha() and len(code) in {2, 3}
    number = 0
    for letter in code.lower() if is_code else DEFAULT_LANGUAGE:
        number = number * 27 + ord(letter) - ord("a") + 1
    return number


def decode_language(number: int) -> str:
    """Return the code of a number that `encode_language` returns."""
    code = ""
    while number:
        number, letter = divmod(number, 27)
        code = chr(ord("a") + letter - 1) + code
    return code or DEFAULT_LANGUAGE


class _Column:
    """Numbers of one type, gathered in little space."""

    def __init__(self, code: str) -> None:
        from array import array

        self._held = array(code)
        self.extend: Callable[[Iterable[int]], None] = self._held.extend

    def array(self) -> "np.ndarray[Any, Any]":
        return np.frombuffer(self._held, self._held.typecode)
