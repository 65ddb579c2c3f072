"""Prompts: what a model was trained to read before a question and before a passage."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Models of the E5 family want these (https://arxiv.org/abs/2212.03533), whether or not their files say so.
_E5 = re.compile(r"(?:^|[_-])e5(?:[_-]|$)", re.IGNORECASE)


class Prompts(NamedTuple):
    """What a model reads before a question and before a passage; nothing for most models."""

    query: str = ""
    passage: str = ""


def prompts_of(model: "SentenceTransformer", name: str) -> Prompts:
    """Return the prompts that the model's configuration has, by the names that sentence-transformers looks for."""
    own = {key: prompt for key, prompt in model.prompts.items() if prompt}
    passage = next((own[key] for key in ("document", "passage", "corpus") if key in own), "")
    if not own and _E5.search(Path(name).name):
        return Prompts("query: ", "passage: ")
    return Prompts(own.get("query", ""), passage)
