"""The models that can be chosen: what each takes, and how well an index answers with its own."""

from pathlib import Path
from time import perf_counter
from typing import Any

from index.embedding.embedder import load_embedder
from index.embedding.packaged_models import PACKAGED_MODELS, packaged_model
from index.errors import InterviewQAError, NoIndexError, StoreError
from index.types import Progress
from qa.answering.library import Library
from qa.evaluation.evaluate import evaluate

# About as long as a passage, which has 80 words; eight of them take the slowest model a second or two.
PROBE = "And then she told me that the boat was older than her mother, and that it leaked like a basket. " * 4
PROBES = 8


def model_list(folder: Path, progress: Progress = lambda *_: None) -> list[dict[str, Any]]:
    """Return what is known of each packaged model, with its speed here, and of the model of the index in `folder`.

    The latter has the metrics on the library's own questions, if the library asks any that stand on their own; there
    need not be an index. What fails for one model is its "problem". Raises StoreError.
    """
    library, used = _opened(folder)
    names = [model.name for model in PACKAGED_MODELS]
    if used and used not in names:
        names.append(used)
    listed = []
    for done, name in enumerate(names):
        progress("measuring the models", done, len(names))
        entry = {"name": name, "is_of_index": name == used} | _facts(name)
        try:
            if entry.get("installed", True):
                entry["texts_per_second"] = round(_speed(name), 1)
            if library and name == used:
                report = evaluate(library, None, progress=progress)["all"]
                entry["own_questions"] = {key: report[key] for key in ("questions", "hit@1", "hit@3", "hit@300w")}
        except StoreError:
            raise
        except InterviewQAError as error:
            entry["problem"] = str(error)
        listed.append(entry)
    return listed


def model_table(models: list[dict[str, Any]]) -> str:
    """Return the list as text, a few lines a model."""
    lines = []
    for model in models:
        lines.append(f"{model['name']}{' (of this index)' if model['is_of_index'] else ''}")
        if "licence" in model:
            languages = ", ".join(model["languages"]) or "about 100"
            lines.append(f"  {model['megabytes']} MB, languages: {languages}, licence: {model['licence']}")
        if not model.get("installed", True):
            lines.append(f"  not installed: pip install {' '.join(model['packages'])} (the extra [{model['extra']}])")
        if "texts_per_second" in model:
            lines.append(f"  encodes {model['texts_per_second']} passages a second here")
        if own := model.get("own_questions"):
            figures = ", ".join(f"{key} {own[key]:.2f}" for key in ("hit@1", "hit@3", "hit@300w"))
            lines.append(f"  on {own['questions']} questions asked in this library: {figures}")
        if "problem" in model:
            lines.append(f"  {model['problem']}")
    return "\n".join([*lines, "Choose one with: interview-qa build PATH --model NAME"])


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


def _facts(name: str) -> dict[str, Any]:
    """Return what a packaged model takes; nothing of another. No languages: about a hundred."""
    model = packaged_model(name)
    if model is None:
        return {}
    return {
        "installed": model.is_installed,
        "extra": model.extra,
        "packages": [*model.packages],
        "licence": model.licence,
        "languages": [*model.languages],
        "megabytes": model.megabytes,
    }


def _speed(name: str) -> float:
    """Return how many passages the model encodes in a second, once it is loaded. Raises ModelError."""
    embedder = load_embedder(name, quick=True)
    embedder.encode([PROBE])
    begun = perf_counter()
    embedder.encode([PROBE] * PROBES)
    return PROBES / (perf_counter() - begun)
