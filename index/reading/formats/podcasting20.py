"""Podcasting 2.0: segments with a body, a start, and perhaps an end and a speaker.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md
The specification does not say that a speaker goes on where a segment names none, and its example names the
speaker of every word, so a segment without one is nobody's.
"""

from index.reading.json_text.fields import holds, metadata, root_of, rows_of, seconds, speaker, timed
from index.reading.json_text.positioned_json import parse_json
from index.reading.json_text.timed_words import are_words, in_breaths, segments, spaced, word
from index.types import ParsedFile


def sniff(text: str) -> bool:
    """Whether a text is an object whose segments have bodies."""
    return holds(root_of(text).get("segments"), lambda row: "body" in row)


def parse(text: str) -> ParsedFile:
    """Return one segment for each of the file's; where it has them word by word, one a breath.

    Raises MalformedError for a segment without a body.
    """
    root = parse_json(text)
    found = []
    for row in rows_of(root.get("segments"), "a segment"):
        body = row.text("body", expected="a segment's body")
        if body:
            start_s, end_s = seconds(row.data.get("startTime")), seconds(row.data.get("endTime"))
            found.append([word(body, timed(start_s, end_s, speaker(row.data.get("speaker"))))])
    is_by_word = are_words([body.text for (body,) in found])
    groups = in_breaths(spaced(found)) if is_by_word else found
    return ParsedFile(segments(groups), metadata(root.data), separator=" ")
