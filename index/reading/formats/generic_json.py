"""Any other JSON: objects with a text each, wherever they are, perhaps with who says it and when; or one long text.

So write Google, Azure, IBM, Speechmatics, ElevenLabs, Gladia, NeMo, Sonix, Trint, Fireflies, Teams and many a script:
https://cloud.google.com/speech-to-text/docs, https://docs.speechmatics.com. Of several arrays that say the same, the
one counts that says who speaks, then the one that says when.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from index.reading.formats import labelled_text, plain_text
from index.reading.json_text.field_names import (
    TEXTS,
    inner,
    is_timed,
    name_table,
    per_second,
    plain,
    text_path,
    when,
    who,
)
from index.reading.json_text.fields import SHOWN, Row, Timed, dicts, metadata, row_of, speaker
from index.reading.json_text.positioned_json import Said, Value, json_of
from index.reading.json_text.timed_words import (
    Word,
    aligned,
    are_words,
    in_breaths,
    segments,
    segments_within,
    spaced,
    word,
)
from index.types import ParsedFile, Segment

Path = tuple[str | int, ...]

# A string of such a name may be all that was said.
_WHOLE = frozenset("text transcript transcription fulltranscript fulltext content".split())
# Who has which number or code.

_ASKED = frozenset("question answer".split())

# Objects are not looked for deeper than this.
DEEPEST = 8
# An array that says so much of what the longest says, says it all.
ALL = 0.9

_CLOSING = re.compile(r"[.,?!;:…%)\]”»。，、？！]+")
# Times of the same moment differ so much.
SLIP_S = 0.02


class _Record(NamedTuple):
    """An object that says something, and the one around it, who says so where it does not say it itself."""

    row: Row
    path: Path  # to its text
    outer: dict[str, object]

    @property
    def text(self) -> str:
        return str(_in(self.row.data, self.path))


class _Found(NamedTuple):
    """What may be the transcript."""

    holders: Sequence[dict[str, object]]  # the objects it is in, the innermost last
    records: Sequence[_Record]
    size: int  # in words
    whole: Said | None = None  # in place of records


def sniff(text: str) -> bool:
    """Whether a text is JSON in which something is said."""
    return _find(text) is not None


def parse(text: str) -> ParsedFile:
    """Return one segment for each text, or speaker in it; where a file has them word by word, one a breath."""
    found = _find(text)
    if found is None:
        return ParsedFile([])
    known = metadata(*found.holders)
    if found.whole:
        return _read_whole(found.whole, known)
    called = name_table(found.holders)
    per_s = per_second([(record.row.data, len(record.text)) for record in found.records])
    rows = [(timed := _timed(record, called, per_s), _words(record, timed, called, per_s)) for record in found.records]
    if not any(each.timed.speaker for _, words in rows for each in words):
        spans = _spans(found.holders, called, per_s)
        rows = [(timed, _told_apart(words, spans)) for timed, words in rows]
    spoken = [(timed, words) for timed, words in rows if words]
    if are_words(["".join(each.text for each in words) for _, words in spoken]):
        groups = in_breaths(_punctuated(spaced([words for _, words in spoken])))
        return ParsedFile(segments(groups), known, separator=" ")
    return ParsedFile([s for timed, words in spoken for s in segments_within(words, timed)], known, separator=" ")


@lru_cache(maxsize=1)
def _find(text: str) -> _Found | None:
    root = json_of(text)
    if root is None:
        return None
    found = [each for path in _paths(root.data, ()) if (each := _at(root, path)).size]
    most = max((each.size for each in found), default=0)
    same = [each for each in found if each.size >= ALL * most]
    return max(same, key=_worth, default=None)


def _worth(found: _Found) -> tuple[bool, bool, int]:
    heads = list(islice(found.records, SHOWN))
    has_who = any(who(record.row.data, {}) or who(record.outer, {}) for record in heads)
    has_when = any(is_timed(record.row.data) for record in heads)
    return has_who, has_when, -len(found.records)


def _paths(data: object, path: Path) -> Iterator[Path]:
    """Yield where arrays are that say something, and strings that may be all of it."""
    if len(path) > DEEPEST:
        return
    if isinstance(data, list):
        if any(text_path(row) or inner(row) or any(_is_asked(*item) for item in row.items()) for row in _heads(data)):
            yield path
        if len(data) == 1:
            yield from _paths(data[0], (*path, 0))
    elif isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, dict | list):
                yield from _paths(value, (*path, key))
            elif isinstance(value, str) and plain(key) in _WHOLE:
                yield (*path, key)


def _heads(array: object) -> Iterator[dict[str, object]]:
    return islice(dicts(array), SHOWN)


def _at(root: Value, path: Path) -> _Found:
    holders = [data for step in range(len(path) + 1) if isinstance(data := _in(root.data, path[:step]), dict)]
    value = root.at(*path)
    if isinstance(value.data, str):
        said = root.said(*path, expected="a text")
        return _Found(holders, [], len(value.data.split()), said)
    records = list(_records(value, {}))
    return _Found(holders, records, sum(len(record.text.split()) for record in records))


def _records(array: Value, outer: dict[str, object]) -> Iterator[_Record]:
    """Yield the objects of an array that have a text, and those within the others."""
    rows = [row_of(element) for element in array.elements()]
    for row in rows[-1:] if _says_all_again(rows) else rows:
        path, parts = text_path(row.data), inner(row.data)
        if path:
            yield _Record(row, path, outer)
        elif parts:
            yield from _records(row.value.at(*parts), row.data)
        else:
            yield from (_Record(row, (key,), outer) for key, said in row.data.items() if _is_asked(key, said))


def _is_asked(key: str, said: object) -> bool:
    """Whether an object has a question, or its answer."""
    return plain(key) in _ASKED and isinstance(said, str)


def _says_all_again(rows: Sequence[Row]) -> bool:
    """Whether the last object has the words of all others, and who says them, as Google's has."""
    words = [list(dicts(_in(row.data, path))) if (path := inner(row.data)) else [] for row in rows]
    earlier = sum(map(len, words[:-1]))
    return 0 < earlier <= len(words[-1]) and any(who(each, {}) for each in words[-1])


