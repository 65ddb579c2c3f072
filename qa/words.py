"""A question's words -> a full-text query: without the words that every question has."""

import re

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

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


def content_words(question: str) -> list[str]:
    """Return the words of a question that can tell passages apart, lower case, each once, in its order.

    A question of nothing but stop words keeps them all.
    """
    words = [re.split(r"['’]", word)[0] for word in _WORD.findall(question.lower())]
    return list(dict.fromkeys(word for word in words if word not in STOP_WORDS)) or list(dict.fromkeys(words))


def fulltext_query(question: str) -> str:
    """Return an FTS5 query that matches passages with any of the question's words; "" where it has none."""
    return " OR ".join(f'"{word}"' for word in content_words(question))
