"""The fastest faithful way that this machine has to read many texts: measured once, and remembered.

onnxruntime reads as fast as PyTorch does in single precision, and begins at once. In half precision PyTorch and
OpenVINO may read two or three times as fast; but a processor may have the instructions and be slower with them, so
they are tried. A graphics processor is faster than all of them.
"""

import platform
import shutil
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from index.embedding.backends import BATCH_TEXTS, Network, OpenVino, Torch, TorchBackend
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.model_registry import cache_folder, read_json, write_json
from index.embedding.onnx_export import cutting_tokenizer, is_faithful, open_export

# What the names of such instructions hold where Linux lists them: https://docs.kernel.org/arch/x86/cpuinfo.html
HALF_PRECISION = "bf16"
PROCESSOR = Path("/proc/cpuinfo")

# What is read to compare is as long as passages mostly are.
PROBES = ["And then she told me that the boat was older than her mother, and leaked like a basket. " * 6] * BATCH_TEXTS

REPEATS = 2

# For fewer texts, to load PyTorch and sentence-transformers takes longer than reading them with what is loaded.
TORCH_TEXTS = 2000

# What is remembered where nothing is faster than the export as it is.
AS_IT_IS = "onnxruntime"
ENGINES = (AS_IT_IS, "torch", "openvino")


def select_backend(embedder: Embedder, n: int) -> Embedder:
    """Return the model so that it reads about n texts as fast as can be here; as it is, where that is fastest."""
    if not embedder.is_quick:
        return embedder
    if n >= TORCH_TEXTS and shutil.which("nvidia-smi") and (network := _graphics(embedder)):
        return embedder.using(network)
    ways = _candidate_backends(embedder, n)
    memory = cache_folder() / "fastest.json"
    remembered = read_json(memory)
    machine = f"{_cpuinfo('model name')} {platform.node()} {embedder.fingerprint} {_versions()}: {', '.join(ways)}"
    found = remembered.get(machine)
    if not ways or found == AS_IT_IS:
        return embedder
    if found in ways:
        return _faithful(embedder, ways[found]()) or embedder
    tried = {name: other for name, make in ways.items() if (other := _faithful(embedder, make()))}
    times = {name: _time(other) for name, other in {AS_IT_IS: embedder, **tried}.items()}
    found = min(times, key=lambda name: times[name])
    write_json(memory, remembered | {machine: found})
    return tried.get(found, embedder)


def _candidate_backends(embedder: Embedder, n: int) -> dict[str, Callable[[], Network | None]]:
    """Return what may be faster here for n texts, by name; each makes a network, or None where there is none."""
    ways: dict[str, Callable[[], Network | None]] = {}
    precisions = ["bf16"] if HALF_PRECISION in (_cpuinfo("flags") or _cpuinfo("Features")) else []
    for precision in precisions if n >= TORCH_TEXTS else ():
        ways[f"torch {precision}"] = partial(_torch, embedder)
    if find_spec("openvino"):
        for precision in ("f32", *precisions):
            ways[f"openvino {precision}"] = partial(open_export, embedder.name, partial(OpenVino, precision=precision))
    return ways


def _torch(embedder: Embedder) -> Network | None:
    """Return the model in PyTorch, in half precision; None where it is on a graphics processor."""
    network = _original(embedder)
    is_here = network and network.model.device.type == "cpu"
    return TorchBackend(network.model, cutting_tokenizer(network.model)) if network and is_here else None


def _graphics(embedder: Embedder) -> Network | None:
    """Return the model on the graphics processor; None where there is none."""
    network = _original(embedder)
    if network is None or network.model.device.type == "cpu":
        return None
    quick = TorchBackend(network.model, cutting_tokenizer(network.model))
    return quick if is_faithful(embedder.network, quick) else network


def _original(embedder: Embedder) -> Torch | None:
    """Return the model in PyTorch; None where it was exchanged just now, as the next build says."""
    other = load_embedder(embedder.name)
    network = other.network
    return network if other.fingerprint == embedder.fingerprint and isinstance(network, Torch) else None


def _faithful(embedder: Embedder, network: Network | None) -> Embedder | None:
    """Return the model computed by a network that gives the same, or None."""
    return embedder.using(network) if network and is_faithful(embedder.network, network) else None


def _time(embedder: Embedder) -> float:
    """Return how many seconds the probes take; the least of some tries, after one that does not count."""
    times = []
    for _ in range(1 + REPEATS):
        began = time.perf_counter()
        for _ in embedder.encode_in_batches(PROBES * 2):
            pass
        times.append(time.perf_counter() - began)
    return min(times[1:])


def _versions() -> str:
    """Return the versions of what computes: another may be faster."""
    found = []
    for engine in ENGINES:
        try:
            found.append(f"{engine} {version(engine)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def _cpuinfo(what: str) -> str:
    """Return what Linux says of the processor; nothing elsewhere."""
    try:
        lines = PROCESSOR.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(what)), "")
