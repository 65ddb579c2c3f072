"""The house: who imports whom, what the README promises, lint and types."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from helpers.library import ROOT
from qa.cli import PRIVATE

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for package in ("index", "qa")
    for path in sorted((ROOT / package).rglob("*.py"))
} | {"app": ROOT / "app.py"}


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_index_never_imports_qa_or_streamlit_and_only_the_page_and_who_starts_it_streamlit() -> None:
    for name, path in MODULES.items():
        tops = {module.split(".")[0] for module in imports(path)}
        if name.startswith("index"):
            assert not tops & {"qa", "app", "streamlit"}, name
        elif name.startswith("qa.page"):
            assert "app" not in tops, name
        elif name.startswith("qa"):
            assert not tops & ({"app"} if name == "qa.cli" else {"app", "streamlit"}), name
            assert not any(module.startswith("qa.page") for module in imports(path)), name


def test_imports_make_no_circle() -> None:
    graph = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        for imported in graph[name]:
            visit(imported, (*path, name))

    for name in graph:
        visit(name, ())


def test_modules_stay_small() -> None:
    assert {name for name, path in MODULES.items() if len(path.read_text().splitlines()) > 400} == set()


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
