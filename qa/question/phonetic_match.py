"""Words as spoken: what a library may say where it does not say an asked word, because captions wrote it as it sounds.

"PyTorch" is captioned "pie torch", "DeepMind" "deep mind". The text is never changed: what is found here is
searched for besides what was asked, and can be shown as "transcribed as".

Sounds are compared by Metaphone (Lawrence Philips, "Hanging on the Metaphone", Computer Language 7(12), 1990).
"""

import math
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import jellyfish
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from qa.question.stop_words import STOP_WORDS
from qa.question.words import STEM_CHARS

# A shorter word sounds like too much: "Rob" like "rub", "CTO" like "see to".
SHORTEST_CHARS = 4

# What is longer is no word: an address, a slip of the keyboard.
LONGEST_CHARS = 60

# Where five others are nearly as like, it is chance. A name stands out from the fifth by 0.1 * ln(30 / letters)
# or more: by 0.15 with 7 letters, 0.07 with 15, since long names are seldom met by chance. An ordinary word is
# mostly captioned right, so it has to stand out more. Set on 62 garbled names and 157 words that a library of
# 313,000 words does not say, where these numbers trade one for the other.
COMPANY = 5
MARGIN = 0.1
SURE_CHARS, SURE_CHARS_ORDINARY = 30, 45

# In a small library everything stands out: less than this is never a likeness.
LEAST_LIKENESS = 0.72

# Small words fit anywhere ("the utterance" for "deterrence"), so a run that has one is a little less likely.
SMALL_WORD_LOSS = 0.05

# A word is rare that this few passages hold. Beside one that is asked too, less likeness does, in a long word:
# "homework encryption".
RARE, LONG_CHARS, LEAST_BESIDE = 10, 8, 0.62

# Matches for one asked word: captions misspell a name in more than one way.
MOST = 3

# A spoken word with this many letters before its ending shows its stem: "determine" for "deterministic".
FORM_CHARS = 6

# How many runs of words are compared letter by letter, of those whose sets of sounds and letters are nearest.
# Mostly the first few tell that none of the others is nearer.
COMPARED, FIRST_COMPARED = 400, 40

# What numbers in single precision are apart that are the same.
ROUNDING = 1e-6

LONGEST_RUN = 3

