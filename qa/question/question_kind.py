"""Questions for a number, which no passage without one answers, unless it was asked for one itself.

English only: in other languages nothing is told apart.

Of 52 such questions on five development sets that are answered, two are by passages without a number.
"""

import re

# "How much do you like it?" asks for no number; what costs, weighs or takes does.
_ASKED = re.compile(
    r"\bhow\s+(?:many|old|long|far|tall|heavy)\b"
    r"|\bhow\s+much\b[^?]{0,80}?\b(?:money|time|costs?|pays?|paid|earn(?:s|ed)?|invest(?:s|ed)?|spen[dt]s?|charges?d?"
    r"|weigh(?:s|ed)?|raised?|worth|salary|rent|price)\b",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?|hundreds?|thousands?|millions?|billions?|dozens?|half"
    r"|quarters?|thirds?|percent|once|twice|couple)\b",
    re.IGNORECASE,
)


def asks_quantity(question: str) -> bool:
    """Whether the answer is a number: how many, how old, how much something costs."""
    return bool(_ASKED.search(question))


def names_quantity(text: str) -> bool:
    """Whether the text contains a number, in digits or words; "one" does not count."""
    return bool(_NAMED.search(text))


# Who types a topic wants the places where it comes up. A question opens as one, or says so with its mark.
_OPENS_AS_QUESTION = re.compile(
    r"\W*(?:(?:and|but|so|then|in|on|at|by|to|for|from|of|under|about|with)\s+)*"
    r"(?:what|how|why|when|where|who|whom|whose|which|do|does|did|is|are|was|were|am|can|could|will|would|should|shall"
    r"|may|might|has|have|had|tell|describe|explain|summari[sz]e|list|name|give)\b",
    re.IGNORECASE,
)


def is_topic(text: str) -> bool:
    """Whether the text names a topic rather than asks a question."""
    return "?" not in text and not _OPENS_AS_QUESTION.match(text)
