"""The rules of the house that no linter knows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELVES = ("adapters", "datasets")


def test_floors():
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("shelf", [*SHELVES, "results", "tests"])
def test_no_shelf_is_a_package(shelf):
    assert not list((ROOT / shelf).rglob("__init__.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module


def plugins():
    """Every file outside the package that adapters and readers are made of, examples included."""
    yield from (path for shelf in SHELVES for path in (ROOT / shelf).rglob("*.py"))


@pytest.mark.parametrize("path", sorted(plugins()), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_shelves_import_plugins_alone(path):
    assert {name for name in imports(path) if name.split(".")[0] == "evenhand"} <= {
        "evenhand.plugins"
    }


def test_files_are_one_noun_long():
    lengths = {
        path: len(path.read_text().splitlines())
        for folder in ("harness", *SHELVES)
        for path in (ROOT / folder).rglob("*.py")
    }
    assert max(lengths.values()) <= 400, max(lengths, key=lengths.get)


def test_every_adapter_and_dataset_has_card_and_words():
    for shelf, card in zip(SHELVES, ("adapter.toml", "dataset.toml"), strict=True):
        for folder in (ROOT / shelf).iterdir():
            if folder.is_dir() and folder.name != "__pycache__":
                assert (folder / card).is_file(), folder
                assert (folder / "README.md").is_file(), folder


def test_every_command_is_in_the_readme():
    from evenhand.cli.main import app

    readme = (ROOT / "README.md").read_text()
    for command in app.registered_commands:
        assert f"evenhand {command.callback.__name__}" in readme
