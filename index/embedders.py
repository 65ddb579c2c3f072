"""Texts -> vectors, by a sentence-transformers model on this machine; nothing is ever downloaded.

A model reads a text once and gives two things: a vector for the whole, and one for each of its word
pieces as they stand in this text.
"""

import copy
import functools
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from index.arrays import Vectors
from index.errors import ModelError
from index.models import DEFAULT_MODEL, model_path
from index.types import Span

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Texts of like length are embedded together, a few at a time: less padding, and the progress bar moves.
BATCH_TEXTS = 32

# One sentence that every model reads; its embedding tells two models apart that share a name.
PROBE = "What did you want to be when you were a child?"


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a model makes of one text."""

    vector: Vectors  # (dimension,), of length 1
    tokens: Vectors  # (n, dimension), one for each word piece, each of length 1
    spans: tuple[Span, ...]  # where the word pieces stand in the text


class Embedder:
    """A loaded model."""

    def __init__(self, name: str, model: "SentenceTransformer") -> None:
        self.name = name
        self._model = model
        # A tokenizer keeps from call to call how it pads and cuts, whichever thread calls next: two ways, two of them.
        self._tokenizer = copy.deepcopy(model.tokenizer)
        self.dimension = int(model.get_embedding_dimension() or 0)
        # Markers begin and end what the model reads. They are known by their place: somebody may say "[MASK]".
        marked, plain = (self._pieces("a", marked=marked) for marked in (True, False))
        self._before = next(at for at in range(len(marked)) if marked[at : at + len(plain)] == plain)
        self._after = len(marked) - len(plain) - self._before
        # The most word pieces of text that the model reads; what is longer is lost without a word.
        self.max_pieces = int(model.max_seq_length or 512) - self._before - self._after
        self.fingerprint = self._fingerprint()

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Return what the model makes of each text; of one that is too long, of its beginning."""
        if not texts:
            return []
        # With no output value named it returns all of them, whatever its annotation says.
        features: Any = self._model.encode(
            list(texts), output_value=None, batch_size=BATCH_TEXTS, normalize_embeddings=True, show_progress_bar=False
        )
        spans = self.token_spans(texts)
        return [self._encoded(found, where) for found, where in zip(features, spans, strict=True)]

    def _encoded(self, features: dict[str, Any], spans: Sequence[Span]) -> Encoded:
        present = np.flatnonzero(features["attention_mask"].cpu().numpy())
        rows = present[self._before : len(present) - self._after]
        tokens = features["token_embeddings"].float().cpu().numpy()[rows]
        norms = np.linalg.norm(tokens, axis=1, keepdims=True)
        vector = features["sentence_embedding"].float().cpu().numpy()
        return Encoded(np.ascontiguousarray(vector), tokens / np.maximum(norms, 1e-9), tuple(spans[: len(rows)]))

    def _pieces(self, text: str, *, marked: bool) -> list[int]:
        pieces: list[int] = self._tokenizer(text, add_special_tokens=marked)["input_ids"]
        return pieces

    def encode_in_batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[Encoded]]]:
        """Yield (rows of texts, what they are encoded to) until each text was read once, longest first."""
        rows = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
        for at in range(0, len(rows), BATCH_TEXTS):
            batch = rows[at : at + BATCH_TEXTS]
            with _half_precision():
                encoded = self.encode([texts[row] for row in batch])
            yield batch, encoded

    def token_spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return where the word pieces of each text stand in it, without the special tokens."""
        if not texts:
            return []
        found = self._tokenizer(
            list(texts), add_special_tokens=False, truncation=False, return_offsets_mapping=True, verbose=False
        )
        return [[Span(*offsets) for offsets in each] for each in found["offset_mapping"]]

    @functools.cached_property
    def whole_words(self) -> frozenset[str]:
        """Return the words that are one word piece each: those that the model met most often."""
        pieces: dict[str, int] = self._tokenizer.get_vocab()
        # Some tokenizers mark the beginning of a word, others where one goes on.
        return frozenset(piece.lstrip("▁Ġ").lower() for piece in pieces if not piece.startswith("##"))

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, without the special tokens."""
        if not texts:
            return []
        encoded = self._tokenizer(
            list(texts), add_special_tokens=False, truncation=False, return_attention_mask=False, verbose=False
        )
        return [len(pieces) for pieces in encoded["input_ids"]]

    def _fingerprint(self) -> str:
        """Identify the model by what it does: dimension, limit and a probe embedding, rounded over processors."""
        probe = np.round(self.encode([PROBE])[0].vector, 2) + 0.0  # no -0.0
        facts = f"{self.dimension} {self.max_pieces} ".encode() + probe.astype("<f4").tobytes()
        return hashlib.blake2b(facts, digest_size=8).hexdigest()


def load_embedder(name: str = DEFAULT_MODEL, threads: int | None = None) -> Embedder:
    """Load a model by its sentence-transformers name, or a folder that holds one.

    `threads` is for the whole process; one is best for single questions, since on a busy machine
    several threads wait for each other ten times longer than they gain. Raises ModelError where the
    model is not on this machine, or is not what it says it is.
    """
    path = model_path(name)
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
    if not getattr(model.tokenizer, "is_fast", False):
        raise ModelError(f"the model {name!r} reads no word pieces, or does not say where they stand; choose another")
    return Embedder(name, model)


def _half_precision() -> AbstractContextManager[object]:
    """Compute in bfloat16 where the processor does so natively.

    Measured with all-MiniLM-L6-v2 on such a processor: over twice as fast, cosine to float32 0.99998.
    """
    import torch

    capable = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    native = any(capable.get(name) for name in ("amx_bf16", "avx512_bf16"))
    return torch.autocast("cpu", dtype=torch.bfloat16) if native else nullcontext()
