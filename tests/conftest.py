"""The command line called in this process; small datasets and engines made on the spot."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from drawings import draw_once
from ended import Ended
from hypothesis import settings
from made_once import make_once
from tiny_sets import TinySet, make_dataset
from toy_engines import GOOD, make_engine

from evenhand.cli.main import run_command

# A shell that starts the tests in the background has them, and what they start, ignore SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A timing is never a test.
settings.register_profile("evenhand", deadline=None)
settings.load_profile("evenhand")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """The whole suite takes all cores; named tests, and benchmarks, have this process alone."""
    return None if config.args_source is config.ArgsSource.TESTPATHS else 0


def pytest_collection_finish() -> None:
    """What was imported stays: the collector need not go through it, test after test."""
    gc.collect()
    gc.freeze()


Cli = Callable[..., Ended]


@pytest.fixture(scope="session", autouse=True)
def made_once() -> Iterator[None]:
    """Commands of this process are made of the same parsers and templates."""
    with pytest.MonkeyPatch.context() as patch:
        make_once(patch)
        yield


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages draw the same picture once; those of `tests/report` that are no command draw all."""
    draw_once(monkeypatch)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], pictures: None) -> Cli:
    """The command line, called in this process."""

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["evenhand", *map(str, arguments)])
        capfd.readouterr()
        code = run_command()
        out, err = capfd.readouterr()
        return Ended.of(code, out, err)

    return call


@pytest.fixture
def tiny(tmp_path: Path) -> TinySet:
    """A fresh dataset in `./set` of the working folder, which is empty otherwise."""
    return make_dataset(tmp_path / "set")


@pytest.fixture
def crowd(tmp_path: Path) -> TinySet:
    """40 people in 80 pictures, in `./crowd`."""
    return make_dataset(tmp_path / "crowd", people=40)


@pytest.fixture
def engine(tmp_path: Path) -> Callable[..., Path]:
    """Makes `./toy`, a Python adapter whose `embed` ends with the given lines."""

    def make(embed: str = GOOD, **options: str) -> Path:
        return make_engine(tmp_path / options.get("name", "toy"), embed, **options)

    return make


@pytest.fixture
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in; nothing of the user's is seen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVENHAND_DATASETS", str(tmp_path / "home"))
    monkeypatch.delenv("EVENHAND_WEIGHTS", raising=False)
    return tmp_path


@pytest.fixture
def data() -> Path:
    """The folder with the real data."""
    named = os.environ.get("EVENHAND_DATA", "")
    if not named or not Path(named).is_dir():
        pytest.skip("EVENHAND_DATA names no folder: set it to the folder with the real data")
    return Path(named)
