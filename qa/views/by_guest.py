"""Several guests, one question: what each of them said to it, or that nobody asked them, or that it is not known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.storage.full_text import may_be_same
from qa.answering.answer import AskedQuestion, CitedPassage, answer_again
from qa.answering.library import Library
from qa.render.render import title

# Whose passages are among so many of the best come first. Of each guest so many are looked at, as many as the chat
# shows: what counts as a match looks at several. Of one who was not alone it is more: the best may be another's.
RANKED = 50
LOOKED_AT = 5

# Of what one of several guests said, a passage with so much of the best one's score still answers. (What answers the
# samples' questions has .55 of it or more.)
NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who was interviewed; an interview of which no guest is known stands for its own."""

    name: str
    transcripts: tuple[str, ...]
    is_known: bool = True  # by name


@dataclass(frozen=True, slots=True)
class Reply:
    """What a guest said to a question; no passage where nobody asked, or where it is not known who answered."""

    guest: Guest
    passage: CitedPassage | None
    is_unclear: bool = False  # somebody answered, and it may have been this guest or another one


def guests(library: Library, asked: AskedQuestion) -> list[Guest]:
    """Return the guests of the interviews that are asked, those with the best passages first, then by name.

    Raises InterviewQAError as `qa.answering.answer.answer` does.
    """
    with library.snapshot() as snapshot:
        metadata_by_transcript = snapshot.database.metadata_by_transcript()
    interviews: dict[tuple[str, bool], list[str]] = {}
    among = frozenset(asked.only)
    for name, about in metadata_by_transcript.items():
        if among and name not in among:
            continue
        for guest in about.guests:
            interviews.setdefault((guest, True), []).append(name)
        if not about.guests:
            # Two interviews may have one title; they are two guests all the same.
            interviews[name, False] = [name]
    best = dict[str, int]()
    for rank, passage in enumerate(answer_again(library, asked, RANKED).passages):
        best.setdefault(passage.transcript, rank)
    there = [
        Guest(who if is_known else title(who, metadata_by_transcript[who]), tuple(names), is_known)
        for (who, is_known), names in interviews.items()
    ]
    return sorted(there, key=lambda guest: (min(best.get(name, RANKED) for name in guest.transcripts), guest.name))


def replies(library: Library, asked: AskedQuestion, of: Sequence[Guest]) -> list[Reply]:
    """Return what each of the guests said, in their order. Raises InterviewQAError as `answer` does."""
    return [_reply(library, asked, guest) for guest in of]


def _reply(library: Library, asked: AskedQuestion, guest: Guest) -> Reply:
    found = answer_again(library, asked, LOOKED_AT, guest.transcripts)
    if found.matched and any(len(passage.about.guests) > 1 for passage in found.passages):
        found = answer_again(library, asked, RANKED, guest.transcripts)
    if not found.matched:
        return Reply(guest, None)
    # Where several were interviewed at once, nobody is given what another one said.
    may_have_said = [(passage, _who_may_have_said(passage)) for passage in _near(found.passages)]
    own = (passage for passage, who in may_have_said if len(who) < 2 and (guest.name in who or not guest.is_known))
    best = next(own, None)
    return Reply(guest, best, is_unclear=best is None and any(guest.name in who for _, who in may_have_said))


def _near(passages: Sequence[CitedPassage]) -> list[CitedPassage]:
    """Return the passages that the chat would show, and of those after them the ones that are about as good."""
    least = NEAR * passages[0].score if passages else 0.0
    return [each for row, each in enumerate(passages) if row < LOOKED_AT or each.score >= least]


def _who_may_have_said(passage: CitedPassage) -> Collection[str]:
    """Return the guests of an interview who may have said a passage of it, by what its speaker is called."""
    guests, speaker = passage.about.guests, passage.speaker
    if len(guests) < 2:
        return guests
    if speaker in guests:
        return [speaker]
    alike = [guest for guest in guests if may_be_same(guest, speaker or "")]
    is_host = any(may_be_same(host, speaker or "") for host in passage.about.hosts)
    return alike or ([] if is_host else guests)
