"""Front matter in which the transcript is, as a list of what was said, by whom and when, as of DataTalks.Club.

transcript:
- line: Where were you?
  time: '1:12'
  who: Ada
"""

from collections.abc import Iterator

import yaml

from index.metadata.front_matter import listed_in
from index.reading.json_text.field_names import per_second, text_path, when, who
from index.types import ParsedFile, Segment

# Beside what was said, lists hold what it is about.
_HEADINGS = ("header", "heading", "title", "chapter")


def read_listed(text: str) -> tuple[ParsedFile, int] | None:
    """Return what the list says, and where the text below it begins; None where it is no YAML."""
    place = listed_in(text)
    if place is None:
        return None
    try:
        root = yaml.compose(text[place.start : place.end], yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    segments: list[Segment] = []
    metadata: dict[str, object] = {}
    for key, node in root.value:
        if isinstance(node, yaml.SequenceNode) and any(isinstance(item, yaml.MappingNode) for item in node.value):
            segments += _said(node, place.start)
        elif isinstance(node, yaml.ScalarNode) and node.value:
            metadata[key.value] = node.value
        elif isinstance(node, yaml.SequenceNode):
            metadata[key.value] = [item.value for item in node.value if isinstance(item, yaml.ScalarNode)]
    return (ParsedFile(segments, metadata), place.end + len("---")) if segments else None


def _said(node: yaml.SequenceNode, offset: int) -> Iterator[Segment]:
    rows = [_row(item) for item in node.value if isinstance(item, yaml.MappingNode)]
    plain = [{key: value.value for key, value in row.items()} for row in rows]
    per_s = per_second([(row, sum(map(len, row.values()))) for row in plain])
    for row, values in zip(rows, plain, strict=True):
        path = text_path(values) or next(((key,) for key in _HEADINGS if key in values), None)
        value = row.get(str(path[0])) if path else None
        text = " ".join(value.value.split()) if value else ""
        if value and text:
            timed = when(values, per_s)
            start, end = value.start_mark.index + offset, value.end_mark.index + offset
            yield Segment(text, start, end, who(values, {}), timed.start_s, timed.end_s)


def _row(node: yaml.MappingNode) -> dict[str, yaml.ScalarNode]:
    pairs = [(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
    return {key.value: value for key, value in pairs if isinstance(value, yaml.ScalarNode)}
