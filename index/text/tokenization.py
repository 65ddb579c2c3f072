"""Text -> its words in any script, and their stems by language.

A word is a run of letters, digits and the marks that belong to them. Scripts that write no spaces are cut into pairs
of characters, which overlap. English stems are SQLite's (index.storage.full_text).
"""

import functools
import unicodedata
from collections.abc import Callable, Iterator

import regex

from index.types import Span

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}ー"
_WORD = regex.compile(
    rf"(?P<unspaced>[[{_UNSPACED}]&&[\p{{L}}\p{{M}}]]+)|[[\p{{L}}\p{{N}}\p{{M}}]--[[{_UNSPACED}]&&\p{{L}}]]+",
    regex.VERSION1,
)

# ISO 639-1 -> the name of Snowball's algorithm.
_ALGORITHMS = {
    "ar": "arabic",
    "hy": "armenian",
    "eu": "basque",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "nl": "dutch",
    "eo": "esperanto",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "el": "greek",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "ga": "irish",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nb": "norwegian",
    "nn": "norwegian",
    "no": "norwegian",
    "fa": "persian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "es": "spanish",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# A vocabulary's words are stemmed once; longer ones are no words.
_CACHED_WORDS = 200_000
LONGEST_CHARS = 60


def word_spans(text: str) -> Iterator[Span]:
    """Yield where each word stands, in order; of a run without spaces, each two neighbouring characters."""
    for match in _WORD.finditer(text):
        start, end = match.span()
        if match["unspaced"] and end - start > 2:
            yield from (Span(at, at + 2) for at in range(start, end - 1))
        else:
            yield Span(start, end)


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are spelled, in order."""
    return [text[slice(*span)] for span in word_spans(text)]


def stems_of(text: str, language: str) -> list[str]:
    """Return the stems of a text's words in a language, an ISO 639-1 code; of one without a stemmer, the words."""
    return [_stem(word, language) for word in words_of(unicodedata.normalize("NFKC", text).lower())]


@functools.lru_cache(_CACHED_WORDS)
def _stem(word: str, language: str) -> str:
    """Return the stem of a word, lower case, without accents: they are left out as often as they are written."""
    stem = _stemmer(language)(word) if len(word) <= LONGEST_CHARS else word
    # The vowels of Indian scripts are marks as well, and tell words apart.
    if all(ord(character) < ord("\u0900") or ord(character) > ord("\u0dff") for character in stem):
        stem = "".join(c for c in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(c)) or stem
    return stem.replace("ı", "i")


@functools.cache
def _stemmer(language: str) -> Callable[[str], str]:
    if language not in _ALGORITHMS:
        return str
    import snowballstemmer

    stem: Callable[[str], str] = snowballstemmer.stemmer(_ALGORITHMS[language]).stemWord
    return stem
