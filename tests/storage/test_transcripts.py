"""What was said, stored and read again: as it was, or not at all."""

from collections.abc import Callable
from pathlib import Path

import apsw
import numpy as np
import pytest

from helpers.interview import SAMPLES, sample
from index.errors import DamagedError
from index.storage.checksums import SEAL_BYTES, checksum_matches, row_checksum
from index.storage.database import Database
from index.storage.queries import interview_list, speaker_characters
from index.storage.schema import create_tables
from index.storage.transcripts import MARK, SEGMENT, LazySequence, load_transcript, store_transcript
from index.types import Mark, Metadata, Segment, Transcript

# Times out of order and left out, words with times of their own, somebody who is nobody, nothing said.
INVALID_ROW_CONDITIONS = Transcript.of(
    "odd.json",
    [
        Segment("So, how old is she?", 0, 19, "Ada", 5.0, None),
        Segment("", 20, 20, None, None, 4.0),
        Segment("Ninety, I think.", 21, 40, "Bo ✎ 🛶", 4.0, 4.0, (Mark(0, 4.0), Mark(8, 3.5))),
        Segment("A hundred.", 41, 51, None),
        Segment("Oh.", 52, 55, "Ada", 9.0, 9.5, (Mark(1, 9.25),)),
    ],
    Metadata(title="Odd", guests=("Bo",)),
    separator=" ",
)


@pytest.fixture
def connection() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    create_tables(connection)
    return connection


@pytest.mark.parametrize("name", [*SAMPLES, "odd.json"])
def test_it_is_read_as_it_was_stored(connection: apsw.Connection, name: str) -> None:
    transcript = INVALID_ROW_CONDITIONS if name == "odd.json" else sample(name)
    store_transcript(connection, transcript, "[]", "0f")
    found = load_transcript(connection, name)
    assert (found.text, found.metadata, found.offsets) == (transcript.text, transcript.metadata, transcript.offsets)
    assert tuple(found.segments) == transcript.segments
    assert tuple(found.times) == transcript.times
    assert found == transcript
    assert hash(found) == hash(transcript)
    for offset in range(0, len(transcript.text), 7):
        assert found.time_at(offset) == transcript.time_at(offset)


@pytest.mark.parametrize("end_s", [7, -0.0, 1e-300, 0.1 + 0.2, 123456789.123456])
def test_whatever_number_the_last_time_is_it_is_as_it_was_stored(connection: apsw.Connection, end_s: float) -> None:
    segments = [Segment("So?", 0, 3, "Ada", end_s, None)]
    store_transcript(connection, Transcript.of("a.json", segments), "[]", "0f")
    assert load_transcript(connection, "a.json").times == (Mark(0, end_s),)


def test_who_says_how_much_and_until_when_is_known_without_reading_it(tmp_path: Path) -> None:
    with Database.create(tmp_path) as database:
        with database.transaction(write=True):
            database.add(INVALID_ROW_CONDITIONS, "[]", "0f", [])
        ((_, name, sizes),) = speaker_characters(database)
        assert (name, sizes) == ("odd.json", [("Ada", 22), (None, 10), ("Bo ✎ 🛶", 16)])
        assert [each.length_s for each in interview_list(database)] == [9.5]


def _altered(column: str, change: Callable[[np.ndarray], object]) -> Callable[[dict[str, bytes | str]], None]:
    def alter(row: dict[str, bytes | str]) -> None:
        held = row[column]
        assert isinstance(held, bytes)
        records = np.frombuffer(held, SEGMENT if column == "segments" else MARK).copy()
        change(records)
        row[column] = records.tobytes()

    return alter


def _set(column: str, value: bytes | str) -> Callable[[dict[str, bytes | str]], None]:
    return lambda row: row.update({column: value})


