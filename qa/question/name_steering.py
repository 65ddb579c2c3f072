"""Names in a question say where to look, not what to look for.

"What does Andrew say about encryption?" is a question about encryption: the passage that answers says
nothing of Andrew, and the one that introduces him says nothing of encryption.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from index.search.snapshot import Snapshot
from index.storage.queries import named_by
from qa.question.words import content_words

ADDRESSED = frozenset({"you", "your"})
_THIRD_PERSON = re.compile(r"(?:he|she|him|(?P<whose>his|her))(?P<mark>\W*)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?P<s>['’]s?)?(?P<mark>[^\w'’]*)$")

# A word in the names of more transcripts than this share tells none of them apart: "interview", "2019".
COMMON_SHARE = 1 / 3


# What a passage gains when the question names its interview: with a person's name about what lies between
# a good match and a poor one, so that the others come after; with a word of its topic, a little.
PERSON_WEIGHT = 1.4
TOPIC_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Named:
    """What the names in a question point to."""

    words: frozenset[str]  # the question's words that are names, and say nothing of what is asked
    transcripts: dict[int, float]  # transcript id -> what its passages gain
    speakers: frozenset[str]

    @property
    def has_person(self) -> bool:
        """Whether a person is named, as a speaker or by the name of an interview."""
        return bool(self.speakers or self._guests())

    @property
    def has_several_people(self) -> bool:
        """Whether more than one person is named."""
        return len(self.speakers) > 1 or len(self._guests()) > 1

    def _guests(self) -> list[int]:
        return [transcript_id for transcript_id, gain in self.transcripts.items() if gain >= PERSON_WEIGHT]


def find_names(snapshot: Snapshot, words: Sequence[str], transcript_ids: Sequence[int] | None = None) -> Named:
    """Return which of the words name transcripts or speakers, and which; "andrews" is Andrew's.

    A word of the topic is still what is asked about, unless it names all of the only transcripts searched.
    """
    spelled = {word[:-1]: word for word in words if word.endswith("s")} | {word: word for word in words}
    named, speakers = set(), set()
    titled: dict[tuple[str, bool], set[int]] = defaultdict(set)
    for word, transcript_id, speaker, is_topic in named_by(snapshot.database, spelled):
        if speaker is None:
            # Captions garble names. A word that is said nowhere in the library is one all the same.
            said = is_topic and snapshot.is_said(word)
            titled[spelled[word], said].add(transcript_id)
        else:
            speakers.add(speaker)
            named.add(spelled[word])
    most = max(1.0, snapshot.database.count("transcripts") * COMMON_SHARE)
    transcripts: dict[int, float] = defaultdict(float)
    for (word, is_topic), ids in titled.items():
        if len(ids) > most:
            continue
        for transcript_id in ids:
            transcripts[transcript_id] = max(transcripts[transcript_id], TOPIC_WEIGHT if is_topic else PERSON_WEIGHT)
        if not is_topic or (transcript_ids is not None and ids.issuperset(transcript_ids)):
            named.add(word)
    return Named(frozenset(named), dict(transcripts), frozenset(speakers))


def rewrite_names_as_you(text: str, named: Named) -> str:
    """Return the question as a host would put it: "What is Ingrid afraid of?" as "What is you afraid of?".

    Names, and who "he" or "she" is, become "you", whatever the grammar: what matches is how it was asked.
    All of the text is returned where nothing else would be left.
    """
    words: list[str] = []
    for word in text.split():
        is_name = bool(named.words.intersection(content_words(word)))
        match = _THIRD_PERSON.fullmatch(word)
        if is_name:
            end = _POSSESSIVE.search(word)
            spoken = "your" if end and end["s"] else "you"
            if words and words[-1] in ADDRESSED:  # "Ingrid Solheim" is one "you"
                words.pop()
            words.append(spoken + (end["mark"] if end else ""))
        elif match:
            words.append(("your" if match["whose"] else "you") + match["mark"])
        else:
            words.append(word)
    others = (word for word in words if re.sub(r"\W", "", word) not in ADDRESSED)
    return " ".join(words) if any(re.search(r"\w", word) for word in others) else text
