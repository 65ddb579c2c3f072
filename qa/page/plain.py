"""Text as it is, where Streamlit reads Markdown."""

import re

# Of these a backslash is not enough: addresses become links, ":material/home:" an icon, "->" an arrow, after
# backslashes are gone. A character between, that is never seen, keeps them apart.
_APART = re.compile(r"(?<=:)(?=//|material/|streamlit:)|(?<=www)(?=\.)|(?=@)|(?<=[<>~-])(?=[-=>])", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    apart = _APART.sub(_WORD_JOINER, " ".join(text.split()))
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:&=" else c for c in apart)
