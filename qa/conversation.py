"""Follow-up questions: what "and what did he do then?" leans on, taken from the questions before it.

No language model rewrites anything: the words of the user are always searched as they are, and beside
them the earlier question and this one together, which is shown.
"""

import re
from collections.abc import Sequence

from qa.words import content_words

# Words at the beginning that tie a question to the one before it, and words that point back.
_TIED = re.compile(
    r"^\W*(and|so|but|then|or|also|what about|how about|what else|why not|why\W*$|how so)\b", re.IGNORECASE
)
_POINTING = frozenset("he she they it him her them his hers their its this that these those there one ones".split())

# A question with this many words to go by, and none that points back, needs no help.
ENOUGH_WORDS = 3


def in_context(question: str, previous: Sequence[str]) -> str | None:
    """Return the question together with the one that it leans on; None where it stands on its own.

    The one that it leans on is the last that stood on its own, or the last of all.
    """
    if not previous or not leans(question):
        return None
    anchors = [earlier for earlier in previous if not leans(earlier)] or previous
    return f"{anchors[-1]} {question}"


def leans(question: str) -> bool:
    """Whether the question points at something said before, or says too little on its own."""
    words = {word.strip("?,.!\"'").lower() for word in question.split()}
    return bool(_TIED.match(question)) or bool(words & _POINTING) or len(content_words(question)) < ENOUGH_WORDS
