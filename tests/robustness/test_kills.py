"""Nothing is lost when a build is killed or a write fails: the index is what it was before, or what was wanted."""

import copy
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

import pytest

from helpers.builder import Builder, Fault, Outcome, remember
from index.building.build import build
from index.building.verify import verify
from index.embedding.embedder import Embedder, load_embedder
from index.errors import DamagedError, NoIndexError
from index.storage.connection import NoTablesError, open_to_read
from index.storage.database import Database
from index.storage.index_folder import FILE_NAME, LOCK_NAME, MENDED_NAME, note_damage
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.ranking.no_answer import fit_thresholds

BOAT = "Ada: How old is the boat?\nBo: Ninety years and some, and she leaks like a basket.\n"
BREAD = "Ada: Which flour do you like best?\nCy: Rye, because it smells of rain on a warm road.\n"
CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"
DRUM = "Ada: Who made the drum?\nEl: My uncle, of a cider barrel and the skin of a goat he had loved.\n"
KITE = "Ada: How high did the kite go?\nFay: Above the chimney, above the gulls, until the string sang.\n"

# One changes, one goes, one gets another name, one stays, one is new.
BEFORE = {"boat.txt": BOAT, "bread.txt": BREAD, "cave.txt": CAVE, "drum.txt": DRUM}
AFTER = {"boat.txt": BOAT.replace("Ninety", "Twelve"), "grotto.txt": CAVE, "drum.txt": DRUM, "kite.txt": KITE}

QUESTIONS = ("How old is the boat?", "What scared you in the cave?", "How high did the kite go?")

PAGE = 4096
SEED = 11

# How many of the tries are made: a few that are spread over all of them, or all.
FEW_AND_ALL = [pytest.param(True, id="few"), pytest.param(False, id="all", marks=pytest.mark.slow)]


@dataclass(frozen=True, slots=True)
class State:
    """All that an index holds, and what it answers."""

    model: str
    texts: dict[str, str]  # by the names of transcripts
    answers: tuple[tuple[tuple[str, str], ...], ...]  # to each question, (transcript, words) of the best passages


# An index that is damaged holds some state in part; one that was never built holds none.
Found = State | DamagedError | None


@dataclass(frozen=True, slots=True)
class Scene:
    """A folder in which a build is interrupted."""

    template: Path | None  # what is in it before
    before: State | None
    orders: dict[str, int]  # others of a build order


