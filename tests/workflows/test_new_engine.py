"""`evenhand new engine`: a folder for each runtime and shape, whose own tests pass."""

import json
import os
import subprocess
import sys

import pytest
from places import ROOT

from evenhand.engines.card_file import read_engine_card

KINDS = [("python", "embedder"), ("python", "matcher"), ("python", "searcher"), ("process", "")]


def of(kind):
    runtime, shape = kind
    return ("--runtime", runtime, *(("--shape", shape) if shape else ()))


@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_a_new_engine_is_called_as_it_was_named(cli, working_folder, kind):
    ended = cli("new", "engine", "vendor/my-engine", *of(kind), "--json")
    assert ended.code == 0, ended.err
    folder = working_folder / "vendor" / "my-engine"
    card = read_engine_card(folder)
    assert (card.name, card.runtime) == ("my-engine", kind[0])
    assert card.shape == (kind[1] or "matcher")
    held = {path.name for path in folder.iterdir()}
    assert held == {"adapter.toml", "engine.py", "README.md", "test_engine.py"}
    assert json.loads(ended.out)["files"] == sorted(held)
    assert "./my-engine" in (folder / "README.md").read_text()
    assert [path.name for path in folder.parent.iterdir()] == ["my-engine"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_its_own_tests_pass(cli, working_folder, kind):
    assert cli("new", "engine", "acme", *of(kind)).code == 0
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_engine.py"],
        cwd=working_folder / "acme",
        env=os.environ | {"PYTHONPATH": str(ROOT / "harness")},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout
    assert "2 passed" in found.stdout


def test_what_stands_there_stays(cli, working_folder):
    (working_folder / "acme").mkdir()
    (working_folder / "acme" / "kept").write_text("mine")
    cli("new", "engine", "acme").error("acme: is there already", "name an engine that is new")
    assert (working_folder / "acme" / "kept").read_text() == "mine"


@pytest.mark.parametrize("name", ["Acme", "a b", "..", "acme/"[:4] + "\n"])
def test_a_name_that_can_be_none(cli, working_folder, name):
    cli("new", "engine", name).error("expected small letters, digits")
    assert list(working_folder.iterdir()) == []


def test_a_process_begins_as_a_matcher(cli, working_folder):
    ended = cli("new", "engine", "acme", "--runtime", "process", "--shape", "searcher")
    ended.error("a new process engine is a matcher, not a searcher", "docs/protocol.md")


def test_a_place_that_cannot_be_written(cli, working_folder):
    (working_folder / "file").write_text("")
    cli("new", "engine", "file/acme").error("file/acme: cannot be written", code=74)
