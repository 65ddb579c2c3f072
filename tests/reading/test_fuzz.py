"""Broken transcripts: whatever is done to a file, it is read or refused in one line, and nothing else comes out."""

import math
from pathlib import Path
from random import Random

import pytest

from index.errors import TranscriptError
from index.reading.decoding import decode
from index.reading.reader import read_transcript
from index.types import Transcript

SAMPLES = sorted(path for path in (Path(__file__).parent.parent / "transcripts").rglob("*") if path.is_file())

# What formats are made of, and what breaks them.
TOKENS = [
    token.encode()
    for token in (
        "\n \n\n \r \r\n \t --> 00:00:01.000 99:99:99,999 0:03 1:02:03 00:00:05,000--> -1 1e999 NaN Infinity null true"
        ' { } [ ] [{ "} \\ \\ud800 " , : ": < > </ <v <v.x </v> <c> <00:00:01> <!-- --> &amp; &#0; &#x110000; & ; ** __'
        " # ## --- ``` | > >> - ♪ [Music] (laughs) Ada: Bo Lind: WEBVTT NOTE STYLE REGION 1 segments words text start"
        ' "start": "end":0 "text":null "segments":[] "speaker":7 \ufeff \u00ad \u200b \u202e \u2028 ﷽ 🎹 e\u0301 \0'
    ).split(" ")
] + [b"\xff\xfe", b"\x80", b"\xf0\x9f", b"PK\x03\x04", b" " * 200, b"9" * 400, b"[" * 3000, b"(" * 3000, b"a" * 5000]


def mutated(random: Random, data: bytes) -> bytes:
    """Cut, repeat, move and spoil parts of a file, once or several times."""
    for _ in range(random.choice([1, 1, 2, 3, 8])):
        at = random.randrange(len(data) + 1)
        to = min(len(data), at + random.choice([1, 2, 5, 40, 400]))
        match random.randrange(8):
            case 0:
                data = data[:at] + data[to:]
            case 1:
                data = data[:to] + data[at:to] * random.choice([1, 3, 50]) + data[to:]
            case 2:
                data = data[:at] + random.choice(TOKENS) + data[at:]
            case 3:
                data = data[:at] + random.choice(TOKENS) + data[to:]
            case 4:
                data = data[:at]
            case 5:
                data = data[:at] + random.randbytes(to - at) + data[to:]
            case 6:
                other = random.choice(SAMPLES).read_bytes()
                data = data[:at] + other[random.randrange(len(other)) :]
            case 7:
                lines = data.splitlines(keepends=True)
                random.shuffle(lines)
                data = b"".join(lines)
    return data


def assert_sound(transcript: Transcript, text: str) -> None:
    """Check what everything after the readers relies on."""
    for segment in transcript.segments:
        assert segment.text.strip() == segment.text != ""
        assert 0 <= segment.start < segment.end <= len(text)
        assert segment.speaker is None or segment.speaker.strip() == segment.speaker != ""
        times = [t for t in (segment.start_s, segment.end_s) if t is not None]
        assert all(math.isfinite(t) and t >= 0 for t in times)
        assert times == sorted(times)
        assert all(0 <= mark.offset < len(segment.text) and mark.start_s >= 0 for mark in segment.marks)
        assert list(segment.marks) == sorted(segment.marks, key=lambda mark: mark.offset)


def read_all_mutations(count: int, seed: int) -> int:
    """Read `count` mutated samples; return how many were read as transcripts all the same."""
    random, read = Random(seed), 0
    for number in range(count):
        sample = SAMPLES[number % len(SAMPLES)]
        data = mutated(random, sample.read_bytes())
        try:
            message = read_or_refused(data, sample.name)
        except Exception as error:
            raise AssertionError(f"{sample.name}, broken as number {number} of seed {seed}: {error!r}") from error
        assert message is None or (message.startswith(sample.name) and "\n" not in message)
        read += message is None
    return read


def read_or_refused(data: bytes, name: str) -> str | None:
    """Read a file, and return why it was refused if it was."""
    try:
        transcript = read_transcript(data, name)
    except TranscriptError as error:
        return str(error)
    assert_sound(transcript, decode(data, name))
    return None


def test_broken_files_are_read_or_refused() -> None:
    assert read_all_mutations(3_000, seed=1) > 1_000


@pytest.mark.slow
def test_a_hundred_thousand_broken_files_are_read_or_refused() -> None:
    assert read_all_mutations(100_000, seed=2) > 30_000
