"""Gold questions -> how good the answers are: hit@k, MRR, nDCG, and refusals.

A gold span is hit by a passage that holds at least half of its characters. hit@300w counts what lies
within the first 300 words of the passages in order: no passage length can win it by being long.
"""

import functools
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import InterviewQAError
from index.types import Span, Transcript
from qa.answer import Answer, CitedPassage, answer
from qa.library import Library

BUDGET_WORDS = 300
DEPTH = 10
METRICS = ("hit@1", "hit@3", "hit@5", "MRR@10", "nDCG@10", f"hit@{BUDGET_WORDS}w")


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the places that answer it; none where the library does not."""

    id: str
    kind: str
    question: str
    previous: tuple[str, ...]
    evidence: tuple[tuple[str, Span], ...]  # transcript, span in the file


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one gold question was answered; the metrics of an unanswerable one are empty."""

    question: GoldQuestion
    matched: bool
    metrics: dict[str, float]


def evaluate(library: Library, file: Path, progress: Callable[[int, int], None] = lambda *_: None) -> dict[str, Any]:
    """Ask the gold questions of a JSON Lines file and return the metrics, of all and by kind.

    Raises InterviewQAError, with file and line, for what is no gold question of this library.
    """
    questions = read_gold(library, file)
    outcomes = []
    for done, question in enumerate(questions):
        progress(done, len(questions))
        found = answer(library, question.question, DEPTH, previous=question.previous)
        outcomes.append(Outcome(question, found.matched, _metrics(question, found) if question.evidence else {}))
    kinds = sorted({question.kind for question in questions})
    by_kind = {kind: _summary([o for o in outcomes if o.question.kind == kind]) for kind in kinds}
    return {"file": str(file), "all": _summary(outcomes), "kinds": by_kind}


def read_gold(library: Library, file: Path) -> list[GoldQuestion]:
    """Read gold questions and find their evidence in the transcripts, whatever the white space between words."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InterviewQAError(f"{file} cannot be read: {error}") from error
    with library.snapshot() as snapshot:
        transcript = functools.cache(snapshot.database.transcript)
        questions = []
        for number, line in enumerate(lines, 1):
            try:
                questions += [_gold_question(json.loads(line), transcript)] if line.strip() else []
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                what = f"no {error}" if isinstance(error, KeyError) else error
                raise InterviewQAError(f"{file}, line {number}: not a gold question: {what}") from error
    if not questions:
        raise InterviewQAError(f"{file} holds no gold questions")
    return questions


def as_table(report: dict[str, Any]) -> str:
    """Return the metrics as a table, one row a kind of question and one for all."""
    rows = [*report["kinds"].items(), ("all", report["all"])]
    width = max(len("kind"), *(len(kind) for kind, _ in rows))
    lines = [f"{'kind':{width}}  {'asked':>5}  " + "  ".join(f"{m:>8}" for m in METRICS) + "  refused"]
    for kind, summary in rows:
        cells = "  ".join(f"{summary[m]:8.3f}" if m in summary else f"{'-':>8}" for m in METRICS)
        lines.append(f"{kind:{width}}  {summary['questions']:5}  {cells}  {summary['refused']:7}")
    total = report["all"]
    lines.append(
        f"metrics over the {total['answerable']} answerable questions;"
        f" refused: {total['refused_rightly']} of {total['questions'] - total['answerable']} unanswerable,"
        f" {total['refused'] - total['refused_rightly']} of {total['answerable']} answerable"
    )
    return "\n".join(lines)


def _gold_question(fields: dict[str, Any], transcript: Callable[[str], Transcript]) -> GoldQuestion:
    previous = fields.get("previous") or []
    previous = [previous] if isinstance(previous, str) else previous
    texts = [fields["question"], *previous]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError("a question must be text")
    return GoldQuestion(
        id=str(fields["id"]),
        kind=str(fields.get("kind", "question")),
        question=fields["question"],
        previous=tuple(previous),
        evidence=tuple(_place(e["transcript"], e["text"], transcript) for e in fields["evidence"]),
    )


def _place(name: str, text: str, transcript: Callable[[str], Transcript]) -> tuple[str, Span]:
    """Find the evidence in its transcript. Raises ValueError where it is not there."""
    try:
        read = transcript(name)
    except KeyError:
        raise ValueError(f"its transcript {name!r} is not in the index") from None
    match = re.search(r"\s+".join(map(re.escape, text.split())), read.text)
    if match is None or not text.strip():
        raise ValueError(f"its evidence does not occur in {name}: {text[:60]!r}")
    return name, read.in_file(Span(*match.span()))


def _metrics(question: GoldQuestion, found: Answer) -> dict[str, float]:
    ranks = []  # of each gold span, the rank of the first passage that hits it
    for gold in question.evidence:
        hits = (rank for rank, passage in enumerate(found.passages, 1) if _is_hit(passage, gold))
        ranks.append(next(hits, math.inf))
    best = min(ranks)
    gain = sum(1 / math.log2(1 + rank) for rank in ranks)
    ideal = sum(1 / math.log2(1 + rank) for rank in range(1, min(len(ranks), DEPTH) + 1))
    return {
        **{f"hit@{k}": float(best <= k) for k in (1, 3, 5)},
        "MRR@10": 1 / best,
        # Several gold spans may lie in one passage, so the gain can exceed that of one span a passage.
        "nDCG@10": min(1.0, gain / ideal),
        f"hit@{BUDGET_WORDS}w": float(_hit_within_budget(question, found.passages)),
    }


def _is_hit(passage: CitedPassage, gold: tuple[str, Span], file_end: int | None = None) -> bool:
    """Whether the passage, up to `file_end` of it, holds at least half of the gold span's characters."""
    transcript, (start, end) = gold
    shared = min(end, passage.file.end if file_end is None else file_end) - max(start, passage.file.start)
    return transcript == passage.transcript and shared >= (end - start) / 2


def _hit_within_budget(question: GoldQuestion, passages: Sequence[CitedPassage]) -> bool:
    left = BUDGET_WORDS
    for passage in passages:
        words = list(re.finditer(r"\S+", passage.text))
        taken = words[: max(0, left)]
        left -= len(words)
        if not taken:
            return False
        # Where only a part fits, the rest of the passage counts in proportion of its characters.
        share = taken[-1].end() / len(passage.text)
        file_end = passage.file.start + round(share * (passage.file.end - passage.file.start))
        if any(_is_hit(passage, gold, file_end) for gold in question.evidence):
            return True
    return False


def _summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    answerable = [o for o in outcomes if o.question.evidence]
    refused = [o for o in outcomes if not o.matched]
    means = {m: sum(o.metrics[m] for o in answerable) / len(answerable) for m in METRICS} if answerable else {}
    return {
        "questions": len(outcomes),
        "answerable": len(answerable),
        **means,
        "refused": len(refused),
        "refused_rightly": sum(not o.question.evidence for o in refused),
    }
