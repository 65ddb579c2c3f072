"""Backends that compute a model: PyTorch, which runs every model, and onnxruntime, which starts twenty times faster.

Both give the same for a text: a vector for the whole, and one for each of its word pieces, special tokens included.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from index.arrays import Ids, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# Texts of similar length are encoded together, a few at a time: less padding, and the progress bar moves.
BATCH_TEXTS = 32

# onnxruntime is fastest with one text at once: no padding, and activations stay in the processor's cache. Measured:
# 46 texts a CPU-second with 4, 41 with 8, 31 with 32; with 1 as many as with 4.
ONNX_TEXTS = 1

# In bf16 on AMX, one thread a processor and 8 texts at once are fastest. Measured: 93 texts a CPU-second with 8, 69
# with 96, and 50 through `SentenceTransformer.encode`.
HALF_TEXTS = 8

# A GPU is kept busy by this many texts, and by a second thread that prepares the next ones.
GPU_TEXTS = 256
GPU_WORKERS = 2


class Encoding(NamedTuple):
    """A text's output of the model."""

    vector: Vectors  # (dimension,), unit length
    tokens: Vectors  # (n, dimension), one for each word piece and special token


class Backend(Protocol):
    """A loaded model."""

    batch_texts: int  # the best number of texts for one call
    workers: int  # the best number of threads that call it

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Return the encoding of each text; a text that is too long is truncated."""
        ...


class TorchBackend:
    """A model in PyTorch: through sentence-transformers, or with `half` called directly in bf16 on the processor."""

    def __init__(self, model: "SentenceTransformer", *, half: bool = False) -> None:
        self.model = model
        self._is_half = half
        on_cpu = model.device.type == "cpu"
        self.batch_texts = BATCH_TEXTS if on_cpu else GPU_TEXTS
        self.workers = processors() if half else 1 if on_cpu else GPU_WORKERS
        if half:
            import torch

            self._tokenizer = truncating_tokenizer(model)
            # For the whole process: otherwise each calling thread would wait busily for threads of its own.
            torch.set_num_threads(1)

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """See Backend."""
        if self._is_half:
            return _encode_in_batches(texts, HALF_TEXTS, self._tokenizer, self._run_in_bf16)
        # Without a named output value it returns all of them, whatever its annotation says.
        features: Any = self.model.encode(
            list(texts),
            prompt="",  # the texts have theirs
            output_value=None,
            batch_size=self.batch_texts,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return [
            Encoding(
                np.ascontiguousarray(each["sentence_embedding"].float().cpu().numpy()),
                each["token_embeddings"].float().cpu().numpy()[each["attention_mask"].cpu().numpy() > 0],
            )
            for each in features
        ]

    def _run_in_bf16(self, ids: Ids, mask: Ids) -> tuple[Vectors, Vectors]:
        import torch

        inputs = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            features: Any = self.model(inputs)
        return features["sentence_embedding"].float().numpy(), features["token_embeddings"].float().numpy()


class OnnxBackend:
    """An exported model (index.embedding.onnx_export) on the calling thread: its own threads would wait busily."""

    batch_texts = BATCH_TEXTS

    def __init__(self, path: Path, tokenizer: "Tokenizer") -> None:
        """Open the file; the tokenizer truncates and pads."""
        import onnxruntime

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizer
        self.workers = processors()

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """See Backend."""
        return _encode_in_batches(texts, ONNX_TEXTS, self.tokenizer, self._run)

    def _run(self, ids: Ids, mask: Ids) -> tuple[Vectors, Vectors]:
        vectors, tokens = self._session.run(None, {"ids": ids, "mask": mask})
        return vectors, tokens


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def truncating_tokenizer(model: "SentenceTransformer") -> "Tokenizer":
    """Return a copy of the model's tokenizer that truncates long texts and pads short ones."""
    own: Any = model.tokenizer
    tokenizer: Tokenizer = type(own.backend_tokenizer).from_str(own.backend_tokenizer.to_str())
    tokenizer.enable_truncation(int(model.max_seq_length or 512))
    tokenizer.enable_padding(direction=own.padding_side, pad_id=own.pad_token_id, pad_token=own.pad_token)
    return tokenizer


def _encode_in_batches(
    texts: Sequence[str], size: int, tokenizer: "Tokenizer", run: Callable[[Ids, Ids], tuple[Vectors, Vectors]]
) -> list[Encoding]:
    """Encode `size` texts at once; `run` takes ids and mask (n, pieces) and returns vectors of texts and of tokens."""
    encodings: list[Encoding] = []
    for at in range(0, len(texts), size):
        pieces = tokenizer.encode_batch([text.strip() for text in texts[at : at + size]])
        mask = np.array([each.attention_mask for each in pieces], np.int64)
        vectors, tokens = run(np.array([each.ids for each in pieces], np.int64), mask)
        norms = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        encodings += [
            Encoding(v, t[m > 0].astype(np.float32, copy=False))
            for v, t, m in zip(vectors / norms, tokens, mask, strict=True)
        ]
    return encodings
