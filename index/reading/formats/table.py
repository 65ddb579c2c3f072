"""Tables of turns: CSV, TSV and semicolons, with the columns found by their heads or by what they hold.

https://www.rfc-editor.org/rfc/rfc4180
"""

import html
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from index.reading.captions.cues import Cue, Line, Piece
from index.reading.captions.speakers import read_cues
from index.types import ParsedFile, Segment

# Heads of columns in the languages that files are written in; compared in small letters, without punctuation.
_HEADS = {
    "words": "text transcript transcription words utterance utterances dialog dialogue content speech sentence caption"
    " subtitle body message texto texte testo tekst wortlaut transkript transkription äußerung transcripción"
    " transcrição transcrizione transcriptie fala falas parole 文本 内容 文字 字幕 テキスト 発言 発話 내용 대사 텍스트",
    "speaker": "speaker speakername speakers name who participant role character actor sprecher sprecherin person"
    " locuteur intervenant orador hablante interlocutor locutor falante parlante relatore spreker 说话人 发言人 話者"
    " 発言者 화자 발화자",
    "start": "start starttime startms begin begintime from timestamp time timecode in startsec inicio début debut"
    " anfang beginn startzeit zeit inizio begin begintijd tiempo hora tempo temps tijd"
    " 开始 开始时间 時間 时间 開始 시작 시간",
    "end": "end endtime endms stop to out finish fin ende endzeit fine einde eindtijd 结束 结束时间 終了 끝",
}
_ROLES = {head: role for role, heads in _HEADS.items() for head in heads.split()}

_DELIMITERS = "\t,;|"
_CLOCK = re.compile(r"[\[(]?(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,6})?)(?:[:;](\d{1,2}))?[\])]?")
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")

WHISPER = ["start", "end", "text"]

# A table without heads needs this many rows, all of one width.
FEWEST_ROWS = 3
# A letter takes no ten seconds: where times are whole numbers of this size, they are milliseconds.
MS_A_CHAR = 10.0
MOST_SNIFFED_CHARS = 20_000
SNIFFED_ROWS = 50
FRAMES_A_SECOND = 25.0


class _Cell(NamedTuple):
    """A field of a row: what it says, and its place in the file."""

    value: str
    start: int
    end: int


class _Table(NamedTuple):
    """A table's delimiter, its columns by role, and whether its first row is a head."""

    delimiter: str
    columns: dict[str, int]
    has_head: bool


def sniff(text: str) -> bool:
    """Whether the first row names a column of words and another, or all rows begin with times, a name and words."""
    return _table(text[:MOST_SNIFFED_CHARS]) is not None


def is_table(text: str) -> bool:
    """Whether the text is a table of any kind: every row has the same number of fields, more than one."""
    head = text[:MOST_SNIFFED_CHARS].rpartition("\n")[0] or text
    return any(len({len(row) for row in _rows(head, d)}) == 1 and len(next(_rows(head, d))) > 2 for d in "\t;,")


def parse(text: str) -> ParsedFile:
    """Return one segment a row with words; a row without a speaker goes on with the one before."""
    table = _table(text[:MOST_SNIFFED_CHARS])
    assert table is not None, "parse is only called for what sniff recognises"
    rows = [row for row in _rows(text, table.delimiter) if any(cell.value.strip() for cell in row)][table.has_head :]
    cells = [{role: row[at] for role, at in table.columns.items() if at < len(row)} for row in rows]
    cells = [row for row in cells if row.get("words") and row["words"].value.strip()]
    unit = _unit(cells)
    if "speaker" not in table.columns:
        return read_cues([_cue(row, unit) for row in cells])
    segments: list[Segment] = []
    speaker: str | None = None
    for row in cells:
        speaker = (
            " ".join(row["speaker"].value.split()).rstrip(":").rstrip() or speaker if "speaker" in row else speaker
        )
        words = row["words"]
        segments.append(
            Segment(_shown(words), words.start, words.end, speaker, _time(row, "start", unit), _time(row, "end", unit))
        )
    return ParsedFile(segments)


@lru_cache(maxsize=2)
def _table(text: str) -> _Table | None:
    for delimiter in _DELIMITERS:
        rows = [
            row
            for row, _ in zip(_rows(text, delimiter), range(SNIFFED_ROWS), strict=False)
            if any(c.value.strip() for c in row)
        ]
        if not rows or len(rows[0]) < 2:
            continue
        columns = _by_heads(rows[0])
        if columns and len(rows) > 1:
            return _Table(delimiter, columns, True)
        columns = _by_content(rows[:-1]) if delimiter == "\t" else {}
        if columns:
            return _Table(delimiter, columns, False)
    return None


