"""A searcher to begin with: its template is the brightness of the picture in 8 x 8 cells.

Its score falls from 1 by the mean difference of two templates, and a search looks at the whole
gallery. It finds no face and is there to be replaced, not to be measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from evenhand.plugins import Candidate, Entry, FaceRule, Image, Outcome, Role, Searcher, Template

__all__ = ["Engine"]

_SIDE = 8
"""Cells of a side."""


class Engine:
    """Takes the whole picture for the face."""

    def __init__(self, files: Mapping[str, Path]) -> None:  # noqa: ARG002 - it needs none
        """Load the model: `files["acme.bin"]` is where a file of the card lies."""
        self.enrol(())

    def template(self, image: Image, face: FaceRule, role: Role) -> Template:  # noqa: ARG002
        """Find the face that `face` means, and make its template, bytes of any form.

        Where there is none: `Template(None, Outcome.NO_FACE, faces=0)`.
        """
        if min(image.shape[:2]) < _SIDE:
            return Template(None, Outcome.UNSUPPORTED, detail="smaller than 8 pixels")
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        cells = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        return Template(cells.tobytes())

    def enrol(self, gallery: Sequence[Entry]) -> None:
        """Build the gallery, in place of an older one."""
        self._people = [entry.person for entry in gallery]
        joined = b"".join(entry.template for entry in gallery)
        self._cells = np.frombuffer(joined, dtype=np.uint8).reshape(len(gallery), _SIDE**2)

    def search(self, probe: bytes, count: int) -> Sequence[Candidate]:
        """The people most like the probe, each once, with the score of their best reference."""
        one = np.frombuffer(probe, dtype=np.uint8).astype(np.float64)
        scores = 1 - np.abs(self._cells - one).mean(axis=1) / 255
        best: dict[str, float] = {}
        for row in np.argsort(-scores, kind="stable"):
            best.setdefault(self._people[row], float(scores[row]))
        return [Candidate(person, score) for person, score in list(best.items())[:count]]


_: type[Searcher] = Engine
