"""Speed, beside the floor measured in the same run: .venv/bin/python -m tests.bench [cold] [build] [scale] [page].

Everything is a ratio of runs that took turns, medians; seconds are CPU seconds. With --write the tables are
written into docs/benchmarks.md, with --plot the growth of costs is drawn. Run nothing else meanwhile.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from index.embedding.onnx_export import export_folder
from index.embedding.packaged_models import DEFAULT_MODEL
from index.samples import SAMPLES
from index.splitting.passages import whole_text
from index.storage.database import Database
from index.text.non_speech import blank_non_speech
from tests.bench import builds, lengths
from tests.bench.children import ROOT, Used, run
from tests.bench.floors import LIGHT_QUESTION, PLAIN_ENCODING, PLAIN_QUESTION
from tests.bench.interviews import write_interviews

REPEATS = 5
SIZES = (1_000, 10_000, 100_000, 1_000_000)

# The build that is timed: the number of interviews, and the words of each.
INTERVIEWS, WORDS = 40, 3000

# Ways to build: description -> options.
BUILDS = {
    "`interview-qa build`, from start to exit": (),
}

QUESTION = "What happened with the castor oil?"

# Where docs/benchmarks.md has the tables.
BEGIN, END = "<!-- made by python -m tests.bench -->\n", "<!-- end -->"


def main() -> int:
    """Measure what is named, all of it by default, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="what to measure; the first four by default")
    parser.add_argument("--largest", type=int, default=SIZES[-2], help="passages of the largest library that is made")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    parser.add_argument("--plot", type=Path, help="draw how costs grow, as SVG; needs the package vl-convert-python")
    arguments = parser.parse_args()
    # A child counts what its parent held when it was born as its own, so nothing is loaded here.
    run("-c", "from index.embedding.embedder import load_embedder; load_embedder(quick=True)")
    tables = []
    for part in arguments.parts or ["cold", "build", "scale", "page"]:
        table = PARTS[part](arguments)
        print(table, flush=True)
        tables.append(table)
    if arguments.write:
        path = ROOT / "docs" / "benchmarks.md"
        text = path.read_text(encoding="utf-8")
        between = BEGIN + "\n" + "\n\n".join(tables) + "\n\n" + END
        path.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: between, text, flags=re.DOTALL), encoding="utf-8")
    return 0


def cold(_arguments: argparse.Namespace) -> str:
    """Time one question from a cold shell, on the bundled samples."""
    export = export_folder(DEFAULT_MODEL)
    with tempfile.TemporaryDirectory() as place:
        run("-m", "qa", "build", SAMPLES, "--index", Path(place, "index"))
        ways: dict[str, list[str | Path]] = {
            "a script with sentence-transformers that embeds one question": ["-c", PLAIN_QUESTION],
            "`interview-qa ask`": ["-m", "qa", "ask", QUESTION, "--index", Path(place, "index")],
            "onnxruntime alone, embedding one question": ["-c", LIGHT_QUESTION, export],
        }
        used = {way: [run(*arguments)] for way, arguments in ways.items()}
        for _ in range(REPEATS - 1):
            for way, arguments in ways.items():
                used[way].append(run(*arguments))
    plain = median(each.cpu_s for each in next(iter(used.values())))
    rows = []
    for way, found in used.items():
        cpu = median(each.cpu_s for each in found)
        rows.append([way, f"{cpu:.2f}", f"1/{plain / cpu:.1f}", f"{median(each.peak_mb for each in found):.0f} MB"])
    return _table(["From a cold shell", "CPU s", "share", "peak memory"], rows)


