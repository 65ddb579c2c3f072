"""One name for each speaker of a transcript: "NEAL CONAN, HOST", "NEAL CONAN" and "CONAN" are one.

Names are joined only where no other speaker's would fit as well, or as somebody says who knows: "SPEAKER_01 is Ada
Moss". What was said is not touched.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from rapidfuzz.distance import OSA

from index.text.sentences import is_question, sentence_spans
from index.types import Segment

HOST, GUEST = "host", "guest"

_ROLES = dict.fromkeys("host cohost interviewer moderator presenter anchor byline".split(), HOST) | dict.fromkeys(
    "guest interviewee narrator respondent participant".split(), GUEST
)
_ROLE = re.compile(r"(?:\s*[,–-]\s*|\s*\(\s*)(?P<role>(?:co-?)?[a-z]+)\s*\)?$", re.IGNORECASE)
_TITLE = re.compile(r"^(?:dr|prof|professor|mr|mrs|ms|miss|sir|dame|rev)\b\.?\s+", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:\s*,\s*|\s+\().*$")
_BEHIND = re.compile(r"\s+\(.*$")

# Words of labels that are no names.
_NOBODYS = frozenset("speaker unknown unidentified channel voice male female man woman audience member all".split())

# A speaker with this share of the questions, of at least FEWEST_QUESTIONS, is the host; one with this share of the
# words is a guest. In a talk among friends all ask about equally often.
HOST_SHARE = 0.75
FEWEST_QUESTIONS = 4
GUEST_SHARE = 0.1

# A name that was mistyped differs by one letter, in a word of some length, and is rare beside the right one.
MISTYPED_WORD_CHARS = 5
MISTYPED_SHARE = 0.2

# A transcript has few speakers; with more labels than this they are no names to be compared with each other.
MOST_LABELS = 200


class Speaker(NamedTuple):
    """How a speaker is called, and what the labels say that he or she is; None where they do not."""

    name: str
    role: str | None


def speakers_of(labels: Iterable[str]) -> dict[str, Speaker]:
    """Return for each label, as often as it is met, who is meant."""
    often = Counter(labels)
    keys = {_key(label) for label in often}
    whole = {_key(_SUFFIX.sub("", label)) for label in often}
    # "DR. ADA MOSS, BBC (voice-over)" and "MOSS (on camera)" are known from each other.
    keys |= {last for key in whole if " " in key for last in [key.split()[-1]] if last in whole}
    bare = {label: _without_role(label, keys) for label in often}
    names = Counter({name: 0 for name, _ in bare.values()})
    for label, (name, _) in bare.items():
        names[name] += often[label]
    meant = _joined(names) if len(names) <= MOST_LABELS else {name: name for name in names}
    roles: dict[str, str] = {}
    for name, role in bare.values():
        if role:
            roles.setdefault(meant[name], role)
    return {label: Speaker(meant[name], roles.get(meant[name])) for label, (name, _) in bare.items()}


def renamed(labels: Iterable[str], names: Mapping[str, str]) -> dict[str, Speaker]:
    """Return for each label who is meant, where `names` says what somebody is called who goes by a label or a name.

    A label that is named itself is nobody else's, whomever it would be joined with.
    """
    return {
        label: who._replace(name=names.get(label) or names.get(who.name) or who.name)
        for label, who in speakers_of(labels).items()
    }


def with_joined_speakers(
    segments: Sequence[Segment], names: Mapping[str, str] = MappingProxyType({})
) -> tuple[list[Segment], dict[str, list[str]]]:
    """Return the segments, each with its speaker's one name, and the names of "hosts" and "guests".

    Labels decide; without roles in labels, the speaker who asks nearly all questions is the host, and those who answer
    are guests. `names` maps labels, or joined names, to the names that replace them.
    """
    meant = renamed((segment.speaker for segment in segments if segment.speaker), names)
    joined = [
        replace(s, speaker=meant[s.speaker].name) if s.speaker and s.speaker != meant[s.speaker].name else s
        for s in segments
    ]
    roles = {who.name: who.role for who in meant.values() if who.role} or _roles_by_questions(joined)
    people = [name for name in dict.fromkeys(who.name for who in meant.values()) if _is_somebodys(name)]
    return joined, {f"{role}s": [name for name in people if roles.get(name) == role] for role in (HOST, GUEST)}


def _roles_by_questions(segments: Sequence[Segment]) -> dict[str, str]:
    """Return speaker -> role; nobody's where questions are asked by several, or by nobody."""
    asked: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for segment in segments:
        if segment.speaker:
            spans = sentence_spans(segment.text)
            asked[segment.speaker] += sum(is_question(segment.text[slice(*span)]) for span in spans)
            said[segment.speaker] += len(segment.text)
    host, questions = asked.most_common(1)[0] if asked else ("", 0)
    if questions < FEWEST_QUESTIONS or questions < HOST_SHARE * asked.total():
        return {}
    return {name: HOST if name == host else GUEST for name, size in said.items() if size >= GUEST_SHARE * said.total()}


