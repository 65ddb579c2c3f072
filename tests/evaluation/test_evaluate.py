"""Measuring: what counts as a hit, how sure a figure is, and the library asked its own questions."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.library import build_index, cli
from index.building.verify import verify
from index.errors import InterviewQAError
from index.samples import SAMPLES
from index.storage.queries import asked_questions
from index.types import Span
from qa.answering.library import Library
from qa.evaluation.evaluate import evaluate
from qa.evaluation.metrics import interval, score
from qa.evaluation.self_questions import hide_own_questions


@dataclass(frozen=True)
class Found:
    """A passage that was found."""

    transcript: str
    text: str
    file: Span


def passage(start: int, words: int, transcript: str = "a.txt") -> Found:
    """A passage of words of nine letters, each with a space."""
    return Found(transcript, "wordwords " * words, Span(start, start + 10 * words))


def test_the_first_passage_that_holds_half_of_a_gold_span_hits_it() -> None:
    gold = [("a.txt", Span(100, 140))]
    found = [passage(0, 11), passage(100, 5, "b.txt"), passage(90, 3)]
    metrics = score(gold, found)  # 10 of its 40 characters, another file's, 20 of its 40
    assert (metrics["hit@1"], metrics["hit@3"], metrics["MRR@10"]) == (0.0, 1.0, 1 / 3)
    assert score(gold, found[:2])["MRR@10"] == 0.0


def test_several_gold_spans_are_wanted_in_the_first_places() -> None:
    gold = [("a.txt", Span(0, 50)), ("a.txt", Span(500, 550))]
    both, one = [passage(0, 5), passage(500, 5)], [passage(0, 5), passage(900, 5), passage(500, 5)]
    assert score(gold, both)["nDCG@10"] == 1.0
    assert score(gold, one)["nDCG@10"] == pytest.approx((1 + 1 / 2) / (1 + 1 / 1.5849625), abs=1e-6)


@pytest.mark.parametrize(("words_before", "hit"), [(290, 1.0), (294, 1.0), (296, 0.0), (300, 0.0)])
def test_only_the_first_300_words_count(words_before: int, hit: float) -> None:
    # Ten words answer; five of them must be within the budget.
    assert score([("a.txt", Span(9000, 9100))], [passage(0, words_before), passage(9000, 10)])["hit@300w"] == hit


def test_an_interval_is_wider_the_fewer_questions_there_are() -> None:
    few, many = interval([1, 0, 1, 1]), interval([1, 0, 1, 1] * 50)
    assert few[0] <= 0.5
    assert 0.68 < many[0] < 0.75 < many[1] < 0.82
    assert interval([1.0, 1.0]) == (1.0, 1.0)


def test_own_questions_are_hidden_in_a_copy_only(sample_folder: Path, library: Library, tmp_path: Path) -> None:
    with library.snapshot() as snapshot:
        embedder = library.embedder(snapshot.index_metadata)
    own = hide_own_questions(sample_folder, tmp_path, embedder)
    assert len(own) > 20
    with Library(tmp_path, embedder).snapshot() as snapshot:
        database = snapshot.database
        stored = [p for i in database.transcript_ids().values() for p in database.passages(transcript_id=i)]
        shown = " ".join(" ".join(database.transcript(p.transcript).text[slice(*p.span)].split()) for p in stored)
        asked = {" ".join(question.split()) for _, question in asked_questions(database)}
    for question in own:
        assert question.question not in shown
        assert question.question not in asked
        assert question.evidence
    assert verify(sample_folder).problems == []


def test_a_library_measures_itself(library: Library) -> None:
    report = evaluate(library, None, compare=True)
    assert report["all"]["questions"] > 20
    assert list(report["kinds"]) == ["own"]
    assert list(report["ways"]) == ["passages, words only", "passages, one vector each", "interview-qa"]
    full, words = report["ways"]["interview-qa"], report["ways"]["passages, words only"]
    assert full["MRR@10"] > words["MRR@10"]


def test_a_library_without_questions_says_so(tmp_path: Path) -> None:
    build_index({"a.txt": "The ferry left at nine. It was late, as ever, and nobody minded."}, tmp_path / "i")
    with pytest.raises(InterviewQAError, match="no question in the library stands on its own; give a file"):
        evaluate(Library(tmp_path / "i"), None)


def test_the_table_shows_each_way_to_search(sample_folder: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join((SAMPLES / "questions.jsonl").read_text().splitlines(keepends=True)[:4]))
    shown = cli("eval", gold, "--compare", "--index", sample_folder, cwd=tmp_path)
    assert shown.returncode == 0
    assert "95 % intervals: hit@1 " in shown.stdout
    assert [line.split("  ")[0] for line in shown.stdout.splitlines()[-4:]] == [
        "100-word windows, one vector each",
        "passages, words only",
        "passages, one vector each",
        "interview-qa",
    ]
    report = json.loads(cli("eval", gold, "--json", "--index", sample_folder, cwd=tmp_path).stdout)
    low, high = report["all"]["intervals"]["hit@3"]
    assert low <= report["all"]["hit@3"] <= high


def test_eval_wants_a_file_or_the_librarys_own_questions(sample_folder: Path, tmp_path: Path) -> None:
    for arguments in ([], ["gold.jsonl", "--self"]):
        refused = cli("eval", *arguments, "--index", sample_folder, cwd=tmp_path)
        assert refused.returncode == 2
        assert "give a FILE of gold questions, or --self" in refused.stderr