class Stage:
    """Transcripts, index folders in which builds of them are interrupted, and what is to come of it."""

    def __init__(self, place: Path, builder: Builder, embedder: Embedder) -> None:
        self.builder, self.place, self.talks = builder, place, place / "talks"
        other = copy.copy(embedder)
        other.name, other.fingerprint = "another-model", "0123456789abcdef"
        self.models = {each.name: each for each in (embedder, other)}
        self._numbers = count()
        write(self.talks, BEFORE)
        before, foreign, damaged = place / "before", place / "foreign", place / "damaged"
        build([self.talks], before, model=embedder, fit=fit_thresholds)
        build([self.talks], foreign, model=other, fit=fit_thresholds)
        shutil.copytree(before, damaged)
        data = bytearray((damaged / FILE_NAME).read_bytes())
        middle = len(data) // PAGE // 2 * PAGE
        data[middle + PAGE // 2 : middle + PAGE] = bytes(PAGE // 2)
        (damaged / FILE_NAME).write_bytes(data)
        note_damage(damaged)
        write(self.talks, AFTER)
        build([self.talks], place / "after", model=embedder, fit=fit_thresholds)
        self.after, self.digests = self.state(place / "after"), digests(place / "after")
        self.scenes = {
            "update": Scene(before, self.state(before), {}),
            "first": Scene(None, None, {}),
            "mending": Scene(damaged, self.state(before), {}),
            "model": Scene(foreign, self.state(foreign), {"texts_per_commit": 1}),
        }

    def set(self, scene: Scene) -> Path:
        """Return a fresh folder that is as the scene has it."""
        shutil.rmtree(self.place / "work", ignore_errors=True)
        folder = self.place / "work" / f"index-{next(self._numbers)}"
        folder.parent.mkdir()
        if scene.template:
            shutil.copytree(scene.template, folder)
        return folder

    def measure(self, name: str) -> Outcome:
        """Build without a fault."""
        scene = self.scenes[name]
        return self.builder.build([self.talks], self.set(scene), **scene.orders)

    def state(self, folder: Path) -> State:
        """Return what is in an index that has one. Raises NoIndexError, DamagedError."""
        with Database.open(folder) as database:
            model = database.index_metadata()["model"]
            texts = {name: database.transcript(name).text for name in database.transcript_ids()}
        library = Library(folder, self.models[model])
        found = [answer(library, question, 3).passages for question in QUESTIONS]
        return State(model, texts, tuple(tuple((each.transcript, each.text) for each in one) for one in found))

    def found(self, folder: Path) -> Found:
        try:
            return self.state(folder)
        except NoIndexError:
            return None
        except DamagedError as error:
            return error

    def interrupt(self, name: str, **fault: object) -> tuple[str, float]:
        """Interrupt a build, look at what is there, build again.

        Returns how the first one ended and which state was there, and how many seconds the second one took.

        Every law of this file is checked here.
        """
        scene = self.scenes[name]
        folder = self.set(scene)
        outcome = self.builder.build([self.talks], folder, **scene.orders, **fault)
        told = f"{name}, {fault}: {outcome}"
        assert outcome.crash is None, f"{told}\n{outcome.crash}"
        assert "\n" not in (outcome.error or ""), told
        # Who looks tidies up as well, so the next build is of a copy of what was left.
        left = shutil.copytree(folder, folder.with_name("left")) if folder.exists() else folder
        found = self.found(folder)
        is_damaged = isinstance(found, DamagedError) and name == "mending"
        assert is_damaged or found in (scene.before, self.after), told
        if outcome.embedded is not None:
            assert found == self.after, told
        if "as it was before" in (outcome.error or ""):
            assert is_damaged or found == scene.before, told
        if name != "mending" and found is not None:
            assert verify(folder, self.models[found.model]).problems == [], told
        kept = digests(left) & self.digests
        again = self.builder.build([self.talks], left, **scene.orders)
        self.expect_what_was_wanted(left, again, told)
        # What the model made of texts before the build was interrupted was not lost either.
        expected = len(self.digests - kept)
        assert again.embedded in ([expected] if name != "mending" else range(expected + 1)), told
        how = "killed" if outcome.was_killed else "refused" if outcome.error else "succeeded"
        some = ", some embedded" if name == "model" and found == scene.before and kept else ""
        return f"{how}, {'after' if found == self.after else 'before'}{some}", again.seconds

    def expect_what_was_wanted(self, folder: Path, outcome: Outcome, told: str = "") -> None:
        """Fail where a build did not leave the index whole, and nothing but it."""
        assert outcome.embedded is not None, f"{told}, then {outcome}\n{outcome.crash}"
        assert verify(folder, self.models[self.after.model]).problems == [], told
        assert self.state(folder) == self.after, told
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith(f"{FILE_NAME}-"))
        assert names[:2] == [LOCK_NAME, FILE_NAME], told
        forms = (r"search-[0-9a-f]{16}\.arrays", r"vectors-[0-9a-f]{16}\.faiss")
        assert [*map(bool, map(re.fullmatch, forms, names[2:]))] == [True, True], told
        assert len(names) == 2 + len(forms), told


