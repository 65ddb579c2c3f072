"""Selects the backend of a build: onnxruntime, or PyTorch on a GPU or in bf16 where the processor has AMX."""

import shutil
import sys
from pathlib import Path

from index.embedding.backends import TorchBackend
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.onnx_export import is_faithful

# For fewer texts, loading PyTorch takes longer than encoding them with onnxruntime.
TORCH_TEXTS = 2000

# The flag of the instructions in https://docs.kernel.org/arch/x86/cpuinfo.html. Without AMX, bf16 was measured to be
# slower than single precision even where the processor has other bf16 instructions.
AMX = "amx_bf16"
CPUINFO = Path("/proc/cpuinfo")


def select_backend(embedder: Embedder, n: int) -> Embedder:
    """Return the embedder with the fastest backend here for about n texts; its encodings stay the same."""
    may_have_gpu = bool(shutil.which("nvidia-smi")) or sys.platform == "darwin"
    if not embedder.is_quick or n < TORCH_TEXTS or not (may_have_gpu or _has_amx()):
        return embedder
    original = load_embedder(embedder.name)
    backend = original.backend
    if original.fingerprint != embedder.fingerprint or not isinstance(backend, TorchBackend):
        return embedder  # The model was replaced meanwhile; the next build says so.
    if backend.model.device.type == "cpu":
        if not _has_amx():
            return embedder
        backend = TorchBackend(backend.model, half=True)
    return embedder.using(backend) if is_faithful(embedder.backend, backend) else embedder


def _has_amx() -> bool:
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return any(AMX in line.split() for line in lines if line.startswith("flags"))
