"""Reading in int8: only when asked for, never mixed with full precision, and with its cost told."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.library import cli, put
from index.arrays import Vectors
from index.building.build import OTHER_PRECISION, build
from index.building.embed import in_precision
from index.building.info import info
from index.building.verify import verify
from index.embedding import onnx_export
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.model_registry import FULL, INT8, Choice, Precision
from index.embedding.onnx_export import load_int8
from index.errors import ModelError
from index.samples import SAMPLES
from index.splitting.passages import whole_text
from index.storage.database import Database
from index.storage.embedding_cache import digest
from index.storage.index_folder import FILE_NAME, note_damage
from index.storage.index_metadata import encoder_id
from index.text.non_speech import blank_non_speech
from qa.answering.library import Library
from qa.evaluation import int8_comparison as precision_module
from qa.evaluation.evaluate import as_table, evaluate
from qa.evaluation.gold_questions import read_gold
from qa.evaluation.int8_comparison import sample
from qa.evaluation.self_questions import hide_own_questions
from qa.ranking.no_answer import fit_thresholds

BOAT = "Ada: How old is the boat?\nBo: Ninety years and some, and she leaks like a basket.\n"
CAVE = "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n"

GOLD = SAMPLES / "questions.jsonl"


@pytest.fixture(scope="module")
def quick() -> Embedder:
    return load_embedder(quick=True)


@pytest.fixture(scope="module")
def small_samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index of the bundled samples in int8; not to be changed."""
    folder = tmp_path_factory.mktemp("int8") / "index"
    build([SAMPLES], folder, Choice(precision=INT8), fit_thresholds)
    return folder


def built(place: Path, precision: Precision | None = None) -> list[str]:
    """Build an index of the talks in a folder; return what was said of it, and how many texts were embedded."""
    said: list[str] = []

    def progress(what: str, _: int, total: int) -> None:
        if not total:
            said.append(what)

    report = build([place / "talks"], place / "index", Choice(precision=precision), progress=progress)
    return [*said, f"{report.embedded} embedded"]


def vectors(folder: Path) -> Vectors:
    with Database.open(folder) as database:
        return database.vectors(database.encoding_ids().tolist(), 384)


def test_int8_stays_until_full_precision_is_wanted_again(tmp_path: Path) -> None:
    put(tmp_path, talks___boat__txt=BOAT)
    assert built(tmp_path) == ["1 embedded"]
    full = vectors(tmp_path / "index")
    assert built(tmp_path, INT8) == [OTHER_PRECISION, "1 embedded"]
    small = vectors(tmp_path / "index")
    assert 0.95 < (full * small).sum() < 0.9999
    put(tmp_path, talks___cave__txt=CAVE)
    assert built(tmp_path) == ["1 embedded"]
    assert np.array_equal(vectors(tmp_path / "index")[:1], small)
    assert verify(tmp_path / "index").problems == []
    assert info(tmp_path / "index")["precision"] == INT8
    assert built(tmp_path, INT8) == ["0 embedded"]
    assert built(tmp_path, FULL) == [OTHER_PRECISION, "2 embedded"]
    assert (vectors(tmp_path / "index") @ full[0]).max() > 0.99999
    assert verify(tmp_path / "index").problems == []
    assert info(tmp_path / "index")["precision"] == FULL


def test_what_was_read_in_one_precision_is_not_taken_for_the_other(tmp_path: Path, quick: Embedder) -> None:
    put(tmp_path, talks___boat__txt=BOAT)
    built(tmp_path)

    def stop(what: str, *_: int) -> None:
        if what == "saving":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([tmp_path / "talks"], tmp_path / "index", Choice(precision=INT8), progress=stop)
    # Both are there now.
    with Database.open(tmp_path / "index") as database:
        assert database.count("encodings") == 2
    put(tmp_path, talks___ship__txt=BOAT)
    assert built(tmp_path) == ["0 embedded"]
    (exact,) = quick.encode(["How old is the boat?\nNinety years and some, and she leaks like a basket."])
    assert (vectors(tmp_path / "index") @ exact.vector).min() > 0.99999


def test_a_damaged_index_is_made_again_in_its_precision(tmp_path: Path) -> None:
    put(tmp_path, talks___boat__txt=BOAT)
    built(tmp_path, INT8)
    note_damage(tmp_path / "index")
    assert built(tmp_path)[-1] == "0 embedded"
    assert info(tmp_path / "index")["precision"] == INT8


