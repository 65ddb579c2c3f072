"""Topics: what is typed as a heading is ("open source licensing"), not asked as a question."""

import re

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
