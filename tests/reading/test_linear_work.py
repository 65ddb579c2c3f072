"""Hostile texts: twice the text is at most about twice the work, whatever a format opens with and whatever repeats."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from index.errors import TranscriptError
from index.reading.reader import read_transcript

SAMPLES = sorted(path for path in (Path(__file__).parent.parent / "transcripts").rglob("*") if path.is_file())
OPENINGS = {
    "nothing": b"",
    "script-info": b"[Script Info]\nTitle: a\n[Events]\nFormat: Start, End, Name, Text\n",
    "timed-text": b"<tt><body><div>",
    "textgrid": b'File type = "ooTextFile"\nObject class = "TextGrid"\n',
    **{path.name: path.read_bytes()[:300] for path in SAMPLES if path.suffix not in {".docx", ".odt"}},
}
UNITS = [
    *(";", "<!-- -->", "<!--", "<?a?>", "<", "<b>", "[", "[[", "(", "{", '{"a":', "[{'text':", "**", "_", "`", "> "),
    *("- ", "|", "|-", " ", "\t", "\n\n", "\r", "#", "0:00:01 ", "00:00:01.000 --> 00:00:02.000\n", "-->", "1\n"),
    *("NOTE a\n\n", "Ada: ", "Ada:\n", "\nAda: hm\n", "[Ada] ", "(0:01) ", "a, b;", '"', '""', "'", "\\", "\\'", "9"),
    *(
        "a",
        "a\n",
        "a: b\n",
        "&amp;",
        "&",
        "@",
        "*A:\t",
        "%x:\t",
        "<p>a</p>",
        "<tr><td>",
        "</",
        "{\\b ",
        "\x15",
        "---\n",
    ),
]
CLOSING = b"\nAnd what did you do then?"  # a text without words is refused before it is parsed
# Bytes of the smaller text, and seconds of CPU time: linear work takes a hundredth of them, exponential does not end.
SIZE, LIMIT_S = 6_000, 10.0
# How much more work twice the text may be, and the work that is not counted: what is done once per file.
MOST_GROWTH, FIXED_CALLS = 2.5, 5_000


@contextmanager
def in_cpu_time(limit_s: float, name: str) -> Iterator[None]:
    """Fail, instead of hanging, once so much CPU time went by."""

    def stop(*_: object) -> None:
        raise AssertionError(f"{name} takes more than {limit_s:g} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def calls(data: bytes, name: str) -> int:
    """Return how many functions are called to read a file, Python's own among them."""
    count = 0

    def add(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(add)
    try:
        with suppress(TranscriptError):
            read_transcript(data, name)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("opening", OPENINGS)
def test_twice_the_text_is_twice_the_work(opening: str) -> None:
    name = opening if "." in opening else "a.txt"
    for unit in UNITS:
        data = unit.encode() * (SIZE // len(unit))
        with in_cpu_time(LIMIT_S, f"{opening} and {unit!r}, repeated,"):
            once, twice = (calls(OPENINGS[opening] + data * times + CLOSING, name) for times in (1, 2))
        assert twice <= MOST_GROWTH * once + FIXED_CALLS, unit
