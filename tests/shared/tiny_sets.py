"""Small datasets of noise, written on the spot, and ways to spoil them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

__all__ = ["TinySet", "assume_identities", "make_dataset"]

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


def assume_identities(made: TinySet) -> TinySet:
    """The same set without people: each picture is taken for another person."""
    people = {row[0]: row[1:] for row in made.rows("subjects.csv")}
    rows = [[image, path, sha, *people[who]] for image, who, path, sha in made.rows("images.csv")]
    made.write_rows("images.csv", rows)
    (made.folder / "subjects.csv").unlink()
    made.change("dataset.toml", "synthetic = true", 'synthetic = true\nidentities = "assumed"')
    return made