def build_once(_arguments: argparse.Namespace) -> str:
    """Time a first build from files to a saved index, beside encoding the same passages."""
    with tempfile.TemporaryDirectory() as name:
        place, index = Path(name, "interviews"), Path(name, "index")
        write_interviews(place, INTERVIEWS, WORDS)
        texts = Path(name, "texts.json")
        plain, ours = list[float](), {way: list[Used]() for way in BUILDS}
        for _ in range(REPEATS // 2 + 1):
            for way, options in BUILDS.items():
                shutil.rmtree(index, ignore_errors=True)
                ours[way].append(run("-m", "qa", "build", place, "--index", index, *options))
            texts.write_text(json.dumps(_passages(index)), encoding="utf-8")
            plain.append(float(run("-c", PLAIN_ENCODING, texts).printed))
        n = len(json.loads(texts.read_text(encoding="utf-8")))
    rows = [["`SentenceTransformer.encode`, its defaults, warm", f"{n / median(plain):.0f}", "1", ""]]
    for way, used in ours.items():
        faster = median(a / b.cpu_s for a, b in zip(plain, used, strict=True))
        rate, peak = n / median(each.cpu_s for each in used), median(each.peak_mb for each in used)
        rows.append([way, f"{rate:.0f}", f"{faster:.2f}", f"{peak:.0f} MB"])
    return _table([f"Building, {n:,} passages", "passages per CPU s", "ratio", "peak memory"], rows)


def scale(arguments: argparse.Namespace) -> str:
    """Time opening, asking and changing libraries of growing size."""
    found: dict[int, dict[str, float]] = {}
    for n in (size for size in SIZES if size <= arguments.largest):
        with tempfile.TemporaryDirectory() as place:
            run("-m", "tests.bench.libraries", Path(place, "index"), str(n))
            found[n] = json.loads(run("-m", "tests.bench.questions", Path(place, "index")).printed)
            print(n, found[n], file=sys.stderr)
    if arguments.plot:
        _plot(found, arguments.plot)
    rows = [
        [
            f"{n:,}",
            f"{each['answer_ms']:.0f} ms",
            f"{each['ratio']:.1f}",
            f"{each['recall']:.3f}",
            f"{each['open_s']:.2f} s",
            f"{each['open_mb']:.0f} MB",
            f"{each['update_cpu_s']:.1f} s",
        ]
        for n, each in found.items()
    ]
    titles = "Passages|a question, CPU|embeddings of it|recall@10|opening|resident|adding an hour".split("|")
    return _table(titles, rows)


def on_page(_arguments: argparse.Namespace) -> str:
    """Time a question on the page, beside the same in `ask --batch`."""
    # Children that were measured before this would have counted what it loads as their own.
    from tests.bench import page

    costs = page.measure()
    rows = [[c.turn, f"{c.page_ms:.0f} ms", f"{c.batch_ms:.0f} ms", f"{c.page_ms / c.batch_ms:.1f}"] for c in costs]
    return _table(["On the page", "CPU", "`ask --batch`", "ratio"], rows)


def again(_arguments: argparse.Namespace) -> str:
    """Time builds that have little to do, beside the first one."""
    rows = [[kind, f"{cpu:.1f}", f"{share:.1%}", f"{most:.0%}"] for kind, cpu, share, most in builds.measure()]
    return _table([f"{builds.INTERVIEWS} interviews", "CPU s", "share", "at most"], rows)


def twice(_arguments: argparse.Namespace) -> str:
    """Time captions that are made to be slow, and those that are twice as long: reading takes as long as they are."""
    rows = [[name, f"{cpu:.2f}", f"{ratio:.1f}"] for name, cpu, ratio in lengths.measure()]
    return _table(["Captions that are made to be slow", "CPU s", "twice as long takes, times"], rows)


PARTS: dict[str, Callable[[argparse.Namespace], str]] = {
    "cold": cold,
    "build": build_once,
    "scale": scale,
    "page": on_page,
    "builds": again,
    "lengths": twice,
}


def _passages(index: Path) -> list[str]:
    """Return the texts that the model read, in the order of the interviews."""
    texts = []
    with Database.open(index) as database:
        for name, transcript_id in database.transcript_ids().items():
            said = blank_non_speech(database.transcript(name).text)
            for passage in database.passages(transcript_id=transcript_id):
                texts.append(whole_text(said, passage.span, passage.question))
    return texts


def _table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] + ["---:"] * (len(titles) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plot(found: dict[int, dict[str, float]], path: Path) -> None:
    """Draw each cost over the number of passages, both on scales of powers of ten."""
    import altair

    costs = {"a question": "answer_ms", "opening": "open_s", "adding an hour of talk": "update_cpu_s"}
    values: list[dict[str, Any]] = [
        {"passages": n, "CPU ms": each[key] * (1 if key.endswith("_ms") else 1000), "cost": name}
        for n, each in found.items()
        for name, key in costs.items()
    ]
    chart = altair.Chart(altair.Data(values=values), width=480, height=260).mark_line(point=True)
    chart = chart.encode(
        altair.X("passages:Q").scale(type="log"),
        altair.Y("CPU ms:Q").scale(type="log"),
        altair.Color("cost:N").title(None),
    )
    chart.save(str(path))


if __name__ == "__main__":
    sys.exit(main())
