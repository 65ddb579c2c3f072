"""Follow-up questions: what "and what did he do then?" leans on, taken from the questions before it.

No language model rewrites anything: the words of the user are always searched as they are, and beside
them the earlier question and this one together, which is shown.
"""

import re
from collections.abc import Sequence

from qa.words import STOP_WORDS, content_words

# Words at the beginning that tie a question to the one before it, and words that point back.
_TIED = re.compile(
    r"^\W*(and|so|but|then|or|also|what about|how about|what else|why not|why\W*$|how so)\b", re.IGNORECASE
)
_POINTING = frozenset("he she they it him her them his hers their its this that these those".split())

# In "is it good to wait" the pronoun stands for what follows.
_EXPLETIVE = re.compile(r"\bit\s+\w+\s+(to|that)\b", re.IGNORECASE)

# A pronoun after this many words to go by has found what it stands for: "how does ice sound as it melts".
ENOUGH_WORDS = 2


def in_context(question: str, previous: Sequence[str]) -> str | None:
    """Return the question together with the one that it leans on; None where it stands on its own.

    The one that it leans on is the last that stood on its own, or the last of all.
    """
    if not previous or not leans(question):
        return None
    anchors = [earlier for earlier in previous if not leans(earlier)] or previous
    return f"{anchors[-1]} {question}"


def leans(question: str) -> bool:
    """Whether the question points at something said before, or says nothing on its own."""
    if _TIED.match(question) or STOP_WORDS.issuperset(content_words(question)):
        return True
    words = [word.strip("?,.!\"'").lower() for word in question.split()]
    points = next((row for row, word in enumerate(words) if word in _POINTING), None)
    if points is None or _EXPLETIVE.search(question):
        return False
    return sum(word not in STOP_WORDS for word in words[:points]) < ENOUGH_WORDS
