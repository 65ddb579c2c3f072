"""What computes a model: PyTorch, which reads every model, or onnxruntime, which begins twenty times as fast.

Both give the same for a text: a vector for the whole, and one for each of its word pieces, markers included.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from index.arrays import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# Texts of like length are read together, a few at a time: less padding, and the progress bar moves.
BATCH_TEXTS = 32

# onnxruntime is fastest with so few at once: what lies between two layers stays in the processor's cache.
# Measured: 46 texts a CPU-second with 4, 41 with 8, 31 with 32.
ONNX_TEXTS = 4


class Read(NamedTuple):
    """What a network makes of one text."""

    vector: Vectors  # (dimension,), of length 1
    tokens: Vectors  # (n, dimension), one for each word piece and marker


class Network(Protocol):
    """A model, ready to read."""

    def read(self, texts: Sequence[str]) -> list[Read]:
        """Return what the model makes of each text; of one that is too long, of its beginning."""
        ...


class Torch:
    """A model in PyTorch, which uses all processors by itself."""

    def __init__(self, model: "SentenceTransformer", *, half: bool = False) -> None:
        """Take a model; `half` has it compute in bfloat16, whose vectors have a cosine of 0.9999 to the others."""
        self.model = model
        self.half = half

    def read(self, texts: Sequence[str]) -> list[Read]:
        """See Network."""
        import torch

        with torch.autocast("cpu", dtype=torch.bfloat16) if self.half else nullcontext():
            # With no output value named it returns all of them, whatever its annotation says.
            features: Any = self.model.encode(
                list(texts),
                output_value=None,
                batch_size=BATCH_TEXTS,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return [
            Read(
                np.ascontiguousarray(found["sentence_embedding"].float().cpu().numpy()),
                found["token_embeddings"].float().cpu().numpy()[found["attention_mask"].cpu().numpy() > 0],
            )
            for found in features
        ]


class Onnx:
    """A model that was exported, see index.exports, on the thread that calls: threads of its own would wait busily."""

    def __init__(self, path: Path, tokenizer: "Tokenizer") -> None:
        """Open the file. Takes a tokenizer that cuts texts that are too long and fills up those that are shorter."""
        import onnxruntime

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        self._tokenizer = tokenizer

    def read(self, texts: Sequence[str]) -> list[Read]:
        """See Network."""
        found: list[Read] = []
        for at in range(0, len(texts), ONNX_TEXTS):
            encoded = self._tokenizer.encode_batch([text.strip() for text in texts[at : at + ONNX_TEXTS]])
            mask = np.array([each.attention_mask for each in encoded], np.int64)
            ids = np.array([each.ids for each in encoded], np.int64)
            vectors, tokens = self._session.run(None, {"ids": ids, "mask": mask})
            norms = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
            found += [Read(v, t[m > 0]) for v, t, m in zip(vectors / norms, tokens, mask, strict=True)]
        return found
