"""The words of a question that can tell passages apart."""

import re
from bisect import bisect_left
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# "bake" begins "bakes" and "bakery"; shorter beginnings say nothing.
STEM_CHARS = 4

# Words that ask, point or glue and so say nothing about what is asked. Kept short on purpose: in
# speech, "think" or "first" can be all that a question has to go by.
STOP_WORDS = frozenset(
    """
    a about an and any are as at be been being but by can could did do does doing for from had has have he her
    hers him his how i if in into is it its just may me might my of on or our shall she should so some than that
    the their theirs them then there these they this those to us was we were what whats when where which while who
    whom whose why will with would you your yours
    """.split()
)


def all_words(text: str) -> list[str]:
    """Return the words of a text in their order, as they are spelled, without an apostrophe and what follows it."""
    return [re.split(r"['’]", word)[0] for word in _WORD.findall(text)]


def content_words(question: str) -> list[str]:
    """Return the words of a question that can tell passages apart, lower case, each once, in its order.

    A question of nothing but stop words keeps them all.
    """
    words = all_words(question.lower())
    return list(dict.fromkeys(word for word in words if word not in STOP_WORDS)) or list(dict.fromkeys(words))


def share_of_words(words: Sequence[str], text: str) -> float:
    """Return the share of the words that the text holds, in any form that begins alike, from 0 to 1."""
    if not words:
        return 0.0
    held = sorted({*_WORD.findall(text.lower())})
    stems = [word[: max(STEM_CHARS, len(word) - 3)] for word in words]
    # What begins with a stem comes first of all that comes after it.
    after = ((stem, bisect_left(held, stem)) for stem in stems)
    n_held: int = sum(at < len(held) and held[at].startswith(stem) for stem, at in after)
    return n_held / len(words)


def holds_words(said: str, text: str) -> bool:
    """Whether the text holds the words, one after the other, whatever stands between them."""
    return bool(re.search(r"\b" + r"\W+".join(map(re.escape, said.split())) + r"\b", text, re.IGNORECASE))
