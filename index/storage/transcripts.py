"""Transcripts in the library file: what was said, in which segments, with their times and what is known of it.

Functions on the library file's connection, which `Database` calls.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, TypeVar, overload

import apsw
import numpy as np
from numpy.typing import NDArray

from index.storage.checksums import checksum_matches, row_checksum
from index.types import Mark, Metadata, Segment, Transcript

# A segment: how many characters it has, its file offsets, the row of its speaker, how many marks are its own, and
# its times; NaN if the file gives none.
SEGMENT = np.dtype(
    [(name, "<u4") for name in ("size", "start", "end", "speaker", "marks")] + [("start_s", "<f8"), ("end_s", "<f8")]
)

# A segment's marks: where in its text, and at which second.
MARK = np.dtype([("offset", "<u4"), ("start_s", "<f8")])

Records = NDArray[np.void]


def store_transcript(connection: apsw.Connection, transcript: Transcript, source: str, checksum: str) -> int:
    """Keep a transcript, where it was read from and the checksum of that; return its id."""
    text, segments = transcript.text, transcript.segments
    spoken: dict[str | None, int] = {}
    for segment in segments:
        spoken[segment.speaker] = spoken.get(segment.speaker, 0) + len(segment.text)
    row_of = {speaker: row for row, speaker in enumerate(spoken)}
    records = np.array(
        [
            (len(s.text), s.start, s.end, row_of[s.speaker], len(s.marks), _number(s.start_s), _number(s.end_s))
            for s in segments
        ],
        SEGMENT,
    )
    marks = np.array([tuple(mark) for segment in segments for mark in segment.marks], MARK)
    # As SQLite returns it: no whole number, and no -0.0.
    times = [float(time) + 0.0 for s in segments for time in (s.start_s, s.end_s) if time is not None]
    kept: dict[str, str | bytes] = {
        "text": text,
        "about": json.dumps(asdict(transcript.metadata)),
        "spoken": json.dumps([*spoken.items()]),
        "warnings": json.dumps(transcript.warnings),
        "segments": records.tobytes(),
        "marks": marks.tobytes(),
    }
    row = {"name": transcript.name, "source": source, "sha256": checksum, "words": len(text.split())}
    end_s = max(times, default=None)
    row |= kept | {"end_s": end_s, "seal": row_checksum(*_sealed(transcript.name, *kept.values(), f"{end_s}"))}
    connection.execute(
        f"INSERT INTO transcripts ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", row
    )
    return connection.last_insert_rowid()


def load_transcript(connection: apsw.Connection, name: str) -> Transcript:
    """Return a transcript as it was read; its segments are made when they are asked for.

    Raises KeyError for a name that is not in the library, ValueError, TypeError or LookupError for what nobody wrote.
    """
    row = connection.execute(
        "SELECT text, about, spoken, warnings, segments, marks, end_s, seal FROM transcripts WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        raise KeyError(name)
    *kept, end_s, sealed = row
    text, metadata, spoken, warnings, segments, marked = kept
    if not checksum_matches(sealed, *_sealed(name, *kept, f"{end_s}")):
        raise ValueError(f"what was said in {name} is not what was stored")
    records, marks = np.frombuffer(segments, SEGMENT), np.frombuffer(marked, MARK)
    speakers = _speakers(spoken)
    _refuse_odd(len(text), len(speakers), records, marks)
    offsets = _starts(records["size"] + 1)
    at, marks_at = offsets.tolist(), _starts(records["marks"]).tolist()

    def segment(row: int) -> Segment:
        size, start, end, speaker, n_marks, start_s, end_s = records[row].item()
        own = marks[marks_at[row] : marks_at[row] + n_marks].tolist()
        said = text[at[row] : at[row] + size]
        return Segment(said, start, end, speakers[speaker], _time(start_s), _time(end_s), tuple(Mark(*m) for m in own))

    timed, seconds = _times(records, offsets, marks)

    def time(row: int) -> Mark:
        return Mark(int(timed[row]), float(seconds[row]))

    said = LazySequence(len(records), segment)
    return Transcript(
        name,
        text,
        said,
        tuple(at),
        LazySequence(len(timed), time),
        metadata_from(metadata),
        tuple(json.loads(warnings)),
    )


def metadata_from(stored: str) -> Metadata:
    """Return what is known of an interview, from how it is stored. Raises ValueError or TypeError for anything else."""
    fields = json.loads(stored)
    guests, hosts = tuple(fields.pop("guests", ())), tuple(fields.pop("hosts", ()))
    if not all(isinstance(value, str) for value in (*guests, *hosts, *filter(None, fields.values()))):
        raise ValueError(stored)
    return Metadata(**fields, guests=guests, hosts=hosts)


def load_metadata_by_transcript(connection: apsw.Connection) -> dict[str, Metadata]:
    """Return transcript name -> what is known of it, in the order of names."""
    rows = connection.execute("SELECT name, about FROM transcripts ORDER BY name")
    return {name: metadata_from(stored) for name, stored in rows}


def _number(seconds: float | None) -> float:
    return float("nan") if seconds is None else seconds


def _time(seconds: float) -> float | None:
    return None if math.isnan(seconds) else seconds


def _sealed(*parts: str | bytes) -> list[bytes]:
    """Return what a transcript's checksum is of: its name, what was said, by whom, where and when, what is known."""
    return [part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts]


