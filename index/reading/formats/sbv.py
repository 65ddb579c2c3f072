"""YouTube's .sbv: `0:00:01.000,0:00:04.000` above the words of a cue, and a blank line below them."""

from index.reading.captions.cue_timings import (
    comma_timing,
    filled_rows,
    opening_timing,
    opens_with_block,
    timed_cues,
    warnings_of,
)
from index.reading.captions.cues import read_cue
from index.reading.captions.speakers import read_cues
from index.types import ParsedFile


def sniff(text: str) -> bool:
    """Whether the first timing near the top is two times with a comma between."""
    timing = opening_timing(text)
    return timing is not None and "-->" not in timing and not opens_with_block(text)


def parse(text: str) -> ParsedFile:
    """Return one segment a cue or a speaker in it. An invalid time is unknown, with a warning."""
    timed = timed_cues(text, filled_rows(text), comma_timing)
    return read_cues([read_cue(text, cue) for cue in timed], warnings=warnings_of(timed))
