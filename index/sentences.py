"""Text -> the spans of its sentences, on punctuation where there is some and on breath-long pieces where not."""

import re

from index.types import Span

# A full stop, a question or an exclamation mark, with the quotes and brackets that close after it.
_END = re.compile(r"[.!?…。！？؟]+[\"'”’»)\]]*(?=\s)|\r?\n[ \t]*(?=\r?\n)")

# A full stop after one of these ends no sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:[A-HJ-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|e\.g|i\.e|U\.S|a\.m|p\.m|approx)\.$"
)

# Speech runs at about 150 words a minute: 40 words are a long breath, and longer "sentences" are
# captions without punctuation. They are cut where a pause is likeliest.
LONGEST_WORDS = 40
SHORTEST_CUT_WORDS = 15
_WORD = re.compile(r"\S+")
_PAUSE = re.compile(r"[,;:–—-]$")
_OPENER = frozenset("and but so because well now then or which what how why when where who okay yeah".split())


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the spans of the sentences in text[start:end], in order, without the white space between.

    Together they hold every word. None is longer than LONGEST_WORDS words.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    at = start
    for match in _END.finditer(text, start, end):
        if match.group().startswith(".") and _ABBREVIATION.search(text, max(at, match.end() - 12), match.end()):
            continue
        spans += _breaths(text, at, match.end())
        at = match.end()
    return spans + _breaths(text, at, end)


def is_question(sentence: str) -> bool:
    """Whether the sentence ends in a question mark."""
    return sentence.rstrip("\"'”’»)] \t\n").endswith(("?", "？", "؟"))


def _breaths(text: str, start: int, end: int) -> list[Span]:
    """Cut what lies between two sentence ends into pieces of at most LONGEST_WORDS words."""
    words = [Span(*match.span()) for match in _WORD.finditer(text, start, end)]
    spans = []
    while len(words) > LONGEST_WORDS:
        cut = _best_cut(text, words)
        spans.append(Span(words[0].start, words[cut - 1].end))
        words = words[cut:]
    if words:
        spans.append(Span(words[0].start, words[-1].end))
    return spans


def _best_cut(text: str, words: list[Span]) -> int:
    """Return how many words to take: up to a comma, a line's end or a word that opens a clause."""

    def likeliness(cut: int) -> tuple[int, int]:
        before, after = words[cut - 1], words[cut]
        pause = 3 * bool(_PAUSE.search(text[before.start : before.end]))
        line = 2 * ("\n" in text[before.end : after.start])
        opener = text[after.start : after.end].lower() in _OPENER
        return pause + line + opener, cut

    # Leave no crumb: the rest must be worth a piece of its own.
    last = min(LONGEST_WORDS, len(words) - SHORTEST_CUT_WORDS)
    return max(range(SHORTEST_CUT_WORDS, max(SHORTEST_CUT_WORDS, last) + 1), key=likeliness)
