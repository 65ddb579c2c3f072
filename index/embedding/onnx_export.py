"""Models made ready for quick answers: in ONNX, kept in the user's cache, read by onnxruntime without PyTorch.

An export is trusted where it gives the same as the original on texts of all lengths, and as long as it is
what was written and the original is what it was.
"""

import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from index.arrays import Vectors
from index.embedding.backends import Network, OnnxBackend, Torch
from index.embedding.model_registry import INT8, cache_folder, revision, sha256_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

_Network = TypeVar("_Network", bound=Network)

# Raise it when exports are made otherwise.
FORMAT = 1

# The least cosine between what the original makes of a text, and of its word pieces taken together, and what another
# way to compute it does. In bfloat16 it is 0.99992 to 0.99999; of one word piece it may be 0.99988.
LEAST_COSINE = 0.9999

PROBES = (
    "Why?",
    "What did you want to be when you were a child?",
    "And then, Mr. O'Neill-Świątek, after the 2nd of May 1987: who paid 3,500 for it — you, or the others? [MASK]",
    "She said that the boat was older than her mother, and that it leaked like a basket. " * 40,
)

# Of what the original gives, so much is left at least in integers of 8 bits. Of all-MiniLM-L6-v2 it is 0.97.
LEAST_INT8_COSINE = 0.9

FILES = ("model.onnx", "model.data", "tokenizer.json")


def load_export(name: str) -> "tuple[OnnxBackend, Tokenizer, int, str] | None":
    """Return (network, tokenizer, word pieces that it reads, fingerprint) of a model, or None where there is none."""
    folder = export_folder(name)
    index_metadata = _facts(folder)
    network = _opened(folder, OnnxBackend) if index_metadata else None
    if index_metadata is None or network is None:
        return None
    return network, network.tokenizer, int(index_metadata["max_length"]), str(index_metadata["fingerprint"])


def open_export(name: str, make: "Callable[[Path, Tokenizer], _Network]") -> _Network | None:
    """Return another network of a model's export, made of its file and its tokenizer; None where that cannot be."""
    folder = export_folder(name)
    return _opened(folder, make) if _facts(folder) else None


def load_int8(name: str) -> OnnxBackend | None:
    """Return a model's export whose weights have 8 bits, made of the export where need be; None where it cannot be.

    It reads faster, and gives something else, so that its vectors do not mix with those of the export.
    """
    whole, folder = export_folder(name), export_folder(name, INT8)
    if _facts(folder) is None:
        export, index_metadata = load_export(name), _facts(whole)
        if export is None or index_metadata is None:
            return None
        _make(folder, index_metadata, partial(_write_int8, whole, export[0]))
    return _opened(folder, OnnxBackend) if _facts(folder) else None


def export_model(name: str, model: "SentenceTransformer", fingerprint: str) -> str | None:
    """Make the export of a model; return why it cannot be made or kept, None where it was, or is there already."""
    folder = export_folder(name)
    if not revision(name):
        return "nothing tells its versions apart"
    if _facts(folder):
        return None
    index_metadata = {"name": name, "max_length": int(model.max_seq_length or 512), "fingerprint": fingerprint}
    return _make(folder, index_metadata, partial(_write_export, model))


def export_folder(name: str, precision: str = "") -> Path:
    """Return where the export of a model is kept; another place for each of its versions."""
    kind = blake2b(f"{FORMAT} {name} {revision(name)}{precision}".encode(), digest_size=8).hexdigest()
    return cache_folder() / "models" / kind


