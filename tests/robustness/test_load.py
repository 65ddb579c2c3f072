"""Load: many ask while another process builds the index again and again.

Each state of the library is another set of interviews, in which every sentence names the state. So an
answer that is mixed of two states, or is older than the last build that was done, shows by its words.
"""

import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from helpers.chat_page import CHROMIUM_ARGUMENTS, Page
from helpers.library import ROOT, cli, put
from index.building.build import build
from index.building.verify import verify
from index.embedding.embedder import Embedder, load_embedder
from index.storage.database import Database
from index.storage.index_folder import FILE_NAME
from index.storage.queries import texts
from qa.answering.answer import Answer, answer
from qa.answering.library import Library
from qa.ranking.no_answer import fit_thresholds
from qa.render.render import as_json

YEAR_0 = 1900

# The last one is there in every other state.
BOATS = ("Alma", "Berta", "Xyzzogeton")

QUESTIONS: tuple[dict[str, Any], ...] = (
    {"question": "How did the boat leak?"},
    {"question": "And who mended her?", "previous": ["How did the boat Alma leak?"]},
    {"question": "What did the owner of the Berta pay for?", "literally": True},
    {"question": "Who mendet the Xyzzogeton, and with what?", "k": 3},
    {"question": "What broke in the storm?", "k": 10},
)

# Nobody was asked this, so others that were are offered, which takes as long as five others: asked now and then.
OFF_TOPIC = {"question": "Was Napoleon wrong about Russia?"}
ONCE_IN = 16

THREADS = 50

# The longest that anybody waited for an answer was 4 s: fifty threads and a build on two processors.
MOST_WAITED_S = 30.0

# A build waits so long for those who still read the state before, and is then done without.
MOST_HELD_UP_S = 5.0

FIRST_ANSWER_MS = 120_000


def interviews(state: int) -> dict[str, str]:
    """Return file name -> text of the interviews of a state; a state with an odd number has one more."""
    year = YEAR_0 + state
    return {
        f"{boat.lower()}.txt": (
            f"Ada: How did the boat {boat} leak in the year {year}?\n"
            f"Bo: In {year} the boat {boat} leaked like a basket. The pump of {year} ran all night.\n"
            f"Ada: Who mended the boat {boat} in the spring of {year}?\n"
            f"Bo: The {boat} was mended in {year} by two brothers from the yard, with tar of {year} and old rope of"
            f" {year}. Her owner of {year} paid for all of it in herring, as people of {year} did.\n"
            f"Ada: What broke on the {boat} in the great storm of {year}?\n"
            f"Bo: {' '.join(f'The {part} of the {boat} broke in the storm of {year}.' for part in PARTS)}\n"
        )
        for boat in BOATS[: 2 + state % 2]
    }


# An answer that is long enough to be cut: its later parts carry the question along.
PARTS = "mast,boom,rudder,keel,tiller,foremost plank,heavy anchor chain,cabin door,lamp,compass,bell,pump".split(",")


def state_of(passages: list[dict[str, Any]], offered: tuple[str, ...] = ()) -> int:
    """Return the state that an answer is of: all of its words, word for word and in their place."""
    said = [*offered, *(p["text"] for p in passages), *(p["question"] for p in passages)]
    years = {int(year) for text in said for year in re.findall(r"\b19\d\d\b", text)}
    assert len(years) == 1
    state = years.pop() - YEAR_0
    files = interviews(state)
    for passage in passages:
        file = files[passage["transcript"]]
        cited = re.sub(r"^(Ada|Bo): ", "", file[passage["start"] : passage["end"]], flags=re.MULTILINE)
        assert cited == passage["text"]
        assert f"Ada: {passage['question']}\n" in file
    assert all(any(f"Ada: {question}\n" in file for file in files.values()) for question in offered)
    return state


def state_of_answer(found: Answer) -> int:
    return state_of(json.loads(as_json(found))["passages"], found.asked_instead)


def query(number: int) -> dict[str, Any]:
    return QUESTIONS[number % len(QUESTIONS)] if number % ONCE_IN else OFF_TOPIC


def ask(library: Library, number: int) -> Answer:
    return answer(library, **query(number))


class Builder:
    """Another process, with the model loaded, that builds one state after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun = self.done = -1  # the last states whose builds began and finished
        self.took_s = 0.0
        command = [sys.executable, __file__, str(folder)]
        self._process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=120)  # it ends with its input

    def build_next(self) -> None:
        """Build the next state."""
        assert self._process.stdin
        assert self._process.stdout
        self.begun += 1
        self._process.stdin.write(f"{self.begun}\n")
        self._process.stdin.flush()
        built, transcripts, self.took_s = json.loads(self._process.stdout.readline())
        assert (built, transcripts) == (self.begun, len(interviews(self.begun)))
        self.done = built


def build_states(folder: Path) -> None:
    """Be the other process: build each state that is named on standard input."""
    embedder = load_embedder(threads=1)
    for line in sys.stdin:
        began = time.monotonic()
        report = build([put_interviews(folder, int(line))], folder, embedder, fit_thresholds, wait=True)
        print(json.dumps([int(line), report.transcripts, time.monotonic() - began]), flush=True)


def put_interviews(folder: Path, state: int) -> Path:
    """Write the interviews of a state beside the index folder, and nothing else there."""
    place, files = folder.parent / "transcripts", interviews(state)
    put(place, **{name.replace(".", "__"): text for name, text in files.items()})
    for path in place.iterdir():
        if path.name not in files:
            path.unlink()
    return place


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Start the other process; state 0 is built, and each test goes on from where the one before ended."""
    with Builder(tmp_path_factory.mktemp("load") / "index") as started:
        started.build_next()
        yield started


