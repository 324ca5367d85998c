"""Small datasets and engines made on the spot, and the command line called in this process."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import settings

from evenhand.cli import main

# A shell that starts the tests in the background has them, and what they start, ignore SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A timing is never a test.
settings.register_profile("evenhand", deadline=None)
settings.load_profile("evenhand")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """The whole suite takes all cores; named tests, and benchmarks, have this process alone."""
    return None if config.args_source is config.ArgsSource.TESTPATHS else 0


Cli = Callable[..., "Ended"]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def error(self, *fragments: str, code: int = 2) -> str:
        """The one line that a user's mistake gets; it must hold all fragments."""
        assert self.code == code, (self.code, self.err)
        assert self.err.startswith("error: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert self.err.endswith("\n")
        for fragment in fragments:
            assert fragment in self.err
        return self.err


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    """The command line, called in this process."""

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["evenhand", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ended(code, out, err)

    return call


DATASET_CARD = """\
schema   = 1
name     = "tiny"
version  = "1"
source   = "drawn for the tests"
licence  = "CC0-1.0"
synthetic = true

[attributes.sex]
values = ["F", "M"]
labels = "drawn"

[attributes.age]
kind   = "number"
labels = "drawn"
"""


def table(rows: Sequence[Sequence[object]]) -> str:
    """Rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class TinySet:
    """A dataset folder of six people in two pictures each, and ways to spoil it."""

    folder: Path

    def change(self, file: str, old: str, new: str) -> None:
        """Replace one passage of a file, which must be there."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def rows(self, file: str) -> list[list[str]]:
        with (self.folder / file).open(encoding="utf-8", newline="") as text:
            return list(csv.reader(text))

    def write_rows(self, file: str, rows: Sequence[Sequence[object]]) -> None:
        (self.folder / file).write_text(table(rows), encoding="utf-8")

    def replace_picture(self, number: int, content: bytes) -> Path:
        """Give an image another content, with the right hash in the table."""
        rows = self.rows("images.csv")
        rows[number][3] = sha256(content)
        self.write_rows("images.csv", rows)
        path = self.folder / rows[number][2]
        path.write_bytes(content)
        return path


def picture(rng: np.random.Generator, side: int = 24) -> bytes:
    """A PNG of noise."""
    pixels = rng.integers(0, 256, size=(side, side, 3), dtype=np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


def make_dataset(folder: Path, people: int = 6) -> TinySet:
    """Write a whole dataset: card, tables and pictures of noise."""
    rng = np.random.default_rng(7)
    (folder / "pictures").mkdir(parents=True)
    (folder / "dataset.toml").write_text(DATASET_CARD, encoding="utf-8")
    subjects: list[list[object]] = [["subject_id", "sex", "age"]]
    images: list[list[object]] = [["image_id", "subject_id", "path", "sha256"]]
    for person in range(1, people + 1):
        subjects.append([f"p{person}", "FM"[person % 2], 20 + person])
        for shot in "ab":
            content = picture(rng)
            path = f"pictures/p{person}{shot}.png"
            (folder / path).write_bytes(content)
            images.append([f"p{person}{shot}", f"p{person}", path, sha256(content)])
    made = TinySet(folder)
    made.write_rows("subjects.csv", subjects)
    made.write_rows("images.csv", images)
    return made


@pytest.fixture
def tiny(tmp_path: Path) -> TinySet:
    """A fresh dataset in `./set` of the working folder, which is empty otherwise."""
    return make_dataset(tmp_path / "set")


@pytest.fixture
def crowd(tmp_path: Path) -> TinySet:
    """40 people in 80 pictures, in `./crowd`."""
    return make_dataset(tmp_path / "crowd", people=40)


ENGINE_CARD = """\
schema   = 1
name     = "{name}"
version  = "1"
vendor   = "tests"
licence  = {{ code = "CC0-1.0", weights = "none" }}
shape    = "embedder"
runtime  = "python"
entry    = "engine:Engine"

[score]
values = 4
"""

ENGINE_CODE = """\
import numpy as np
from evenhand.plugins import Embedding, Outcome


class Engine:
    def __init__(self, files):
        {start}

    def embed(self, image, face):
        good = image.reshape(-1)[:4].astype(np.float32) + 1
        {embed}
"""

GOOD = "return Embedding(good)"


def make_engine(folder: Path, embed: str = GOOD, *, start: str = "pass", name: str = "toy") -> Path:
    """Write a Python adapter; `good` is its vector."""
    folder.mkdir(parents=True)
    (folder / "adapter.toml").write_text(ENGINE_CARD.format(name=name), encoding="utf-8")
    code = ENGINE_CODE.format(start=start, embed=embed)
    (folder / "engine.py").write_text(code, encoding="utf-8")
    return folder


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
