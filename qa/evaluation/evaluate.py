"""How good the answers are: gold questions, or the library's own, asked and scored, per kind and in all."""

import functools
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.embedding.model_registry import FULL, INT8
from index.errors import InterviewQAError
from index.splitting.passages import RULE_VERSION
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.evaluation.baselines import WINDOW_WORDS, AskFunction, WindowBaseline, single_retriever
from qa.evaluation.gold_questions import GoldQuestion, read_gold
from qa.evaluation.int8_comparison import copy_as_read, copy_in_full, sample
from qa.evaluation.metrics import DEPTH, METRICS, Found, interval, score
from qa.evaluation.self_questions import hide_own_questions

Progress = Callable[[str, int, int], None]

OURS = "interview-qa"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one gold question was answered; the metrics of an unanswerable one are empty."""

    question: GoldQuestion
    matched: bool
    metrics: dict[str, float]


def evaluate(
    library: Library,
    file: Path | None,
    *,
    compare: bool = False,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Ask gold questions and return the metrics, of all and by kind; with `compare`, of other ways to search too.

    Without a file the library's own questions are asked, each with its asking hidden. Where its texts were read in
    int8, also what that costs is measured. Raises InterviewQAError for what is no gold question of this library, and
    where it has none of its own.
    """
    if file is not None:
        ways, questions = _ways(library, progress) if compare else {}, read_gold(library, file)
        report = {"file": str(file)} | _report(library, questions, ways, progress)
        return report | _cost_of_int8(library, questions, progress)
    with tempfile.TemporaryDirectory() as folder:
        with library.snapshot() as snapshot:
            embedder = library.embedder(snapshot.index_metadata)
        hidden = functools.partial(progress, "hiding the questions")
        own = hide_own_questions(library.folder, Path(folder), embedder, hidden)
        if not own:
            raise InterviewQAError("no question in the library stands on its own; give a file of gold questions")
        # Plain windows would be cut from transcripts in which the questions are still asked.
        copy = Library(Path(folder), embedder)
        report = {"file": None} | _report(copy, own, _legs(copy) if compare else {}, progress)
        return report | _cost_of_int8(copy, own, progress)


def _ways(library: Library, progress: Progress) -> dict[str, AskFunction]:
    plain = WindowBaseline(library, functools.partial(progress, "embedding plain windows"))
    return {f"{WINDOW_WORDS}-word windows, one vector each": plain.ask} | _legs(library)


def _legs(library: Library) -> dict[str, AskFunction]:
    return {
        "passages, words only": single_retriever(library, "words"),
        "passages, one vector each": single_retriever(library, "vectors"),
    }


def _report(
    library: Library, questions: Sequence[GoldQuestion], ways: dict[str, AskFunction], progress: Progress
) -> dict[str, Any]:
    outcomes = _outcomes(_asking(library), questions, OURS, progress)
    kinds = sorted({question.kind for question in questions})
    by_kind = {kind: _summary([o for o in outcomes if o.question.kind == kind]) for kind in kinds}
    report = {"all": _summary(outcomes), "kinds": by_kind}
    if ways:
        summaries = {name: _summary(_outcomes(ask, questions, name, progress)) for name, ask in ways.items()}
        report["ways"] = summaries | {OURS: report["all"]}
    return report


def _cost_of_int8(library: Library, questions: Sequence[GoldQuestion], progress: Progress) -> dict[str, Any]:
    """Return the metrics of a sample in int8 and in full precision; nothing where the library is in full precision."""
    with library.snapshot() as snapshot:
        precision = snapshot.index_metadata.get("precision", FULL)
        # Texts that an older version cut are not known by what this one makes of them.
        is_asked = precision != FULL and snapshot.index_metadata["rule_version"] == RULE_VERSION
        chosen, names = sample(snapshot, questions) if is_asked else ([], [])
        embedder = library.embedder(snapshot.index_metadata)
    if not chosen:
        return {}
    reading = functools.partial(progress, "reading in full precision")
    with tempfile.TemporaryDirectory() as place:
        copies = {
            precision: copy_as_read(library, names, Path(place, precision), embedder),
            FULL: copy_in_full(library, names, Path(place, FULL), embedder, reading),
        }
        asked = {name: _summary(_outcomes(_asking(copy), chosen, name, progress)) for name, copy in copies.items()}
    return {"precision": {"transcripts": len(names), **asked}}


def _asking(library: Library) -> AskFunction:
    def ask(question: GoldQuestion) -> tuple[bool, Sequence[Found]]:
        found = answer(library, question.question, DEPTH, previous=question.previous, offer=False)
        return found.matched, found.passages

    return ask


def _outcomes(ask: AskFunction, questions: Sequence[GoldQuestion], what: str, progress: Progress) -> list[Outcome]:
    outcomes = []
    for done, question in enumerate(questions):
        progress(f"asking: {what}", done, len(questions))
        matched, passages = ask(question)
        outcomes.append(Outcome(question, matched, score(question.evidence, passages) if question.evidence else {}))
    return outcomes


def as_table(report: dict[str, Any]) -> str:
    """Return the metrics as a table, one row a kind of question and one for all, and the ways side by side."""
    rows = [*report["kinds"].items(), ("all", report["all"])] if len(report["kinds"]) > 1 else [("all", report["all"])]
    lines = _table("kind", rows)
    total = report["all"]
    lines.append(
        f"metrics over the {total['answerable']} answerable questions;"
        f" refused: {total['refused_rightly']} of {total['questions'] - total['answerable']} unanswerable,"
        f" {total['refused'] - total['refused_rightly']} of {total['answerable']} answerable"
    )
    if total["answerable"]:
        sure = (f"{metric} {low:.2f} to {high:.2f}" for metric, (low, high) in total["intervals"].items())
        lines.append(f"95 % intervals: {', '.join(sure)}")
    if "precision" in report:
        lines.append(_cost_line(report["precision"]))
    if "ways" in report:
        lines += ["", *_table("way to search", list(report["ways"].items()))]
    return "\n".join(lines)


def _cost_line(found: dict[str, Any]) -> str:
    """Return what int8 costs, in one line."""
    asked = found[INT8]["questions"]
    costs = (
        f"{metric} {found[INT8][metric]:.3f} for {found[FULL][metric]:.3f}" for metric in (METRICS[0], METRICS[-1])
    )
    return (
        f"int8 instead of full precision: {', '.join(costs)}"
        f" ({asked} of the questions, asked of the {found['transcripts']} interviews that they are about)"
    )


def _table(title: str, rows: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
    width = max(len(title), *(len(name) for name, _ in rows))
    lines = [f"{title:{width}}  {'asked':>5}  " + "  ".join(f"{m:>8}" for m in METRICS) + "  refused"]
    for name, summary in rows:
        cells = "  ".join(f"{summary[m]:8.3f}" if m in summary else f"{'-':>8}" for m in METRICS)
        lines.append(f"{name:{width}}  {summary['questions']:5}  {cells}  {summary['refused']:7}")
    return lines


def _summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    answerable = [o for o in outcomes if o.question.evidence]
    refused = [o for o in outcomes if not o.matched]
    values = {m: [o.metrics[m] for o in answerable] for m in METRICS} if answerable else {}
    return {
        "questions": len(outcomes),
        "answerable": len(answerable),
        **{m: sum(found) / len(found) for m, found in values.items()},
        "intervals": {m: interval(found) for m, found in values.items()},
        "refused": len(refused),
        "refused_rightly": sum(not o.question.evidence for o in refused),
    }