def _by_heads(row: Sequence[_Cell]) -> dict[str, int]:
    """Return role -> column; nothing unless there are words and something else, and no head is a sentence."""
    columns: dict[str, int] = {}
    for at, cell in enumerate(row):
        head = re.sub(r"[\W_]+", "", cell.value).lower()
        role = _ROLES.get(head) or _ROLES.get(re.sub(r"(?:in)?(?:ms|s|sec|seconds|milliseconds)$", "", head))
        if role:
            columns.setdefault(role, at)
    # Whisper's own table, whose times are milliseconds in any case, has a reader of its own.
    is_head = all(len(cell.value.split()) <= 4 for cell in row) and [cell.value for cell in row] != WHISPER
    return columns if is_head and "words" in columns and len(columns) > 1 else {}


def _by_content(rows: Sequence[Sequence[_Cell]]) -> dict[str, int]:
    """Return role -> column of rows that all begin with one or two times and end with words."""
    widths = {len(row) for row in rows}
    if len(rows) < FEWEST_ROWS or len(widths) != 1 or max(widths) < 3:
        return {}
    width = max(widths)
    timed = [at for at in range(width) if all(_CLOCK.fullmatch(row[at].value.strip()) for row in rows)]
    others = [at for at in range(width) if at not in timed]
    if timed[:1] != [0] or not others:
        return {}
    columns = {"start": timed[0], "words": max(others, key=lambda at: sum(len(row[at].value) for row in rows))}
    columns |= {"end": timed[1]} if len(timed) > 1 else {}
    rest = [at for at in others if at != columns["words"]]
    return columns | ({"speaker": rest[0]} if rest else {})


def _rows(text: str, delimiter: str) -> Iterator[list[_Cell]]:
    """Yield the rows of a table; a quoted field may hold delimiters and line breaks."""
    field = re.compile(
        rf'[ ]*"((?:[^"]|"")*)"[ \t]*(?=[{re.escape(delimiter)}\r\n]|\Z)|([^{re.escape(delimiter)}\r\n]*)'
    )
    row: list[_Cell] = []
    at = len(text) - len(text.lstrip("\ufeff"))
    while at <= len(text):
        match = field.match(text, at)
        assert match is not None, "the second alternative matches anything"
        quoted = match[1] is not None
        value, group = (match[1].replace('""', '"'), 1) if quoted else (match[2], 2)
        row.append(_Cell(value, match.start(group), match.end(group)))
        at = match.end()
        if text[at : at + 1] == delimiter:
            at += 1
            continue
        yield row
        row = []
        at += 2 if text[at : at + 2] == "\r\n" else 1


def _shown(cell: _Cell) -> str:
    value = " ".join(cell.value.split())
    return html.unescape(value) if "&" in value else value


def _cue(row: dict[str, _Cell], unit: float) -> Cue:
    words, text = row["words"], _shown(row["words"])
    line = Line(text, (Piece(0, text, words.start, words.end),))
    start_s, end_s = (math.nan if (time := _time(row, name, unit)) is None else time for name in ("start", "end"))
    return Cue(start_s, end_s, (line,))


def _unit(rows: Sequence[dict[str, _Cell]]) -> float:
    """Return how many units of a bare number are a second: 1000 where they are milliseconds."""
    rates = []
    for row in rows:
        if "start" in row and "end" in row and all(row[name].value.strip().isdecimal() for name in ("start", "end")):
            rates.append((int(row["end"].value) - int(row["start"].value)) / max(1, len(row["words"].value)))
    return 1000.0 if rates and median(rates) >= MS_A_CHAR else 1.0


def _time(row: dict[str, _Cell], name: str, unit: float) -> float | None:
    """Return a time in seconds: a clock, also before a remark, with frames, or a number."""
    value = row[name].value.strip() if name in row else ""
    match = _CLOCK.match(value)
    if match and (match.end() == len(value) or value[:1] in "[("):
        hours, minutes, seconds, frames = match.groups()
        whole = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
        return whole + int(frames or 0) / FRAMES_A_SECOND
    return float(value.replace(",", ".")) / unit if _NUMBER.fullmatch(value) else None
