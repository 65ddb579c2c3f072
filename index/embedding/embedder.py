"""The embedder: encodes texts with a sentence-transformers model.

A text is encoded once to two things: a vector for the whole, and one for each of its word pieces in context. A model
that was trained with prompts, such as "query: " and "passage: ", reads them before each text.
"""

import copy
import functools
import hashlib
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from index.arrays import Vectors
from index.embedding.backends import Backend, Encoding, OnnxBackend, TorchBackend
from index.embedding.model_registry import model_path, revision
from index.embedding.onnx_export import Export, export_model, load_export
from index.embedding.packaged_models import DEFAULT_MODEL, packaged_model
from index.embedding.prompts import Prompts, prompts_of
from index.errors import ModelError
from index.types import Span

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")

# This many batches are sorted by length together. Measured: sorting all texts saves nothing more.
SORTED_BATCHES = 8

# The vector of this sentence tells two models apart that share a name.
PROBE = "What did you want to be when you were a child?"


# For how long the hub may take to say whether it has a model.
HUB_TIMEOUT_S = 20

# owner/name, as the hub writes it.
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, slots=True)
class Encoded:
    """The encoding of one text."""

    vector: Vectors  # (dimension,), unit length
    tokens: Vectors  # (n, dimension), one for each word piece, unit length
    spans: tuple[Span, ...]  # the word pieces' offsets in the text


