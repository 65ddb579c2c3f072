"""What an index holds, how old it is and what of it is stale."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.building.staleness import stale
from index.storage.database import Database

# How many warnings of a transcript are shown in full.
SHOWN_WARNINGS = 3


def info(folder: Path) -> dict[str, Any]:
    """Return what the index holds. Raises NoIndexError, StoreError."""
    with Database.open(folder) as database, database.transaction():
        index_metadata = database.index_metadata()
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
                    "about": asdict(transcript.metadata),
                    "warnings": list(transcript.warnings),
                }
            )
        return {
            "index": str(folder),
            "model": index_metadata["model"],
            "dimension": index_metadata["dimension"],
            "built": index_metadata["built"],
            "bytes": sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
            "passages": database.count("passages"),
            "vectors": database.count("encodings"),
            "transcripts": transcripts,
            "stale": list(stale(database)),
        }


def info_text(found: dict[str, Any]) -> str:
    """Return what `info` found, for reading."""
    transcripts = found["transcripts"]
    words = sum(transcript["words"] for transcript in transcripts)
    width = max((len(transcript["name"]) for transcript in transcripts), default=0)
    lines = [
        f"{found['index']}: {len(transcripts)} transcripts, {words:,} words, {found['passages']:,} passages,"
        f" {found['vectors']:,} vectors, {found['bytes'] / 1e6:.1f} MB",
        f"built {_age(found['built'])} ({found['built']}) with {found['model']} ({found['dimension']} dimensions)",
    ]
    for transcript in transcripts:
        speakers = ", ".join(transcript["speakers"]) or "speakers not labelled"
        lines.append(
            f"  {transcript['name']:{width}}  {transcript['words']:7,} words  {transcript['passages']:5,} passages"
            f"  {speakers}"
        )
        lines.append(f"  {'':{width}}  {_about_line(transcript)}")
        lines += [f"  {'':{width}}  {line}" for line in _warning_lines(transcript["warnings"])]
    lines += [f"stale: {line}" for line in found["stale"]]
    return "\n".join(lines)


def _warning_lines(warnings: list[str]) -> list[str]:
    """Return the first warnings, and how many there are if not all are shown."""
    shown = [f"warning: {line}" for line in warnings[:SHOWN_WARNINGS]]
    return shown + [f"{len(warnings)} places in all were not understood"] * (len(warnings) > SHOWN_WARNINGS)


def _age(built: str) -> str:
    """Return how long ago that was, in the largest unit that counts at least two."""
    minutes = (datetime.now(UTC) - datetime.fromisoformat(built)).total_seconds() / 60
    for unit, size in (("days", 60 * 24), ("hours", 60), ("minutes", 1)):
        if minutes >= 2 * size:
            return f"{minutes // size:.0f} {unit} ago"
    return "just now"


def _about_line(transcript: dict[str, Any]) -> str:
    """Return what is known of a transcript, of `info`, in one line."""
    metadata = transcript["about"]
    people = [
        f"{role} {', '.join(metadata[key])}" for role, key in (("with", "guests"), ("by", "hosts")) if metadata[key]
    ]
    timed, segments = transcript["timed_segments"], transcript["segments"]
    times = f"{timed:,} of {segments:,} segments have a time" if timed else "no times"
    known = [metadata["title"], *people, metadata["date"], metadata["language"], times, metadata["media"]]
    return "; ".join(filter(None, known))
