"""Grounding: whether passages support a sentence, judged by its words; in doubt they do not.

A sentence is unsupported if one of its numbers, names or addresses is missing from the passages, if it negates and they
do not, or if fewer than half of its other words share a stem with theirs. A sentence that combines the passages' words
into something nobody evidence passes.
"""

import re
from collections.abc import Sequence

from qa.question.stop_words import STOP_WORDS
from qa.question.words import STEM_CHARS, all_words

# Models paraphrase; at least this share of the content words has to be in the passages.
LEAST_SHARE = 0.5

# Words that may start a sentence; any other capitalised first word may be a name.
OPENERS = frozenset(
    """
    after again all always before both despite during each eventually even every finally first further initially
    instead later like many more most much never no nobody not nothing now often once one only overall people several
    sometimes soon such therefore though thus until usually while within without yes
    """.split()
)

# Words of reporting, which no passage has to contain.
REPORTING = frozenset(
    """
    according add added adds also although another answer answers because describe described describes explain
    explained explains guest however interview interviewee interviewer mention mentioned mentions passage passages
    question recall recalled recalls evidence say saying says since speaker state stated states still tell tells though
    told
    """.split()
)

_NEGATION = re.compile(
    r"\b(?:no|not|never|nobody|none|nothing|neither|nor|nowhere|without|cannot)\b|n['’]t\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"\w+://\S+|\bwww\.\S+|\S+@\S+\.\w+", re.IGNORECASE)
_TOKEN = re.compile(r"\d+(?:[,.]\d+)*|[a-z]+")

_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {word: float(value) for value, word in enumerate(_SMALL)}
_VALUES |= {word: 10.0 * value for value, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_WORD = "|".join(sorted((*_VALUES, *_SCALES), key=len, reverse=True))
# "three hundred and five" is one number, "two and three" are two.
_RUN = re.compile(
    rf"(?:\d+(?:[,.]\d+)*|\b(?:{_WORD})\b)(?:[\s-]+(?:(?:(?<=hundred\s)|(?<=thousand\s))and\s+)?(?:{_WORD})\b)*",
    re.IGNORECASE,
)


def is_supported(sentence: str, passages: Sequence[str]) -> bool:
    """Whether the passages together contain the numbers, the names and most of the words of a sentence."""
    evidence = "\n".join(passages)
    evidence_words = frozenset(word.lower() for word in all_words(evidence))
    words = [word.lower() for word in all_words(sentence)]
    content = [word for word in words if word not in STOP_WORDS | REPORTING and not word.isdigit()]
    return (
        bool(content)
        and all(address.rstrip(".,;)]") in evidence for address in _ADDRESS.findall(sentence))
        and (
            words[0] in STOP_WORDS | REPORTING | OPENERS
            or words[0].isdigit()
            or _begins_alike(words[0], evidence_words)
        )
        and all(_is_held(name, evidence_words) for name in _names(sentence))
        and _holds_numbers(evidence, sentence)
        and (not _NEGATION.search(sentence) or bool(_NEGATION.search(evidence)))
        and sum(_begins_alike(word, evidence_words) for word in content) >= LEAST_SHARE * len(content)
    )


def _names(sentence: str) -> list[str]:
    """Return the capitalised words after the first, in lower case."""
    return [word.lower() for word in all_words(sentence)[1:] if word[:1].isupper() and word != "I"]


def _is_held(name: str, evidence_words: frozenset[str]) -> bool:
    """Whether a name is among the words, in singular or plural."""
    return bool({name, name.removesuffix("s"), f"{name}s"} & evidence_words)


def _begins_alike(word: str, evidence_words: frozenset[str]) -> bool:
    """Whether a word with the same stem is among the words; a short word has to be equal."""
    stem = word[: max(STEM_CHARS, len(word) - 3)]
    return _is_held(word, evidence_words) or (
        len(word) >= STEM_CHARS and any(other.startswith(stem) for other in evidence_words)
    )


def _holds_numbers(evidence: str, sentence: str) -> bool:
    """Whether the passages contain every number of the sentence, in digits or words; "one" is ignored."""
    claimed = {_whole(run) for run in _RUN.findall(sentence) if run.lower() != "one"}
    return claimed <= {_whole(run) for run in _RUN.findall(evidence)}


def _whole(run: str) -> float:
    """Return the value of a written number: 1,000, 3 million, forty-one, nineteen ninety-eight."""
    total = current = 0.0
    for token in _TOKEN.findall(run.lower()):
        number = _value(token)
        if number == _SCALES["hundred"]:
            current = max(1.0, current) * number
        elif token in _SCALES:
            total, current = total + max(1.0, current) * number, 0.0
        elif 10 <= current < 100 and 10 <= number < 100:
            current = current * 100 + number  # a year
        else:
            current += number
    return total + current


def _value(token: str) -> float:
    """Return the value of digits or of one number word; 0 for "and"."""
    if token[0].isdigit():
        digits = token.replace(",", "")
        return float(digits) if digits.count(".") < 2 else float(digits.partition(".")[0])
    return _VALUES.get(token, _SCALES.get(token, 0.0))
