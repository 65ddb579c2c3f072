"""Damage to an index's files: the right answer or one line, and the next build makes it whole again."""

import faulthandler
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from helpers.library import ROOT
from helpers.small_library import Answers, answers, floors, in_time, remembering
from index.building.build import build
from index.building.info import info
from index.building.verify import verify
from index.embedding.embedder import Embedder, load_embedder
from index.errors import InterviewQAError
from index.samples import SAMPLES
from index.storage.connection import open_to_read
from index.storage.database import Database
from index.storage.index_folder import FILE_NAME, LOCK_NAME, note_damage

PAGE = 4096

BREAD, BRIDGES = "tomas-okafor-bread.txt", "dele-marchetti-bridges.txt"
CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"
TOLD = "Ada: What did you tell nobody?\nDi: That the rope was forty years old, and that I knew.\n"


# One damaged index in BUILT is also built again; a build takes as long as twenty questions.
BUILT = 8


@dataclass(frozen=True)
class Subject:
    """Index folders to be damaged, and what they answer while they are whole."""

    files: Path
    whole: Path  # nobody has it open
    killed: Path  # somebody who had it open was killed: the last build is in the log alone
    before: Answers  # in case that the log is lost
    right: Answers
    other: Path  # an index of something else
    others: Answers
    sayings: list[tuple[Any, ...]]  # all that can be shown of the index


def make_subject(place: Path, embedder: Embedder) -> Subject:
    files, whole, killed, other = (place / name for name in ("files", "whole", "killed", "other"))
    files.mkdir()
    shutil.copy(SAMPLES / BREAD, files)
    (files / "cave.txt").write_text(CAVE)
    build([files], killed, embedder, fit=floors)
    before = answers(killed, embedder)
    (files / "told.txt").write_text(TOLD)
    with closing(open_to_read(killed / FILE_NAME)) as reader:
        # A reader of the state before keeps the next one in the log.
        reader.execute("BEGIN; SELECT count(*) FROM index_metadata")
        build([files], killed, embedder, fit=floors)
        # By another process: a file that this one closes is no longer locked by it.
        subprocess.run(["cp", "-r", killed, place / "copy"], check=True)
    shutil.rmtree(killed)
    (place / "copy").rename(killed)
    assert (killed / f"{FILE_NAME}-wal").stat().st_size > PAGE
    build([files], whole, embedder, fit=floors)
    build([SAMPLES / BRIDGES], other, embedder, fit=floors)
    right = answers(whole, embedder)
    copied = place / "copied"
    shutil.copytree(killed, copied)
    assert answers(copied, embedder) == right != before
    sayings = [passage for _, passages, _ in answers(whole, embedder, 100) for passage in passages]
    return Subject(files, whole, killed, before, right, other, answers(other, embedder), sayings)


# The ways in which a file changes behind our back: what is there and another file's content -> what is there then.


