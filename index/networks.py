"""What computes a model: PyTorch, which reads every model, or onnxruntime, which begins twenty times as fast.

Both give the same for a text: a vector for the whole, and one for each of its word pieces, markers included.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from index.arrays import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# Texts of like length are read together, a few at a time: less padding, and the progress bar moves.
BATCH_TEXTS = 32


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
    """A model in PyTorch."""

    def __init__(self, model: "SentenceTransformer") -> None:
        self.model = model

    def read(self, texts: Sequence[str]) -> list[Read]:
        """See Network."""
        # With no output value named it returns all of them, whatever its annotation says.
        features: Any = self.model.encode(
            list(texts), output_value=None, batch_size=BATCH_TEXTS, normalize_embeddings=True, show_progress_bar=False
        )
        return [
            Read(
                np.ascontiguousarray(found["sentence_embedding"].float().cpu().numpy()),
                found["token_embeddings"].float().cpu().numpy()[found["attention_mask"].cpu().numpy() > 0],
            )
            for found in features
        ]


class Onnx:
    """A model that was exported, see index.exports, on one thread: for single questions more gain nothing."""

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
        for at in range(0, len(texts), BATCH_TEXTS):
            encoded = self._tokenizer.encode_batch([text.strip() for text in texts[at : at + BATCH_TEXTS]])
            mask = np.array([each.attention_mask for each in encoded], np.int64)
            ids = np.array([each.ids for each in encoded], np.int64)
            vectors, tokens = self._session.run(None, {"ids": ids, "mask": mask})
            norms = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
            found += [Read(v, t[m > 0]) for v, t, m in zip(vectors / norms, tokens, mask, strict=True)]
        return found
