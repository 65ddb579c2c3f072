"""Text -> the spans of its sentences, on punctuation where there is some and on breath-long pieces where not."""

import re
from itertools import pairwise

from index.types import Span

# A full stop, a question or an exclamation mark, with the quotes and brackets that close after it; those
# of Chinese and Japanese need no space after them. Possessive: a line of a million dots is read once.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)|[。！？؟]++[\"'”’」』）)\]]*+|\r?\n[ \t]*+(?=\r?\n)")

# A full stop after one of these ends no sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:[A-HJ-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|e\.g|i\.e|U\.S|a\.m|p\.m|approx)\.$"
)

# A typist's sentence rarely has more words than this; what is longer are captions without punctuation.
LONGEST_WORDS = 60

# Those are cut where a pause is likeliest, into breaths: 40 words are a quarter of a minute of talk.
BREATH_WORDS = range(15, 41)

_WORD = re.compile(r"\S+")
_PAUSE = re.compile(r"[,;:–—-]$")
_OPENER = frozenset("and but so because well now then or which what how why when where who okay yeah".split())


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the spans of the sentences in text[start:end], in order, without the white space between.

    Together they hold every word. None is longer than LONGEST_WORDS words.
    """
    return [breath for span in ended_spans(text, start, end) for breath in breath_spans(text, *span)]


def ended_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the sentences as the punctuation has them, however long; without any, that is all of the text."""
    end = len(text) if end is None else end
    borders = [start]
    for match in _END.finditer(text, start, end):
        if match.group().startswith(".") and _ABBREVIATION.search(
            text, max(borders[-1], match.end() - 12), match.end()
        ):
            continue
        borders.append(match.end())
    return [span for before, after in pairwise([*borders, end]) if (span := trimmed(text, before, after))]


def trimmed(text: str, start: int, end: int) -> Span | None:
    """Return the span without the white space at its ends; None where nothing else is in it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def breath_spans(text: str, start: int, end: int) -> list[Span]:
    """Cut what lies between two sentence ends into breaths, where it is longer than a sentence."""
    words = [Span(*match.span()) for match in _WORD.finditer(text, start, end)]
    if len(words) <= LONGEST_WORDS:
        return [Span(words[0].start, words[-1].end)] if words else []
    spans: list[Span] = []
    at = 0
    while at < len(words):
        ahead = words[at : at + BREATH_WORDS.stop + BREATH_WORDS.start]
        cut = _best_cut(text, ahead) if len(ahead) >= BREATH_WORDS.stop else len(ahead)
        spans.append(Span(ahead[0].start, ahead[cut - 1].end))
        at += cut
    return spans


def is_question(sentence: str) -> bool:
    """Whether the sentence ends in a question mark, or in one with an exclamation mark after it."""
    return sentence.rstrip("!\"'”’»)] \t\n").endswith(("?", "？", "؟"))


def _best_cut(text: str, words: list[Span]) -> int:
    """Return how many words to take: up to a comma, a line's end or a word that opens a clause."""

    def likeliness(cut: int) -> tuple[int, int]:
        before, after = words[cut - 1], words[cut]
        pause = 3 * bool(_PAUSE.search(text[before.start : before.end]))
        line = 2 * ("\n" in text[before.end : after.start])
        opener = text[after.start : after.end].lower() in _OPENER
        return pause + line + opener, cut

    # Leave no crumb: the rest must be worth a breath of its own.
    longest = min(BREATH_WORDS.stop, len(words) - BREATH_WORDS.start + 1)
    return max(range(BREATH_WORDS.start, longest), key=likeliness)
