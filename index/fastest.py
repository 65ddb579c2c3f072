"""The fastest faithful way that this machine has to read many texts: measured once, and remembered.

onnxruntime reads as fast as PyTorch does in single precision, and begins at once. In half precision PyTorch may
read more than twice as fast; but a processor may have the instructions and be slower with them, so it is tried.
"""

import platform
import shutil
import time
from pathlib import Path

from index.embedders import Embedder, load_embedder
from index.models import cache_folder, read_json, write_json
from index.networks import BATCH_TEXTS, Torch

# What the names of such instructions hold where Linux lists them: https://docs.kernel.org/arch/x86/cpuinfo.html
HALF_PRECISION = "bf16"
PROCESSOR = Path("/proc/cpuinfo")

# What is read to compare is as long as passages mostly are.
PROBES = ["And then she told me that the boat was older than her mother, and leaked like a basket. " * 6] * BATCH_TEXTS

REPEATS = 2


def for_many_texts(embedder: Embedder) -> Embedder:
    """Return the model so that it reads many texts as fast as can be here; as it is, where that is fastest."""
    has_half = HALF_PRECISION in (_of_processor("flags") or _of_processor("Features"))
    has_graphics = shutil.which("nvidia-smi") is not None
    if not embedder.is_quick or not (has_graphics or has_half):
        return embedder
    memory = cache_folder() / "fastest.json"
    remembered = read_json(memory)
    machine = f"{_of_processor('model name')} {platform.node()} {embedder.fingerprint}"
    is_half_faster = remembered.get(machine)
    if is_half_faster is False and not has_graphics:
        return embedder
    other = load_embedder(embedder.name)
    if other.fingerprint != embedder.fingerprint or not isinstance(other.network, Torch):
        return embedder  # The model was exchanged just now; the next build says so.
    if other.network.model.device.type != "cpu":
        return other
    other.network.half = True
    if not isinstance(is_half_faster, bool):
        is_half_faster = _time(other) < _time(embedder)
        write_json(memory, remembered | {machine: is_half_faster})
    return other if is_half_faster else embedder


def _time(embedder: Embedder) -> float:
    """Return how many seconds the probes take; the least of some tries, after one that does not count."""
    times = []
    for _ in range(1 + REPEATS):
        began = time.perf_counter()
        for _ in embedder.encode_in_batches(PROBES * 2):
            pass
        times.append(time.perf_counter() - began)
    return min(times[1:])


def _of_processor(what: str) -> str:
    """Return what Linux says of the processor; nothing elsewhere."""
    try:
        lines = PROCESSOR.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(what)), "")
