"""What stands in a transcript and was not said: `[Music]`, `(laughs)`, `[inaudible 00:12:03]`, invisible characters.

It is shown as it is written, and kept out of the way of search: `blank_non_speech` blanks it without moving a word.
"""

import re

_SOUNDS = (
    "music|musik|m[uú]sica|musique|applause|applaus|aplausos|applaudissements|laugh(?:s|ter|ing)?|chuckl(?:es?|ing)"
    "|gel[aä]chter|lach(?:t|en)|risas|rires|inaudible|unintelligible|indiscernible|indistinct|unverst[aä]ndlich"
    "|cross-?talk|silence|pauses?|sigh(?:s|ing)?|cough(?:s|ing)?|sneezes?|sniffs?|gasps?|sob(?:s|bing)|cheering|clapping"
    "|soundbite|blank_audio|noises?"
)
# Between square brackets, whose words are nearly always a typist's or a machine's, these are sounds as well. What
# is longer describes a picture or tells the date: people ask for that.
_MORE_SOUNDS = (
    "throat|static|beeps?|beeping|ringing|rings|bells?|bark(?:s|ing)|knocks?|knocking|crying|cries|weeps|singing|sings"
    "|hums|humming|whistl(?:es|ing)|claps|exhales|inhales|breath(?:es|ing)|sound|audio|foreign|background|siren|chimes?"
    "|theme|jingle|sounding|plays|playing|ticking|honk(?:s|ing)|slams|snaps|rustling|footsteps|engine|typing|clicks?|phone"
    "|no\\s+speech|speaking\\s+\\w+|__+"
)
_NOISE = re.compile(
    rf"\[(?=[^\[\]\n]{{0,60}}\b(?:{_SOUNDS}|{_MORE_SOUNDS})\b)\s?(?:[^\[\]\s]{{1,30}}\s){{0,4}}[^\[\]\s]{{1,30}}\s?\]"
    rf"|\((?:[\w'’-]+\s+)?(?:{_SOUNDS})(?:\s+[\w'’-]+)?\)"
    r"|\((?:soundbite|inaudible|unintelligible|indiscernible|cross-?talk)\b[^()\n]{0,60}\)"
    rf"|\*(?:[\w'’-]+\s+)?(?:{_SOUNDS})(?:\s+\w+)?\*"
    r"|\[\s*\]|[♩♪♫♬]",
    re.IGNORECASE,
)

# A soft hyphen, joiners, directions and a byte order mark: nothing to be seen, and no end of a word.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def blank_non_speech(text: str) -> str:
    """Return the text, character for character, with spaces in the place of what was not said."""
    return _NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def strip_for_search(text: str) -> str:
    """Return the words that a text is searched by: without what was not said, and without invisible characters."""
    return _INVISIBLE.sub("", blank_non_speech(text))
