"""Transcripts in the library file: what was said, in which segments, with their times and what is known of it.

Functions on the library file's connection, which `Database` calls.
"""

import json
from dataclasses import asdict

import apsw
import numpy as np

from index.types import About, Mark, Segment, Transcript

# A segment's marks: where in its text, and at which second.
MARK = np.dtype([("offset", "<u4"), ("start_s", "<f8")])


def store_transcript(connection: apsw.Connection, transcript: Transcript, source: str, checksum: str) -> int:
    """Keep a transcript, where it was read from and the checksum of that; return its id."""
    text = transcript.text
    connection.execute(
        "INSERT INTO transcripts (name, source, sha256, words, text, about) VALUES (?, ?, ?, ?, ?, ?)",
        (transcript.name, source, checksum, len(text.split()), text, json.dumps(asdict(transcript.about))),
    )
    transcript_id = connection.last_insert_rowid()
    connection.executemany(
        "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (transcript_id, row, len(s.text), s.start, s.end, s.speaker, s.start_s, s.end_s, _packed(s.marks))
            for row, s in enumerate(transcript.segments)
        ),
    )
    return transcript_id


def load_transcript(connection: apsw.Connection, name: str) -> Transcript:
    """Return a transcript as it was read. Raises KeyError for a name that is not in the library."""
    row = connection.execute("SELECT id, text, about FROM transcripts WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise KeyError(name)
    transcript_id, text, about = row
    segments, at = [], 0
    for size, start, end, speaker, start_s, end_s, marks in connection.execute(
        "SELECT size, start, end, speaker, start_s, end_s, marks FROM segments WHERE transcript_id = ? ORDER BY row",
        (transcript_id,),
    ):
        segments.append(Segment(text[at : at + size], start, end, speaker, start_s, end_s, _unpacked(marks)))
        at += size + 1
    separator = text[len(segments[0].text)] if len(segments) > 1 else "\n"
    return Transcript.of(name, segments, about_from(about), separator)


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


def _packed(marks: tuple[Mark, ...]) -> bytes | None:
    return np.array([tuple(mark) for mark in marks], MARK).tobytes() if marks else None


def _unpacked(stored: bytes | None) -> tuple[Mark, ...]:
    return tuple(Mark(*mark) for mark in np.frombuffer(stored, MARK).tolist()) if stored else ()
