"""Which interviews are asked: those by a name, with a guest or a host, in a language, of a time."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.errors import InterviewQAError
from index.types import About

# How many of the values that there are a message lists.
LISTED = 10


@dataclass(frozen=True, slots=True)
class Scope:
    """What an interview has to be: one of those named, for each of these that names some."""

    transcripts: tuple[str, ...] = ()  # file names, or words of them or of the title
    guests: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: str | None = None  # ISO 8601: a day, a month or a year, which counts from its first day
    until: str | None = None  # ... and to its last


def transcripts_in(abouts: Mapping[str, About], scope: Scope) -> list[str] | None:
    """Return the names of the transcripts in the scope, in their order; None where it leaves nothing out.

    Names agree whatever their case and accents, and a part of a name does: "moss" and "Ada Moss" for "Ada
    Moss". An interview without a date is in no range of dates. Raises InterviewQAError where none is left.
    """
    if scope == Scope():
        return None
    fitting = set(abouts)
    for what, wanted, values, fits in _tests(scope):
        found = {name for name, about in abouts.items() if any(fits(name, about, one) for one in wanted)}
        if wanted and not found:
            there = sorted({value for name, about in abouts.items() for value in values(name, about) if value})
            raise InterviewQAError(f"no interview {what} {_either(wanted)}; there is {_some(there)}")
        fitting &= found if wanted else fitting
    first, last = _days(scope.since or "0")[0], _days(scope.until or "9")[1]
    if scope.since or scope.until:
        dates = {name: about.date for name, about in abouts.items() if about.date}
        within = {name for name, date in dates.items() if _days(date)[1] >= first and _days(date)[0] <= last}
        if not within:
            span = " ".join([f"since {scope.since}"] * bool(scope.since) + [f"until {scope.until}"] * bool(scope.until))
            raise InterviewQAError(f"no interview {span}; there is {_some(sorted(set(dates.values())))}")
        fitting &= within
    if not fitting:
        raise InterviewQAError("no interview is all of that at once; interview-qa info lists them")
    return [name for name in abouts if name in fitting]


_Test = tuple[
    str, Sequence[str], Callable[[str, About], Iterable[str | None]], Callable[[str, About, str], bool]
]  # what it is about, what is wanted, which values there are, whether one is as wanted


def _tests(scope: Scope) -> list[_Test]:
    def named(name: str, about: About, wanted: str) -> bool:
        return wanted == name or _is_part(wanted, name) or _is_part(wanted, about.title or "")

    def with_guest(_: str, about: About, wanted: str) -> bool:
        return any(_is_part(wanted, guest) for guest in about.guests)

    def by_host(_: str, about: About, wanted: str) -> bool:
        return any(_is_part(wanted, host) for host in about.hosts)

    def in_language(_: str, about: About, wanted: str) -> bool:
        spoken, asked = ((tag or "").lower().replace("_", "-") for tag in (about.language, wanted))
        return spoken == asked or spoken.startswith(f"{asked}-")

    return [
        ("named", scope.transcripts, lambda name, _: [name], named),
        ("with guest", scope.guests, lambda _, about: about.guests, with_guest),
        ("with host", scope.hosts, lambda _, about: about.hosts, by_host),
        ("in language", scope.languages, lambda _, about: [about.language], in_language),
    ]


def _is_part(wanted: str, name: str) -> bool:
    """Whether the words are some of the name's, one after the other."""
    words, whole = _words(wanted), _words(name)
    return bool(words) and f" {words} " in f" {whole} "


def _words(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c)).replace("_", " ")))


def _days(date: str) -> tuple[str, str]:
    """Return the first and the last day of a day, a month or a year; they compare as text."""
    return date + "0000-01-01"[len(date) :], date + "9999-12-31"[len(date) :]


def _either(wanted: Sequence[str]) -> str:
    return " or ".join(repr(one) for one in wanted)


def _some(there: Sequence[str]) -> str:
    more = f" and {len(there) - LISTED} more" if len(there) > LISTED else ""
    return ", ".join(there[:LISTED]) + more if there else "none of which that is known"
