"""YouTube's captions: a list of texts with a start and a duration, or `json3`, events of words with their offsets.

https://github.com/jdepoix/youtube-transcript-api writes the list, alone or as `snippets` of a video; yt-dlp saves
json3. Another package's list has an `offset` in place of the start, in milliseconds or in seconds.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median

from index.reading.captions.cues import Cue, Line, Piece
from index.reading.captions.speakers import read_cues
from index.reading.json_text.fields import MILLISECONDS, Row, holds, metadata, rows_of, seconds, timed
from index.reading.json_text.positioned_json import Said, Value, json_of, parse_json
from index.text.html_entities import decode_entities
from index.types import Mark, ParsedFile, Segment

_ARRAYS = "snippets transcript segments content".split()
_LINE = re.compile(r"[^\r\n]+")
_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)

# Captions are shown for seconds: numbers of this size are milliseconds.
FEWEST_MS = 60.0

# A time that is unknown; nothing is before or after it.
_UNKNOWN_S = math.nan


def sniff(text: str) -> bool:
    """Whether a text is a list of texts with a start and a duration, or events of caption words."""
    root = json_of(text)
    return root is not None and (_listed(root) is not None or _events(root) is not None)


def parse(text: str) -> ParsedFile:
    """Return one segment a caption, or speaker in it, with the words' times where json3 has them.

    A caption is shown until it has scrolled away; its words end when the next one begins.
    Raises MalformedError for a caption without a text.
    """
    root = parse_json(text)
    events = _events(root)
    if events is not None:
        cues = [_cue_of_event(row) for row in rows_of(events, "a caption")]
    else:
        cues = _cues(list(rows_of(_listed(root), "a caption")))
    nexts = [*(cue.start_s for cue in cues[1:]), _UNKNOWN_S]
    ended = [
        replace(cue, end_s=after) if cue.start_s < after < cue.end_s else cue
        for cue, after in zip(cues, nexts[: len(cues)], strict=True)
    ]
    contents = read_cues(ended, _about(root.data))
    return contents._replace(segments=[_known(found) for found in contents.segments])


def _listed(root: Value) -> Value | None:
    """Return the list of captions, that of one video if there is a list of videos."""
    if isinstance(root.data, list) and len(root.data) == 1 and isinstance(root.data[0], list):
        root = next(root.elements())
    if holds(root.data, _is_caption):
        return root
    data = root.data if isinstance(root.data, dict) else {}
    name = next((name for name in _ARRAYS if holds(data.get(name), _is_caption)), None)
    return root.get(name) if name else None


def _events(root: Value) -> Value | None:
    events = root.get("events")
    return events if events and holds(events.data, lambda row: "segs" in row and "tStartMs" in row) else None


def _is_caption(row: Mapping[str, object]) -> bool:
    has_times = ("start" in row or "offset" in row) and ("duration" in row or "dur" in row)
    return "text" in row and has_times and "end" not in row


def _cues(rows: Sequence[Row]) -> list[Cue]:
    lengths = [length for row in rows if (length := seconds(row.data.get("duration"))) is not None]
    offsets_per_s = MILLISECONDS if lengths and median(lengths) >= FEWEST_MS else 1.0
    cues = []
    for row in rows:
        said = row.text("text", expected="a caption's text")
        name, per_s = ("start", 1.0) if "start" in row.data else ("offset", offsets_per_s)
        length = seconds(row.data.get("duration", row.data.get("dur")), per_s)
        cues.append(_cue(seconds(row.data.get(name), per_s), length, [(said, None)] if said else []))
    return cues


def _cue_of_event(row: Row) -> Cue:
    """Return an event as a cue; one that only breaks the line, or opens a window, says nothing."""
    start_s = seconds(row.data.get("tStartMs"), MILLISECONDS)
    parts = list(rows_of(row.value.get("segs"), "a part of a caption"))
    words: list[tuple[Said, float | None]] = []
    for part in parts:
        said = part.value.said("utf8", expected="a caption's words")
        offset_s = seconds(part.data.get("tOffsetMs", 0.0), MILLISECONDS)
        is_timed = len(parts) > 1 and start_s is not None and offset_s is not None
        if said:
            words.append((said, round((start_s or 0.0) + (offset_s or 0.0), 3) if is_timed else None))
    return _cue(start_s, seconds(row.data.get("dDurationMs"), MILLISECONDS), words)


def _cue(start_s: float | None, length_s: float | None, words: Sequence[tuple[Said, float | None]]) -> Cue:
    begins = _UNKNOWN_S if start_s is None else start_s
    return Cue(begins, _UNKNOWN_S if length_s is None else round(begins + length_s, 3), tuple(_lines(words)))


def _lines(words: Sequence[tuple[Said, float | None]]) -> Iterator[Line]:
    """Join the words of a caption, and yield its lines."""
    pieces: list[Piece] = []
    marks: list[Mark] = []
    length = 0
    for said, start_s in words:
        decoded = decode_entities(said.text)
        found = said if decoded == said.text else said.altered(decoded)
        lead = len(found.text) - len(found.text.lstrip())
        if start_s is not None and lead < len(found.text):
            marks.append(Mark(length + lead, start_s))
        if found.text:
            pieces.append(Piece(length, found.text, *found.place(0, len(found.text))))
            length += len(found.text)
    if not pieces:
        return
    whole = Line("".join(piece.text for piece in pieces), tuple(pieces), tuple(marks))
    for match in _LINE.finditer(whole.text):
        line = whole.cut(*match.span())
        if line is not None:
            yield replace(line, opens=True)


def _known(found: Segment) -> Segment:
    """Return a segment without times that are unknown."""
    start_s, end_s = (None if time is None or math.isnan(time) else time for time in (found.start_s, found.end_s))
    times = timed(start_s, end_s)
    return replace(found, start_s=times.start_s, end_s=times.end_s)


def _about(root: object) -> dict[str, object]:
    found = metadata(root)
    video = root.get("video_id") if isinstance(root, dict) else None
    if isinstance(video, str) and _VIDEO.fullmatch(video):
        found.setdefault("media", f"https://www.youtube.com/watch?v={video}")
    return found
