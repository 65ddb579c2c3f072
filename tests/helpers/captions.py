"""Caption files for tests, written from cues."""

from collections.abc import Sequence

from index.types import Segment

Cues = Sequence[tuple[float, float, Sequence[str]]]


def words(segments: Sequence[Segment]) -> list[str]:
    return [word for segment in segments for word in segment.text.split()]


def clock(seconds: float, point: str = ".") -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"


def as_vtt(cues: Cues) -> str:
    return "WEBVTT\n\n" + "".join(f"{clock(a)} --> {clock(b)}\n" + "\n".join([*lines, "", ""]) for a, b, lines in cues)


def as_srt(cues: Cues) -> str:
    return "".join(
        f"{number}\n{clock(a, ',')} --> {clock(b, ',')}\n" + "\n".join([*lines, "", ""])
        for number, (a, b, lines) in enumerate(cues, start=1)
    )


def in_seconds(*lines: str) -> Cues:
    """Return cues of a second each."""
    return [(float(at), at + 1.0, line.split("\n")) for at, line in enumerate(lines)]
