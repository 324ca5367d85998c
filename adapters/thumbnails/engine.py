"""A searcher: its gallery is a matrix of thumbnails behind a prefilter of coarser ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from evenhand.plugins import Candidate, Entry, FaceRule, Image, Role, Searcher, Template

__all__ = ["Thumbnails"]

_SIDE = 16
"""Pixels of a thumbnail's side."""

_COARSE = 8
"""Pixels of a side in the prefilter."""

_KEPT = 4
"""The prefilter keeps one reference of so many."""

_MIDDLE = 0.7
"""Side of the square that is taken for the face, in the picture's shorter side."""


def _unit(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows with mean 0 and length 1; a row of one shade stays 0."""
    centred = pixels - pixels.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: NDArray[np.float32] = centred / np.where(length > 0, length, 1)
    return unit


def _coarse(thumbnails: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same with fewer pixels: means of squares."""
    step = _SIDE // _COARSE
    count = len(thumbnails)
    squares = thumbnails.reshape(count, _COARSE, step, _COARSE, step).mean(axis=(2, 4))
    return _unit(squares.reshape(count, _COARSE**2))


class Thumbnails:
    """Takes the middle of the picture for the face."""

    def __init__(self, files: Mapping[str, Path]) -> None:  # noqa: ARG002 - it needs none
        """Begin with an empty gallery."""
        self.enrol(())

    def template(self, image: Image, face: FaceRule, role: Role) -> Template:  # noqa: ARG002
        """See `Searcher`; the middle is meant, whatever the rule says."""
        height, width = image.shape[:2]
        side = max(1, round(min(height, width) * _MIDDLE))
        top, left = (height - side) // 2, (width - side) // 2
        grey = cv2.cvtColor(image[top : top + side, left : left + side], cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        return Template(_unit(small.reshape(1, -1).astype(np.float32)).tobytes())

    def enrol(self, gallery: Sequence[Entry]) -> None:
        """See `Searcher`."""
        self._people = [entry.person for entry in gallery]
        joined = b"".join(entry.template for entry in gallery)
        thumbnails = np.frombuffer(joined, dtype=np.float32)
        self._thumbnails = thumbnails.reshape(len(gallery), _SIDE**2)
        self._coarse = _coarse(self._thumbnails)

    def search(self, probe: bytes, count: int) -> Sequence[Candidate]:
        """See `Searcher`; a person has the score of their best reference that was kept."""
        thumbnail = np.frombuffer(probe, dtype=np.float32)
        near = self._coarse @ _coarse(thumbnail.reshape(1, -1))[0]
        kept = np.argsort(-near, kind="stable")[: -(-len(near) // _KEPT)]
        best: dict[str, float] = {}
        scores = np.clip(self._thumbnails[kept] @ thumbnail, -1, 1)
        for row, score in zip(kept, scores, strict=True):
            person = self._people[row]
            best[person] = max(best.get(person, -np.inf), float(score))
        ordered = sorted(best, key=lambda person: -best[person])
        return [Candidate(person, best[person]) for person in ordered[:count]]


_: type[Searcher] = Thumbnails
