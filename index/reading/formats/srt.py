"""SubRip: numbered cues, `00:00:01,000 --> 00:00:04,000` above their words; numbers and blank lines may lack."""

from index.reading.captions.cue_timings import (
    arrow_timing,
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
    """Whether the first timing near the top has an arrow, and nothing of the web's captions is above it."""
    return "-->" in (opening_timing(text) or "") and not opens_with_block(text)


def parse(text: str) -> ParsedFile:
    """Return one segment a cue or a speaker in it. An invalid time is unknown, with a warning."""
    timed = timed_cues(text, filled_rows(text), arrow_timing)
    return read_cues([read_cue(text, cue) for cue in timed], warnings=warnings_of(timed))
