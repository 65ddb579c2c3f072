"""Texts -> vectors, by a sentence-transformers model on this machine; nothing is ever downloaded.

A model reads a text once and gives two things: a vector for the whole, and one for each of its word
pieces as they stand in this text.
"""

import copy
import functools
import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from index.arrays import Vectors
from index.embedding.backends import Encoding, Network, OnnxBackend, Torch
from index.embedding.model_registry import DEFAULT_MODEL, model_path
from index.embedding.onnx_export import export_model, load_export
from index.errors import ModelError
from index.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")

# So many batches are sorted by length together. Measured: sorting all texts saves nothing more.
SORTED_BATCHES = 8

# One sentence that every model reads; its embedding tells two models apart that share a name.
PROBE = "What did you want to be when you were a child?"


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a model makes of one text."""

    vector: Vectors  # (dimension,), of length 1
    tokens: Vectors  # (n, dimension), one for each word piece, each of length 1
    spans: tuple[Span, ...]  # where the word pieces stand in the text


class Embedder:
    """A loaded model. Threads may share it."""

    def __init__(
        self, name: str, network: Network, tokenizer: "Tokenizer", max_length: int, fingerprint: str | None = None
    ) -> None:
        """Take a network, its tokenizer, and how many word pieces it reads, with those that mark beginning and end."""
        self.name = name
        self.network = network
        # How a tokenizer pads and cuts is kept in it, whichever thread calls next: this one does neither.
        self._tokenizer = type(tokenizer).from_str(tokenizer.to_str())
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        # Markers are known by their place: somebody may say "[MASK]".
        marked, plain = (self._tokenizer.encode("a", add_special_tokens=marked).ids for marked in (True, False))
        self._before = next(at for at in range(len(marked)) if marked[at : at + len(plain)] == plain)
        self._after = len(marked) - len(plain) - self._before
        # The most word pieces of text that the model reads; what is longer is lost without a word.
        self.max_pieces = max_length - self._before - self._after
        self.fingerprint = fingerprint or self._fingerprint()

    @functools.cached_property
    def dimension(self) -> int:
        """Return how long each vector is."""
        return len(self.network.read([PROBE])[0].vector)

    @property
    def is_quick(self) -> bool:
        """Whether this is the model's export, which begins at once."""
        return isinstance(self.network, OnnxBackend)

    def using(self, network: Network) -> "Embedder":
        """Return the model computed by another network, which has to give the same."""
        other = copy.copy(self)
        other.network = network
        return other

    def export(self) -> str | None:
        """Make the model ready for quick answers; return why that cannot be, None where it can."""
        network = self.network
        return export_model(self.name, network.model, self.fingerprint) if isinstance(network, Torch) else None

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Return what the model makes of each text; of one that is too long, of its beginning."""
        if not texts:
            return []
        spans = self.token_spans(texts)
        return [self._encoded(found, where) for found, where in zip(self.network.read(texts), spans, strict=True)]

    def _encoded(self, found: Encoding, spans: Sequence[Span]) -> Encoded:
        tokens = found.tokens[self._before : len(found.tokens) - self._after]
        norms = np.linalg.norm(tokens, axis=1, keepdims=True)
        return Encoded(found.vector, tokens / np.maximum(norms, 1e-9), tuple(spans[: len(tokens)]))

    def encode_in_batches(self, texts: Iterable[str]) -> Iterator[tuple[list[int], list[Encoded]]]:
        """Yield (rows of texts, what they are encoded to) until each text was read once.

        Texts are taken a few batches ahead, on the thread that calls: what makes them works beside the model.
        """

        def encode(batch: Sequence[tuple[int, str]]) -> tuple[list[int], list[Encoded]]:
            return [row for row, _ in batch], self.encode([text for _, text in batch])

        yield from _ahead(encode, _batches(texts, self.network.batch_texts), self.network.workers)

    def token_spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return where the word pieces of each text stand in it, without the special tokens."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [[Span(*offsets) for offsets in each.offsets] for each in found]

    @functools.cached_property
    def whole_words(self) -> frozenset[str]:
        """Return the words that are one word piece each: those that the model met most often."""
        # Some tokenizers mark the beginning of a word, others where one goes on.
        pieces = self._tokenizer.get_vocab()
        return frozenset(piece.lstrip("▁Ġ").lower() for piece in pieces if not piece.startswith("##"))

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, without the special tokens."""
        return [len(each) for each in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _fingerprint(self) -> str:
        """Identify the model by what it does: dimension, limit and a probe embedding, rounded over processors."""
        probe = np.round(self.encode([PROBE])[0].vector, 2) + 0.0  # no -0.0
        index_metadata = f"{self.dimension} {self.max_pieces} ".encode() + probe.astype("<f4").tobytes()
        return hashlib.blake2b(index_metadata, digest_size=8).hexdigest()


def load_embedder(name: str = DEFAULT_MODEL, threads: int | None = None, *, quick: bool = False) -> Embedder:
    """Load a model by its sentence-transformers name, or a folder that holds one.

    `quick` is for single questions: the model's export is loaded, which begins to answer twenty times as
    soon, and is made where there is none. `threads` is for the whole process; one is best for single
    questions, since on a busy machine several threads wait for each other ten times longer than they gain.
    Raises ModelError where the model is not on this machine, or is not what it says it is.
    """
    path = model_path(name)
    # Settings are read when the libraries are imported, so they come first.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if threads is not None:
        # NumPy's multiplications are small here: a second thread would wait busily for the first.
        threadpool_limits(threads, user_api="blas")
    export = load_export(name) if quick else None
    if export:
        return Embedder(name, *export)
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
    max_length = int(model.max_seq_length or 512)
    embedder = Embedder(name, Torch(model), model.tokenizer.backend_tokenizer, max_length)
    if quick and embedder.export() is None and (export := load_export(name)):
        return Embedder(name, *export)
    return embedder


def _batches(texts: Iterable[str], size: int) -> Iterator[list[tuple[int, str]]]:
    """Yield (row, text) in batches of texts of like length."""
    numbered = enumerate(texts)
    while some := sorted(islice(numbered, SORTED_BATCHES * size), key=lambda each: -len(each[1])):
        yield from (some[at : at + size] for at in range(0, len(some), size))


def _ahead(work: Callable[[_Item], _Made], items: Iterable[_Item], workers: int) -> Iterator[_Made]:
    """Yield what is made of each item, in their order, while as many more as there are workers are being made."""
    with ThreadPoolExecutor(workers) as pool:
        left = iter(items)
        begun = deque(pool.submit(work, item) for item in islice(left, workers + 1))
        try:
            while begun:
                yield begun.popleft().result()
                begun.extend(pool.submit(work, item) for item in islice(left, 1))
        finally:
            for future in begun:
                future.cancel()
