"""A question with all that its answer depends on, so that it can be asked again in other ways and means the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answer import Answer, answer
from qa.library import Library


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked in a chat."""

    question: str
    previous: tuple[str, ...] = ()  # what was asked before it, oldest first
    literally: bool = False  # nothing but its own words is searched for
    only: tuple[str, ...] = ()  # the transcripts that are searched, if not all


def ask_again(library: Library, asked: Asked, k: int, only: Sequence[str] = (), *, offer: bool = False) -> Answer:
    """Return the answer with up to k passages, from these transcripts or else from those it was asked of.

    Raises InterviewQAError as `qa.answer.answer` does.
    """
    among = list(only or asked.only) or None
    return answer(library, asked.question, k, among, asked.previous, literally=asked.literally, offer=offer)
