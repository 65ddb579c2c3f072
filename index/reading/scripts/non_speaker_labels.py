"""What stands before a colon and is nobody's name: headings, fields of forms, the terms of documentation."""

import re

from index.reading.scripts.timestamps import IN_BRACKETS

# What opens lines with a colon or in brackets, and speaks not, alone or with other words.
_HEADINGS = frozenset(
    "note notes example examples source sources summary update warning chapter part section title date time location"
    " transcript caption photo image figure table ps nb tip remember conclusion introduction abstract keywords topics"
    " references links music applause laughter laughs silence crosstalk inaudible unintelligible pause noise"
    " foreign http https by".split()
)
# The same, where they are all of the name, or have a number behind them; some are surnames beside a first name.
_FIELDS = frozenset(
    "type default defaults returns return class event extends stability deprecated parameter parameters argument"
    " arguments feature features fix fixes fixed install installation usage commits changelog changelogs file files"
    " problem solution function macro subject from to cc bcc received option options overview step steps stage phase"
    " exercise lesson rule serves ingredients method present apologies attendees participants panelists attendance"
    " discussion decision decisions action actions agenda minutes motion resolution resolved outcome etym defn syn"
    " etymology definition definitions synonym synonyms antonyms alternative alternatives author authors copyright"
    " license description availability property properties value values input output outputs result results"
    " requirement requirements pros cons todo fixme bug bugs important caution hint remark remarks details"
    " documentation error errors miscellaneous tags category categories released version release readme"
    " traceback appendix objective objectives goal goals scene setting characters act".split()
)

# A field's value has fewer words than this, or fewer characters in scripts without spaces.
FEWEST_WORDS_SAID = 5
FEWEST_CHARS_SAID = 40
_SENTENCE_END = (".", "?", "!", "…", "-", "–", "—", ",", '"', "”", "。", "？", "！", "」")
_TIMES_AT_END = re.compile(rf"[ \t]*(?:{IN_BRACKETS})[ \t]*$")


def is_field(name: str) -> bool:
    """Whether the words are a heading's or a field's that anybody may write before a colon."""
    words = re.findall(r"\w+", name.lower())
    if words and (words[0] in _HEADINGS or words[-1] in _HEADINGS):
        return True
    is_numbered = len(words) == 2 and words[1].isdecimal()
    return bool(words) and (len(words) == 1 or is_numbered) and words[0] in _FIELDS


def is_value(text: str) -> bool:
    """Whether what stands behind a colon is a field's value: a few words that are no sentence."""
    text = _TIMES_AT_END.sub("", text[-FEWEST_CHARS_SAID * 4 :]).strip()
    is_long = len(text.split()) >= FEWEST_WORDS_SAID or len(text) >= FEWEST_CHARS_SAID
    return not is_long and not text.endswith(_SENTENCE_END)
