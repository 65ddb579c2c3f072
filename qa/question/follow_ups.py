"""Follow-up questions: what "and what did he do then?" leans on, taken from the questions before it.

No language model rewrites anything: beside the user's own words, if they say anything, the earlier question
and this one are searched together, which is shown and can be switched off.
"""

import re
from collections.abc import Callable, Sequence

from qa.question.stop_words import STOP_WORDS
from qa.question.words import all_words, content_words

# Which words of a question are names, lower case.
NamesIn = Callable[[str], frozenset[str]]

# Words at the beginning that ask for more of the same, and those that may only be how somebody talks.
_TIED = re.compile(r"^\W*(what about|how about|what else|why not|how so|how come)\b", re.IGNORECASE)
_JOINED = re.compile(r"^\W*(and|so|but|then|or|also)\b", re.IGNORECASE)

# Words that say nothing of their own: "can you say more?", "who else?", "what happened next?", "how much?"
_MORE = frozenset(
    """
    again another anybody anyone anything come continue detail details different elaborate else exactly example
    explain far go happen happened happens instead kind long many mean more much next no not nothing often one
    ones other others please really reason say since somebody someone something such sure tell thing too way yes
    """.split()
)

# Words that point back at somebody, and at something.
_PEOPLE = frozenset("he she they him them his hers her their".split())
_POINTING = _PEOPLE | frozenset("it its that this these those".split())
_POINTS_AT_END = re.compile(r"\b(there|then|afterwards?|instead|too|as well|either)\W*$", re.IGNORECASE)

# "It" and "that" where they stand for nothing said before: "is it good to wait", "how long does it take to bake",
# "what was it like on the ice"; "the goat that ate the rope", "do you think that people change".
_EXPLETIVE = re.compile(
    r"\b(?:is|was|be)\s+it\s+\w+\s+(?:to|that)\b"
    r"|\bit\s+(?:be\s+\w+|costs?|feels?|helps?|means?|takes?)\s+to\b"
    r"|\bit\s+(?:feel\s+)?like\s+(?!(?:then|there|now|before|afterwards?)\W*$)(?=\w)"
    r"|\b(?:(?:the|an?|any|some|every)\s+\w+|\w+(?:thing|body|one))\s+that\s+(?=\w)"
    r"|\bthat\s+(?=(?:i|you|we|he|she|they|people|the|an?|there|everybody|everyone|nobody)\b)",
    re.IGNORECASE,
)

# A pronoun after this many words to go by has found what it stands for: "how does ice sound as it melts".
ENOUGH_WORDS = 2

# A question that starts with "and", or ends with "there", stands on its own with this many content words.
ENOUGH_TIED = 3

# How many follow-ups before the last are still searched with it.
KEPT = 2


def query_texts(question: str, previous: Sequence[str], names_in: NamesIn) -> list[str]:
    """Return the texts to search for: the question, and the same in its context if it leans on something.

    A question that says nothing of its own, or nothing but a name, is only searched for in its context.
    """
    context = in_context(question, previous, names_in)
    if context is None:
        return [question]
    return [question, context] if _content(question) - names_in(question) else [context]


def in_context(question: str, previous: Sequence[str], names_in: NamesIn) -> str | None:
    """Return the question together with what it leans on; None where it stands on its own.

    It leans on the last question that stood on its own, or on the first of all, and on the follow-ups since
    that say something. Where one names somebody else, what was asked before is asked of them: "And Tomas?"
    after "What is Yuki afraid of?" is "What is Tomas afraid of?".
    """
    if not previous:
        return None
    names = names_in(question)
    if not is_follow_up(question, names):
        return None
    followups = [(question, names)]
    for anchor in reversed(previous):
        names = names_in(anchor)
        if not is_follow_up(anchor, names):
            break
        followups.insert(0, (anchor, names))
    else:
        anchor, names = followups.pop(0)
    said: list[str] = []
    for text, others in followups:
        moved = _asked_of(anchor, names, text, others)
        if moved:
            # What came between was about somebody else.
            anchor, names, said = moved, others, []
        if not moved or _content(text) - others:
            said.append(text)
    between = [text for text in said[:-1] if _content(text)]
    return " ".join([anchor, *between[-KEPT:], *said[-1:]])


def is_follow_up(question: str, names: frozenset[str] = frozenset()) -> bool:
    """Whether the question points at something said before, or says nothing on its own, or nothing but `names`."""
    content = _content(question)
    words = [word.lower() for word in all_words(_EXPLETIVE.sub(" ", question))]
    if not content or names.issuperset(words) or _TIED.match(question):
        return True
    if len(content) < ENOUGH_TIED and _POINTS_AT_END.search(question):
        return True
    points = next((row for row, word in enumerate(words) if word in _POINTING), None)
    if _JOINED.match(question) and (points is not None or len(content) < ENOUGH_TIED):
        return True
    if points is None or (words[points] in _PEOPLE and names.intersection(words[:points])):
        return False
    return sum(word not in STOP_WORDS for word in words[:points]) < ENOUGH_WORDS


def _content(question: str) -> set[str]:
    return set(content_words(question)) - STOP_WORDS - _MORE


def _asked_of(question: str, names: frozenset[str], followup: str, others: frozenset[str]) -> str | None:
    """Return the question with the somebody whom it names replaced by whom the follow-up names instead.

    None where the follow-up names nobody else, or speaks of both: "does she know Tomas?"
    """
    was, now = _only_run(names, question), _only_run(others, followup)
    if was is None or now is None or names & others or _PEOPLE.intersection(all_words(followup.lower())):
        return None
    return question[: was.start()] + now.group() + question[was.end() :]


def _only_run(names: frozenset[str], text: str) -> re.Match[str] | None:
    """Return where the text names somebody, or one and another; None where it names nobody, or does so twice."""
    name = "(?:" + "|".join(map(re.escape, names)) + ")"
    others = rf"(?:(?:,|\s+and|\s+or)?\s+{name})*"
    runs = list(re.finditer(rf"\b{name}{others}\b", text, re.IGNORECASE)) if names else []
    return runs[0] if len(runs) == 1 else None