@pytest.mark.parametrize(
    ("questions", "builds", "pause_s"),
    [(300, 2, 1.5), pytest.param(10_000, 20, 0, marks=pytest.mark.slow)],
    ids=["short", "full"],
)
def test_fifty_threads_get_whole_answers_while_the_index_is_built_again(
    builder: Builder, questions: int, builds: int, pause_s: float
) -> None:
    library = Library(builder.folder)
    library.warm_up()
    first, numbers, are_built = builder.done, itertools.count(), threading.Event()
    answered: list[tuple[int, float]] = []  # its state, how long it took
    found_first: dict[tuple[int, str], Answer] = {}  # by state and question

    def go_on_asking() -> None:
        while (number := next(numbers)) < questions or not are_built.is_set():
            done, began = builder.done, time.monotonic()
            found = ask(library, number)
            waited = time.monotonic() - began
            state = state_of_answer(found)
            assert done <= state <= builder.begun
            # The same question has the same answer, whatever others ask meanwhile.
            assert found == found_first.setdefault((state, str(query(number))), found)
            answered.append((state, waited))
            time.sleep(pause_s)  # to read the answer

    with ThreadPoolExecutor(THREADS) as pool:
        asking = [pool.submit(go_on_asking) for _ in range(THREADS)]
        try:
            for build_number in range(1, builds + 1):
                while len(answered) < build_number * questions / (builds + 1) and not any(a.done() for a in asking):
                    time.sleep(0.01)
                builder.build_next()
                assert state_of_answer(ask(library, build_number)) == builder.done
        finally:
            are_built.set()
        for each in asking:
            each.result()

    states, waited = zip(*answered, strict=True)
    print(f"{len(states)} questions, {builds} builds, waited {max(waited):.1f} s at most")
    assert set(states) == set(range(first, first + builds + 1)), "each state was read"
    assert any(found.asked_instead for found in found_first.values())
    assert max(waited) < MOST_WAITED_S
    assert verify(builder.folder).problems == []
    # Nobody reads: the log is no longer there, or empty.
    assert sum(path.stat().st_size for path in builder.folder.glob(f"{FILE_NAME}-wal")) == 0


def test_threads_that_share_a_model_get_from_it_what_each_would_get_alone(embedder: Embedder) -> None:
    texts = ["boat", "How did the boat leak?", "It leaked like a basket. " * 100]  # the last is longer than is read

    def read(_: int) -> tuple[int, list[float]]:
        encoded = embedder.encode(texts[:2])
        return len(embedder.token_spans(texts)[2]), [float(each.vector[0]) for each in encoded]

    n_pieces, alone = read(0)
    assert n_pieces == 600
    with ThreadPoolExecutor(8) as pool:
        for pieces, together in pool.map(read, range(100)):
            assert pieces == n_pieces
            assert together == pytest.approx(alone, abs=1e-5)


