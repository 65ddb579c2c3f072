"""The models that can be chosen: what each takes, and how well an index answers with its own."""

from pathlib import Path
from time import perf_counter
from typing import Any

from index.embedding.embedder import load_embedder
from index.embedding.packaged_models import PACKAGED_MODELS, packaged_model
from index.errors import NoIndexError
from index.types import Progress
from qa.answering.library import Library
from qa.evaluation.evaluate import evaluate

# As long as a passage; a second or so of encoding is enough to tell models apart.
PROBE = "And then she told me that the boat was older than her mother, and that it leaked like a basket. " * 4
PROBES = 8


def model_list(folder: Path, progress: Progress = lambda *_: None) -> list[dict[str, Any]]:
    """Return what is known of each packaged model; speed is measured here, on one text at a time after the other.

    Of the model of the index in `folder`, if there is one, also the metrics on the library's own questions. Raises
    ModelError, StoreError, and InterviewQAError if the library asks no question that stands on its own.
    """
    library, used = _opened(folder)
    names = [model.name for model in PACKAGED_MODELS]
    if used and used not in names:
        names.append(used)
    listed = []
    for done, name in enumerate(names):
        progress("measuring the models", done, len(names))
        model = packaged_model(name)
        is_used = name == used
        entry: dict[str, Any] = {"name": name, "is_of_index": is_used}
        if model:
            entry |= {
                "installed": model.is_installed,
                "packages": [*model.packages],
                "licence": model.licence,
                "languages": [*model.languages] or "about 100",
                "megabytes": model.megabytes,
            }
        if entry.get("installed", True):
            entry["texts_per_second"] = round(_speed(name), 1)
        if library and is_used:
            report = evaluate(library, None, progress=progress)["all"]
            entry["own_questions"] = {key: report[key] for key in ("questions", "hit@1", "hit@3", "hit@300w")}
        listed.append(entry)
    return listed


def _opened(folder: Path) -> tuple[Library | None, str]:
    """Return the library in the folder and the name of its model; (None, "") where there is none."""
    try:
        library = Library(folder)
    except NoIndexError:
        return None, ""
    with library.snapshot() as snapshot:
        name = snapshot.index_metadata["model"]
    model = packaged_model(name)
    return library, model.name if model else name


def model_table(models: list[dict[str, Any]]) -> str:
    """Return the list as text, a few lines a model."""
    lines = []
    for model in models:
        languages = model.get("languages", "unknown")
        known = languages if isinstance(languages, str) else ", ".join(languages)
        lines.append(f"{model['name']}{' (of this index)' if model['is_of_index'] else ''}")
        if "licence" in model:
            lines.append(f"  {model['megabytes']} MB, languages: {known}, licence: {model['licence']}")
        if "texts_per_second" in model:
            lines.append(f"  encodes {model['texts_per_second']} passages a second here")
        else:
            lines.append(f"  not installed: pip install {' '.join(model['packages'])}")
        if own := model.get("own_questions"):
            figures = ", ".join(f"{key} {own[key]:.2f}" for key in ("hit@1", "hit@3", "hit@300w"))
            lines.append(f"  on {own['questions']} questions asked in this library: {figures}")
    return "\n".join([*lines, "Choose one with: interview-qa build PATH --model NAME"])


def _speed(name: str) -> float:
    """Return how many passages the model encodes in a second, once it is loaded."""
    embedder = load_embedder(name, quick=True)
    embedder.encode([PROBE])
    begun = perf_counter()
    embedder.encode([PROBE] * PROBES)
    return PROBES / (perf_counter() - begun)
