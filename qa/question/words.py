"""The words of a question that can tell passages apart."""

import re
from bisect import bisect_left
from collections.abc import Sequence

import regex

from index.text.tokenization import words_of
from qa.question.stop_words import stop_words_for

# With what follows an apostrophe: "baker's", "l'homme".
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{N}\p{M}]+)*")

# "bake" begins "bakes" and "bakery"; shorter beginnings say nothing.
STEM_CHARS = 4


def all_words(text: str) -> list[str]:
    """Return the words of a text in their order, as they are spelled; of "baker's" or "l'homme" the longer part."""
    longest = (max(re.split(r"['’]", word), key=len) for word in _WORD.findall(text))
    return [word for part in longest for word in words_of(part)]


def content_words(question: str) -> list[str]:
    """Return the words of a question that can tell passages apart, lower case, each once, in its order.

    A question of nothing but stop words keeps them all.
    """
    words = list(dict.fromkeys(all_words(question.lower())))
    stop_words = stop_words_for(words)
    return [word for word in words if word not in stop_words] or words


def share_of_words(words: Sequence[str], text: str) -> float:
    """Return the share of the words that the text holds, in any form that begins alike, from 0 to 1."""
    if not words:
        return 0.0
    held = sorted({*words_of(text.lower())})
    stems = [word[: max(STEM_CHARS, len(word) - 3)] for word in words]
    # What begins with a stem comes first of all that comes after it.
    after = ((stem, bisect_left(held, stem)) for stem in stems)
    n_held: int = sum(at < len(held) and held[at].startswith(stem) for stem, at in after)
    return n_held / len(words)


def holds_words(said: str, text: str) -> bool:
    """Whether the text holds the words, one after the other, whatever stands between them."""
    return bool(re.search(r"\b" + r"\W+".join(map(re.escape, said.split())) + r"\b", text, re.IGNORECASE))
