"""Backend selection: onnxruntime unless the machine has a GPU or AMX, and only with the same encodings."""

from pathlib import Path

import numpy as np
import pytest

from index.embedding import backend_selection
from index.embedding.backend_selection import TORCH_TEXTS, select_backend
from index.embedding.backends import OnnxBackend, TorchBackend
from index.embedding.embedder import Embedder, load_embedder

TEXTS = ["Who rowed the boat?", "She rowed it herself, across the bay and back, before breakfast. " * 9]


@pytest.fixture
def quick() -> Embedder:
    return load_embedder(quick=True)


@pytest.fixture
def cpuinfo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a stand-in for /proc/cpuinfo, of a machine without a GPU."""
    path = tmp_path / "cpuinfo"
    path.write_text("model name : plain\nflags : fpu avx512_bf16\n")
    monkeypatch.setattr(backend_selection, "CPUINFO", path)
    monkeypatch.setattr(backend_selection.shutil, "which", lambda _: None)
    return path


def test_without_a_gpu_or_amx_onnxruntime_encodes(quick: Embedder, cpuinfo: Path) -> None:
    assert select_backend(quick, 10 * TORCH_TEXTS) is quick
    cpuinfo.unlink()
    assert select_backend(quick, 10 * TORCH_TEXTS) is quick
    assert isinstance(quick.backend, OnnxBackend)


def test_with_amx_pytorch_encodes_in_bf16(quick: Embedder, cpuinfo: Path) -> None:
    cpuinfo.write_text("model name : fast\nflags : fpu amx_bf16 amx_tile\n")
    assert select_backend(quick, TORCH_TEXTS - 1) is quick
    chosen = select_backend(quick, TORCH_TEXTS)
    assert isinstance(chosen.backend, TorchBackend)
    for exact, half in zip(quick.encode(TEXTS), chosen.encode(TEXTS), strict=True):
        assert exact.spans == half.spans
        assert 0.9999 < float(exact.vector @ half.vector) <= 1.0001
        assert not np.array_equal(exact.vector, half.vector)


def test_a_backend_that_encodes_differently_is_not_used(
    quick: Embedder, cpuinfo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpuinfo.write_text("flags : amx_bf16\n")
    monkeypatch.setattr(backend_selection, "is_faithful", lambda *_: False)
    assert select_backend(quick, TORCH_TEXTS) is quick