@pytest.mark.parametrize("builds", [1, pytest.param(10, marks=pytest.mark.slow)], ids=["short", "full"])
def test_a_program_that_asks_line_by_line_follows_the_builds(builder: Builder, builds: int) -> None:
    asking = subprocess.Popen(
        [sys.executable, "-m", "qa", "ask", "--batch", "--index", str(builder.folder)],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert asking.stdin
    assert asking.stdout

    def ask_a_line(number: int) -> None:
        assert asking.stdin
        assert asking.stdout
        asked = {name: value for name, value in query(number).items() if name in ("question", "previous")}
        done = builder.done
        asking.stdin.write(json.dumps({"id": number, **asked}) + "\n")
        asking.stdin.flush()
        found = json.loads(asking.stdout.readline())
        assert (found["id"], "error" in found) == (number, False)
        assert done <= state_of(found["passages"]) <= builder.begun

    numbers = itertools.count()
    ask_a_line(next(numbers))  # it has begun to answer before the first build does
    with ThreadPoolExecutor(1) as pool:
        for _ in range(builds):
            building = pool.submit(builder.build_next)
            while not building.done():
                ask_a_line(next(numbers))
            building.result()
            # The first of these lines is the very next one after the build.
            ask_a_line(next(numbers))
    rest, _ = asking.communicate(timeout=60)
    assert (rest, asking.returncode) == ("", 0)
    print(f"{next(numbers)} lines, {builds} builds")


def test_who_holds_a_state_keeps_it_and_what_was_removed_is_then_gone_from_every_file(builder: Builder) -> None:
    if builder.done % 2 == 0:  # the last boat is not there
        builder.build_next()
    took_alone_s = builder.took_s
    library = Library(builder.folder)
    with library.snapshot() as held:
        before = list(texts(held.database))
        builder.build_next()
        assert builder.took_s < took_alone_s + MOST_HELD_UP_S
        assert list(texts(held.database)) == before
        assert library.transcript(held, f"{BOATS[-1].lower()}.txt").text in before
        with library.snapshot() as latest:
            assert latest.database.count("transcripts") == len(before) - 1
            assert all(str(YEAR_0 + builder.done) in text for text in texts(latest.database))
    assert state_of_answer(ask(library, 0)) == builder.done
    # Full text leaves out how a word begins where another one begins so.
    removed = BOATS[-1][1:].encode()
    assert [path.name for path in builder.folder.iterdir() if removed in path.read_bytes().lower()] == []


def test_of_two_builds_at_once_the_second_says_who_is_at_it_or_waits(builder: Builder) -> None:
    folder, is_at_work, may_go_on = builder.folder, threading.Event(), threading.Event()
    before = builder.done

    def stop_before_saving(what: str, *_: int) -> None:
        if what == "saving":
            is_at_work.set()
            may_go_on.wait(60)

    with ThreadPoolExecutor(2) as pool:
        began = datetime.now().astimezone()
        first = pool.submit(
            build, [put_interviews(folder, before + 2)], folder, None, fit_thresholds, stop_before_saving
        )
        assert is_at_work.wait(60)
        try:
            refused = cli("build", folder.parent / "transcripts", "--index", folder, cwd=folder.parent)
            waiting: Future[None] = pool.submit(builder.build_next)
            time.sleep(1)
            assert not waiting.done()
            with Database.open(folder) as database:
                assert database.count("transcripts") == len(interviews(before))
        finally:
            may_go_on.set()
        assert first.result().transcripts == len(interviews(before + 2))
        waiting.result()
    # A minute may have passed between our look at the clock and the build's.
    at = [f"{began + timedelta(minutes=later):%H:%M}" for later in (0, 1)]
    assert refused.stderr in [
        f"error: another build is at work in {folder} (process {os.getpid()}, since {time_of_day}); "
        "try again when it is done\n"
        for time_of_day in at
    ]
    assert (refused.returncode, refused.stdout) == (1, "")
    assert state_of_answer(ask(Library(folder), 0)) == builder.done == before + 1


@pytest.mark.slow
def test_ten_tabs_of_the_page_show_whole_answers_while_the_index_is_built_again(
    builder: Builder, chromium: str, tmp_path: Path
) -> None:
    served = Page([sys.executable, "-m", "qa", "chat"], builder.folder, tmp_path, tmp_path / "log")
    try:
        served.wait_until_up()
        # In a thread, as the browser of other tests may hold this one's loop.
        with ThreadPoolExecutor(1) as pool:
            first = builder.done
            states = pool.submit(asyncio.run, _ask_in_tabs(served.url, chromium, builder, tabs=10, builds=3)).result()
    finally:
        served.stop()
    print(f"{len(states)} answers in 10 tabs")
    assert set(states) == set(range(first, first + 4))
    assert "Traceback" not in served.log.read_text()


async def _ask_in_tabs(url: str, chromium: str, builder: Builder, tabs: int, builds: int) -> list[int]:
    """Have tabs ask at once until all is built, and return the states of their answers."""
    from playwright.async_api import async_playwright, expect

    states: list[int] = []
    are_built = asyncio.Event()

    async def go_on_asking(tab: Any, first: int) -> None:
        await tab.goto(url)
        for number in itertools.count():
            last, done = are_built.is_set(), builder.done
            # In a chat a question may lean on the one before, whose state is that of then; names stand alone.
            question = f"How did the boat {BOATS[(first + number) % 2]} leak?"
            box = tab.get_by_test_id("stChatInputTextArea")
            await box.fill(question)
            await box.press("Enter")
            turn = tab.locator(f".st-key-turn_{number}")
            await expect(turn.locator(".passage")).to_have_count(5, timeout=FIRST_ANSWER_MS)
            shown = "\n".join(await turn.locator(".passage").all_text_contents())
            (year,) = set(re.findall(r"\b19\d\d\b", shown))
            state = int(year) - YEAR_0
            assert done <= state <= builder.begun
            said = "".join(interviews(state).values())
            assert all(mark in said for mark in await turn.locator("mark").all_text_contents())
            assert await tab.get_by_test_id("stAlert").count() == 0
            assert await tab.get_by_test_id("stException").count() == 0
            states.append(state)
            if last:
                return

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        asking = [asyncio.create_task(go_on_asking(await browser.new_page(), tab)) for tab in range(tabs)]
        for build_number in range(1, builds + 1):
            while len(states) < build_number * 2 * tabs and not any(each.done() for each in asking):
                await asyncio.sleep(0.05)
            await asyncio.to_thread(builder.build_next)
        are_built.set()
        await asyncio.gather(*asking)
        await browser.close()
    return states


if __name__ == "__main__":
    build_states(Path(sys.argv[1]))