@pytest.mark.parametrize(
    "alter",
    [
        _altered("segments", lambda records: records["size"].__setitem__(0, 2**32 - 1)),
        _altered("segments", lambda records: records["start"].__setitem__(0, 500)),
        _altered("segments", lambda records: records["speaker"].__setitem__(2, 3)),
        _altered("segments", lambda records: records["marks"].__setitem__(0, 1)),
        _altered("segments", lambda records: records["end_s"].__setitem__(4, np.inf)),
        _altered("marks", lambda records: records["start_s"].__setitem__(1, np.nan)),
        _set("segments", b""),
        _set("segments", bytes(7)),
        _set("marks", b""),
        _set("marks", bytes(5)),
        _set("spoken", "[]"),
        _set("spoken", "{}"),
        _set("spoken", '[["Ada", 22], [5, 10], ["Bo", 16]]'),
        _set("about", '{"guests": 5}'),
        _set("text", "Nothing."),
    ],
)
def test_what_nobody_stores_is_refused_though_its_checksum_is_right(
    tmp_path: Path, alter: Callable[[dict[str, bytes | str]], None]
) -> None:
    columns = ("text", "about", "spoken", "segments", "marks")
    with Database.create(tmp_path) as database, database.transaction(write=True):
        database.add(INVALID_ROW_CONDITIONS, "[]", "0f", [])
        (values,) = database._connection.execute(f"SELECT {', '.join(columns)} FROM transcripts")
        row = dict(zip(columns, values, strict=True))
        alter(row)
        parts = (
            part.encode() if isinstance(part, str) else part
            for part in (INVALID_ROW_CONDITIONS.name, *row.values(), "9.5")
        )
        row["seal"] = row_checksum(*parts)
        assigned = ", ".join(f"{column} = :{column}" for column in row)
        database._connection.execute(f"UPDATE transcripts SET {assigned}", row)
    _assert_is_damaged(tmp_path)


@pytest.mark.parametrize("column", ["text", "about", "spoken", "segments", "marks"])
def test_another_byte_is_not_what_was_stored(tmp_path: Path, column: str) -> None:
    with Database.create(tmp_path) as database, database.transaction(write=True):
        database.add(INVALID_ROW_CONDITIONS, "[]", "0f", [])
        # Another letter, or all numbers moved by a byte.
        database._connection.execute(
            f"UPDATE transcripts SET {column} = CASE typeof({column}) WHEN 'text' THEN replace({column}, 'd', 't')"
            f" ELSE CAST(substr({column}, 2) || x'01' AS BLOB) END"
        )
    _assert_is_damaged(tmp_path)


def test_another_end_is_not_what_was_stored(tmp_path: Path) -> None:
    with Database.create(tmp_path) as database, database.transaction(write=True):
        database.add(INVALID_ROW_CONDITIONS, "[]", "0f", [])
        database._connection.execute("UPDATE transcripts SET end_s = 77.0")
    _assert_is_damaged(tmp_path)


def _assert_is_damaged(folder: Path) -> None:
    with Database.create(folder) as database:
        assert "odd.json" in database.transcript_ids()
        with pytest.raises(DamagedError):
            database.transcript("odd.json")


def test_a_row_checksum_depends_on_where_its_parts_end() -> None:
    row = (b"key", b"", b"\0" * 2000)
    assert len(row_checksum(*row)) == SEAL_BYTES
    assert checksum_matches(row_checksum(*row), *row)
    for other in ((b"key", b"", b"\0" * 1999), (b"ke", b"y", b"\0" * 2000), (b"key", b"\0" * 2000, b""), row[:2]):
        assert not checksum_matches(row_checksum(*row), *other)
    assert not any(checksum_matches(odd, *row) for odd in (None, 7, b"", "seal", bytes(4), bytes(8)))


def test_a_lazy_sequence_is_as_a_tuple() -> None:
    squares = LazySequence(5, lambda n: n * n)
    assert squares == (0, 1, 4, 9, 16) == squares
    assert (squares[-1], squares[1:3], len(squares), 9 in squares) == (16, (1, 4), 5, True)
    assert squares != (0, 1, 4, 9)
    assert {squares: 1}[LazySequence(5, lambda n: n * n)] == 1
    with pytest.raises(IndexError):
        squares[5]


def test_what_somebody_went_through_is_made_once() -> None:
    made: list[int] = []
    numbers = LazySequence(3, lambda n: made.append(n) or n)
    assert numbers[2] == numbers[2] == 2
    assert made == [2, 2]
    assert [*numbers, *numbers, numbers[1], *numbers[:2]] == [0, 1, 2, 0, 1, 2, 1, 0, 1]
    assert made == [2, 2, 0, 1, 2]
