"""Ratings: kept through builds, gone with their interview, and gold questions for `eval`."""

import json
from pathlib import Path

import pytest

from helpers.library import cli, put
from index.building.build import build
from index.embedding.embedder import Embedder
from index.storage.index_folder import note_damage
from index.storage.ratings import Rating, rate, ratings
from qa.answering.library import Library
from qa.evaluation.feedback import as_gold
from qa.evaluation.gold_questions import read_gold
from qa.ranking.no_answer import fit_thresholds

BOAT = "Ada: How old is the boat?\nBo: Ninety years and some, and she leaks like a basket.\n"
BREAD = "Ada: Which flour do you like best?\nCy: Rye, because it smells of rain on a warm road.\n"
OLD = Rating("How old is she?", ("Whose boat is it?",), "boat.txt", "Ninety years and some", is_good=True)
FLOUR = Rating("Which flour?", (), "bread.txt", "Rye, because it smells of rain on a warm road.", is_good=True)
WRONG = Rating("Which flour?", (), "boat.txt", "she leaks like a basket", is_good=False)


@pytest.fixture
def rated(tmp_path: Path, embedder: Embedder) -> Path:
    """Return the folder of an index with three ratings; its transcripts are in `talks`."""
    build([put(tmp_path / "talks", boat__txt=BOAT, bread__txt=BREAD)], tmp_path / "i", embedder, fit_thresholds)
    for rating in (OLD, FLOUR, WRONG):
        rate(tmp_path / "i", rating)
    return tmp_path / "i"


def test_the_last_opinion_on_the_same_words_counts(rated: Path) -> None:
    assert ratings(rated) == [OLD, WRONG, FLOUR]
    changed = Rating(FLOUR.question, (), FLOUR.transcript, FLOUR.text, is_good=False)
    rate(rated, changed)
    assert ratings(rated) == [OLD, WRONG, changed]


def test_they_outlive_builds_and_go_with_their_interview(rated: Path, embedder: Embedder) -> None:
    talks = rated.parent / "talks"
    (talks / "boat.txt").rename(talks / "ship.txt")
    build([talks], rated, embedder, fit_thresholds)
    assert [(r.transcript, r.text) for r in ratings(rated) if r.is_good] == [
        ("ship.txt", OLD.text),
        ("bread.txt", FLOUR.text),
    ]
    (talks / "ship.txt").unlink()
    build([talks], rated, embedder, fit_thresholds)
    assert ratings(rated) == [FLOUR]
    assert not any(b"leaks like a basket" in path.read_bytes() for path in rated.iterdir())


def test_they_outlive_damage(rated: Path, embedder: Embedder) -> None:
    note_damage(rated)
    build([rated.parent / "talks"], rated, embedder, fit_thresholds)
    assert ratings(rated) == [OLD, WRONG, FLOUR]


def test_what_was_rated_good_is_a_gold_question(rated: Path, embedder: Embedder) -> None:
    assert [json.loads(line) for line in as_gold(ratings(rated))] == [
        {
            "id": "rated-1",
            "kind": "rated",
            "question": "How old is she?",
            "previous": ["Whose boat is it?"],
            "evidence": [{"transcript": "boat.txt", "text": "Ninety years and some"}],
        },
        {
            "id": "rated-2",
            "kind": "rated",
            "question": "Which flour?",
            "evidence": [{"transcript": "bread.txt", "text": FLOUR.text}],
        },
    ]
    gold = rated.parent / "gold.jsonl"
    told = cli("feedback", "--export", gold, "--index", rated, cwd=rated.parent)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "3 ratings, 2 of them good: 2 gold questions\n")
    assert [question.previous for question in read_gold(Library(rated, embedder), gold)] == [OLD.previous, ()]
    shown = cli("feedback", "--index", rated, cwd=rated.parent)
    assert shown.stdout == gold.read_text(encoding="utf-8")


def test_words_that_are_not_said_any_more_are_not_rated_either(rated: Path, embedder: Embedder) -> None:
    talks = put(rated.parent / "talks", boat__txt=BOAT.replace("Ninety years and some", "Twelve years"))
    build([talks], rated, embedder, fit_thresholds)
    assert ratings(rated) == [WRONG, FLOUR]
    rate(rated, OLD)  # on an answer that is still shown
    assert ratings(rated) == [WRONG, FLOUR]


def test_they_go_with_an_interview_that_is_renamed_with_its_sidecar(rated: Path, embedder: Embedder) -> None:
    talks = put(rated.parent / "talks", boat__toml='guest = "Bo"')
    build([talks], rated, embedder, fit_thresholds)
    for ending in ("txt", "toml"):
        (talks / f"boat.{ending}").rename(talks / f"ship.{ending}")
    build([talks], rated, embedder, fit_thresholds)
    assert sorted(rating.transcript for rating in ratings(rated)) == ["bread.txt", "ship.txt", "ship.txt"]
