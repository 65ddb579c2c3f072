"""Where a model lies on this machine, and which one it is, without loading it."""

import hashlib
import os
from pathlib import Path

from index.embedding.file_checksums import sha256_of
from index.embedding.packaged_models import packaged_model


def model_path(name: str) -> str:
    """Return what sentence-transformers loads a model by: a folder, or a name of its hub's.

    Raises ModelError where a packaged model is not installed, or not what was published.
    """
    model = packaged_model(name)
    return str(model.folder) if model else name


def revision(name: str) -> str:
    """Return what changes when the model does: a checksum of its files, or the commit that was fetched.

    Nothing where the model is not on this machine; who loads it says so.
    """
    model = packaged_model(name)
    if model:
        return model.source_sha256
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