# What captions confuse is one sound: voiced and unvoiced p, "th" and "t", "sh" and "j"; Metaphone unites the others.
_SOUNDS = str.maketrans("EIOUHWY0XP", "AAAAAAATJB")
_BITS = {c: 1 << i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz0123456789")}

Ints = NDArray[np.int64]


class PhoneticMatch(NamedTuple):
    """What was asked, and words of the library that sound like it; the likeness is from 0 to 1."""

    asked: str
    said: str
    likeness: float


class _Shape(NamedTuple):
    """The sounds and letters of each word: how many, and which, as bits."""

    n_sounds: Ints
    sounds: Ints
    n_letters: Ints
    letters: Ints


class Vocabulary:
    """The words that a library says, and its runs of neighbouring words; built once, never changed."""

    def __init__(self, words: Mapping[str, int], runs: Iterable[Sequence[str]]) -> None:
        """Take each word, lower case, with the number of passages that hold it, and runs of two or three words."""
        self.n_passages = dict(words)
        known = [word for word in words if len(word) <= LONGEST_CHARS and _sounds(word)]
        self._ids = ids = {word: i for i, word in enumerate(known)}
        self._words = [*known, ""]  # the last one fills up runs that are shorter than the longest
        self._letters = [_letters(word) for word in self._words]
        self._sounds = [_sounds(word) for word in self._words]
        first, later = _shape(self._sounds, self._letters), _shape(map(_later, self._sounds), self._letters)
        none = len(known)
        rows = [(i, none, none) for i in range(none)]
        for run in runs:
            row = [ids.get(word, -1) for word in run]
            if -1 not in row and not all(map(_is_small, run)):
                rows.append((row[0], row[1], row[2] if len(row) > 2 else none))
        table = np.array(rows, np.int32).reshape(-1, LONGEST_RUN)
        # Together lies what begins with the same sound: only that is compared.
        begins = np.array([ord(sounds[0]) for sounds in self._sounds[:-1]], np.uint8)[table[:, 0]]
        order = np.argsort(begins, kind="stable")
        self._runs = np.ascontiguousarray(table[order].T)  # (LONGEST_RUN, runs): a column is quick to search
        starts = np.searchsorted(begins[order], np.arange(129))
        self._slices = {chr(c): slice(starts[c], starts[c + 1]) for c in range(128)}
        a, b, c = self._runs
        small = np.array([_is_small(word) for word in known] + [False], np.bool_)
        self._has_small = small[self._runs].any(axis=0) & (b != none)
        self._n_sounds = (first.n_sounds[a] + later.n_sounds[b] + later.n_sounds[c]).astype(np.int16)
        self._sound_bits = (first.sounds[a] | later.sounds[b] | later.sounds[c]).astype(np.uint32)
        self._n_letters = (first.n_letters[a] + first.n_letters[b] + first.n_letters[c]).astype(np.int16)
        self._letter_bits = (first.letters[a] | first.letters[b] | first.letters[c]).astype(np.uint64)

    def closest(self, asked: Sequence[str], k: int) -> list[tuple[str, float]]:
        """Return up to k (words said, likeness) that sound most like the asked words, best first; none of these words.

        Likeness is the mean of the Indel similarities of sounds and of letters, less SMALL_WORD_LOSS.
        """
        sounds, letters = _join(map(_sounds, asked)), "".join(map(_letters, asked))
        if not sounds:
            return []
        near = self._slices[sounds[0]]
        # No fewer edits than one length differs from the other, nor than there are sounds in only one of them.
        bound = _bound(self._n_sounds[near], self._sound_bits[near], sounds) + _bound(
            self._n_letters[near], self._letter_bits[near], letters
        )
        n = min(COMPARED, len(bound))
        nearest = np.argpartition(bound, len(bound) - n)[len(bound) - n :]
        nearest = nearest[np.argsort(-bound[nearest], kind="stable")]
        first, others = nearest[:FIRST_COMPARED], nearest[FIRST_COMPARED:]
        found = self._alike(sounds, letters, asked, near.start + first)
        if len(found) >= k:
            # Those that cannot be as like as the last of these need not be looked at.
            others = others[bound[others] / 2 >= found[k - 1][0] - ROUNDING]
        found = sorted(found + self._alike(sounds, letters, asked, near.start + others), key=lambda f: (-f[0], f[1]))
        return [(said, likeness) for likeness, _, said in found[:k]]

    def _alike(self, sounds: str, letters: str, asked: Sequence[str], runs: Ints) -> list[tuple[float, int, str]]:
        """Return (likeness, run, words said), likest first, of these runs but for the asked words themselves."""
        rows = self._runs[:, runs].T.tolist()
        said_sounds = [_join(self._sounds[i] for i in row) for row in rows]
        said_letters = ["".join(self._letters[i] for i in row) for row in rows]
        alike = (_similarities(sounds, said_sounds) + _similarities(letters, said_letters)) / 2
        likeness = alike - np.where(self._has_small[runs], SMALL_WORD_LOSS, 0.0)
        said = [[self._words[i] for i in row if self._words[i]] for row in rows]
        found = zip(likeness.tolist(), runs.tolist(), said, strict=True)
        return sorted(
            ((like, run, " ".join(words)) for like, run, words in found if words != list(asked)),
            key=lambda f: (-f[0], f[1]),
        )

    def holds(self, run: Sequence[str]) -> bool:
        """Whether the two words are said one after the other; False where both are small, as "so me"."""
        if any(word not in self._ids for word in run):
            return False
        first, second = (self._ids[word] for word in run)
        near = self._runs[:, self._slices[self._sounds[first][0]]]
        return bool(((near[0] == first) & (near[1] == second)).any())

    def likest_beside(self, asked: str, neighbour: str, *, is_first: bool) -> list[tuple[str, float]]:
        """Return (two words said, likeness of one to the asked word), best first, of runs that hold the neighbour."""
        if neighbour not in self._ids:  # a number
            return []
        at, beside = (0, 1) if is_first else (1, 0)
        near = self._runs[:, self._runs[beside] == self._ids[neighbour]].T
        found = near[(near[:, at] != len(self._ids)) & (near[:, 2] == len(self._ids))].tolist()
        sounds, letters = _sounds(asked), _letters(asked)
        alike = _similarities(sounds, [self._sounds[row[at]] for row in found])
        likeness = (alike + _similarities(letters, [self._letters[row[at]] for row in found])) / 2
        said = [(" ".join(self._words[i] for i in row[:2]), float(x)) for row, x in zip(found, likeness, strict=True)]
        return sorted(said, key=lambda s: (-s[1], s[0]))


def runs_of(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Return the runs worth keeping of a text's words: neighbours, and those that a single letter parts."""
    yield from pairwise(words)
    for run in zip(words, words[1:], words[2:], strict=False):
        if len(run[1]) == 1:
            yield run


def phonetic_matches(
    words: Sequence[str], spoken: Vocabulary, ordinary: Container[str] = frozenset()
) -> list[PhoneticMatch]:
    """Return what the library may say for words of a question that it does not say, likest first.

    Takes all of the question's words in their order, as they are spelled: a capital is a name's. Captions get
    `ordinary` words right, so these, without a capital, are only looked for written apart or together.
    """
    lower = [word.lower() for word in words]
    unsaid = [_is_asked(word) and word not in spoken.n_passages for word in lower]
    # The first word of a question has its capital from the sentence.
    names = [any(c.isupper() for c in (word if i else word[1:])) for i, word in enumerate(words)]
    heard = []
    for i, word in enumerate(lower):
        if unsaid[i] and (names[i] or word not in ordinary):
            heard += _standing_out([word], spoken, is_name=names[i])
        if _is_asked(word) and spoken.n_passages.get(word, 0) <= RARE:
            heard += _apart(word, spoken)
    for i, pair in enumerate(pairwise(lower)):
        if any(map(_is_small, pair)):
            continue
        if "".join(pair) in spoken.n_passages:
            heard.append(PhoneticMatch(" ".join(pair), "".join(pair), 1.0))
        elif all(names[i : i + 2]) and any(unsaid[i : i + 2]):
            heard += _standing_out(pair, spoken, is_name=True)
        else:
            heard += _beside(pair, unsaid[i : i + 2], spoken, ordinary)
    return sorted(set(heard), key=lambda h: (-h.likeness, h.asked, h.said))


def _apart(word: str, spoken: Vocabulary) -> list[PhoneticMatch]:
    """Return the two neighbours that are the word but for the space, each of two letters or more."""
    halves = ((word[:at], word[at:]) for at in range(2, len(word) - 1))
    return [PhoneticMatch(word, " ".join(run), 1.0) for run in halves if spoken.holds(run)]


def _standing_out(asked: Sequence[str], spoken: Vocabulary, *, is_name: bool) -> list[PhoneticMatch]:
    """Return the runs that are so much liker than the fifth that it is not chance."""
    closest = spoken.closest(asked, COMPANY)
    company = closest[-1][1] if len(closest) == COMPANY else 0.0
    n_letters = sum(len(_letters(word)) for word in asked)
    sure = SURE_CHARS if is_name else SURE_CHARS_ORDINARY
    least = max(LEAST_LIKENESS, company + MARGIN * math.log(max(1.0, sure / max(1, n_letters))))
    return [
        PhoneticMatch(" ".join(asked), said, round(likeness, 3))
        for said, likeness in closest[:MOST]
        if likeness >= least and (is_name or not _is_form(asked, said)) and said.replace(" ", "") != "".join(asked)
    ]


def _beside(
    pair: Sequence[str], unsaid: Sequence[bool], spoken: Vocabulary, ordinary: Container[str]
) -> list[PhoneticMatch]:
    """Return pairs in which one word is asked and rarely said, and the other sounds alike."""
    heard = []
    for word, other, is_first in ((pair[0], pair[1], True), (pair[1], pair[0], False)):
        is_unsaid, is_rare = unsaid[not is_first], 0 < spoken.n_passages.get(other, 0) <= RARE
        if is_unsaid and is_rare and len(word) >= LONG_CHARS and word not in ordinary:
            for said, likeness in spoken.likest_beside(word, other, is_first=is_first):
                if likeness >= LEAST_BESIDE and not _is_form([word], said):
                    heard.append(PhoneticMatch(" ".join(pair), said, round(likeness, 3)))
    return heard[:1]


def _is_form(asked: Sequence[str], said: str) -> bool:
    """Whether a word said begins as an asked one does: forms of a word are found by other means."""
    return any(
        w.startswith(a[: max(STEM_CHARS, len(a) - 3)]) or (len(w) >= FORM_CHARS and a.startswith(w[:-3]))
        for a in asked
        for w in said.split()
    )


def _is_asked(word: str) -> bool:
    return SHORTEST_CHARS <= len(word) <= LONGEST_CHARS and word not in STOP_WORDS


def _is_small(word: str) -> bool:
    return word in STOP_WORDS or _is_letter(word)


def _is_letter(word: str) -> bool:
    return len(word) == 1


def _letters(word: str) -> str:
    """Return a word's letters and digits without their accents, lower case."""
    return re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKD", word.lower().replace("ł", "l")))


def _sounds(word: str) -> str:
    """Return a word's consonants by their sound, after "A" for the vowel that it may begin with."""
    sounds = jellyfish.metaphone(re.sub("[0-9]", "", _letters(word))).translate(_SOUNDS).replace(" ", "")
    return sounds[:1] + _later(sounds[1:])


def _later(sounds: str) -> str:
    """Return the sounds of a word that goes on where another ended."""
    return sounds.replace("A", "")


def _join(sounds: Iterable[str]) -> str:
    first, *rest = sounds
    return first + "".join(map(_later, rest))


def _shape(sounds: Iterable[str], letters: Iterable[str]) -> _Shape:
    sounds, letters = list(sounds), list(letters)
    return _Shape(
        np.array([len(s) for s in sounds], np.int64),
        np.array([_bits(s) for s in sounds], np.int64),
        np.array([len(s) for s in letters], np.int64),
        np.array([_bits(s) for s in letters], np.int64),
    )


def _bits(text: str) -> int:
    bits = 0
    for c in text.lower():
        bits |= _BITS[c]
    return bits


def _bound(lengths: NDArray[np.int16], bits: NDArray[np.unsignedinteger], text: str) -> NDArray[np.float32]:
    """Return the greatest Indel similarity that texts of these lengths and sets of characters can have to the text."""
    apart = np.bitwise_count(bits ^ bits.dtype.type(_bits(text)))
    longer = np.abs(lengths - np.int16(len(text)))
    bound: NDArray[np.float32] = 1 - np.maximum(apart, longer) / (lengths + np.float32(len(text)))
    return bound


def _similarities(text: str, others: Sequence[str]) -> NDArray[np.float32]:
    similarities: NDArray[np.float32] = cdist([text], others, scorer=Indel.normalized_similarity, dtype=np.float32)[0]
    return similarities
