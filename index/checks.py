"""What an index holds, and whether it is whole and agrees with the files that it was made from."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.database import Database
from index.embedders import load_embedder
from index.errors import InterviewQAError, StoreError, TranscriptError
from index.passages import RULE_VERSION
from index.sources import Sources
from index.types import Span, Transcript
from index.vectors import VectorIndex


def info(folder: Path) -> dict[str, Any]:
    """Return what the index holds. Raises NoIndexError, StoreError."""
    with Database.open(folder) as database, database.transaction():
        facts = database.facts()
        transcripts = []
        for name, transcript_id in database.transcript_ids().items():
            transcript = database.transcript(name)
            transcripts.append(
                {
                    "name": name,
                    "words": len(transcript.text.split()),
                    "passages": len(database.passages(transcript_id=transcript_id)),
                    "speakers": sorted({s.speaker for s in transcript.segments if s.speaker}),
                    "segments": len(transcript.segments),
                    "timed_segments": sum(segment.start_s is not None for segment in transcript.segments),
                    "about": asdict(transcript.about),
                }
            )
        return {
            "index": str(folder),
            "model": facts["model"],
            "dimension": facts["dimension"],
            "built": facts["built"],
            "bytes": sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
            "passages": database.count("passages"),
            "vectors": database.count("encodings"),
            "transcripts": transcripts,
            "stale": list(_stale(database)),
        }


def info_text(found: dict[str, Any]) -> str:
    """Return what `info` found, for reading."""
    transcripts = found["transcripts"]
    words = sum(transcript["words"] for transcript in transcripts)
    width = max((len(transcript["name"]) for transcript in transcripts), default=0)
    lines = [
        f"{found['index']}: {len(transcripts)} transcripts, {words:,} words, {found['passages']:,} passages,"
        f" {found['vectors']:,} vectors, {found['bytes'] / 1e6:.1f} MB",
        f"built {found['built']} with {found['model']} ({found['dimension']} dimensions)",
    ]
    for transcript in transcripts:
        speakers = ", ".join(transcript["speakers"]) or "speakers not labelled"
        lines.append(
            f"  {transcript['name']:{width}}  {transcript['words']:7,} words  {transcript['passages']:5,} passages"
            f"  {speakers}"
        )
        lines.append(f"  {'':{width}}  {_about_line(transcript)}")
    lines += [f"stale: {line}" for line in found["stale"]]
    return "\n".join(lines)


def _about_line(transcript: dict[str, Any]) -> str:
    """Return what is known of a transcript, of `info`, in one line."""
    about = transcript["about"]
    people = [f"{role} {', '.join(about[key])}" for role, key in (("with", "guests"), ("by", "hosts")) if about[key]]
    timed, segments = transcript["timed_segments"], transcript["segments"]
    times = f"{timed:,} of {segments:,} segments have a time" if timed else "no times"
    known = [about["title"], *people, about["date"], about["language"], times, about["media"]]
    return "; ".join(filter(None, known))


def verify(folder: Path) -> list[str]:
    """Return what is wrong with the index, one line each, with the way out; nothing where it is sound.

    Raises NoIndexError, and StoreError where it cannot be read at all.
    """
    with Database.open(folder) as database, database.transaction():
        return [*_damage(database, folder), *(f"stale: {line}" for line in _stale(database))]


def _damage(database: Database, folder: Path) -> Iterator[str]:
    again = f"delete {folder} and build the index again"
    facts = database.facts()
    for line in database.integrity_problems():
        yield f"the database is damaged: {line}; {again}"
    for name in database.transcript_ids():
        transcript = database.transcript(name)
        spans = [passage.span for passage in database.passages(transcript_id=database.transcript_ids()[name])]
        if not _holds_every_word(transcript, spans):
            yield f"{name}: its passages do not hold its words in their order; {again}"
    try:
        VectorIndex.load(folder, facts["state"], facts["vectors_sha256"], database.encoding_ids())
        database.all_vectors(facts["dimension"])
    except StoreError as error:
        yield f"{error}; a build makes it again"
    if facts["rule_version"] != RULE_VERSION:
        yield "passages are cut by an older rule; build again"
    try:
        if load_embedder(facts["model"]).fingerprint != facts["fingerprint"]:
            yield f"the model {facts['model']} is not the one that the index was made with; {again}"
    except InterviewQAError as error:
        yield str(error)


def _holds_every_word(transcript: Transcript, spans: list[Span]) -> bool:
    at, text = 0, transcript.text
    for span in spans:
        if span.start < at or text[at : span.start].strip() or not 0 <= span.start < span.end <= len(text):
            return False
        at = span.end
    return not text[at:].strip()


def _stale(database: Database) -> Iterator[str]:
    with Sources() as sources:
        for name, (packed, checksum) in database.files().items():
            try:
                changed = sources.checksum(sources.unpacked(packed)) != checksum
            except TranscriptError as error:
                yield f"{name}: {error}"
                continue
            if changed:
                yield f"{name} changed since the index was built; build again to bring it up to date"
