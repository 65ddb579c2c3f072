"""What computes a model: PyTorch, which reads every model; onnxruntime, which begins twenty times as fast; OpenVINO.

All give the same for a text: a vector for the whole, and one for each of its word pieces, markers included.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from index.arrays import Ids, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# Texts of like length are read together, a few at a time: less padding, and the progress bar moves.
BATCH_TEXTS = 32

# onnxruntime is fastest with one at once: nothing is filled up, and what lies between two layers stays in the
# processor's cache. Measured: 46 texts a CPU-second with 4, 41 with 8, 31 with 32; with 1 as many as with 4. In int8,
# what it makes of a text would depend on those beside it.
ONNX_TEXTS = 1
OPENVINO_TEXTS = 4

# In half precision, where a processor has instructions for it, these are fastest with so many, on a thread for each
# processor. Measured on one with AMX: PyTorch 93 texts a CPU-second with 8 and 69 with 96, but 50 where
# sentence-transformers is asked to do it; OpenVINO 77 with 4, 101 with 16 and 87 with 32.
HALF_TEXTS, OPENVINO_HALF_TEXTS = 8, 16

# A graphics processor is kept busy by so many at once, and by a second thread that prepares the next ones.
GRAPHICS_TEXTS = 256
GRAPHICS_WORKERS = 2


class Encoding(NamedTuple):
    """What a network makes of one text."""

    vector: Vectors  # (dimension,), of length 1
    tokens: Vectors  # (n, dimension), one for each word piece and marker


class Network(Protocol):
    """A model, ready to read."""

    batch_texts: int  # so many it is best given at once
    workers: int  # so many threads are best to give it some

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """Return what the model makes of each text; of one that is too long, of its beginning."""
        ...


class Torch:
    """A model in PyTorch, which uses all processors by itself."""

    batch_texts = BATCH_TEXTS
    workers = 1

    def __init__(self, model: "SentenceTransformer") -> None:
        self.model = model

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """See Network."""
        # With no output value named it returns all of them, whatever its annotation says.
        features: Any = self.model.encode(
            list(texts),
            output_value=None,
            batch_size=BATCH_TEXTS,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return [
            Encoding(
                np.ascontiguousarray(found["sentence_embedding"].float().cpu().numpy()),
                found["token_embeddings"].float().cpu().numpy()[found["attention_mask"].cpu().numpy() > 0],
            )
            for found in features
        ]


class TorchBackend:
    """A model in PyTorch, called without what sentence-transformers does around it.

    A processor computes in bfloat16; a graphics processor in single precision, which keeps it waiting less.
    """

    def __init__(self, model: "SentenceTransformer", tokenizer: "Tokenizer", *, half: bool | None = None) -> None:
        """Take a loaded model and a tokenizer; `half` None chooses the precision by the device."""
        self._model = model
        self._tokenizer = tokenizer
        self._on = model.device.type
        is_here = self._on == "cpu"
        self._half = is_here if half is None else half
        self._texts = HALF_TEXTS if is_here else GRAPHICS_TEXTS
        self.batch_texts = BATCH_TEXTS if is_here else GRAPHICS_TEXTS
        self.workers = processors() if is_here else GRAPHICS_WORKERS
        if is_here:
            import torch

            # Of the whole process: else each of the threads that call would wait busily for some of its own.
            torch.set_num_threads(1)

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """See Network."""
        return _read_in_batches(texts, self._texts, self._tokenizer, self._run)

    def _run(self, ids: Ids, mask: Ids) -> tuple[Vectors, Vectors]:
        import torch

        features = {
            "input_ids": torch.from_numpy(ids).to(self._on),
            "attention_mask": torch.from_numpy(mask).to(self._on),
        }
        with torch.inference_mode(), torch.autocast(self._on, torch.bfloat16, enabled=self._half):
            found: Any = self._model(features)
        # All of a batch comes back in one piece.
        vectors, tokens = (found[name].float().cpu().numpy() for name in ("sentence_embedding", "token_embeddings"))
        return vectors, tokens


class OnnxBackend:
    """An exported model (index.embedding.onnx_export) on the calling thread: its own threads would wait busily."""

    batch_texts = BATCH_TEXTS

    def __init__(self, path: Path, tokenizer: "Tokenizer") -> None:
        """Open the file. Takes a tokenizer that cuts texts that are too long and fills up those that are shorter."""
        import onnxruntime

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizer
        self.workers = processors()

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """See Network."""
        return _read_in_batches(texts, ONNX_TEXTS, self.tokenizer, self._run)

    def _run(self, ids: Ids, mask: Ids) -> tuple[Vectors, Vectors]:
        vectors, tokens = self._session.run(None, {"ids": ids, "mask": mask})
        return vectors, tokens


class OpenVino:
    """A model that was exported, read by OpenVINO, which is an extra: one stream of work for each processor."""

    batch_texts = BATCH_TEXTS

    def __init__(self, path: Path, tokenizer: "Tokenizer", precision: str) -> None:
        """Open an exported model; the precision is "f32" or "bf16". Raises ImportError without openvino."""
        # Imported as it is, it tells its makers so over the network.
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
        import openvino

        self.workers = processors()
        settings = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": self.workers,
            "NUM_STREAMS": self.workers,
            "ENABLE_CPU_PINNING": False,
        }
        self._model = openvino.Core().compile_model(path, "CPU", settings)
        self._tokenizer = tokenizer
        self._texts = OPENVINO_HALF_TEXTS if precision == "bf16" else OPENVINO_TEXTS

    def read(self, texts: Sequence[str]) -> list[Encoding]:
        """See Network."""
        request = self._model.create_infer_request()

        def run(ids: Ids, mask: Ids) -> tuple[Vectors, Vectors]:
            found = request.infer({"ids": ids, "mask": mask})
            return found["vector"], found["tokens"]

        return _read_in_batches(texts, self._texts, self._tokenizer, run)


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read_in_batches(
    texts: Sequence[str], size: int, tokenizer: "Tokenizer", run: Callable[[Ids, Ids], tuple[Vectors, Vectors]]
) -> list[Encoding]:
    """Have `run` make vectors, of texts and of tokens, of ids and mask (n, pieces) of `size` texts at once.

    What it returns is copied before it is called again.
    """
    found: list[Encoding] = []
    for at in range(0, len(texts), size):
        encoded = tokenizer.encode_batch([text.strip() for text in texts[at : at + size]])
        mask = np.array([each.attention_mask for each in encoded], np.int64)
        vectors, tokens = run(np.array([each.ids for each in encoded], np.int64), mask)
        norms = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        found += [
            Encoding(v, t[m > 0].astype(np.float32, copy=False))
            for v, t, m in zip(vectors / norms, tokens, mask, strict=True)
        ]
    return found
