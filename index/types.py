"""The nouns: a transcript is made of segments, and is cut into passages.

Two kinds of character offsets occur. *File* offsets count in the decoded file, markup and all; only
`Segment.start` and `.end` and what `Transcript.in_file` returns are such. All others count in
`Transcript.text`, the words alone.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

# Between two segments stands one line break, so that a slice over several reads as turns do.
SEPARATOR = "\n"


class Span(NamedTuple):
    """Half-open range of character offsets."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech as the file gives it: a cue, a labelled turn, or a whole bare text."""

    text: str
    start: int  # file offsets
    end: int
    speaker: str | None = None
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview as read: `text` is what was said, verbatim, without labels and timings."""

    name: str  # the file's name, with its folder below the one that was indexed
    text: str
    segments: tuple[Segment, ...]
    offsets: tuple[int, ...]  # where each segment starts in `text`

    @classmethod
    def of(cls, name: str, segments: list[Segment]) -> "Transcript":
        """Join segments to a transcript."""
        sizes = (len(segment.text) + len(SEPARATOR) for segment in segments)
        offsets = tuple(accumulate(sizes, initial=0))[:-1]
        return cls(name, SEPARATOR.join(s.text for s in segments), tuple(segments), offsets)

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

        Inside a segment the time is interpolated by characters; one without an end has its start's. With
        `at_end` it is the time at which what lies before the offset ends, if the file lets one know.
        """
        row = self.segment_at(offset - at_end)
        segment = self.segments[row]
        if segment.start_s is None:
            return None
        within = offset - self.offsets[row]
        if within <= 0 or not segment.text:
            return segment.start_s, True
        if segment.end_s is None:
            return None if at_end else (segment.start_s, False)
        if within >= len(segment.text):
            return segment.end_s, True
        share = min(1.0, within / len(segment.text))
        return segment.start_s + share * (segment.end_s - segment.start_s), False


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim slice of a transcript: what was asked and what was answered, or a part of a long answer."""

    span: Span
    question: Span | None  # what was asked; may lie before `span` where the answer is long
    sentences: tuple[Span, ...]
    is_aside: bool = False  # an opening, an advertisement or a farewell
