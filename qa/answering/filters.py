"""Which interviews are asked: those by a name, with a guest or a host, in a language, of a time."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.errors import InterviewQAError
from index.types import Metadata

# How many of the values that there are a message lists, and what names the rest in a terminal.
LISTED = 10
FULL_LIST = "; interview-qa info lists them"

# How many partial names are searched for; exact names cost nothing.
MOST_PARTS = 50

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filters:
    """What an interview has to be: one of those named, for each of these that names some."""

    transcripts: tuple[str, ...] = ()  # file names, or words of them or of the title
    guests: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: str | None = None  # ISO 8601: a day, a month or a year, which counts from its first day
    until: str | None = None  # ... and to its last


@dataclass(frozen=True, slots=True)
class FilterValues:
    """What the interviews of a library can be asked to be: all that is known of any of them, in order."""

    guests: tuple[str, ...]
    hosts: tuple[str, ...]
    languages: tuple[str, ...]
    dates: tuple[str, str] | None  # the first and the last, as they are written


class _Facet(NamedTuple):
    """One of the things by which an interview is asked for."""

    what: str  # as a message says it
    wanted: Sequence[str]
    holders: Mapping[str, Sequence[str]]  # value -> the interviews that have it
    listed: Collection[str]  # the values that a message lists
    fits: Callable[[str, str], bool] | None = None  # whether a value is as wanted; else it is it, or a part of it

    def meant(self, wanted: Sequence[str]) -> dict[str, list[str]]:
        """Return for each thing that is wanted the values that are so."""
        if self.fits:
            return {one: [value for value in self.holders if self.fits(one, value)] for one in wanted}
        parts = {one: _words(one) for one in wanted if one not in self.holders}
        # Where all is written exactly, as on the page, the values need not be looked at one by one.
        words = {value: f" {_words(value)} " for value in self.holders} if parts else {}
        alike = {one: [v for v, whole in words.items() if part and f" {part} " in whole] for one, part in parts.items()}
        return {one: [one] for one in wanted if one in self.holders} | alike


def transcripts_in(metadata_by_transcript: Mapping[str, Metadata], scope: Filters) -> list[str] | None:
    """Return the names of the transcripts in the scope, in their order; None where it leaves nothing out.

    Names agree whatever their case and accents, and a part of a name does: "moss" and "Ada Moss" for "Ada
    Moss". A name that is written exactly as one that there is stands for that one alone. An interview without
    a date is in no range of dates. Raises InterviewQAError where none is left.
    """
    if scope == Filters():
        return None
    fitting = set(metadata_by_transcript)
    for known in _known(metadata_by_transcript, scope):
        meant = known.meant(known.wanted).values()
        found = {name for values in meant for value in values for name in known.holders[value]}
        if known.wanted and not found:
            there = _some(sorted(known.listed))
            raise InterviewQAError(f"no interview {known.what} {_either(known.wanted)}; there is {there}")
        fitting &= found if known.wanted else fitting
    first, last = _days(scope.since or "0")[0], _days(scope.until or "9")[1]
    if scope.since or scope.until:
        dates = {name: metadata.date for name, metadata in metadata_by_transcript.items() if metadata.date}
        within = {name for name, date in dates.items() if _days(date)[1] >= first and _days(date)[0] <= last}
        if not within:
            span = " ".join([f"since {scope.since}"] * bool(scope.since) + [f"until {scope.until}"] * bool(scope.until))
            raise InterviewQAError(f"no interview {span}; there is {_some(sorted(set(dates.values())))}")
        fitting &= within
    if not fitting:
        raise InterviewQAError(f"no interview is all of that at once{FULL_LIST}")
    return [name for name in metadata_by_transcript if name in fitting]


def choices(metadata_by_transcript: Mapping[str, Metadata]) -> FilterValues:
    """Return what is known of interviews that they can be chosen by."""
    dates = sorted(metadata.date for metadata in metadata_by_transcript.values() if metadata.date)
    return FilterValues(
        guests=tuple(sorted({guest for metadata in metadata_by_transcript.values() for guest in metadata.guests})),
        hosts=tuple(sorted({host for metadata in metadata_by_transcript.values() for host in metadata.hosts})),
        languages=tuple(
            sorted({metadata.language for metadata in metadata_by_transcript.values() if metadata.language})
        ),
        dates=(dates[0], dates[-1]) if dates else None,
    )


def resolve_filters(metadata_by_transcript: Mapping[str, Metadata], scope: Filters) -> tuple[Filters, list[str]]:
    """Return the scope as the library writes it, and one line for each thing in it that no interview is.

    What none is, is no longer asked for.
    """
    lost, kept, n_parts = [], [], 0
    for known in _known(metadata_by_transcript, scope):
        exact = [one for one in known.wanted if one in known.holders]
        parts = [one for one in known.wanted if one not in known.holders][: MOST_PARTS - n_parts]
        n_parts += len(parts)
        meant: dict[str, list[str]] = {one: [] for one in known.wanted} | {one: [one] for one in exact}
        meant |= known.meant(parts)
        lost += [
            f"there is no interview {known.what} {one!r}, so this is not asked for"
            for one, values in meant.items()
            if not values
        ]
        kept.append(tuple(dict.fromkeys(value for values in meant.values() for value in values)))
    lost += [
        f"{date!r} is no date as 2021, 2021-06 or 2021-06-30, so this is not asked for"
        for date in (scope.since, scope.until)
        if date and not is_date(date)
    ]
    since, until = (date if date and is_date(date) else None for date in (scope.since, scope.until))
    transcripts, guests, hosts, languages = kept
    return Filters(transcripts, guests, hosts, languages, since, until), lost


def is_date(text: str) -> bool:
    """Whether the text is a day, a month or a year as this project writes them."""
    return bool(_DATE.fullmatch(text))


def _known(metadata_by_transcript: Mapping[str, Metadata], scope: Filters) -> list[_Facet]:
    named, guests, hosts, languages = (defaultdict[str, list[str]](list) for _ in range(4))
    for name, metadata in metadata_by_transcript.items():
        named[name].append(name)
        if metadata.title:
            named[metadata.title].append(name)
        for guest in metadata.guests:
            guests[guest].append(name)
        for host in metadata.hosts:
            hosts[host].append(name)
        if metadata.language:
            languages[metadata.language].append(name)
    return [
        _Facet("named", scope.transcripts, named, metadata_by_transcript.keys()),
        _Facet("with guest", scope.guests, guests, guests),
        _Facet("with host", scope.hosts, hosts, hosts),
        _Facet("in language", scope.languages, languages, languages, _is_language),
    ]


def _is_language(wanted: str, spoken: str) -> bool:
    tag, whole = (text.lower().replace("_", "-") for text in (wanted, spoken))
    return whole == tag or whole.startswith(f"{tag}-")


def _words(name: str) -> str:
    """Return the words of a name; those of a part of it are some of them, one after the other."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c)).replace("_", " ")))


def _days(date: str) -> tuple[str, str]:
    """Return the first and the last day of a day, a month or a year; they compare as text."""
    return date + "0000-01-01"[len(date) :], date + "9999-12-31"[len(date) :]


def _either(wanted: Sequence[str]) -> str:
    return " or ".join(repr(one) for one in wanted)


def _some(there: Sequence[str]) -> str:
    more = f" and {len(there) - LISTED} more" if len(there) > LISTED else ""
    return ", ".join(there[:LISTED]) + more if there else "no such information in any interview"
