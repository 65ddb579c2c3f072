"""How people ask, in words: questions that captions leave unmarked, run answers into, or mark where none is.

"the weather, what's the worst of it?" is an answer and a question, "which tool. Do you use a hammer?" is
one question, and automatic captions hold no mark at all. A typist's sentence "After it failed, what
did you do?" is one. All words looked for are English; in other languages a question needs its mark.
"""

import re
from itertools import pairwise

from index.text.sentences import LONGEST_WORDS, breath_spans, ended_spans, is_question, trimmed
from index.types import Span

# In a text that somebody typed, hardly any question mark is followed by a small letter.
ERRATIC_SHARE = 0.1
_MARK = re.compile(r"\?\s+(\w)")

# Who asks says "you". Measured per thousand words: articles read aloud 0 to 3, interviews 13 to 49.
TALK_SHARE = 0.008
_YOU = re.compile(r"\b(?:you(?!\s+know\b)|your|yours|yourself|do\s+you)\b", re.IGNORECASE)

_WH = "what|where|when|who|why|how|which"
_AUXILIARY = "is|are|was|were|do|does|did|would|will|can|could|should|have|has|had"
_BEFORE_YOU = r"(?:(?:do|did|have|had|are|were|would|could|can|will|should)(?:n['’]?t)?\s+you)\b"
_NOUNS = r"(?:(?!(?:i|we|you|they|he|she|it|that|this|the|if|as|and|or)\b)[\w'’-]+\s+){0,3}?"
_MOVES = "got|made|brought|drew|led|inspired|drove|taught|attracted|motivated|keeps|pushed|excites|scares|bothers"
_BEST = "most|best|worst|first|last|hardest|biggest|greatest|favou?rite"

# Words in an order that only questions and requests have: nobody goes on to "what did you" by accident.
_INVERTED = (
    rf"(?:{_WH})(?:['’]?(?:s|d|re|ve))?\s+{_NOUNS}{_BEFORE_YOU}"
    rf"|{_BEFORE_YOU}(?!\s+(?:know|see)\b(?!\s+(?:{_WH}|any|if|of)\b))"
    rf"|(?:what|who|how)\s+(?:has\s+|first\s+)?(?:{_MOVES})\s+you\b"
    rf"|if\s+you\s+(?:could|had|were|have)\b(?:\s+[^\s.?!]+){{1,15}}?\s+(?:{_WH})(?:['’]s\b|\s+(?:{_AUXILIARY})\b)"
)
_REQUEST = (
    r"(?:please\s+)?(?:"
    r"(?:tell|give|show)\s+(?:me|us)\s+(?:(?:a\s+(?:little|bit)|a\s+little\s+bit|more|something)\s+)?"
    r"(?!about\s+it\b)(?:about|an?|your|how|what|why|where|when|who|something|some|the)\b"
    r"|(?:walk|take)\s+(?:me|us)\s+(?:back|through|into|to)\b"
    r"|talk\s+(?:to\s+(?:me|us)\s+|(?:a\s+)?(?:little\s+)?(?:bit\s+)?(?:more\s+)?)about\b"
    r"|describe\s+(?:(?:for|to)\s+(?:me|us)|your|yourself|what)\b|describe\b(?:\s+[^\s.?!]+){1,6}?\s+in\s+\w+\s+words?\b"
    r"|name\s+(?:one|two|three|an?|some|your)\b"
    r"|(?:explain|say\s+more|share\s+with)\s+(?:to\s+)?(?:me|us|about|why|how|what)\b)"
)
# Rapid-fire interviews ask without a verb: "last thing you broke", "favorite city".
_FRAGMENT = (
    rf"(?:{_BEST}|coolest|craziest|funniest|scariest|bravest)\s+[\w'’-]+[.,]?\s+(?:that\s+)?you(?:['’](?:ve|d))?\b"
    r"|favou?rite\s+\w+"
    rf"|what(?:['’]?s|\s+(?:is|are|was|were))\s+(?:your|an?|one|something|the\s+(?:\w+est|{_BEST}|one))\b"
    r"|(?:who|where|when)(?:['’]?s|\s+(?:is|are|was|were))\s+your\b"
    r"|what\s+(?:was|is)\s+(?:it|that|this)\s+like\b|how\s+was\s+(?:it|that)\b"
)
# With a question mark later in the sentence, less will do. A capital in the middle of a sentence is
# where the captions' author heard a new one.
_MARKED = (
    rf"(?i:what|where|when|why|how)(?:['’](?:s|re|d)|\s+(?:{_AUXILIARY}))\b"
    rf"|(?i:what|which|how)\s+(?:(?!(?:i|we|you|they|he|she|it|that)\b)\w+\s+){{1,2}}?(?:is|are|was|were|do|does|did)\b"
    rf"|(?:{'|'.join(word.capitalize() for word in _WH.split('|'))}|Is|Are|Was|Were|Does|Will|Would|Has)\b"
)
_ASKS = re.compile(rf"\b(?:{_INVERTED}|{_REQUEST})", re.IGNORECASE)
_ONSET = re.compile(rf"\b(?:{_INVERTED}|{_REQUEST}|{_FRAGMENT})", re.IGNORECASE)
_MARKED_ONSET = re.compile(rf"\b(?:{_MARKED})")

