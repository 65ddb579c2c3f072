"""Spool: split transcripts wait on disk until they are saved, since a build reads more than fits into memory."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from index.building.changes import ReadTranscript
from index.embedding.embedder import Embedder
from index.errors import StoreError
from index.splitting.passages import make_passages, whole_text
from index.storage.transcripts import metadata_from
from index.text.non_speech import blank_non_speech
from index.types import Mark, Passage, Segment, Span, Transcript


@dataclass(frozen=True, slots=True)
class SplitTranscript:
    """A transcript with its passages, each with the text to encode."""

    reading: ReadTranscript
    passages: list[tuple[Passage, str]]


def split_transcript(reading: ReadTranscript, embedder: Embedder) -> SplitTranscript:
    """Split a transcript into passages that the model can read."""
    text = blank_non_speech(reading.transcript.text)
    passages = make_passages(reading.transcript, embedder.count_pieces, embedder.max_pieces)
    return SplitTranscript(
        reading, [(passage, whole_text(text, passage.span, passage.question)) for passage in passages]
    )


class Spool:
    """Split transcripts in order, in a nameless file of the index folder that disappears with the process."""

    def __init__(self, folder: Path) -> None:
        """Open the file. All methods raise StoreError if the folder cannot be written."""
        self._folder = folder
        self.names: list[str] = []  # of the transcripts
        try:
            self._file = TemporaryFile("w+", encoding="ascii", dir=folder)  # noqa: SIM115 - closed at the end of `with`
        except OSError as error:
            raise self._refusal(error) from error

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        # Closing flushes; a write that fails now is of no use to anybody.
        with suppress(OSError):
            self._file.close()

    def add(self, split: SplitTranscript) -> None:
        """Append a split transcript."""
        self.names.append(split.reading.transcript.name)
        try:
            self._file.write(f"{json.dumps(_to_json(split))}\n")
        except OSError as error:
            raise self._refusal(error) from error

    def __iter__(self) -> Iterator[SplitTranscript]:
        """Yield the split transcripts in order."""
        try:
            self._file.seek(0)
            for line in self._file:
                yield _from_json(json.loads(line))
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> StoreError:
        return StoreError(f"{self._folder} cannot be written: {error.strerror}; the index is as it was before")


def _to_json(split: SplitTranscript) -> list[Any]:
    transcript = split.reading.transcript
    segments = [(s.text, s.start, s.end, s.speaker, s.start_s, s.end_s, s.marks) for s in transcript.segments]
    separator = transcript.text[len(segments[0][0])] if len(segments) > 1 else "\n"
    passages = [(p.span, p.question, p.sentences, p.is_aside, p.guest_share, text) for p, text in split.passages]
    metadata = json.dumps(asdict(transcript.metadata))
    reading = split.reading
    return [
        *(transcript.name, metadata, separator, segments, transcript.warnings),
        *(reading.source, reading.checksum, passages),
    ]


def _from_json(values: list[Any]) -> SplitTranscript:
    name, metadata, separator, segments, warnings, source, checksum, passages = values
    transcript = Transcript.of(
        name,
        [
            Segment(text, start, end, speaker, start_s, end_s, tuple(Mark(*mark) for mark in marks))
            for text, start, end, speaker, start_s, end_s, marks in segments
        ],
        metadata_from(metadata),
        separator,
        warnings,
    )
    return SplitTranscript(
        ReadTranscript(transcript, source, checksum),
        [
            (Passage(Span(*span), question and Span(*question), tuple(Span(*s) for s in sentences), *others), text)
            for span, question, sentences, *others, text in passages
        ],
    )
