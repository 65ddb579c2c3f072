"""A build in bounded memory: what was cut waits on the disk, and texts are read while others are embedded."""

import gc
import resource
from pathlib import Path

import pytest

from helpers.library import ROOT, build_index
from index.building.build import build
from index.building.changes import ReadTranscript
from index.building.spool import Spool, split_transcript
from index.building.verify import verify
from index.embedding.embedder import Embedder
from index.errors import StoreError
from index.reading.reader import read_transcript
from index.types import Transcript

TALK = "Ada: How old is boat {n}?\nBo: Ninety years and {n} days, and she leaks like basket {n}.\n"

# All that a transcript may be: times and marks, names of people, half a character, nothing said.
FILES = sorted(path for path in (ROOT / "tests" / "transcripts").iterdir() if path.is_file())


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of 40 transcripts; not to be changed."""
    folder = tmp_path_factory.mktemp("talks")
    for n in range(40):
        (folder / f"talk-{n:02}.txt").write_text(TALK.format(n=n))
    return folder


def held() -> int:
    """Return how many transcripts are in memory."""
    return sum(type(each) is Transcript for each in gc.get_objects())


def test_what_was_cut_comes_back_as_it_was(tmp_path: Path, embedder: Embedder) -> None:
    odd = read_transcript("Ada: \ud83d?\nBo: Yes.\n".encode("utf-8", "surrogatepass"), "odd.txt")
    transcripts = [odd, *(read_transcript(path.read_bytes(), path.name) for path in FILES)]
    cuts = [split_transcript(ReadTranscript(each, f'["{each.name}"]', "0f"), embedder) for each in transcripts]
    assert any(segment.marks for each in transcripts for segment in each.segments)
    with Spool(tmp_path) as spool:
        for each in cuts:
            spool.add(each)
        assert [*spool] == [*spool] == cuts
        assert spool.names == [each.name for each in transcripts]
        # Nobody else can open it, and nothing of it stays.
        assert [*tmp_path.iterdir()] == []


def test_a_build_holds_few_transcripts_at_once(talks: Path, tmp_path: Path, reader: Embedder) -> None:
    gc.collect()
    before, most = held(), dict[str, int]()

    def look(what: str, *_: int) -> None:
        most[what] = max(most.get(what, 0), held() - before)

    assert build([talks], tmp_path / "index", reader, progress=look).passages == 40
    assert most.keys() == {"loading the model", "reading and embedding", "saving"}
    assert max(most.values()) <= 2


def test_progress_goes_on_to_the_end_and_knows_early_how_far_that_is(
    talks: Path, tmp_path: Path, reader: Embedder
) -> None:
    told = list[tuple[int, int]]()

    def progress(what: str, done: int, total: int) -> None:
        if what == "reading and embedding":
            told.append((done, total))

    build([talks], tmp_path / "index", reader, progress=progress)
    assert told == sorted(told)
    assert {total for _, total in told} == {40}
    assert told[-1] == (40, 40)


def test_a_text_that_is_said_often_is_embedded_once(tmp_path: Path) -> None:
    report = build_index({f"{n}.txt": TALK.format(n=n % 2) for n in range(6)}, tmp_path / "index")
    assert (report.passages, report.embedded) == (6, 2)
    assert verify(tmp_path / "index").problems == []


def test_what_cannot_be_kept_is_refused_in_one_line(tmp_path: Path, embedder: Embedder) -> None:
    made = split_transcript(ReadTranscript(read_transcript(TALK.format(n=1).encode(), "a.txt"), "[]", ""), embedder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Spool(tmp_path) as spool:
        spool.add(made)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
        try:
            with pytest.raises(StoreError, match="cannot be written: File too large; the index is as it was before"):
                list(spool)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with pytest.raises(StoreError, match="nowhere cannot be written: No such file or directory"):
        Spool(tmp_path / "nowhere")