# After these, what follows is told and not asked: "that's what ...", "to tell us about ...", "my favorite
# book".
_TELLING = frozenset(
    "know knows knew see that's thats is was are were be been about of to from understand figure wonder tell matter"
    " like saying say said says think asked ask asking than as in at with remember forget learn idea the a an my our"
    " his her their its your this these those me us them him i we they he she it you who that nor neither i'd i'll"
    " we'd we'll they'd can could would will should don't didn't can't couldn't not never always people if i'm by"
    " for explain show exactly just one another really very some most".split()
)
# What may stand before a question without being the answer to the one before it.
_LEAD_IN = frozenset(
    "so and but well okay ok yeah now then or also alright right um uh nice cool great >> >>> -".split()
)
_LED_IN = re.compile(r"\b(?:(?:so|and|but|okay|ok|now|then|alright|um|uh),?\s+){1,4}$", re.IGNORECASE)
_LED_IN_OPENING = re.compile(r"(?:and|or|but)\b", re.IGNORECASE)
_LED_IN_CHARS = 30

_OPENS = re.compile(rf"(?:\w+,\s+)?(?:{_WH}|{_AUXILIARY}|tell)\b", re.IGNORECASE)
# A full stop in the middle of a question: "which tool. Do you use a hammer?".
_CUT_OFF = re.compile(rf"\b(?:{_WH})(?:\s+\w+){{1,4}}[.,]?$", re.IGNORECASE)
_GOES_ON = re.compile(rf"(?:{_AUXILIARY})\b", re.IGNORECASE)
# Words of one question that begin in it twice are closer: "what is one thing | do you ..."
APART_WORDS = 8
_WORD = re.compile(r"\S+")
# A question without any question word is short ("favorite book?"), but longer than an echo ("I?").
FRAGMENT_WORDS = range(2, 7)

# The mark of a long sentence may be for a few words at its end: "... and he knows Worst batch ever?"
_TAIL = re.compile(r"(?<=[a-z] )(?!I\b|You\b)[A-Z][\w'’-]*(?: +[a-z][\w'’-]*){1,5}(?<! right)\?$")
# "describe her in one word" is all that is asked.
_COMPLETE = re.compile(r"\bwords?$", re.IGNORECASE)
# A question without a mark ends where its answer starts, after at least this many words.
QUESTION_WORDS = range(3, 26)
_ANSWERS = frozenset(
    "i i'm i've i'd my well yeah yes yep no nope oh um uh hmm absolutely definitely probably actually because"
    " honestly sure it's that's there's".split()
)

_BACK_CHANNEL = frozenset(
    "yeah yep yes yup no nope ok okay right alright sure nice wow cool great good awesome amazing interesting"
    " fascinating exactly totally absolutely definitely really hm hmm mm mhm mmm mm-hmm mm-hm uh-huh uh uhuh huh oh"
    " ah um i see got it so and well true wonderful perfect lovely beautiful sweet gotcha indeed of course"
    " fair enough thanks thank you very - >> >>>".split()
)
_REACTION = re.compile(
    r"(?:(?:oh|wow|and|so|yeah|okay|really),?\s+)*(?:is that (?:right|so|true)|are you (?:serious|kidding)|you know"
    r"(?: what i mean)?|(?:does (?:that|it) )?makes? sense|did (?:you|he|she|they)|do you|have you|was it|is it)"
    r"[?.!]*$",
    re.IGNORECASE,
)

