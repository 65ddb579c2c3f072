"""The fastest way to read many texts: tried once where it may be faster, remembered, and faithful."""

import json
from pathlib import Path

import numpy as np
import pytest

from index import fastest
from index.embedders import Embedder, load_embedder
from index.fastest import for_many_texts
from index.networks import Onnx, Torch


@pytest.fixture(scope="module")
def quick() -> Embedder:
    return load_embedder(quick=True)


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the answer is remembered, on a machine without a graphics processor."""
    monkeypatch.setattr(fastest, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr("shutil.which", lambda _: None)
    return tmp_path / "fastest.json"


def processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nmodel name\t: A processor\n{line}\n")
    monkeypatch.setattr(fastest, "PROCESSOR", tmp_path / "cpuinfo")


def test_a_processor_that_cannot_do_otherwise_is_not_asked(
    quick: Embedder, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fastest, "load_embedder", lambda _: pytest.fail("loaded PyTorch"))
    for line in ("flags\t\t: fpu avx2 avx512f", "Features\t: fp asimd"):
        processor(tmp_path, monkeypatch, line)
        assert for_many_texts(quick) is quick
    monkeypatch.setattr(fastest, "PROCESSOR", tmp_path / "none")
    assert for_many_texts(quick) is quick
    assert not memory.exists()


@pytest.mark.parametrize("line", ["flags\t\t: fpu avx512_bf16", "Features\t: fp asimd bf16"])
def test_one_that_may_be_faster_is_tried_once(
    quick: Embedder, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    processor(tmp_path, monkeypatch, line)
    monkeypatch.setattr(fastest, "PROBES", fastest.PROBES[:2])
    found = for_many_texts(quick)
    (is_faster,) = json.loads(memory.read_text()).values()
    assert isinstance(found.network, Torch if is_faster else Onnx)
    monkeypatch.setattr(fastest, "_time", lambda _: pytest.fail("tried again"))
    assert isinstance(for_many_texts(quick).network, type(found.network))


@pytest.mark.usefixtures("memory")
def test_what_was_found_is_used_and_gives_the_same(
    quick: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor(tmp_path, monkeypatch, "flags\t\t: amx_bf16")
    monkeypatch.setattr(fastest, "_time", lambda each: float(each.is_quick))
    found = for_many_texts(quick)
    assert isinstance(found.network, Torch)
    assert found.network.half
    for one, other in zip(quick.encode(fastest.PROBES[:2]), found.encode(fastest.PROBES[:2]), strict=True):
        assert one.vector @ other.vector > 0.999
        assert ((one.tokens > 0) == (other.tokens > 0)).mean() > 0.97
        assert not np.array_equal(one.vector, other.vector)


@pytest.mark.usefixtures("memory")
def test_another_model_that_took_the_place_of_this_one_is_not_used(
    quick: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor(tmp_path, monkeypatch, "flags\t\t: amx_bf16")
    before = Embedder(quick.name, quick.network, quick._tokenizer, quick.max_pieces + 2, "another")
    assert for_many_texts(before) is before