def flip_bits(random: Random, data: bytearray, _: bytes) -> bytes:
    for _bit in range(random.choice((1, 1, 1, 8, 100))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data


def overwrite_a_page(random: Random, data: bytearray, _: bytes) -> bytes:
    pages = len(data) // PAGE
    at, source = (PAGE * random.randrange(max(1, pages)) for _page in range(2))
    data[at : at + PAGE] = random.choice((random.randbytes(PAGE), bytes(PAGE), bytes(data[source : source + PAGE])))
    return data


def overwrite_a_stretch(random: Random, data: bytearray, _: bytes) -> bytes:
    at, size = random.randrange(len(data)), random.choice((1, 2, 8, 100, 5000))
    size = min(size, len(data) - at)
    data[at : at + size] = random.choice((random.randbytes(size), bytes(size), b"\xff" * size))
    return data


def swap_two_pages(random: Random, data: bytearray, _: bytes) -> bytes:
    pages = max(1, len(data) // PAGE)
    one, two = (PAGE * random.randrange(pages) for _page in range(2))
    data[one : one + PAGE], data[two : two + PAGE] = data[two : two + PAGE], data[one : one + PAGE]
    return data


def truncate(random: Random, data: bytearray, _: bytes) -> bytes:
    size = random.randrange(len(data))
    return data[: random.choice((size, size - size % PAGE, len(data) - 1))]


def extend(random: Random, data: bytearray, _: bytes) -> bytes:
    size = random.choice((1, 8, PAGE, 10 * PAGE))
    return data + random.choice((random.randbytes(size), bytes(size)))


def empty(_random: Random, _data: bytearray, _other: bytes) -> bytes:
    return b""


def delete(_random: Random, _data: bytearray, _other: bytes) -> None:
    return None


def replace(_random: Random, _data: bytearray, other: bytes) -> bytes:
    return other


DAMAGES: tuple[Callable[[Random, bytearray, bytes], bytes | None], ...] = (
    *(flip_bits, flip_bits, overwrite_a_page, overwrite_a_page, overwrite_a_stretch, overwrite_a_stretch),
    *(swap_two_pages, truncate, extend, empty, delete, replace),
)
ENDINGS = (*("",) * 6, *("-wal",) * 3, "-shm", "-journal")


def damage(random: Random, subject: Subject, folder: Path) -> str:
    """Make the folder a damaged one, and return what was done to it."""
    shutil.rmtree(folder, ignore_errors=True)
    source = random.choice((subject.whole, subject.whole, subject.killed))
    shutil.copytree(source, folder)
    (vectors,), (arrays,) = (list(folder.glob(form)) for form in ("*.faiss", "*.arrays"))
    searched = (vectors.name, vectors.name, arrays.name, arrays.name)
    name = random.choice((*(FILE_NAME + ending for ending in ENDINGS), *searched, LOCK_NAME))
    path, do = folder / name, random.choice(DAMAGES)
    data = bytearray(path.read_bytes() if path.exists() else b"")
    if not data:
        # Something is left where nothing belongs.
        data = bytearray(random.choice((random.randbytes(3000), bytes(PAGE))))
    took = next(subject.other.glob(f"*{path.suffix}")) if name in searched else subject.other / FILE_NAME
    left = do(random, data, took.read_bytes())
    if left is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(left)
    return f"{source.name}/{name}: {do.__name__}"


def torment(subject: Subject, embedder: Embedder, seeds: range, folder: Path) -> Counter[str]:
    """Damage an index once for each seed, ask it, verify it, build it; return how often each outcome occurred."""
    outcomes: Counter[str] = Counter()
    for seed in seeds:
        what = f"seed {seed}: {damage(Random(seed), subject, folder)}"
        try:
            with in_time(what):
                outcomes[_tell(subject, embedder, folder, what, builds=seed % BUILT == 0)] += 1
        except InterviewQAError as error:
            raise AssertionError(what) from error
        except Exception as error:
            error.add_note(what)
            raise
    return outcomes


def _tell(subject: Subject, embedder: Embedder, folder: Path, what: str, *, builds: bool) -> str:
    found, problems = None, ["it cannot be read"]
    with suppress(InterviewQAError):
        found = answers(folder, embedder)
    with suppress(InterviewQAError):
        info(folder)
        problems = verify(folder, embedder).problems
    assert not any("\n" in line for line in problems), what
    told = "refused"
    if found:
        may_be = [subject.right] + [subject.before] * ("killed" in what) + [subject.others] * ("replace" in what)
        told = "answered" if found in may_be else "ranked otherwise"
    if told == "ranked otherwise":
        # Full text has no checksum of its own, and SQLite's are right in a page that took the place of another.
        # What is shown was said all the same, and `verify` reports it.
        assert any(move.__name__ in what for move in (swap_two_pages, overwrite_a_page)), what
        assert problems, what
        assert all(passage in subject.sayings for each in found or () for passage in each[1]), what
    if builds:
        report = build([subject.files], folder, embedder, fit=floors)
        assert report.errors == (), what
        assert verify(folder, embedder).problems == [], what
        assert answers(folder, embedder) == subject.right, what
    return f"{told}, {'noticed' if problems else 'unnoticed'}{' and made again' * builds}"


@pytest.fixture(scope="module")
def subject(reader: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return make_subject(tmp_path_factory.mktemp("damage"), reader)


def test_damage_gives_the_right_answer_or_one_line_and_a_build_makes_it_whole(
    subject: Subject, reader: Embedder, tmp_path: Path
) -> None:
    outcomes = torment(subject, reader, range(64), tmp_path / "index")
    assert outcomes.total() == 64
    assert not any("otherwise" in outcome for outcome in outcomes)
    # All of it happens: damage that stands in the way, that does not, and that nothing is made of.
    assert {outcome.split(" and ")[0] for outcome in outcomes} >= {"refused, noticed", "answered, unnoticed"}


@pytest.mark.slow
@pytest.mark.parametrize("first", [1000, 1500])
def test_a_thousand_damages_crash_nothing(tmp_path: Path, first: int) -> None:
    command = f"from test_damage import main; main({str(tmp_path)!r}, range({first}, {first + 500}))"
    places = [ROOT, ROOT / "tests", Path(__file__).parent]
    ran = subprocess.run(
        # A crash of SQLite or FAISS is that of a process of its own.
        [sys.executable, "-W", "error", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PYTHONPATH": ":".join(map(str, places)),
            "HF_HUB_OFFLINE": "1",
            "HOME": str(Path.home()),
        },
    )
    assert ran.returncode == 0, ran.stderr
    assert "Fatal" not in ran.stderr
    print(ran.stdout)


def main(place: str, seeds: range) -> None:
    """Torment an index in a process of its own."""
    faulthandler.enable()
    reader = remembering(load_embedder())
    print(torment(make_subject(Path(place), reader), reader, seeds, Path(place, "index")))


@pytest.mark.parametrize("lost", [None, FILE_NAME])
def test_interviews_whose_files_are_gone_outlive_damage(
    subject: Subject, reader: Embedder, tmp_path: Path, lost: str | None
) -> None:
    folder, files = tmp_path / "index", tmp_path / "files"
    shutil.copytree(subject.files, files)
    build([files], folder, reader, fit=floors)
    (files / "told.txt").unlink()
    if lost:
        data = bytearray((folder / lost).read_bytes())
        with Database.open(folder) as database:
            (page,) = database._connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'names'").fetchone()
        data[(page - 1) * PAGE + 2000] ^= 1
        (folder / lost).write_bytes(data)
    note_damage(folder)
    build([files], folder, reader, fit=floors, keep_missing=True)
    assert verify(folder, reader) == ([], [])
    assert answers(folder, reader) == subject.right
