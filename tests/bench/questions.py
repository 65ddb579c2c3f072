"""One library that is opened, asked and changed, in a process of its own: python -m tests.bench.questions FOLDER."""

import json
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

from index.samples import SAMPLES
from index.search.search_index import load_search_index, save_search_index
from index.storage.database import Database
from qa.answering.answer import answer
from qa.answering.library import Library
from tests.bench.libraries import add_interview

# Vectors compared with a question at once.
PART = 50_000
NEAREST = 10

STATE = "f" * 16


def main() -> None:
    """Print what was measured, as JSON."""
    folder = Path(sys.argv[1])
    before = _resident_mb()
    cpu, wall = time.process_time(), time.perf_counter()
    library = Library(folder)
    found = {
        "open_s": time.perf_counter() - wall,
        "open_cpu_s": time.process_time() - cpu,
        "open_mb": _resident_mb(),
        "opened_mb": _resident_mb() - before,
    }
    cpu = time.process_time()
    library.warm_up()
    found["warm_up_cpu_s"] = time.process_time() - cpu
    lines = (SAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [str(json.loads(line)["question"]) for line in lines]
    found |= _ask(library, asked) | {"asked_mb": _resident_mb()} | _update(folder)
    print(json.dumps(found))


def _ask(library: Library, asked: list[str]) -> dict[str, float]:
    """Return CPU milliseconds of embedding a question and of answering it, by turns, and the recall of vectors."""
    with library.snapshot() as snapshot:
        embedder, vectors = library.embedder(snapshot.index_metadata), snapshot.vectors
    for question in asked:
        answer(library, question, offer=False)
    embedding, answering = [], []
    for question in asked * 2:
        began = time.process_time()
        embedder.encode([question])
        between = time.process_time()
        answer(library, question, offer=False)
        embedding.append(between - began)
        answering.append(time.process_time() - between)
    recalls = []
    rows = np.arange(len(vectors))
    for question in asked:
        (query,) = embedder.encode([question])
        parts = [vectors.of_rows(rows[at : at + PART]) @ query.vector for at in range(0, len(rows), PART)]
        exact = np.argsort(-np.concatenate(parts), kind="stable")[:NEAREST]
        recalls.append(len({*exact.tolist()} & {*vectors.nearest(query.vector, 100)[0][:NEAREST].tolist()}) / NEAREST)
    ratios = [b / a for a, b in zip(embedding, answering, strict=True)]
    return {
        "embed_ms": 1000 * median(embedding),
        "answer_ms": 1000 * median(answering),
        "ratio": median(ratios),
        "recall": sum(recalls) / len(recalls),
    }


def _update(folder: Path) -> dict[str, float]:
    """Return the CPU seconds of adding an interview and saving what is searched, the model's part left out."""
    with Database.create(folder) as database:
        index_metadata = database.index_metadata()
        cpu = time.process_time()
        with database.transaction(write=True):
            before, kept = load_search_index(database, folder, index_metadata), database.passage_ids()
            add_interview(database, index_metadata["dimension"])
            _, saved = save_search_index(database, folder, STATE, index_metadata["dimension"], before, kept)
            database.set_index_metadata(state=STATE, **saved)
        return {"update_cpu_s": time.process_time() - cpu}


def _resident_mb() -> float:
    """Return what of this process is in memory now; mapped files as far as they were read."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1024**2


if __name__ == "__main__":
    main()
