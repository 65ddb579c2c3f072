"""What changed since an index was built: told, brought in by the next build, and followed by one that watches."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.library import ROOT, put
from index.building.build import BuildReport, build
from index.building.info import info
from index.building.staleness import stale
from index.building.verify import verify
from index.embedding.embedder import Embedder
from index.storage.database import Database
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.ranking.no_answer import fit_thresholds

BOAT = "Ada: How old is the boat?\nBo: Ninety years and some, and she leaks like a basket.\n"
BREAD = "Ada: Which flour do you like best?\nCy: Rye, because it smells of rain on a warm road.\n"
CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"
MORE = "Ada: Did you go back?\nDi: Twice a year, with a rope and somebody who can sing.\n"


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    return put(tmp_path / "talks", boat__txt=BOAT, bread__txt=BREAD)


def names(folder: Path) -> list[str]:
    return [transcript["name"] for transcript in info(folder)["transcripts"]]


def lines(folder: Path, *, quick: bool) -> list[str]:
    with Database.open(folder) as database:
        return [line.removesuffix("; build again to bring it up to date") for line in stale(database, quick=quick)]


@pytest.mark.parametrize("quick", [False, True])
def test_what_changed_came_and_went_is_listed(talks: Path, tmp_path: Path, embedder: Embedder, quick: bool) -> None:
    put(talks, cave__txt=CAVE, deep___moss__txt=BOAT, noise__txt="\0\1\2")
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    assert lines(tmp_path / "i", quick=quick) == []
    put(talks, boat__txt=CAVE, new__txt=BOAT, bread__toml='guest = "Cy"')
    (talks / "cave.txt").unlink()
    os.utime(talks / "deep" / "moss.txt")  # touched, and as it was
    told = ["boat.txt changed", "bread.txt changed", "cave.txt is gone", "new.txt is new"]
    assert lines(tmp_path / "i", quick=quick) == [f"{line} since the index was built" for line in told]
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    assert lines(tmp_path / "i", quick=quick) == []


def test_a_copy_with_an_old_date_is_not_missed(talks: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    put(talks, boat__txt=CAVE)
    os.utime(talks / "boat.txt", (0, 0))
    assert lines(tmp_path / "i", quick=True) == ["boat.txt changed since the index was built"]


def test_what_is_stale_is_listed_and_no_fault_of_the_index(talks: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    put(talks, boat__txt=CAVE)
    line = "boat.txt changed since the index was built; build again to bring it up to date"
    assert verify(tmp_path / "i", embedder) == ([], [line])
    assert info(tmp_path / "i")["stale"] == [line]


def test_a_build_removes_what_is_gone_unless_told_to_keep_it(talks: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    elsewhere = put(tmp_path / "more", cave__txt=CAVE)
    kept = build([elsewhere], tmp_path / "i", embedder, fit_thresholds, keep_missing=True)
    assert (kept.transcripts, kept.read, kept.removed) == (3, 1, 0)
    (talks / "boat.txt").unlink()
    assert lines(tmp_path / "i", quick=False) == []
    assert answer(Library(tmp_path / "i", embedder), "How old is the boat?", 1).passages[0].transcript == "boat.txt"
    gone = build([elsewhere], tmp_path / "i", embedder, fit_thresholds)
    assert (gone.transcripts, gone.removed) == (1, 2)


def test_what_is_kept_is_embedded_by_another_model_from_what_is_stored(
    talks: Path, tmp_path: Path, embedder: Embedder
) -> None:
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    (talks / "boat.txt").unlink()
    said: list[str] = []

    def note(what: str, _: int, total: int) -> None:
        said.extend([] if total else [what])

    with Database.create(tmp_path / "i") as database, database.transaction(write=True):
        database.set_index_metadata(rule_version=0)
    report = build([talks], tmp_path / "i", embedder, fit_thresholds, note, keep_missing=True)
    assert (report.transcripts, report.read, report.embedded) == (2, 1, 0)
    assert said == ["this version splits transcripts differently: splitting all interviews again"]
    assert verify(tmp_path / "i", embedder).problems == []
    assert answer(Library(tmp_path / "i", embedder), "How old is the boat?", 1).passages[0].transcript == "boat.txt"


def test_a_new_name_is_no_loss_and_no_reading_by_the_model(talks: Path, tmp_path: Path, embedder: Embedder) -> None:
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    (talks / "boat.txt").rename(talks / "ship.txt")
    report = build([talks], tmp_path / "i", embedder, fit_thresholds)
    assert (report.read, report.renamed, report.removed, report.embedded) == (1, 1, 0, 0)
    assert names(tmp_path / "i") == ["bread.txt", "ship.txt"]


def test_passages_whose_words_did_not_change_keep_their_vectors_in_a_file_that_did(
    talks: Path, tmp_path: Path, embedder: Embedder
) -> None:
    put(talks, long__txt=BOAT + BREAD + CAVE)
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    put(talks, long__txt=BOAT + BREAD.replace("Rye", "Spelt") + CAVE)
    report = build([talks], tmp_path / "i", embedder, fit_thresholds)
    assert (report.read, report.embedded) == (1, 1)
    assert verify(tmp_path / "i", embedder) == ([], [])


class Watching:
    """`interview-qa build talks --watch`, and the lines that it prints."""

    def __init__(self, cwd: Path) -> None:
        self.out, self.errors = cwd / "out", cwd / "errors"
        with self.out.open("w") as out, self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "qa", "build", "talks", "--watch"],
                cwd=cwd,
                stdout=out,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    def wait_for(self, file: Path, text: str) -> None:
        until = time.monotonic() + 60
        while text not in file.read_text():
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < until, f"{text!r} is not in {file.read_text()!r}"
            time.sleep(0.1)


@pytest.fixture
def watching(talks: Path) -> Iterator[Watching]:
    started = Watching(talks.parent)
    yield started
    started.process.kill()
    started.process.wait()


def test_a_build_that_watches_follows_the_folder(watching: Watching, talks: Path) -> None:
    watching.wait_for(watching.out, "2 transcripts, 2 passages (2 read, 2 texts embedded, 0 removed)")
    put(talks, cave__txt=CAVE)  # before anybody listens, perhaps
    watching.wait_for(watching.out, "3 transcripts, 3 passages (1 read, 1 texts embedded, 0 removed)")
    (talks / "cave.txt").rename(talks / "grotto.txt")
    watching.wait_for(watching.out, "3 transcripts, 3 passages (1 read, 0 texts embedded, 0 removed, 1 renamed)")
    put(talks, noise__txt="\0\1\2")
    watching.wait_for(watching.errors, "error: noise.txt is not a text file")
    (talks / "noise.txt").unlink()
    (talks / "boat.txt").unlink()
    watching.wait_for(watching.out, "2 transcripts, 2 passages (0 read, 0 texts embedded, 1 removed)")
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(30) == 0
    assert "Traceback" not in watching.errors.read_text()
    assert names(talks.parent / ".interview-qa") == ["bread.txt", "grotto.txt"]


def test_builds_of_one_folder_one_after_the_other_are_as_one_build_of_the_last(
    talks: Path, tmp_path: Path, embedder: Embedder
) -> None:
    states = [{"boat__txt": BREAD}, {"cave__txt": CAVE}, {"cave__txt": CAVE + MORE}, {"boat__txt": BOAT}]
    report: BuildReport | None = None
    for files in states:
        put(talks, **files)
        report = build([talks], tmp_path / "i", embedder, fit_thresholds)
    fresh = build([talks], tmp_path / "fresh", embedder, fit_thresholds)
    assert report
    assert (report.transcripts, report.passages) == (fresh.transcripts, fresh.passages)
    libraries = [Library(tmp_path / name, embedder) for name in ("i", "fresh")]
    for question in ("How old is the boat?", "Which flour do you like best?", "What scared you?"):
        one, other = (answer(library, question) for library in libraries)
        assert [(p.transcript, p.text, p.score) for p in one.passages] == [
            (p.transcript, p.text, p.score) for p in other.passages
        ]
        assert one.matched == other.matched


def test_a_file_that_could_not_be_read_is_new_when_it_is_another(
    talks: Path, tmp_path: Path, embedder: Embedder
) -> None:
    put(talks, cave__vtt="WEBVTT\n\n00:01.000 --> 00:09.000\n[Music]\n")
    assert build([talks], tmp_path / "i", embedder, fit_thresholds).errors
    for quick in (False, True):
        assert lines(tmp_path / "i", quick=quick) == []
    put(talks, cave__vtt="WEBVTT\n\n00:01.000 --> 00:09.000\nThe silence.\n")
    for quick in (False, True):
        assert lines(tmp_path / "i", quick=quick) == ["cave.vtt is new since the index was built"]


def test_a_file_that_cannot_be_read_costs_no_new_state(talks: Path, tmp_path: Path, embedder: Embedder) -> None:
    put(talks, noise__txt="\0\1\2")
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    before = info(tmp_path / "i")["built"], sorted(path.name for path in (tmp_path / "i").iterdir())
    again = build([talks], tmp_path / "i", embedder, fit_thresholds)
    assert (again.read, again.embedder) == (0, None)
    assert again.errors == ("noise.txt is not a text file; save the transcript as plain text (UTF-8)",)
    assert (info(tmp_path / "i")["built"], sorted(path.name for path in (tmp_path / "i").iterdir())) == before


def test_a_small_change_needs_no_pytorch(talks: Path, tmp_path: Path, embedder: Embedder) -> None:
    assert embedder.export() is None
    build([talks], tmp_path / "i", embedder, fit_thresholds)
    put(talks, cave__txt=CAVE)
    program = (
        "import sys; from pathlib import Path\n"
        "from index.building.build import build; from qa.ranking.no_answer import fit_thresholds as fit\n"
        f"report = build([Path({str(talks)!r})], Path({str(tmp_path / 'i')!r}), fit=fit)\n"
        "print(report.embedded, sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "1 []\n"
