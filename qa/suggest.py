"""Questions that hosts really asked, to begin a chat with."""

from itertools import chain, zip_longest

from index.sentences import is_question, sentence_spans
from index.snapshot import Snapshot
from qa.words import content_words

# Captions without punctuation run answers into questions; a question that is safe to show opens as one.
OPENERS = frozenset(
    "what what's how how's why when where who who's which do does did is are was were can could would will have has"
    " should tell".split()
)
# A question that stands on its own has this many words, and points at nothing said before it.
WORDS = range(5, 15)
POINTING = frozenset(
    "it its that this these those they them their he him his she her there then else again one".split()
)


def suggestions(snapshot: Snapshot, k: int) -> list[str]:
    """Return up to k asked questions that stand on their own, taking turns between the interviews.

    Of each interview, those with the most to go by come first.
    """
    asked: dict[str, list[str]] = {}
    for transcript, question in snapshot.database.asked_questions():
        last = question[slice(*sentence_spans(question)[-1])]
        if _stands_alone(last):
            asked.setdefault(transcript, []).append(" ".join((last[:1].upper() + last[1:]).split()))
    ranked = [sorted(questions, key=lambda q: (-len(content_words(q)), q)) for questions in asked.values()]
    turns = chain.from_iterable(zip_longest(*ranked))
    return list(dict.fromkeys(question for question in turns if question))[:k]


def _stands_alone(question: str) -> bool:
    words = [word.strip("?,.!\"'").lower() for word in question.split()]
    return is_question(question) and words[0] in OPENERS and len(words) in WORDS and not POINTING & set(words)