# Nobody waits for an answer after these.
_TAG = re.compile(
    r"[,.]\s+(?:right|huh|okay|yeah|no|you know(?: what i mean)?|(?:is|does|was|did)n['’]t (?:it|he|she|that)"
    r"|what was it|what is it|what['’]s it called|who knows)\s*\?\W*$",
    re.IGNORECASE,
)
_QUOTES = re.compile(
    r"\b(?:i|he|she|they|we|people|everyone)(?:['’](?:m|re|s))?\s+(?:(?:was|were|am|are|is|just)\s+){0,2}"
    r"(?:like|said|say|says|thought|asked|go|goes|went)\b|\b(?:asking|question)\s+(?:is|of|like)\b|\blike,?\s+oh\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:i|we|my|our)\b", re.IGNORECASE)


def is_erratic(text: str) -> bool:
    """Whether question marks are put where no typist puts them."""
    after: list[str] = _MARK.findall(text)
    return sum(letter.islower() for letter in after) > ERRATIC_SHARE * len(after)


def is_unpunctuated(text: str) -> bool:
    """Whether sentences end so rarely that there can be no marks."""
    return len(text.split()) > LONGEST_WORDS * len(ended_spans(text))


def is_talk(text: str) -> bool:
    """Whether somebody is spoken to often enough that there are questions to look for."""
    return sum(1 for _ in _YOU.finditer(text)) > TALK_SHARE * len(text.split())


def is_back_channel(said: str) -> bool:
    """Whether the words only show that somebody listens: "Mm-hmm.", "Okay. Nice.", "Wow, is that right?"."""
    words = [word.strip(',.?!…"“”').lower() for word in said.split()]
    return all(word in _BACK_CHANNEL for word in words) or bool(_REACTION.match(said))


def requests(said: str) -> bool:
    """Whether the sentence opens as only questions and requests do, whatever mark it ends in."""
    match = _ASKS.search(said)
    return match is not None and not _is_answer(said[: match.start()])


def is_rhetorical(said: str) -> bool:
    """Whether the one who asks waits for no answer: asks as "I" or "we", quotes a question, or adds a tag."""
    onsets = [*_ASKS.finditer(said), *_MARKED_ONSET.finditer(said)]
    first = min((match.start() for match in onsets), default=len(said))
    to_oneself = bool(_OWN.search(said)) and not _YOU.search(said)
    return to_oneself or (bool(_TAG.search(said)) and first > 0) or bool(_QUOTES.search(said, 0, first))


def caption_sentences(text: str, start: int, end: int) -> list[tuple[Span, bool]]:
    """Return (span, whether it asks) of each sentence, with answers and questions that run together cut apart.

    Together they hold every word, and none is longer than a sentence may be.
    """
    ended = ended_spans(text, start, end)
    pieces = [
        piece for span, following in pairwise([*ended, Span(end, end)]) for piece in _pieces(text, span, following)
    ]
    found: list[tuple[Span, bool]] = []
    for (span, onset), (following, asks_again) in pairwise([*pieces, (Span(end, end), None)]):
        if onset is None:
            found += [(breath, False) for breath in breath_spans(text, *span)]
            continue
        # After its mark a question is over, unless another one follows: then the answer is before the mark.
        is_marked = is_question(text[slice(*span)])
        over = is_marked and not (asks_again and _YOU.search(text, *following))
        answer = span.end if over else _answer(text, onset, span.end)
        if answer == span.end and asks_again and not is_marked:
            answer = _last_word(text, span, following)
        asked = trimmed(text, span.start, answer) or span
        asks = not is_rhetorical(text[slice(*(span if is_marked else asked))])
        found += [(breath, asks and row == 0) for row, breath in enumerate(breath_spans(text, *asked))]
        found += [(breath, False) for breath in breath_spans(text, answer, span.end)]
    return found