def test_a_model_that_gives_something_else_in_int8_is_refused(
    tmp_path: Path, quick: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quick.export() is None
    whole = onnx_export.export_folder(quick.name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(whole, onnx_export.export_folder(quick.name))
    monkeypatch.setattr(onnx_export, "LEAST_INT8_COSINE", 0.9999)
    put(tmp_path, talks___boat__txt=BOAT)
    with pytest.raises(ModelError, match="cannot be read in int8; build with --precision full"):
        built(tmp_path, INT8)
    assert built(tmp_path) == ["1 embedded"]


def test_the_command_line_takes_and_shows_it(tmp_path: Path) -> None:
    put(tmp_path, talks___boat__txt=BOAT)
    assert cli("build", "talks", "--precision", "int8", cwd=tmp_path).returncode == 0
    assert "with all-MiniLM-L6-v2 (384 dimensions, int8 precision)" in cli("info", cwd=tmp_path).stdout
    assert json.loads(cli("info", "--json", cwd=tmp_path).stdout)["precision"] == "int8"
    assert cli("build", "talks", "--precision", "int4", cwd=tmp_path).returncode == 2


def test_questions_are_read_in_full_precision(small_samples: Path, quick: Embedder) -> None:
    library = Library(small_samples)
    with library.snapshot() as snapshot:
        asked = library.embedder(snapshot.index_metadata).encode(["How old is the boat?"])[0].vector
    assert asked @ quick.encode(["How old is the boat?"])[0].vector > 0.999999


def test_evaluating_tells_what_int8_costs(small_samples: Path, library: Library) -> None:
    small, full = evaluate(Library(small_samples), GOLD), evaluate(library, GOLD)
    assert "precision" not in full
    cost = small["precision"]
    assert cost["transcripts"] == len([*SAMPLES.glob("*.txt")])
    # The questions are about all of the interviews, so these are the figures of the whole libraries.
    for metric in ("hit@1", "MRR@10", "hit@300w"):
        assert cost[INT8][metric] == pytest.approx(small["all"][metric], abs=1e-9)
        assert cost[FULL][metric] == pytest.approx(full["all"][metric], abs=0.03)
    assert cost[INT8]["nDCG@10"] != cost[FULL]["nDCG@10"]
    assert (
        f"int8 instead of full precision: hit@1 {cost[INT8]['hit@1']:.3f} for {cost[FULL]['hit@1']:.3f}, hit@300w"
        in as_table(small)
    )
    assert "int8" not in as_table(full)


def test_of_a_large_library_a_part_tells_what_int8_costs(small_samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(small_samples)
    questions = read_gold(library, GOLD)
    first = {name for question in questions for name, _ in question.evidence[:1]}
    with library.snapshot() as snapshot:
        every, names = sample(snapshot, questions)
        assert every == [question for question in questions if question.evidence]
        assert {*names} == first
        monkeypatch.setattr(precision_module, "MOST_PASSAGES", 1)
        some, (name,) = sample(snapshot, questions)
    assert 0 < len(some) < len(every)
    assert {about for question in some for about, _ in question.evidence} == {name}


def test_a_librarys_own_questions_are_hidden_in_its_precision(
    small_samples: Path, tmp_path: Path, quick: Embedder
) -> None:
    assert len(hide_own_questions(small_samples, tmp_path, quick)) > 20
    with Library(tmp_path, quick).snapshot() as snapshot:
        assert encoder_id(snapshot.index_metadata) == f"{quick.fingerprint} int8"
        for transcript_id in snapshot.database.transcript_ids().values():
            passages = snapshot.database.passages(transcript_id=transcript_id)
            said = blank_non_speech(snapshot.database.transcript(passages[0].transcript).text)
            kept = snapshot.database.index_text_of(passage.id for passage in passages)
            for each in passages:
                text = whole_text(said, each.span, each.question)
                assert kept[each.id][0] == digest(text, encoder_id(snapshot.index_metadata))


def test_what_is_made_of_a_text_in_int8_does_not_depend_on_those_beside_it(quick: Embedder) -> None:
    network = load_int8(quick.name)
    assert network is not None
    texts = ["The boat was older than her mother.", "Why?", "It leaked like a basket, and so did he. " * 9]
    for beside, text in zip(network.read(texts), texts, strict=True):
        (alone,) = network.read([text])
        assert np.array_equal(alone.vector, beside.vector)
        assert np.array_equal(alone.tokens, beside.tokens)


def test_int8_is_made_once(quick: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    index_metadata: dict[str, Any] = {"precision": INT8}
    text = "She leaks like a basket."
    one = in_precision(quick, index_metadata).encode([text])[0]
    monkeypatch.setattr(onnx_export, "_make", lambda *_: pytest.fail("made again"))
    other = in_precision(quick, index_metadata).encode([text])[0]
    assert np.array_equal(one.vector, other.vector)
    assert in_precision(quick, {}) is quick
    assert digest(text, encoder_id({"fingerprint": "a"})) != digest(
        text, encoder_id({"fingerprint": "a", **index_metadata})
    )


def test_a_precision_that_nobody_writes_is_damage(tmp_path: Path) -> None:
    put(tmp_path, talks___boat__txt=BOAT)
    built(tmp_path)
    with Database.create(tmp_path / "index") as database:
        database.set_index_metadata(precision="int4")
    assert "int4" in cli("ask", "How old is the boat?", "--index", tmp_path / "index", cwd=tmp_path).stderr
    assert (tmp_path / "index" / FILE_NAME).exists()
