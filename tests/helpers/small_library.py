"""A small index that tests take apart, and what somebody meets who looks at one."""

import copy
import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.building.info import info, info_text
from index.building.verify import verify
from index.embedding.embedder import Embedder, Encoded
from index.errors import InterviewQAError
from qa.answering.answer import answer
from qa.answering.library import Library
from qa.render.render import as_html, as_json, as_text

FILES = {
    "boat.vtt": "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Ada Moss>How old is the boat?\n\n"
    "00:04.500 --> 00:09.000\n<v Bo Lind>Ninety years and some, and she leaks like a basket.\n",
    "cave.txt": "Ada: What scared you in the cave?\nDi: The silence, and then my own heart, which was louder.\n",
    "told.txt": "Ada: What did you tell nobody?\nDi: That the rope was forty years old, and that I knew.\n",
}
QUESTIONS = ("What scared you in the cave?", "Why does the dough rest overnight?", "What did you tell nobody?")

# What somebody meets who asks: matched, and of each passage where it is from, its words, its highlight and its score.
Answers = list[tuple[bool, list[tuple[Any, ...]], list[float]]]

# Nothing that is asked of so small an index takes long, however busy the machine is.
SECONDS = 60


def floors(*_: object) -> dict[str, float]:
    """Return what is otherwise fitted, which takes many times longer than all the rest of a small build."""
    return {"threshold": 0.7, "threshold_one_interview": 0.6}


def remembering(embedder: Embedder) -> Embedder:
    """Return the model so that it reads no text twice: most of the time of a test is the model's."""
    known: dict[tuple[str, bool], Encoded] = {}
    one = copy.copy(embedder)

    def encode(texts: Sequence[str], *, is_query: bool = False) -> list[Encoded]:
        new = [text for text in dict.fromkeys(texts) if (text, is_query) not in known]
        encoded = embedder.encode(new, is_query=is_query)
        known.update(((text, is_query), each) for text, each in zip(new, encoded, strict=True))
        return [known[text, is_query] for text in texts]

    one.encode = encode  # type: ignore[method-assign]
    return one


def answers(folder: Path, embedder: Embedder, k: int = 3) -> Answers:
    library = Library(folder, embedder)
    found = [answer(library, question, k) for question in QUESTIONS]
    return [
        (
            each.matched,
            [(p.transcript, p.text, p.file, p.speaker, p.question, p.turns, p.highlight) for p in each.passages],
            [round(p.score, 6) for p in each.passages],
        )
        for each in found
    ]


def look(folder: Path, reader: Embedder) -> list[str]:
    """Do all that is done with an index but building; return what was refused, in one line each."""
    refused = []

    def ask() -> None:
        library = Library(folder, reader)
        for question in QUESTIONS:
            found = answer(library, question, 3)
            as_json(found), as_text(found), [as_html(passage) for passage in found.passages]

    for do in (ask, lambda: info_text(info(folder)), lambda: json.dumps(info(folder)), lambda: verify(folder, reader)):
        try:
            do()
        except InterviewQAError as error:
            refused.append(str(error))
    assert all("\n" not in line and len(line) < 1000 for line in refused)
    return refused


@contextmanager
def in_time(what: str) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise AssertionError(f"{what} took longer than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def state_of(path: Path) -> object:
    """Return all that can be told of a file, or of a folder and what is in it, except when it was read."""
    found = path.lstat()
    kept = (found.st_mode, found.st_uid, found.st_size, found.st_mtime_ns, found.st_ino)
    if path.is_symlink():
        return kept, path.readlink()
    if path.is_dir():
        return kept, {each.name: state_of(each) for each in path.iterdir()}
    return kept, path.read_bytes() if path.is_file() else None