def _speakers(stored: str) -> list[str | None]:
    """Return who speaks, from how it is stored. Raises ValueError or TypeError for anything else."""
    speakers = [speaker for speaker, _ in json.loads(stored)]
    if not all(speaker is None or isinstance(speaker, str) for speaker in speakers):
        raise ValueError(stored)
    return speakers


def _starts(sizes: NDArray[np.unsignedinteger]) -> NDArray[np.int64]:
    """Return where each of some things in a row begins."""
    starts: NDArray[np.int64] = np.cumsum(sizes, dtype=np.int64) - sizes
    return starts


def _times(records: Records, offsets: NDArray[np.int64], marks: Records) -> tuple[NDArray[np.int64], Any]:
    """Return (offsets, seconds) of all times that the file gives, in their order, as Transcript.of does."""
    rows = np.arange(len(records))
    row_of = np.repeat(rows, records["marks"])
    starting, inside, ending = ~np.isnan(records["start_s"]), marks["offset"] > 0, ~np.isnan(records["end_s"])
    order = np.argsort(
        np.concatenate([3 * rows[starting], 3 * row_of[inside] + 1, 3 * rows[ending] + 2]), kind="stable"
    )
    ends = offsets + records["size"]
    timed = [offsets[starting], offsets[row_of[inside]] + marks["offset"][inside], ends[ending]]
    seconds = [records["start_s"][starting], marks["start_s"][inside], records["end_s"][ending]]
    return np.concatenate(timed)[order], np.concatenate(seconds)[order]


def _refuse_odd(n_chars: int, n_speakers: int, records: Records, marks: Records) -> None:
    """Raise ValueError for segments that do not fit the text or each other."""
    if not len(records) or int(records["size"].sum(dtype=np.int64)) + len(records) - 1 != n_chars:
        raise ValueError("the segments do not hold the text")
    has_odd = (records["start"] > records["end"]).any() or (records["speaker"] >= n_speakers).any()
    if has_odd or int(records["marks"].sum(dtype=np.int64)) != len(marks):
        raise ValueError("invalid segments")
    if (
        np.isinf(records["start_s"]).any()
        or np.isinf(records["end_s"]).any()
        or not np.isfinite(marks["start_s"]).all()
    ):
        raise ValueError("invalid times")


_Item = TypeVar("_Item")


class LazySequence(Sequence[_Item]):
    """A sequence of n items, each made when it is asked for. Equal to sequences of equal items.

    Somebody who goes through all of them will do so again: from then on they are kept.
    """

    __slots__ = ("_kept", "_make", "_n")

    def __init__(self, n: int, make: Callable[[int], _Item]) -> None:
        self._n = n
        self._make = make
        self._kept: tuple[_Item, ...] | None = None

    def __len__(self) -> int:
        return self._n

    @overload
    def __getitem__(self, at: int) -> _Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[_Item, ...]: ...
    def __getitem__(self, at: int | slice) -> _Item | tuple[_Item, ...]:
        if self._kept is not None:
            return self._kept[at]
        if isinstance(at, slice):
            return tuple(map(self._make, range(*at.indices(self._n))))
        return self._make(range(self._n)[at])

    def __iter__(self) -> Iterator[_Item]:
        if self._kept is None:
            self._kept = tuple(map(self._make, range(self._n)))
        return iter(self._kept)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))