class Embedder:
    """A loaded model. Threads may share it."""

    def __init__(
        self,
        name: str,
        backend: Backend,
        tokenizer: "Tokenizer",
        max_length: int,
        prompts: Prompts,
        fingerprint: str | None = None,
    ) -> None:
        """Take a backend, its tokenizer, and the most tokens that it reads, special tokens included."""
        self.name = name
        self.backend = backend
        self.prompts = prompts
        # Padding and truncation are state of the tokenizer, shared by all threads; this copy does neither.
        self._tokenizer = type(tokenizer).from_str(tokenizer.to_str())
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        # Special tokens are known by their position: speech may contain "[MASK]".
        marked, plain = (self._tokenizer.encode("a", add_special_tokens=marked).ids for marked in (True, False))
        self._before = next(at for at in range(len(marked)) if marked[at : at + len(plain)] == plain)
        self._after = len(marked) - len(plain) - self._before
        # The most word pieces of a text that the model reads at once.
        self._most_pieces = max_length - self._before - self._after
        self.max_pieces = self._most_pieces - max(self.count_pieces(prompts))
        self.fingerprint = fingerprint or self._fingerprint()

    @functools.cached_property
    def dimension(self) -> int:
        """Return the length of the vectors."""
        return len(self.backend.encode([PROBE])[0].vector)

    @property
    def is_quick(self) -> bool:
        """Whether the backend is the export, which starts at once."""
        return isinstance(self.backend, OnnxBackend)

    def using(self, backend: Backend) -> "Embedder":
        """Return the same embedder with another backend, which has to give the same encodings."""
        other = copy.copy(self)
        other.backend = backend
        return other

    def export(self) -> str | None:
        """Export the model for a quick start; return why that fails, or None."""
        backend = self.backend
        if not isinstance(backend, TorchBackend):
            return None
        return export_model(self.name, backend.model, self.fingerprint, self.prompts)

    def encode(self, texts: Sequence[str], *, is_query: bool = False) -> list[Encoded]:
        """Return the encoding of each text, a passage or a question, without what the model's prompt adds to it.

        A text with more than `max_pieces` word pieces is encoded in parts.
        """
        if not texts:
            return []
        prompt = self.prompts.query if is_query else self.prompts.passage
        parts, flat = self._in_parts(texts)
        prompted = [prompt + text for text in flat]
        encoded = iter(
            self._encoded(encoding, spans)
            for encoding, spans in zip(self.backend.encode(prompted), self._piece_spans(flat, prompt), strict=True)
        )
        return [_joined([(part.start, next(encoded)) for part in of_text]) for of_text in parts]

    def _in_parts(self, texts: Sequence[str]) -> tuple[list[list[Span]], list[str]]:
        """Return the parts of each text in which the model reads it, and all of them in order."""
        parts = [self._parts(text, spans) for text, spans in zip(texts, self._piece_spans(texts), strict=True)]
        return parts, [text[slice(*part)] for text, of_text in zip(texts, parts, strict=True) for part in of_text]

    def _parts(self, text: str, spans: Sequence[Span]) -> list[Span]:
        """Cut a text into the fewest parts of about equal length that the model reads whole."""
        n_parts = -(-len(spans) // self.max_pieces) or 1
        starts, first = [0], 0
        for part in range(1, n_parts):
            row = part * len(spans) // n_parts
            # Between words, where there is such a place.
            borders = (at for at in range(row, first, -1) if text[spans[at].start - 1].isspace())
            first = next(borders, row)
            starts.append(spans[first].start)
        return [Span(start, end) for start, end in pairwise([*starts, len(text)])]

    def _encoded(self, encoding: Encoding, spans: Sequence[Span]) -> Encoded:
        tokens = encoding.tokens[self._before : len(encoding.tokens) - self._after]
        first = sum(span.end <= 0 for span in spans)  # those of the prompt
        spans, tokens = spans[first : len(tokens)], tokens[first:]
        norms = np.linalg.norm(tokens, axis=1, keepdims=True)
        return Encoded(encoding.vector, tokens / np.maximum(norms, 1e-9), tuple(spans))

    def encode_in_batches(self, texts: Iterable[str]) -> Iterator[tuple[list[int], list[Encoded]]]:
        """Yield (rows of texts, their encodings) until each text is encoded.

        Texts are consumed a few batches ahead on the calling thread, so their producer works beside the model.
        """

        def encode(batch: Sequence[tuple[int, str]]) -> tuple[list[int], list[Encoded]]:
            return [row for row, _ in batch], self.encode([text for _, text in batch])

        yield from _ahead(encode, _batches(texts, self.backend.batch_texts), self.backend.workers)

    def token_spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the offsets of the word pieces that `encode` returns for each text."""
        parts, flat = self._in_parts(texts)
        spans = iter(self._piece_spans(flat, self.prompts.passage))
        return [
            [
                Span(part.start + start, part.start + end)
                for part in of_text
                # A part that was cut within a word may have a few pieces too many, which the model does not read.
                for start, end in next(spans)[: self._most_pieces]
                if end > 0
            ]
            for of_text in parts
        ]

    def _piece_spans(self, texts: Sequence[str], prompt: str = "") -> list[list[Span]]:
        """Return where each word piece stands in its text, without the space before it; those of the prompt end at 0.

        A backend takes no notice of space around a text.
        """
        read = [prompt + text for text in texts]
        pieces = self._tokenizer.encode_batch([text.strip() for text in read], add_special_tokens=False)
        return [
            [_without_space(text, start + shift, end + shift, len(prompt)) for start, end in each.offsets]
            for text, each in zip(read, pieces, strict=True)
            for shift in [len(text) - len(text.lstrip())]
        ]

    @functools.cached_property
    def whole_words(self) -> frozenset[str]:
        """Return the words that are a single word piece: the most frequent ones in the model's training."""
        # Some tokenizers mark the start of a word, others its continuation.
        pieces = self._tokenizer.get_vocab()
        return frozenset(piece.lstrip("▁Ġ").lower() for piece in pieces if not piece.startswith("##"))

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Return the number of word pieces of each text, without special tokens."""
        return [len(each) for each in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def _fingerprint(self) -> str:
        """Return a hash of dimension, length limit and a probe's vector, rounded so that processors agree."""
        probe = np.round(self.encode([PROBE])[0].vector, 2) + 0.0  # no -0.0
        identity = f"{self.dimension} {self.max_pieces} ".encode() + probe.astype("<f4").tobytes()
        return hashlib.blake2b(identity, digest_size=8).hexdigest()


def _without_space(text: str, start: int, end: int, origin: int) -> Span:
    """Return the span from the origin on; some tokenizers count the space before a word as its part."""
    while start < end and text[start].isspace():
        start += 1
    return Span(start - origin, end - origin)


def _joined(parts: Sequence[tuple[int, Encoded]]) -> Encoded:
    """Return the encoding of a text from (where it starts, encoding) of its parts, each weighing its word pieces."""
    if len(parts) == 1:
        return parts[0][1]
    vector = np.sum([len(part.tokens) * part.vector for _, part in parts], axis=0)
    spans = (Span(start + span.start, start + span.end) for start, part in parts for span in part.spans)
    tokens = np.concatenate([part.tokens for _, part in parts])
    return Encoded(vector / max(float(np.linalg.norm(vector)), 1e-9), tokens, tuple(spans))


def load_embedder(
    name: str = DEFAULT_MODEL,
    threads: int | None = None,
    *,
    quick: bool = False,
    before_fetching: Callable[[], None] | None = None,
) -> Embedder:
    """Load a model by its sentence-transformers name or folder.

    `quick` loads the model's export, which starts twenty times faster, and makes it if it is missing. `threads` applies
    to the whole process; one is best for single questions: on a busy machine more mostly wait for each other.
    Nothing is downloaded, but with `before_fetching`, which is called first: then a model `owner/name` that is not on
    this machine is fetched from the hub of sentence-transformers, unless HF_HUB_OFFLINE is set.
    Raises ModelError if the model is not on this machine or is not what it claims to be.
    """
    path = model_path(name)
    is_fetched = before_fetching is not None and _is_to_fetch(name)
    # The libraries read these when they are imported.
    if not is_fetched:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if threads is not None:
        # NumPy's products are small here: a second thread would wait busily for the first.
        threadpool_limits(threads, user_api="blas")
    if quick and (export := load_export(name)):
        return _exported(name, export)
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    if threads is not None:
        torch.set_num_threads(threads)
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        if before_fetching and is_fetched:
            before_fetching()
            _refuse_unreachable(name)
        model = SentenceTransformer(
            str(path),
            device=_device(),
            local_files_only=not is_fetched,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError) as error:
        where = "on this machine, and the hub has none or cannot be reached" if is_fetched else "on this machine"
        raise ModelError(
            f"no model {name!r} {where}; give a folder, or fetch it once with: hf download {name}"
        ) from error
    if not getattr(model.tokenizer, "is_fast", False):
        raise ModelError(f"the model {name!r} has no tokenizer with offsets; choose another")
    max_length = int(model.max_seq_length or 512)
    prompts = prompts_of(model, name)
    embedder = Embedder(name, TorchBackend(model), model.tokenizer.backend_tokenizer, max_length, prompts)
    if quick and embedder.export() is None and (export := load_export(name)):
        return _exported(name, export)
    return embedder


def _refuse_unreachable(name: str) -> None:
    """Raise OSError unless the hub has the model: asked once, where loading would ask for each file six times."""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(name, timeout=HUB_TIMEOUT_S)
    except Exception as error:  # of the HTTP library's, or the hub's own
        raise OSError(str(error)) from error


def _is_to_fetch(name: str) -> bool:
    """Whether a name is one of the hub's whose model is not here, and nobody forbids to fetch it."""
    is_hub_name = bool(_HUB_NAME.fullmatch(name)) and not Path(name).exists() and not packaged_model(name)
    return is_hub_name and not revision(name) and os.environ.get("HF_HUB_OFFLINE", "0").lower() in ("", "0", "false")


def _exported(name: str, export: Export) -> Embedder:
    prompts = Prompts(*export.prompts)
    return Embedder(name, export.backend, export.tokenizer, export.max_length, prompts, export.fingerprint)


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _batches(texts: Iterable[str], size: int) -> Iterator[list[tuple[int, str]]]:
    """Yield (row, text) in batches of texts of similar length."""
    numbered = enumerate(texts)
    while some := sorted(islice(numbered, SORTED_BATCHES * size), key=lambda each: -len(each[1])):
        yield from (some[at : at + size] for at in range(0, len(some), size))


def _ahead(work: Callable[[_Item], _Made], items: Iterable[_Item], workers: int) -> Iterator[_Made]:
    """Yield work(item) in order, while `workers` more items are being worked on."""
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
