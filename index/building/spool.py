"""Transcripts that were cut: the passages of each with the texts that the model reads, and a file where they wait.

A build reads more than fits into memory. What it cut lies in a file that has no name, and so goes with the process.
"""

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
from index.storage.transcripts import about_from
from index.text.non_speech import blank_non_speech
from index.types import Mark, Passage, Segment, Span, Transcript


@dataclass(frozen=True, slots=True)
class SplitTranscript:
    """A transcript that was cut; each passage comes with the text to embed."""

    reading: ReadTranscript
    passages: list[tuple[Passage, str]]


def split_transcript(reading: ReadTranscript, embedder: Embedder) -> SplitTranscript:
    """Cut a transcript into passages that the model can read."""
    said = blank_non_speech(reading.transcript.text)
    passages = make_passages(reading.transcript, embedder.count_pieces, embedder.max_pieces)
    return SplitTranscript(
        reading, [(passage, whole_text(said, passage.span, passage.question)) for passage in passages]
    )


class Spool:
    """What was cut, in its order, on the disk of the index folder."""

    def __init__(self, folder: Path) -> None:
        """Open the file. Raises StoreError where there can be none, as all that follows does."""
        self._folder = folder
        self.names: list[str] = []  # of the transcripts
        try:
            self._file = TemporaryFile("w+", encoding="ascii", dir=folder)  # noqa: SIM115 - closed at the end of `with`
        except OSError as error:
            raise self._refusal(error) from error

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        # What could not be written is not needed any more.
        with suppress(OSError):
            self._file.close()

    def add(self, split_transcript: SplitTranscript) -> None:
        """Keep what was cut."""
        self.names.append(split_transcript.reading.transcript.name)
        try:
            self._file.write(f"{json.dumps(_packed(split_transcript))}\n")
        except OSError as error:
            raise self._refusal(error) from error

    def __iter__(self) -> Iterator[SplitTranscript]:
        """Yield all that was kept."""
        try:
            self._file.seek(0)
            for line in self._file:
                yield _unpacked(json.loads(line))
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> StoreError:
        return StoreError(f"{self._folder} cannot be written: {error.strerror}; the index is as it was before")


def _packed(split_transcript: SplitTranscript) -> list[Any]:
    transcript = split_transcript.reading.transcript
    segments = [(s.text, s.start, s.end, s.speaker, s.start_s, s.end_s, s.marks) for s in transcript.segments]
    first = segments[0][0] if segments else ""
    separator = transcript.text[len(first)] if len(segments) > 1 else "\n"
    passages = [
        (p.span, p.question, p.sentences, p.is_aside, p.guest_share, text) for p, text in split_transcript.passages
    ]
    about = json.dumps(asdict(transcript.about))
    return [
        transcript.name,
        about,
        separator,
        segments,
        split_transcript.reading.packed,
        split_transcript.reading.checksum,
        passages,
    ]


def _unpacked(kept: list[Any]) -> SplitTranscript:
    name, about, separator, segments, packed, checksum, passages = kept
    said = [
        Segment(text, start, end, speaker, start_s, end_s, tuple(Mark(*mark) for mark in marks))
        for text, start, end, speaker, start_s, end_s, marks in segments
    ]
    return SplitTranscript(
        ReadTranscript(Transcript.of(name, said, about_from(about), separator), packed, checksum),
        [
            (
                Passage(
                    Span(*span), question and Span(*question), tuple(Span(*each) for each in sentences), is_aside, share
                ),
                text,
            )
            for span, question, sentences, is_aside, share, text in passages
        ],
    )
