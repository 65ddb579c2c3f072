"""Each guest's answer to one question, or that they were not asked, or that it is unclear who answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.storage.full_text import may_be_same
from qa.answering.answer import AskedQuestion, CitedPassage, answer_again
from qa.answering.library import Library
from qa.render.render import title

# Guests are ordered by their best rank among RANKED passages. Each guest is asked with LOOKED_AT passages, as the
# chat is; RANKED if an interview has several guests, since the best passages may be another guest's.
RANKED = 50
LOOKED_AT = 5

# A passage with at least this share of the best score still answers: of the samples' questions, those with the
# answer had .55 or more.
NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest with their interviews; an interview without a named guest counts as a guest of its own."""

    name: str
    transcripts: tuple[str, ...]
    is_known: bool = True  # the name is a person's


@dataclass(frozen=True, slots=True)
class Reply:
    """A guest's answer; no passage if the guest was not asked or it is unclear who answered."""

    guest: Guest
    passage: CitedPassage | None
    is_unclear: bool = False  # somebody answered: this guest or another one


def guests(library: Library, asked: AskedQuestion) -> list[Guest]:
    """Return the guests of the searched interviews, those with the best passages first, then by name.

    Raises InterviewQAError as `answer` does.
    """
    with library.snapshot() as snapshot:
        metadata_by_transcript = snapshot.database.metadata_by_transcript()
    interviews: dict[tuple[str, bool], list[str]] = {}
    for name, metadata in metadata_by_transcript.items():
        if asked.only and name not in asked.only:
            continue
        for guest in metadata.guests:
            interviews.setdefault((guest, True), []).append(name)
        if not metadata.guests:
            # By the file's name: two interviews with the same title are two guests.
            interviews[name, False] = [name]
    best_rank = dict[str, int]()
    for rank, passage in enumerate(answer_again(library, asked, RANKED).passages):
        best_rank.setdefault(passage.transcript, rank)
    listed = [
        Guest(who if is_known else title(who, metadata_by_transcript[who]), tuple(names), is_known)
        for (who, is_known), names in interviews.items()
    ]
    return sorted(
        listed, key=lambda guest: (min(best_rank.get(name, RANKED) for name in guest.transcripts), guest.name)
    )


def replies(library: Library, asked: AskedQuestion, of: Sequence[Guest]) -> list[Reply]:
    """Return each guest's answer, in their order. Raises InterviewQAError as `answer` does."""
    return [_reply(library, asked, guest) for guest in of]


def _reply(library: Library, asked: AskedQuestion, guest: Guest) -> Reply:
    answer = answer_again(library, asked, LOOKED_AT, guest.transcripts)
    if answer.matched and any(len(passage.metadata.guests) > 1 for passage in answer.passages):
        answer = answer_again(library, asked, RANKED, guest.transcripts)
    if not answer.matched:
        return Reply(guest, None)
    # With several guests in one interview, no guest is given another one's words.
    candidates = [(passage, _possible_speakers(passage)) for passage in _near(answer.passages)]
    own = (passage for passage, names in candidates if len(names) < 2 and (guest.name in names or not guest.is_known))
    best = next(own, None)
    return Reply(guest, best, is_unclear=best is None and any(guest.name in names for _, names in candidates))


def _near(passages: Sequence[CitedPassage]) -> list[CitedPassage]:
    """Return the first LOOKED_AT passages, and later ones with at least NEAR of the best score."""
    least = NEAR * passages[0].score if passages else 0.0
    return [passage for row, passage in enumerate(passages) if row < LOOKED_AT or passage.score >= least]


def _possible_speakers(passage: CitedPassage) -> Collection[str]:
    """Return the interview's guests who may have said a passage, by its speaker label."""
    guests, speaker = passage.metadata.guests, passage.speaker
    if len(guests) < 2:
        return guests
    if speaker in guests:
        return [speaker]
    alike = [guest for guest in guests if may_be_same(guest, speaker or "")]
    is_host = any(may_be_same(host, speaker or "") for host in passage.metadata.hosts)
    return alike or ([] if is_host else guests)
