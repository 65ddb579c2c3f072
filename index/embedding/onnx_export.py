"""Exports models to ONNX, cached for the user, so that onnxruntime can answer without loading PyTorch.

An export is used only if it gives the same as the original on texts of all lengths, and while its files and the
original are unchanged.
"""

import json
import shutil
import tempfile
import warnings
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.arrays import Vectors
from index.embedding.backends import Backend, OnnxBackend, TorchBackend, truncating_tokenizer
from index.embedding.file_checksums import cache_folder, sha256_of
from index.embedding.model_registry import revision

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# Raise it when exports change.
FORMAT = 2

# The least cosine between the outputs of two backends for a text and for its word pieces together. In bf16 it is
# 0.99992 to 0.99999.
LEAST_COSINE = 0.9999

PROBES = (
    "Why?",
    "What did you want to be when you were a child?",
    "And then, Mr. O'Neill-Świątek, after the 2nd of May 1987: who paid 3,500 for it — you, or the others? [MASK]",
    "She said that the boat was older than her mother, and that it leaked like a basket. " * 40,
)

FILES = ("model.onnx", "model.data", "tokenizer.json")
PROPERTIES_NAME = "facts.json"


class Export(NamedTuple):
    """A model's export, loaded."""

    backend: OnnxBackend
    tokenizer: "Tokenizer"
    max_length: int  # word pieces, special tokens included
    prompts: tuple[str, str]  # before a question, before a passage
    fingerprint: str


def load_export(name: str) -> Export | None:
    """Return a model's export, or None without one."""
    folder = export_folder(name)
    properties = _properties(folder)
    if properties is None:
        return None
    try:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        backend = OnnxBackend(folder / "model.onnx", tokenizer)
        query, passage = map(str, properties["prompts"])
        max_length, fingerprint = int(properties["max_length"]), str(properties["fingerprint"])
    # Whatever fails here, the original model answers as well.
    except Exception:
        return None
    return Export(backend, tokenizer, max_length, (query, passage), fingerprint)


def export_model(name: str, model: "SentenceTransformer", fingerprint: str, prompts: tuple[str, str]) -> str | None:
    """Export a model unless that was done; return why it cannot be exported or cached, or None."""
    folder = export_folder(name)
    if not revision(name):
        return "nothing tells its versions apart"
    if _properties(folder):
        return None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            draft = Path(place, "draft")
            draft.mkdir()
            _write_export(model, draft)
            if not is_faithful(TorchBackend(model), OnnxBackend(draft / "model.onnx", truncating_tokenizer(model))):
                return "its export gives something else"
            properties: dict[str, Any] = {"name": name, "max_length": int(model.max_seq_length or 512)}
            properties |= {"fingerprint": fingerprint, "prompts": prompts}
            properties["sha256"] = [sha256_of(draft / file) for file in FILES]
            (draft / PROPERTIES_NAME).write_text(json.dumps(properties), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
    # PyTorch's exporter raises anything, and the disk may be full; the model itself answers as well.
    except Exception as error:
        return " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return None


def export_folder(name: str) -> Path:
    """Return the folder of a model's export; each version of the model has another."""
    key = blake2b(f"{FORMAT} {name} {revision(name)}".encode(), digest_size=8).hexdigest()
    return cache_folder() / "models" / key


def is_faithful(original: Backend, other: Backend) -> bool:
    """Whether both backends encode the probes alike, one by one and together."""
    for texts in (*([probe] for probe in PROBES), PROBES):
        for mine, theirs in zip(original.encode(texts), other.encode(texts), strict=True):
            if mine.tokens.shape != theirs.tokens.shape:
                return False
            if min(_cosine(mine.vector, theirs.vector), _cosine(mine.tokens, theirs.tokens)) < LEAST_COSINE:
                return False
    return True


def _properties(folder: Path) -> dict[str, Any] | None:
    """Return the recorded properties of an export whose files are unchanged, else None."""
    try:
        properties: dict[str, Any] = json.loads((folder / PROPERTIES_NAME).read_text(encoding="utf-8"))
        return properties if properties["sha256"] == [sha256_of(folder / file) for file in FILES] else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _write_export(model: "SentenceTransformer", folder: Path) -> None:
    """Write the model as a graph from ids and mask of word pieces to vectors, with its tokenizer."""
    import onnx
    import torch

    (folder / "tokenizer.json").write_text(truncating_tokenizer(model).to_str(), encoding="utf-8")

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            features = self.model({"input_ids": ids, "attention_mask": mask})
            return features["sentence_embedding"], features["token_embeddings"]

    ids = torch.ones((2, 4), dtype=torch.int64, device=model.device)
    graph = folder / "whole.onnx"
    with warnings.catch_warnings(), torch.no_grad():
        # PyTorch recommends its new exporter, which takes ten times as long and needs other packages.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole().eval(),
            (ids, torch.ones_like(ids)),
            str(graph),
            dynamo=False,
            input_names=["ids", "mask"],
            output_names=["vector", "tokens"],
            dynamic_axes={name: {0: "texts", 1: "pieces"} for name in ("ids", "mask", "tokens")}
            | {"vector": {0: "texts"}},
        )
    # The weights go into a file of their own, which is mapped.
    onnx.save_model(
        onnx.load(graph),
        folder / "model.onnx",
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="model.data",
    )
    graph.unlink()


def _cosine(one: Vectors, other: Vectors) -> float:
    """Return the cosine of two arrays, each flattened."""
    return float((one * other).sum() / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12))
