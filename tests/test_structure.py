"""The structure: which wing imports which, what the README promises, lint and types."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from helpers.library import ROOT
from qa.cli import PRIVATE

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for package in ("index", "qa")
    for path in sorted((ROOT / package).rglob("*.py"))
} | {"app": ROOT / "app.py"}


# From the top: a wing imports wings below it only. Wings in one line may not import each other.
WINGS = """
app qa.__main__
qa.page
qa.cli
qa.views qa.llm
qa.evaluation qa.render
qa.answering
qa.ranking
qa.question
qa.types qa.progress_bar qa.arguments
index.building
index.search index.editing
index.storage index.sources
index.splitting index.reading
index.reading.formats
index.reading.captions index.reading.markup
index.reading.json_text
index.reading.scripts index.reading.decoding
index.reading.binary_files index.reading.legacy_encodings
index.metadata
index.embedding index.text index.safe_files
index.types index.errors index.arrays index.samples
""".split("\n")[1:-1]
FLOORS = {wing: floor for floor, line in enumerate(reversed(WINGS)) for wing in line.split()}
# The command line starts the page, so it stands beside it.
ENTRY_POINTS = {"qa.cli", "qa.__main__", "app"}

# Library -> the only wings that import it.
OWNERS = {
    "apsw": ("index.storage",),
    "faiss": ("index.search",),
    "torch": ("index.embedding",),
    "onnxruntime": ("index.embedding",),
    "sentence_transformers": ("index.embedding",),
    "streamlit": ("qa.page", "app", "qa.cli"),
}


def wing_of(module: str) -> str | None:
    """Return the wing that a module is in: the longest name in FLOORS that it begins with."""
    parents = (".".join(module.split(".")[:n]) for n in range(module.count(".") + 1, 0, -1))
    return next((name for name in parents if name in FLOORS), None)


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_a_wing_imports_only_wings_below_it() -> None:
    wrong = []
    for name, path in MODULES.items():
        wing = wing_of(name)
        for imported in imports(path) & MODULES.keys():
            other = wing_of(imported)
            if wing is None or other is None or other == wing:
                continue
            if FLOORS[other] >= FLOORS[wing] or (other in ENTRY_POINTS and wing not in ENTRY_POINTS):
                wrong.append(f"{name} imports {imported}")
    assert not wrong, wrong


def test_every_module_is_in_a_wing() -> None:
    assert [name for name in MODULES if wing_of(name) is None and not name.endswith("__init__")] == []


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_is_imported_by_its_wing_alone(library: str) -> None:
    importing = {name for name, path in MODULES.items() if library in {i.split(".")[0] for i in imports(path)}}
    assert {name for name in importing if wing_of(name) not in OWNERS[library]} == set()
    assert importing


def test_only_storage_holds_sql() -> None:
    sql = re.compile(r"\b(SELECT|INSERT INTO|DELETE FROM|PRAGMA) ")
    holding = {name for name, path in MODULES.items() if sql.search(path.read_text(encoding="utf-8"))}
    assert {name for name in holding if wing_of(name) != "index.storage"} == set()
    assert holding


def test_a_wing_says_what_goes_in_and_what_comes_out() -> None:
    for package in [name for name in MODULES if name.endswith("__init__")]:
        text = MODULES[package].read_text(encoding="utf-8")
        if package not in ("index.samples.__init__",):
            assert re.fullmatch(r'"""In: .*\. Out: .*\.\n\n.*\n"""\n', text), package


def test_imports_make_no_circle() -> None:
    graph = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        for imported in graph[name]:
            visit(imported, (*path, name))

    for name in graph:
        visit(name, ())


def test_modules_and_folders_stay_small() -> None:
    assert [name for name, path in MODULES.items() if len(path.read_text().splitlines()) > 350] == []
    folders = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    del folders[ROOT / "index" / "reading" / "formats"]
    assert [folder for folder, modules in folders.items() if modules > 20] == []


def test_the_readme_says_the_command_that_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (command,) = re.findall(r"^    (python3 -m venv .* pytest)$", readme, re.MULTILINE)
    assert command in ci


@pytest.mark.parametrize("command", ["build", "ask", "eval", "info", "verify", "chat"])
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"interview-qa {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_both_ways_to_open_the_page_are_equally_private() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    flat = {f"{section}.{name}": value for section, settings in config.items() for name, value in settings.items()}
    assert {name: str(flat.get(name)).lower() for name in PRIVATE} == PRIVATE


@pytest.mark.parametrize("command", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]])
def test_lint_format_and_types(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