def _pieces(text: str, span: Span, following: Span) -> list[tuple[Span, Span | None]]:
    """Cut a sentence where questions begin in it: (piece, the words that show that it asks, if it does)."""
    said = text[slice(*span)]
    borders = [span.start]
    onsets: dict[int, Span] = {}
    for onset in _onsets(text, span, following):
        begins = _with_lead_in(text, borders[-1], onset.start)
        if _is_answer(text[borders[-1] : begins]):
            borders.append(begins)
        onsets.setdefault(borders[-1], onset)
    if not onsets and is_question(said) and _may_ask(said):
        onsets[span.start] = Span(span.start, span.start)
    pieces = [trimmed(text, *border) for border in pairwise([*borders, span.end])]
    return [(piece, onsets.get(piece.start)) for piece in pieces if piece]


def _onsets(text: str, span: Span, following: Span) -> list[Span]:
    """Return the words in a sentence with which questions begin, in order."""
    found = list(_ONSET.finditer(text, *span))
    if is_question(text[slice(*span)]):
        # The last one is what the mark is for, if it is not in the middle of a question that was found.
        marked = [match for match in _MARKED_ONSET.finditer(text, *span) if not _is_told(text, match.start())][-1:]
        found += [
            match
            for match in marked
            if not found or _is_apart(text[found[-1].end() : match.start()], match.group()[0].isupper())
        ]
        # What ends in the mark is too long to be one question: what is it for?
        if found and len(text[found[-1].start() : span.end].split()) >= QUESTION_WORDS.stop:
            found += _TAIL.finditer(text, *span)
    elif is_question(text[slice(*following)]) and _GOES_ON.match(text, *following) and not found:
        found += _CUT_OFF.finditer(text, *span)
    return [Span(*match.span()) for match in found if not _is_told(text, match.start())]


def _is_apart(between: str, is_capital: bool) -> bool:
    """Whether so much lies between that two questions begin, and not one."""
    words = len(between.split())
    return between.rstrip().endswith((".", ",", "?", "!")) or words >= (
        QUESTION_WORDS.start if is_capital else APART_WORDS
    )


def _is_told(text: str, onset: int) -> bool:
    """Whether the word before shows that nothing is asked; no word does where a capital begins a sentence."""
    if text[onset].isupper():
        return False
    before = text[max(0, onset - _LED_IN_CHARS) : onset].split()
    return bool(before) and before[-1].lower() in _TELLING


def _with_lead_in(text: str, start: int, onset: int) -> int:
    """Return where the question begins with the "so" or "and then" in front of it."""
    lead_in = _LED_IN.search(text, max(start, onset - _LED_IN_CHARS), onset)
    return lead_in.start() if lead_in else onset


def _is_answer(before: str) -> bool:
    """Whether what stands before a question is more than its lead-in."""
    return any(word.strip(",.").lower() not in _LEAD_IN for word in before.split())


def _answer(text: str, onset: Span, end: int) -> int:
    """Return where the answer to an unmarked question is heard to begin; `end` if nowhere."""
    if _COMPLETE.search(text, *onset):
        return onset.end
    for row, word in enumerate(_WORD.finditer(text, onset.start, end)):
        if row >= QUESTION_WORDS.stop:
            break
        heard = word.group().strip(",.?!").lower() in _ANSWERS or word.group()[0].isupper()
        if heard and row >= QUESTION_WORDS.start and word.start() >= onset.end:
            return word.start()
    return end


def _last_word(text: str, span: Span, following: Span) -> int:
    """Return where the last word begins, if it must be the answer; the end if the question just goes on.

    It does with "and where ..." and after a few words that are started over.
    """
    words = list(_WORD.finditer(text, *span))
    goes_on = _LED_IN_OPENING.match(text, *following) or len(words) < APART_WORDS
    return span.end if goes_on else words[-1].start()


def _may_ask(said: str) -> bool:
    words = said.lower().split()
    return bool(_OPENS.match(said)) or (len(words) in FRAGMENT_WORDS and words[0].strip(",.") not in _ANSWERS)
