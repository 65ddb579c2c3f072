"""Models made ready for quick answers: in ONNX, kept in the user's cache, read by onnxruntime without PyTorch.

An export is trusted where it gives the same as the original on texts of all lengths, and as long as it is
what was written and the original is what it was.
"""

import json
import shutil
import tempfile
import warnings
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.models import cache_folder, revision, sha256_of
from index.networks import Onnx, Torch

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# Raise it when exports are made otherwise.
FORMAT = 1

# The least cosine between what the original makes of a text, and of each of its word pieces, and what the export does.
LEAST_COSINE = 0.9999

PROBES = (
    "Why?",
    "What did you want to be when you were a child?",
    "And then, Mr. O'Neill-Świątek, after the 2nd of May 1987: who paid 3,500 for it — you, or the others? [MASK]",
    "She said that the boat was older than her mother, and that it leaked like a basket. " * 40,
)

FILES = ("model.onnx", "model.data", "tokenizer.json")


def load_export(name: str) -> "tuple[Onnx, Tokenizer, int, str] | None":
    """Return (network, tokenizer, word pieces that it reads, fingerprint) of a model, or None where there is none."""
    folder = _folder(name)
    facts = _facts(folder)
    if facts is None:
        return None
    try:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return Onnx(folder / "model.onnx", tokenizer), tokenizer, int(facts["max_length"]), str(facts["fingerprint"])
    # Whatever is wrong with it, or with onnxruntime here: it can be made again, and done without.
    except Exception:
        return None


def export_model(name: str, model: "SentenceTransformer", fingerprint: str) -> str | None:
    """Make the export of a model; return why it cannot be made or kept, None where it was, or is there already."""
    folder = _folder(name)
    if not revision(name):
        return "nothing tells its versions apart"
    if _facts(folder):
        return None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            draft = Path(place, "draft")
            draft.mkdir()
            tokenizer = _tokenizer(model)
            (draft / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
            _write(model, draft)
            if not _is_the_same(Torch(model), Onnx(draft / "model.onnx", tokenizer)):
                return "its export gives something else"
            facts = {
                "name": name,
                "max_length": int(model.max_seq_length or 512),
                "fingerprint": fingerprint,
                "sha256": [sha256_of(draft / file) for file in FILES],
            }
            (draft / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            draft.rename(folder)
    # PyTorch's exporter raises what it likes, and the disk may be full; the model itself answers as well.
    except Exception as error:
        return " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return None


def _facts(folder: Path) -> dict[str, Any] | None:
    """Return what is known of an export that is as it was written; None for any other."""
    try:
        facts: dict[str, Any] = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        return facts if facts["sha256"] == [sha256_of(folder / file) for file in FILES] else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _folder(name: str) -> Path:
    kind = blake2b(f"{FORMAT} {name} {revision(name)}".encode(), digest_size=8).hexdigest()
    return cache_folder() / "models" / kind


def _tokenizer(model: "SentenceTransformer") -> "Tokenizer":
    """Return the model's tokenizer so that it cuts texts that are too long, and fills up those that are shorter."""
    own: Any = model.tokenizer
    tokenizer: Tokenizer = type(own.backend_tokenizer).from_str(own.backend_tokenizer.to_str())
    tokenizer.enable_truncation(int(model.max_seq_length or 512))
    tokenizer.enable_padding(direction=own.padding_side, pad_id=own.pad_token_id, pad_token=own.pad_token)
    return tokenizer


def _write(model: "SentenceTransformer", folder: Path) -> None:
    """Write what the model does with ids and mask of word pieces; its weights lie in a file of their own."""
    import onnx
    import torch

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
    onnx.save_model(
        onnx.load(place),
        folder / "model.onnx",
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="model.data",
    )
    place.unlink()


def _is_the_same(original: Torch, export: Onnx) -> bool:
    """Whether both make the same of the probes, one by one and together."""
    for texts in (*([probe] for probe in PROBES), PROBES):
        for one, other in zip(original.read(texts), export.read(texts), strict=True):
            mine, theirs = (np.vstack([each.vector, each.tokens]) for each in (one, other))
            if mine.shape != theirs.shape:
                return False
            norms = np.linalg.norm(mine, axis=1) * np.linalg.norm(theirs, axis=1)
            if not ((mine * theirs).sum(axis=1) >= LEAST_COSINE * norms).all():
                return False
    return True
