"""Transcripts in the library file: what was said, in which segments, with their times and what is known of it.

Functions on the library file's connection, which `Database` calls.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from operator import gt
from types import NoneType
from typing import Any

import apsw
import numpy as np

from index.encodings import seal
from index.types import About, Mark, Segment, Transcript

# A segment's marks: where in its text, and at which second.
MARK = np.dtype([("offset", "<u4"), ("start_s", "<f8")])


def store_transcript(connection: apsw.Connection, transcript: Transcript, source: str, checksum: str) -> int:
    """Keep a transcript, where it was read from and the checksum of that; return its id."""
    text = transcript.text
    about = json.dumps(asdict(transcript.about))
    rows = [
        (len(s.text), s.start, s.end, s.speaker, *map(_real, (s.start_s, s.end_s)), _packed(s.marks))
        for s in transcript.segments
    ]
    sealed = seal_of(transcript.name, text, about, rows)
    connection.execute(
        "INSERT INTO transcripts (name, source, sha256, words, text, about, seal) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (transcript.name, source, checksum, len(text.split()), text, about, sealed),
    )
    transcript_id = connection.last_insert_rowid()
    connection.executemany(
        "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((transcript_id, number, *row) for number, row in enumerate(rows)),
    )
    return transcript_id


def load_transcript(connection: apsw.Connection, name: str) -> Transcript:
    """Return a transcript as it was read. Raises KeyError for a name that is not in the library."""
    row = connection.execute("SELECT id, text, about, seal FROM transcripts WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise KeyError(name)
    transcript_id, text, about, sealed = row
    segments, at = [], 0
    rows = segment_rows(connection, transcript_id)
    if seal_of(name, text, about, rows) != sealed:
        raise ValueError(f"what was said in {name} is not what was stored")
    _refuse_odd(text, rows)
    for size, start, end, speaker, start_s, end_s, marks in rows:
        segments.append(Segment(text[at : at + size], start, end, speaker, start_s, end_s, _unpacked(marks)))
        at += size + 1
    separator = text[len(segments[0].text)] if len(segments) > 1 else "\n"
    return Transcript.of(name, segments, about_from(about), separator)


def segment_rows(connection: apsw.Connection, transcript_id: int) -> list[Any]:
    """Return (size, start, end, speaker, start_s, end_s, marks) of each segment, in their order."""
    return connection.execute(
        "SELECT size, start, end, speaker, start_s, end_s, marks FROM segments WHERE transcript_id = ? ORDER BY row",
        (transcript_id,),
    ).fetchall()


def about_from(stored: str) -> About:
    """Return what is known of an interview, from how it is stored. Raises ValueError or TypeError for anything else."""
    fields = json.loads(stored)
    guests, hosts = tuple(fields.pop("guests", ())), tuple(fields.pop("hosts", ()))
    if not all(isinstance(value, str) for value in (*guests, *hosts, *filter(None, fields.values()))):
        raise ValueError(stored)
    return About(**fields, guests=guests, hosts=hosts)


def load_abouts(connection: apsw.Connection) -> dict[str, About]:
    """Return transcript name -> what is known of it, in the order of names."""
    rows = connection.execute("SELECT name, about FROM transcripts ORDER BY name")
    return {name: about_from(stored) for name, stored in rows}


def _real(seconds: float | None) -> float | None:
    """Return a number as SQLite returns it."""
    return None if seconds is None else float(seconds)


def seal_of(name: str, text: str, about: str, segments: Sequence[Sequence[object]]) -> bytes:
    """Return the checksum of a transcript and its segments, as `segment_rows` returns them."""
    words = (part.encode("utf-8", "surrogatepass") for part in (name, text, about))
    return seal(*words, repr([tuple(segment) for segment in segments]).encode())


def _refuse_odd(text: str, rows: Sequence[Any]) -> None:
    """Raise ValueError for segments that no transcript has, whoever wrote them."""
    if not rows or sum(row[0] for row in rows) + len(rows) - 1 != len(text):
        raise ValueError("the segments do not hold the text")
    sizes, starts, ends, speakers, starts_s, ends_s, marks = zip(*rows, strict=True)
    times = [time for time in (*starts_s, *ends_s) if time is not None]
    kinds = (
        ({*map(type, (*sizes, *starts, *ends))}, {int}),
        ({*map(type, speakers)}, {str, NoneType}),
        ({*map(type, times)}, {float}),
        ({*map(type, marks)}, {bytes, NoneType}),
    )
    if any(found - meant for found, meant in kinds) or min(*sizes, *starts, 0) < 0 or any(map(gt, starts, ends)):
        raise ValueError("segments that are none")
    if not all(map(math.isfinite, times)) or not all(math.isfinite(m.start_s) for of in marks for m in _unpacked(of)):
        raise ValueError("times that are none")


def _packed(marks: tuple[Mark, ...]) -> bytes | None:
    return np.array([tuple(mark) for mark in marks], MARK).tobytes() if marks else None


def _unpacked(stored: bytes | None) -> tuple[Mark, ...]:
    return tuple(Mark(*mark) for mark in np.frombuffer(stored, MARK).tolist()) if stored else ()
