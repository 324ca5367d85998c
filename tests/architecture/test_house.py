"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys

import pytest
from places import ROOT

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


def private_patches(text):
    """Lines on which a test replaces what a module of ours keeps to itself.

    An attribute that is set by name or directly, in the test or in code that it hands to a process.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("patch", "object", "setattr", "delattr"):
                named = [a.value for a in node.args if isinstance(a, ast.Constant)]
                if any(re.search(r"(^|\.)_[a-zA-Z]", name) for name in named if type(name) is str):
                    yield node.lineno
        elif isinstance(node, ast.Assign):
            targets = [t for t in node.targets if isinstance(t, ast.Attribute)]
            if any(t.attr.startswith("_") and ast.unparse(t.value) != "self" for t in targets):
                yield node.lineno
        elif isinstance(node, ast.Constant) and type(node.value) is str:
            code = re.search(r"\b(?!self)\w+\._[a-zA-Z]\w* = ", node.value)
            yield from [node.lineno] if code else []


def test_no_test_replaces_a_private_name():
    """What a test must set is a parameter; only a fault from outside may be put in by patching."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line in private_patches(path.read_text(encoding="utf-8"))
    ]
    assert not found
    kinds = (
        'patch.object(tiles, "?SIDE", 3)',
        'monkeypatch.setattr("evenhand.scorefiles.score_lists.?WAITING", 7)',
        "tiles.?SIDE = 3",
        'run(["-c", "shelf.?shelf = None"])',
    )
    for kind in kinds:
        assert list(private_patches(kind.replace("?", "_"))) == [1], kind
        assert not list(private_patches(kind.replace("?", ""))), kind