def write(folder: Path, texts: dict[str, str]) -> None:
    """Make the folder hold these transcripts and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text)


def digests(folder: Path) -> set[bytes]:
    """Return what the texts are known by that the model has read, and that the next build will find."""
    name = MENDED_NAME if (folder / MENDED_NAME).exists() else FILE_NAME
    if not (folder / name).exists():
        return set()
    try:
        # Another copy: who opens a file tidies up what was left beside it.
        looked_at = shutil.copytree(folder, folder.with_name("looked-at"))
        with closing(open_to_read(looked_at / name)) as connection:
            return {key for (key,) in connection.execute("SELECT digest FROM encodings")}
    except (NoTablesError, DamagedError):
        return set()
    finally:
        shutil.rmtree(folder.with_name("looked-at"), ignore_errors=True)


def some_of(calls: tuple[str, ...], first: int, share: int) -> list[int]:
    """Return the numbers, from 1, of the middle call of each kind; of these, one in `share`, from `first` on."""
    kinds: dict[str, list[int]] = {}
    for n, call in enumerate(calls, 1):
        kinds.setdefault(re.sub("[0-9a-f]{16}|index-[0-9]+", "", call), []).append(n)
    return sorted(numbers[len(numbers) // 2] for numbers in kinds.values())[first::share]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return the stage with a builder whose writes fail and kill at wish; skip where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("needs a C compiler, to let writes fail")
    place = tmp_path_factory.mktemp("kills").resolve()
    shim = place / "faults.so"
    source = Path(__file__).parent.parent / "helpers" / "faults.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"], check=True)
    # Single questions: several threads would wait for each other.
    embedder = load_embedder(threads=1)
    remember(embedder)
    with closing(Builder(shim, place / "work")) as builder:
        yield Stage(place, builder, embedder)


def test_the_states_that_are_told_apart_answer_as_they_should(stage: Stage) -> None:
    before, after = stage.scenes["update"].before, stage.after
    assert before is not None
    for state, years, cave in ((before, "Ninety", "cave.txt"), (after, "Twelve", "grotto.txt")):
        (_, boat), (transcript, silence) = (answers[0] for answers in state.answers[:2])
        assert years in boat
        assert (transcript, "The silence" in silence) == (cave, True)
    assert after.answers[2][0][0] == "kite.txt"
    assert (before.texts.keys(), after.texts.keys()) == (BEFORE.keys(), AFTER.keys())


@pytest.mark.parametrize("few", FEW_AND_ALL)
@pytest.mark.parametrize("name", ["update", "first", "mending", "model"])
def test_a_build_killed_at_any_moment_leaves_one_state_or_the_other(stage: Stage, name: str, few: bool) -> None:
    random, ends = Random(SEED), Counter[str]()
    seconds = [stage.measure(name).seconds for _ in range(3)]
    tries = (8 if name == "update" else 1) if few else (200 if name == "update" else 60)
    for n in range(tries):
        # Each equal part of a build has its moment, however busy the machine is now.
        whole_s = sorted(seconds[-3:])[1]
        end, took_s = stage.interrupt(name, kill_after_s=whole_s * (n * 7 % tries + random.random()) / tries)
        ends[end] += 1
        if end.endswith("before"):
            # There was all to do again.
            seconds.append(took_s)
    print(f"{tries} builds of {min(seconds):.2f} to {max(seconds):.2f} s: {dict(ends)}")
    # What is left to do after the new state is saved takes no time; its writes are killed one by one below.
    if tries > 1:
        assert ends["killed, before"]


@pytest.mark.parametrize("few", FEW_AND_ALL)
@pytest.mark.parametrize("fault", [Fault.KILLS, Fault.FAILS_ONCE, Fault.DISK_FULL])
@pytest.mark.parametrize(("name", "share"), [("update", 4), ("first", 12), ("mending", 12), ("model", 9)], ids=str)
def test_a_fault_in_any_write_leaves_one_state_or_the_other(
    stage: Stage, name: str, share: int, fault: Fault, few: bool
) -> None:
    calls = stage.measure(name).calls
    numbers = some_of(calls, fault * share // len(Fault), share) if few else [*range(1, len(calls) + 1)]
    ends = Counter(stage.interrupt(name, fault=fault, n=n)[0] for n in numbers)
    print(f"{len(numbers)} of {len(calls)} writes: {dict(ends)}")
    if fault is Fault.KILLS:
        # Number and order of writes are the same each time, so every one of these was met.
        assert {end.split(",")[0] for end in ends} == {"killed"}
    elif not few:
        assert any(end.startswith("refused") for end in ends)
    if name == "model" and not few:
        assert any(end.endswith("some embedded") for end in ends)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of its own, of 6 MB; skip where none may be mounted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"needs to mount a small disk: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("few", FEW_AND_ALL)
def test_on_a_disk_that_fills_up_the_old_state_answers_until_there_is_space(
    stage: Stage, small_disk: Path, few: bool
) -> None:
    scene = stage.scenes["update"]
    assert scene.template
    ends: Counter[str] = Counter()
    for free_pages in (0, 12, 60, 140) if few else range(150):
        folder = shutil.copytree(scene.template, small_disk / "index")
        fill(small_disk, leave=free_pages * PAGE)
        outcome = stage.builder.build([stage.talks], folder)
        assert outcome.crash is None, outcome.crash
        assert "\n" not in (outcome.error or "")
        fill(small_disk, leave=0)
        found = stage.found(folder)
        assert found == (scene.before if outcome.error else stage.after), (free_pages, outcome)
        assert verify(folder, stage.models[stage.after.model]).problems == []
        (small_disk / "filler").unlink()
        stage.expect_what_was_wanted(folder, stage.builder.build([stage.talks], folder), f"{free_pages}: {outcome}")
        ends[outcome.error.replace(str(folder), "") if outcome.error else "succeeded"] += 1
        shutil.rmtree(folder)
    print(dict(ends))
    assert ends["succeeded"] in range(1, ends.total())


def fill(disk: Path, leave: int) -> None:
    """Fill the disk but for `leave` bytes, by a file that grows."""
    space = shutil.disk_usage(disk).free - leave
    with (disk / "filler").open("ab") as filler:
        filler.write(bytes(space))
    assert shutil.disk_usage(disk).free == leave


def test_our_errors_alone_are_one_line(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.doc").write_text("mine")
    outcome = stage.builder.build([stage.talks], tmp_path / "folder")
    assert outcome.error is not None
    assert "holds something else (thesis.doc)" in outcome.error
