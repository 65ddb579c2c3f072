"""Gold questions: read from a JSON Lines file, with the places in the library that answer them."""

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import InterviewQAError
from index.types import Span, Transcript
from qa.answering.library import Library
from qa.evaluation.metrics import Gold


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the places that answer it; none where the library does not."""

    id: str
    kind: str
    question: str
    previous: tuple[str, ...]
    evidence: tuple[Gold, ...]


def read_gold(library: Library, file: Path) -> list[GoldQuestion]:
    """Read gold questions and find their evidence in the transcripts, whatever the white space between words.

    Raises InterviewQAError, with file and line, for what is no gold question of this library.
    """
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


def _place(name: str, text: str, transcript: Callable[[str], Transcript]) -> Gold:
    """Find the evidence in its transcript. Raises ValueError where it is not there."""
    try:
        read = transcript(name)
    except KeyError:
        raise ValueError(f"its transcript {name!r} is not in the index") from None
    match = re.search(r"\s+".join(map(re.escape, text.split())), read.text)
    if match is None or not text.strip():
        raise ValueError(f"its evidence does not occur in {name}: {text[:60]!r}")
    return name, read.in_file(Span(*match.span()))
