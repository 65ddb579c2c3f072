"""The nouns: a transcript is made of segments, and is cut into passages.

Two kinds of character offsets occur. *File* offsets count in the decoded file, markup and all; only
`Segment.start` and `.end` and what `Transcript.in_file` returns are such. All others count in
`Transcript.text`, the words alone.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

# Called with what a long job is doing, how much of it is done, and how much there is; 0 in all: a message.
Progress = Callable[[str, int, int], None]


class Span(NamedTuple):
    """Half-open range of character offsets."""

    start: int
    end: int


class Mark(NamedTuple):
    """A place inside a segment whose time the file gives: a word's."""

    offset: int  # in the segment's text
    start_s: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech as the file gives it: a cue, a labelled turn, or a whole bare text."""

    text: str
    start: int  # file offsets
    end: int
    speaker: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    marks: tuple[Mark, ...] = ()  # in their order


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of an interview besides what was said in it."""

    title: str | None = None
    guests: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    date: str | None = None  # ISO 8601: a day, or a month or a year alone
    media: str | None = None  # the address of a recording, or the path of one on this machine
    language: str | None = None  # BCP 47, as "en" or "pt-BR"


class ParseWarning(NamedTuple):
    """A place in a file that was not understood; its words are kept."""

    offset: int  # in the decoded file
    message: str


class ParsedFile(NamedTuple):
    """What a reader finds in a file."""

    segments: list[Segment]
    metadata: Mapping[str, object] = {}  # what the file says of itself, in its own terms; see index.metadata.metadata
    # Between two segments stands one character: a line break between turns, a space between cues.
    separator: str = "\n"
    warnings: Sequence[ParseWarning] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview as read: `text` is what was said, verbatim, without labels and timings."""

    name: str  # the file's name, with its folder below the one that was indexed
    text: str
    segments: Sequence[Segment]
    offsets: tuple[int, ...]  # where each segment starts in `text`
    times: Sequence[Mark] = ()  # offsets in `text` whose time the file gives: where something starts or ends
    metadata: Metadata = Metadata()
    warnings: tuple[str, ...] = ()  # places of the file that were not understood, a line each

    @classmethod
    def of(
        cls,
        name: str,
        segments: Sequence[Segment],
        metadata: Metadata = Metadata(),
        separator: str = "\n",
        warnings: Sequence[str] = (),
    ) -> "Transcript":
        """Join segments to a transcript; between two of them stands the separator, one character."""
        sizes = (len(segment.text) + 1 for segment in segments)
        offsets = tuple(accumulate(sizes, initial=0))[:-1]
        times = tuple(_times(segments, offsets))
        text = separator.join(segment.text for segment in segments)
        return cls(name, text, tuple(segments), offsets, times, metadata, tuple(warnings))

    def segment_at(self, offset: int) -> int:
        """Return the row of the segment that holds the offset; a separator belongs to the one before."""
        return max(0, bisect_right(self.offsets, offset) - 1)

    def in_file(self, span: Span) -> Span:
        """Translate to file offsets; where a segment's text differs from the file, take all of the segment."""
        return Span(self._file_offset(span.start, at_end=False), self._file_offset(span.end, at_end=True))

    def _file_offset(self, offset: int, at_end: bool) -> int:
        row = self.segment_at(offset - 1 if at_end else offset)
        segment = self.segments[row]
        if segment.end - segment.start != len(segment.text):
            return segment.end if at_end else segment.start
        return min(segment.end, segment.start + offset - self.offsets[row])

    def from_file(self, span: Span) -> Span | None:
        """Translate file offsets to offsets in `text`, back from `in_file`; None where nothing was said there."""
        rows = [row for row, s in enumerate(self.segments) if s.start < span.end and span.start < s.end]
        if not rows:
            return None
        (first, begins), (last, ends) = ((self.segments[row], self.offsets[row]) for row in (rows[0], rows[-1]))
        start, end = begins, ends + len(last.text)
        # Where a segment's text differs from the file, nobody knows which part of it is meant.
        if first.end - first.start == len(first.text):
            start += max(0, span.start - first.start)
        if last.end - last.start == len(last.text):
            end -= max(0, last.end - span.end)
        return Span(start, end)

    def parts(self, span: Span) -> list[tuple[Segment, Span]]:
        """Return the segments that the span reaches into, each with the part of the span that lies in it."""
        rows = range(self.segment_at(span.start), self.segment_at(span.end - 1) + 1)
        return [
            (segment, Span(max(span.start, start), min(span.end, start + len(segment.text))))
            for segment, start in ((self.segments[row], self.offsets[row]) for row in rows)
        ]

    def speaking(self, span: Span) -> dict[str, float]:
        """Return speaker -> the share of the span's characters that are theirs; nobody's words are left out."""
        shares: dict[str, float] = {}
        for segment, part in self.parts(span):
            if segment.speaker:
                share = (part.end - part.start) / (span.end - span.start)
                shares[segment.speaker] = shares.get(segment.speaker, 0.0) + share
        return shares

    def time_at(self, offset: int, at_end: bool = False) -> tuple[float, bool] | None:
        """Return (seconds, whether the file itself says so), or None where it gives no time.

        Between two times that the file gives, the time is interpolated by words; after the last one, that one
        is the nearest that is known. With `at_end` it is the time at which what lies before the offset ends,
        None after the last one.
        """
        row = bisect_right(self.times, offset, key=lambda mark: mark.offset) - 1
        if row < 0:
            return None
        before, seconds = self.times[row]
        if before == offset:
            return seconds, True
        if row + 1 == len(self.times):
            return None if at_end else (seconds, False)
        after, later = self.times[row + 1]
        said, all_said = (len(self.text[before:end].split()) for end in (offset, after))
        return seconds + max(0.0, later - seconds) * said / max(1, all_said), False


def _times(segments: Sequence[Segment], offsets: Sequence[int]) -> Iterator[Mark]:
    for segment, offset in zip(segments, offsets, strict=True):
        if segment.start_s is not None:
            yield Mark(offset, segment.start_s)
        yield from (Mark(offset + mark.offset, mark.start_s) for mark in segment.marks if mark.offset > 0)
        if segment.end_s is not None:
            yield Mark(offset + len(segment.text), segment.end_s)


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim slice of a transcript: what was asked and what was answered, or a part of a long answer."""

    span: Span
    question: Span | None  # what was asked; may lie before `span` where the answer is long
    sentences: tuple[Span, ...]
    is_aside: bool = False  # an opening, an advertisement or a farewell
    guest_share: float | None = (
        None  # how likely the answer is the guest's, where nobody is named; see index.splitting.guest_estimate
    )
