"""Names in a question say where to look, not what to look for.

"What does Andrew say about encryption?" is a question about encryption: the passage that answers says
nothing of Andrew, and the one that introduces him says nothing of encryption.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from index.database import Database
from index.fulltext import match_word, named_by
from qa.words import content_words

# A word in the names of more transcripts than this share tells none of them apart: "interview", "2019".
COMMON_SHARE = 1 / 3


# What a passage gains when the question names its interview: with a person's name about what lies between
# a good match and a poor one, so that the others come after; with a word of its topic, a little.
PERSON_WEIGHT = 0.7
TOPIC_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class Named:
    """What the names in a question point to."""

    words: frozenset[str]  # the question's words that are names, and say nothing of what is asked
    transcripts: dict[int, float]  # transcript id -> what its passages gain
    speakers: frozenset[str]


def find_names(database: Database, words: Sequence[str], transcript_ids: Sequence[int] | None = None) -> Named:
    """Return which of the words name transcripts or speakers, and which; "andrews" is Andrew's.

    A word of the topic is still what is asked about, unless it names all of the only transcripts searched.
    """
    spelled = {word[:-1]: word for word in words if word.endswith("s")} | {word: word for word in words}
    named, speakers = set(), set()
    titled: dict[tuple[str, bool], set[int]] = defaultdict(set)
    for word, transcript_id, speaker, is_topic in named_by(database.connection, spelled):
        if speaker is None:
            # Captions garble names. A word that is said nowhere in the library is one all the same.
            said = bool(match_word(database.connection, word, None)[1]) if is_topic else False
            titled[spelled[word], said].add(transcript_id)
        else:
            speakers.add(speaker)
            named.add(spelled[word])
    most = max(1.0, database.count("transcripts") * COMMON_SHARE)
    transcripts: dict[int, float] = defaultdict(float)
    for (word, is_topic), ids in titled.items():
        if len(ids) > most:
            continue
        for transcript_id in ids:
            transcripts[transcript_id] = max(transcripts[transcript_id], TOPIC_WEIGHT if is_topic else PERSON_WEIGHT)
        if not is_topic or (transcript_ids is not None and ids.issuperset(transcript_ids)):
            named.add(word)
    return Named(frozenset(named), dict(transcripts), frozenset(speakers))


def without_names(text: str, named: Named) -> str:
    """Return the text without the words that are names; all of it where nothing else would be left."""
    kept = [word for word in text.split() if not named.words.intersection(content_words(word))]
    return " ".join(kept) if any(re.search(r"\w", word) for word in kept) else text
