"""Python's str() of a list of captions, as people save what youtube_transcript_api returns."""

import ast
import math
import re
from functools import lru_cache
from typing import Any

from index.reading.captions.cues import Cue, Line, Piece
from index.reading.captions.speakers import read_cues
from index.reading.json_text.fields import LATEST_S
from index.types import ParsedFile

_OPENING = re.compile(r"[\s\ufeff]*+\[\s*\{\s*'(?:text|start|duration)'\s*:")
MOST_CHARS = 20_000_000


def sniff(text: str) -> bool:
    """Whether the text is a list of dicts with text and start."""
    return bool(_OPENING.match(text)) and len(text) <= MOST_CHARS and _dicts(text) is not None


def parse(text: str) -> ParsedFile:
    """Return one segment a caption, timed from start to start + duration."""
    cues = []
    places = _Places(text)
    for node in _dicts(text) or ():
        pairs: Any = zip(node.keys, node.values, strict=True)
        nodes = {key.value: value for key, value in pairs if _is_constant(key) and _is_constant(value)}
        values = {key: value.value for key, value in nodes.items()}
        words, speaker = values.get("text"), values.get("speaker")
        if not isinstance(words, str) or not words.strip():
            continue
        shown = " ".join(words.split())
        voice = speaker if isinstance(speaker, str) else None
        line = Line(shown, (Piece(0, shown, *places.of(nodes["text"])),), voice=voice)
        start_s, length_s = (_number(values.get(name)) for name in ("start", "duration"))
        cues.append(Cue(start_s, start_s + length_s, (line,)))
    return read_cues(cues)


class _Places:
    """File offsets of literals; the list is one line, whose columns Python counts in bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self._lead = len(text) - len(text.lstrip().lstrip("\ufeff"))
        self._length = len(text)
        self._data = text.strip().lstrip("\ufeff").encode("utf-8", "replace")
        self._at = (0, 0)  # (bytes, characters)

    def of(self, node: Any) -> tuple[int, int]:
        """Return the offsets of a literal; asked in their order."""
        if node.end_lineno != 1:
            return self._lead, self._length
        return self._offset(node.col_offset), self._offset(node.end_col_offset)

    def _offset(self, column: int) -> int:
        before, chars = self._at
        self._at = (column, chars + len(self._data[before:column].decode("utf-8", "replace")))
        return self._lead + self._at[1]


@lru_cache(maxsize=1)
def _dicts(text: str) -> list[ast.Dict] | None:
    """Return the dicts of the list, None for anything else; nothing in the text is executed."""
    try:
        body = ast.parse(text.strip().lstrip("\ufeff"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    dicts = [node for node in body.elts if isinstance(node, ast.Dict)] if isinstance(body, ast.List) else []
    return dicts or None


def _is_constant(node: Any) -> bool:
    return isinstance(node, ast.Constant)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < LATEST_S else math.nan
