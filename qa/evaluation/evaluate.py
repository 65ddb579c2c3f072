"""Evaluation: asks gold questions, or the library's own, and returns metrics by kind and in all."""

import functools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import InterviewQAError
from index.types import Progress
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.evaluation.baselines import WINDOW_WORDS, AskFunction, WindowBaseline, single_retriever
from qa.evaluation.gold_questions import GoldQuestion, read_gold
from qa.evaluation.metrics import DEPTH, METRICS, Found, interval, score
from qa.evaluation.self_questions import hide_own_questions

OURS = "interview-qa"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one gold question was answered; an unanswerable one has no metrics."""

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
    """Ask gold questions and return the metrics, of all and by kind; with `compare` also those of baselines.

    Without a file, the library's own questions are asked, each hidden from a copy of the index. Raises InterviewQAError
    for an invalid gold question, and if the library asks no question that stands on its own.
    """
    if file is not None:
        baselines, questions = _all_baselines(library, progress) if compare else {}, read_gold(library, file)
        return {"file": str(file)} | _report(library, questions, baselines, progress)
    with tempfile.TemporaryDirectory() as folder:
        with library.snapshot() as snapshot:
            embedder = library.embedder(snapshot.index_metadata)
        hidden = functools.partial(progress, "hiding the questions")
        own = hide_own_questions(library.folder, Path(folder), embedder, hidden)
        if not own:
            raise InterviewQAError("no question in the library stands on its own; give a file of gold questions")
        # Not the window baseline: its windows would still contain the questions.
        copy = Library(Path(folder), embedder)
        return {"file": None} | _report(copy, own, _baselines(copy) if compare else {}, progress)


def _all_baselines(library: Library, progress: Progress) -> dict[str, AskFunction]:
    plain = WindowBaseline(library, functools.partial(progress, "embedding plain windows"))
    return {f"{WINDOW_WORDS}-word windows, one vector each": plain.ask} | _baselines(library)


def _baselines(library: Library) -> dict[str, AskFunction]:
    return {
        "passages, words only": single_retriever(library, "words"),
        "passages, one vector each": single_retriever(library, "vectors"),
    }


def _report(
    library: Library, questions: Sequence[GoldQuestion], baselines: dict[str, AskFunction], progress: Progress
) -> dict[str, Any]:
    outcomes = _outcomes(_asking(library), questions, OURS, progress)
    kinds = sorted({question.kind for question in questions})
    by_kind = {kind: _summary([o for o in outcomes if o.question.kind == kind]) for kind in kinds}
    report = {"all": _summary(outcomes), "kinds": by_kind}
    if baselines:
        summaries = {name: _summary(_outcomes(ask, questions, name, progress)) for name, ask in baselines.items()}
        report["ways"] = summaries | {OURS: report["all"]}
    return report


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
    """Return the metrics as a table, a row for each kind of question and one for all, and one for the baselines."""
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
    if "ways" in report:
        lines += ["", *_table("way to search", list(report["ways"].items()))]
    return "\n".join(lines)


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
