"""The fastest way to read many texts: tried once where it may be faster, remembered, and faithful."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from helpers.library import ROOT
from index.embedding import backend_selection, onnx_export
from index.embedding.backend_selection import TORCH_TEXTS, select_backend
from index.embedding.backends import Network, OnnxBackend, OpenVino, Torch, TorchBackend
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.onnx_export import cutting_tokenizer, is_faithful, open_export

needs_openvino = pytest.mark.skipif(
    not find_spec("openvino"), reason="needs the extra openvino, which is not installed"
)

WITHOUT = ("flags\t\t: fpu avx2 avx512f", "Features\t: fp asimd")
WITH = ("flags\t\t: fpu avx512_bf16", "Features\t: fp asimd bf16")


@pytest.fixture(scope="module")
def quick() -> Embedder:
    return load_embedder(quick=True)


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the answer is remembered, on a machine with neither a graphics processor nor extras."""
    monkeypatch.setattr(backend_selection, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(backend_selection, "find_spec", lambda _: None)
    monkeypatch.setattr(backend_selection, "PROBES", backend_selection.PROBES[:2])
    return tmp_path / "fastest.json"


def processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nmodel name\t: A processor\n{line}\n")
    monkeypatch.setattr(backend_selection, "PROCESSOR", tmp_path / "cpuinfo")


def expect_the_same(one: Network, other: Network) -> None:
    """Fail where two networks do not give the same, or where they are one and the same."""
    texts = [*onnx_export.PROBES, *backend_selection.PROBES[:3]]
    assert is_faithful(one, other)
    assert any(not np.array_equal(a.tokens, b.tokens) for a, b in zip(one.read(texts), other.read(texts), strict=True))


def test_a_processor_that_cannot_do_otherwise_is_not_asked(
    quick: Embedder, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend_selection, "load_embedder", lambda _: pytest.fail("loaded PyTorch"))
    for line in WITHOUT:
        processor(tmp_path, monkeypatch, line)
        assert select_backend(quick, TORCH_TEXTS) is quick
    monkeypatch.setattr(backend_selection, "PROCESSOR", tmp_path / "none")
    assert select_backend(quick, TORCH_TEXTS) is quick
    assert not memory.exists()


def test_for_few_texts_it_is_not_asked_either(
    quick: Embedder, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend_selection, "load_embedder", lambda _: pytest.fail("loaded PyTorch"))
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    processor(tmp_path, monkeypatch, WITH[0])
    assert select_backend(quick, TORCH_TEXTS - 1) is quick
    assert not memory.exists()


@pytest.mark.parametrize("line", WITH)
def test_one_that_may_be_faster_is_tried_once(
    quick: Embedder, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    processor(tmp_path, monkeypatch, line)
    found = select_backend(quick, TORCH_TEXTS)
    (way,) = json.loads(memory.read_text()).values()
    assert isinstance(found.network, TorchBackend if way == "torch bf16" else OnnxBackend)
    monkeypatch.setattr(backend_selection, "_time", lambda _: pytest.fail("tried again"))
    assert isinstance(select_backend(quick, TORCH_TEXTS).network, type(found.network))


def test_what_was_found_before_versions_of_engines_changed_is_tried_again(
    quick: Embedder, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor(tmp_path, monkeypatch, WITH[0])
    tried = []
    monkeypatch.setattr(backend_selection, "_time", lambda each: tried.append(each) or len(tried))
    for version in ("1", "2", "2"):
        monkeypatch.setattr(backend_selection, "version", lambda engine, found=version: f"{engine} {found}")
        assert select_backend(quick, TORCH_TEXTS) is quick
    assert len(tried) == 4
    assert len(json.loads(memory.read_text())) == 2


@pytest.mark.usefixtures("memory")
def test_what_was_found_is_used_and_gives_the_same(
    quick: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor(tmp_path, monkeypatch, "flags\t\t: amx_bf16")
    monkeypatch.setattr(backend_selection, "_time", lambda each: float(isinstance(each.network, OnnxBackend)))
    found = select_backend(quick, TORCH_TEXTS)
    assert isinstance(found.network, TorchBackend)
    expect_the_same(quick.network, found.network)
    for one, other in zip(
        quick.encode(backend_selection.PROBES[:2]), found.encode(backend_selection.PROBES[:2]), strict=True
    ):
        assert ((one.tokens > 0) == (other.tokens > 0)).mean() > 0.97


def test_what_gives_something_else_is_not_used_however_fast(
    quick: Embedder, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor(tmp_path, monkeypatch, "flags\t\t: amx_bf16")
    monkeypatch.setattr(backend_selection, "_time", lambda each: float(isinstance(each.network, OnnxBackend)))
    # More than bfloat16 can give.
    monkeypatch.setattr(onnx_export, "LEAST_COSINE", 0.999999)
    assert select_backend(quick, TORCH_TEXTS) is quick
    assert [*json.loads(memory.read_text()).values()] == ["onnxruntime"]


@pytest.mark.usefixtures("memory")
def test_another_model_that_took_the_place_of_this_one_is_not_used(
    quick: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor(tmp_path, monkeypatch, "flags\t\t: amx_bf16")
    before = Embedder(quick.name, quick.network, quick._tokenizer, quick.max_pieces + 2, "another")
    assert select_backend(before, TORCH_TEXTS) is before


def test_a_graphics_processor_is_given_many_texts_at_once_and_gives_the_same(embedder: Embedder) -> None:
    assert isinstance(embedder.network, Torch)
    model = embedder.network.model
    # Here it is PyTorch's processor of last resort, which has all that the others do.
    graphics = TorchBackend(model, cutting_tokenizer(model), half=False)
    assert is_faithful(embedder.network, graphics)
    texts = [f"{'very ' * (n % 50)}old boat number {n}" for n in range(300)]
    found = dict(
        pair
        for rows, encoded in embedder.using(graphics).encode_in_batches(texts)
        for pair in zip(rows, encoded, strict=True)
    )
    for row in range(0, 300, 50):
        (alone,) = embedder.encode([texts[row]])
        assert found[row].vector @ alone.vector > 0.9999
        assert found[row].spans == alone.spans


def test_a_graphics_processor_that_is_not_there_is_done_without(
    quick: Embedder, memory: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    processor(tmp_path, monkeypatch, WITHOUT[0])
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert select_backend(quick, TORCH_TEXTS) is quick
    assert not memory.exists()


@needs_openvino
@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_openvino_gives_the_same(quick: Embedder, precision: str) -> None:
    network = open_export(quick.name, lambda path, tokenizer: OpenVino(path, tokenizer, precision))
    assert network
    expect_the_same(quick.network, network)
    texts = [f"{'very ' * (n % 50)}old boat number {n}" for n in range(100)]
    # Several threads at once.
    for rows, encoded in quick.using(network).encode_in_batches(texts):
        for row, one in zip(rows, encoded, strict=True):
            assert one.vector @ quick.encode([texts[row]])[0].vector > 0.9999


@needs_openvino
def test_openvino_is_tried_where_it_is_installed(
    quick: Embedder, memory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend_selection, "find_spec", find_spec)
    monkeypatch.setattr(backend_selection, "load_embedder", lambda _: pytest.fail("loaded PyTorch"))
    monkeypatch.setattr(backend_selection, "_time", lambda each: float(isinstance(each.network, OnnxBackend)))
    processor(tmp_path, monkeypatch, WITHOUT[0])
    assert isinstance(select_backend(quick, TORCH_TEXTS).network, OpenVino)
    assert [*json.loads(memory.read_text()).values()] == ["openvino f32"]


@needs_openvino
def test_openvino_tells_nobody_that_it_is_used(tmp_path: Path) -> None:
    program = (
        "import socket, sys\n"
        "def tell(*_): print('told somebody')\n"
        "socket.socket.connect = socket.getaddrinfo = tell\n"
        "from index.embedding.embedder import load_embedder; from index.embedding.onnx_export import open_export\n"
        "from index.embedding.backends import OpenVino\n"
        "name = load_embedder(quick=True).name\n"
        "network = open_export(name, lambda *found: OpenVino(*found, 'f32'))\n"
        "print(len(network.read(['Why?'])), [name for name in sys.modules if name.startswith('openvino_telemetry.')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"XDG_CACHE_HOME": str(Path.home() / ".cache"), **os.environ, "HOME": str(tmp_path)},
    )
    assert ran.stdout == "1 []\n"
    assert not (tmp_path / "intel").exists()