def _make(folder: Path, index_metadata: dict[str, Any], write: Callable[[Path], str | None]) -> str | None:
    """Make an export, whole or not at all; return why it cannot be made or kept. `write` returns what is wrong."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            draft = Path(place, "draft")
            draft.mkdir()
            wrong = write(draft)
            if wrong:
                return wrong
            kept = index_metadata | {"sha256": [sha256_of(draft / file) for file in FILES]}
            (draft / "facts.json").write_text(json.dumps(kept), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
    # PyTorch's exporter raises what it likes, and the disk may be full; the model itself answers as well.
    except Exception as error:
        return " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return None


def _opened(folder: Path, make: "Callable[[Path, Tokenizer], _Network]") -> _Network | None:
    try:
        from tokenizers import Tokenizer

        return make(folder / "model.onnx", Tokenizer.from_file(str(folder / "tokenizer.json")))
    # Whatever is wrong with it, or with what reads it here: it can be made again, and done without.
    except Exception:
        return None


def _facts(folder: Path) -> dict[str, Any] | None:
    """Return what is known of an export that is as it was written; None for any other."""
    try:
        index_metadata: dict[str, Any] = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        return index_metadata if index_metadata["sha256"] == [sha256_of(folder / file) for file in FILES] else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def cutting_tokenizer(model: "SentenceTransformer") -> "Tokenizer":
    """Return the model's tokenizer so that it cuts texts that are too long, and fills up those that are shorter."""
    own: Any = model.tokenizer
    tokenizer: Tokenizer = type(own.backend_tokenizer).from_str(own.backend_tokenizer.to_str())
    tokenizer.enable_truncation(int(model.max_seq_length or 512))
    tokenizer.enable_padding(direction=own.padding_side, pad_id=own.pad_token_id, pad_token=own.pad_token)
    return tokenizer


def _write_export(model: "SentenceTransformer", folder: Path) -> str | None:
    """Write what the model does with ids and mask of word pieces."""
    import torch

    tokenizer = cutting_tokenizer(model)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            found = self.model({"input_ids": ids, "attention_mask": mask})
            return found["sentence_embedding"], found["token_embeddings"]

    ids = torch.ones((2, 4), dtype=torch.int64, device=model.device)
    place = folder / "whole.onnx"
    with warnings.catch_warnings(), torch.no_grad():
        # PyTorch would rather have its new exporter used, which takes ten times as long and other packages.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole().eval(),
            (ids, torch.ones_like(ids)),
            str(place),
            dynamo=False,
            input_names=["ids", "mask"],
            output_names=["vector", "tokens"],
            dynamic_axes={name: {0: "texts", 1: "pieces"} for name in ("ids", "mask", "tokens")}
            | {"vector": {0: "texts"}},
        )
    _save(place, folder)
    is_same = is_faithful(Torch(model), OnnxBackend(folder / "model.onnx", tokenizer))
    return None if is_same else "its export gives something else"


def _write_int8(whole: Path, export: OnnxBackend, folder: Path) -> str | None:
    """Write what an export does with weights of 8 bits, each channel with a scale of its own."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    (folder / "tokenizer.json").write_bytes((whole / "tokenizer.json").read_bytes())
    place = folder / "whole.onnx"
    # It advises to prepare the graph first, which changes nothing here.
    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(whole / "model.onnx", place, weight_type=QuantType.QInt8, per_channel=True)
    finally:
        logging.disable(logging.NOTSET)
    _save(place, folder)
    is_alike = _likeness(export, OnnxBackend(folder / "model.onnx", export.tokenizer)) >= LEAST_INT8_COSINE
    return None if is_alike else "in integers of 8 bits it gives something else"


def _save(place: Path, folder: Path) -> None:
    """Have a graph lie in a folder with its weights in a file of their own, and be no more where it was."""
    import onnx

    onnx.save_model(
        onnx.load(place),
        folder / "model.onnx",
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="model.data",
    )
    place.unlink()


def is_faithful(original: Network, other: Network) -> bool:
    """Whether both make the same of the probes, one by one and together."""
    return _likeness(original, other) >= LEAST_COSINE


def _likeness(original: Network, other: Network) -> float:
    """Return the least cosine between what both make of a probe; 0 where they do not even read the same of one."""
    found = []
    for texts in (*([probe] for probe in PROBES), PROBES):
        for mine, theirs in zip(original.read(texts), other.read(texts), strict=True):
            if mine.tokens.shape != theirs.tokens.shape:
                return 0.0
            found += [_cosine(mine.vector, theirs.vector), _cosine(mine.tokens, theirs.tokens)]
    return min(found)


def _cosine(one: Vectors, other: Vectors) -> float:
    """Return the cosine of two vectors, or of the numbers of several as those of one."""
    return float((one * other).sum() / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12))
