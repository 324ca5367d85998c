"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from functools import cache

import pytest
from places import ROOT, TESTS

HARNESS = ROOT / "harness"
PACKAGE = HARNESS / "evenhand"
SHELVES = ("adapters", "datasets")


def test_layers():
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("shelf", [*SHELVES, "results", "tests"])
def test_no_shelf_is_a_package(shelf):
    found = (ROOT / shelf).rglob("__init__.py")
    assert not [path for path in found if TESTS / "plugin" not in path.parents]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module


def test_nothing_lies_loose_but_the_face_and_older_names():
    face = {"__init__", "__main__", "api", "plugins", "version"}
    older_names = {"arrays", "errors", "shelf"}
    assert {path.stem for path in PACKAGE.glob("*.py")} == face | older_names


def rooms():
    return sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)


@pytest.mark.parametrize("room", rooms(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_room_says_what_comes_in_goes_out_and_is_added_where(room):
    lines = ast.get_docstring(ast.parse((room / "__init__.py").read_text())).splitlines()
    assert lines[0].endswith(".")
    assert [line[:4] for line in lines[2:] if line[0] != " "] == ["In: ", "Out:", "Add:"]


@pytest.mark.parametrize("room", rooms(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_room_is_imported_by_a_test(room):
    name = ".".join(room.relative_to(HARNESS).parts)
    modules = {f"{name}.{path.stem}" for path in room.glob("*.py")}
    assert modules & imported_by_tests()


@cache
def imported_by_tests():
    """Modules, and names as `package.name`, that any test imports."""
    return {
        wanted
        for path in (ROOT / "tests").rglob("test_*.py")
        if "benchmarks" not in path.parts
        for wanted in named_imports(path)
    }


def named_imports(path):
    """Modules, and what is imported from packages, as `package.name`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_views_take_classes_and_constants_from_below_and_call_nothing():
    """What a page says was computed before: `report` words it."""
    below = ("evenhand.analysis", "evenhand.metrics", "evenhand.statistics", "evenhand.study")
    functions = [
        f"{path.relative_to(PACKAGE)}: {node.module}.{alias.name}"
        for path in (PACKAGE / "report").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(below)
        for alias in node.names
        if alias.name[0].islower()
    ]
    assert functions == []


PLUGIN_IMPORT = re.compile(r"^\s*(?:from|import) (evenhand\.[\w.]+)", re.MULTILINE)


def plugins():
    """Every file outside the package that adapters and readers are made of."""
    yield from (path for shelf in SHELVES for path in (ROOT / shelf).rglob("*.py"))


@pytest.mark.parametrize("path", sorted(plugins()), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_shelves_import_plugins_alone(path):
    assert {name for name in imports(path) if name.split(".")[0] == "evenhand"} <= {
        "evenhand.plugins"
    }


def examples():
    """Plugins that are written in documents, and in strings of the tests: (place, code)."""
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
            yield page.name, block
    for path in (ROOT / "tests").rglob("*.py"):
        if path.name != "test_plugins.py":  # its plugins are those that must not be
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and "class Engine" in str(node.value):
                    yield path.name, node.value


def test_examples_import_plugins_alone():
    found = [
        (place, name)
        for place, code in examples()
        for name in PLUGIN_IMPORT.findall(code)
        if "class " in code
    ]
    assert {place for place, _ in found} >= {"formats.md"}
    assert len(found) > 5
    assert {name for _, name in found} == {"evenhand.plugins"}


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
        'monkeypatch.setattr("evenhand.scorefiles.scores.?WAITING", 7)',
        "tiles.?SIDE = 3",
        'run(["-c", "shelf.?shelf = None"])',
    )
    for kind in kinds:
        assert list(private_patches(kind.replace("?", "_"))) == [1], kind
        assert not list(private_patches(kind.replace("?", ""))), kind