def _is_somebodys(name: str) -> bool:
    """Whether it is a name, and no role's or number's: "Interviewer", "Speaker 1", "SPEAKER_00", "B"."""
    words = re.findall(r"[^\W\d_]{2,}", name.lower().replace("-", ""))
    return bool(words) and not any(word in _ROLES or word in _NOBODYS for word in words)


def _without_role(label: str, keys: AbstractSet[str]) -> tuple[str, str | None]:
    """Return the name without "HOST" behind it, and the role; a label may be a role itself.

    What else is said of somebody goes as well where the name, or its last word, is met without it, or where it
    is in brackets behind a whole name: "Bo Lind, Mayor", "Bo Lind (Mayor)".
    """
    match = _ROLE.search(label)
    role = _ROLES.get(match["role"].lower().replace("-", "")) if match else None
    if match and role and match.start() > 0:
        return label[: match.start()], role
    name = _SUFFIX.sub("", label)
    words = _key(name).split() or [""]
    is_met = " ".join(words) in keys or words[-1] in keys
    if not is_met:
        name = _BEHIND.sub("", label) if len(words) > 1 else label
    return name, _ROLES.get(label.lower().replace("-", ""))


def _joined(names: Counter[str]) -> dict[str, str]:
    """Return name -> the name that it is a variant of, or itself."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_key(name), []).append(name)
    heads = {key: key for key in groups}
    for key in groups:
        fitting = [other for other in groups if other != key and _is_variant(key, other, groups, names)]
        if len(fitting) == 1:
            heads[key] = fitting[0]
    meant = {}
    for key, variants in groups.items():
        head = heads[key]
        while heads[head] not in (head, key):
            head = heads[head]
        shown = max(groups[head], key=lambda name: (not name.isupper(), names[name], name))
        meant.update(dict.fromkeys(variants, shown))
    return meant


def _key(name: str) -> str:
    return " ".join(re.findall(r"\w+", _TITLE.sub("", name).casefold()))


def _is_variant(key: str, other: str, groups: dict[str, list[str]], names: Counter[str]) -> bool:
    """Whether a name is a part of another, or another one mistyped."""
    words, more = key.split(), other.split()
    if len(words) < len(more):
        initials = "".join(word[0] for word in more)
        is_part = len(words) == 1 and len(key) > 2 and key in (more[0], more[-1]) and not key.isdecimal()
        is_short = len(words) == 1 and len(key) > 1 and key == initials and groups[key][0].isupper()
        return is_part or is_short
    often, more_often = (sum(names[name] for name in groups[of]) for of in (key, other))
    if len(words) != len(more) or len(words) < 2 or often > MISTYPED_SHARE * more_often:
        return False
    different = [(a, b) for a, b in zip(words, more, strict=True) if a != b]
    return (
        len(different) == 1
        and all(len(word) >= MISTYPED_WORD_CHARS and word.isalpha() for word in different[0])
        and OSA.distance(*different[0]) == 1
    )