def _words(record: _Record, timed: Timed, called: Mapping[object, str | None], per_s: float) -> list[Word]:
    """Return what a record says, cut into its words where it has them with their times."""
    said = record.row.text(*record.path, expected="a text")
    if said is None:
        return []
    holder = _in(record.row.data, record.path[:-1])
    parts = inner(holder)
    spelled = list(_spelled(_in(holder, parts), called, per_s)) if parts else []
    return aligned(said, spelled, timed.speaker) if spelled else [word(said, timed)]


def _spelled(words: object, called: Mapping[object, str | None], per_s: float) -> Iterator[tuple[list[str], Timed]]:
    for each in words if isinstance(words, list) else ():
        if isinstance(each, list) and len(each) == 3 and isinstance(each[0], str):
            yield [each[0]], when({"start": each[1], "end": each[2]}, per_s)
        elif isinstance(each, dict) and (path := text_path(each)):
            yield [str(_in(each, path))], when(each, per_s)._replace(speaker=who(each, called))


def _timed(record: _Record, called: Mapping[object, str | None], per_s: float) -> Timed:
    times = when(record.row.data, per_s)
    return times._replace(speaker=who(record.row.data, called) or who(record.outer, called))


def _punctuated(words: Sequence[Word]) -> list[Word]:
    """Join marks that stand alone to the words before them."""
    found: list[Word] = []
    for each in words:
        if found and _CLOSING.fullmatch(each.text.strip()):
            found[-1] = found[-1]._replace(text=found[-1].text.rstrip() + each.text.strip())
        else:
            found.append(each)
    return found


def _spans(holders: Sequence[dict[str, object]], called: Mapping[object, str | None], per_s: float) -> list[Timed]:
    """Return who speaks from when to when, if an array says so that is beside what is said."""
    for key, array in (item for holder in reversed(holders) for item in holder.items()):
        rows = [row for row in dicts(array) if not _says(row)]
        of_names = "speaker" in plain(key)
        names = [who(row, called) or (speaker(row.get("name")) if of_names else None) for row in rows]
        spans = [when(row, per_s)._replace(speaker=name) for row, name in zip(rows, names, strict=True)]
        if spans and all(span.speaker and span.start_s is not None and span.end_s is not None for span in spans):
            return sorted(spans, key=lambda span: span.start_s or 0.0)
    return []


def _says(row: Mapping[str, object]) -> bool:
    path = text_path(row)
    return path is not None and plain(str(path[-1])) in TEXTS


def _told_apart(words: Sequence[Word], spans: Sequence[Timed]) -> list[Word]:
    """Give each word the speaker whose turn covers it."""
    starts = [(span.start_s or 0.0) - SLIP_S for span in spans]
    found: list[Word] = []
    for each in words:
        start_s, end_s, _ = each.timed
        row = bisect_right(starts, start_s) - 1 if start_s is not None else -1
        last_s = max(start_s or 0.0, end_s or 0.0)
        if row >= 0 and last_s <= (spans[row].end_s or 0.0) + SLIP_S:
            found.append(each._replace(timed=each.timed._replace(speaker=spans[row].speaker)))
        else:
            found.append(each)
    return found


def _read_whole(said: Said, known: dict[str, object]) -> ParsedFile:
    """Read a string as the text file that it could be."""
    reader = labelled_text if labelled_text.sniff(said.text) else plain_text
    contents = reader.parse(said.text)
    placed = [_placed(segment, said) for segment in contents.segments]
    return ParsedFile(placed, {**contents.metadata, **known}, contents.separator)


def _placed(segment: Segment, said: Said) -> Segment:
    start, end = said.place(segment.start, segment.end)
    return replace(segment, start=start, end=end)


def _in(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data
