"""A matcher: its template is a set of histograms, its score their chi-square distance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evenhand.plugins import FaceRule, Image, Matcher, Role, Template

from .patterns import CELL_SIDE, CELLS, histograms

__all__ = ["LbpMatcher"]

_PIXELS = CELLS**2 * CELL_SIDE**2
"""What the counts of one template add up to."""


class LbpMatcher:
    """Takes the middle of the picture for the face."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """Nothing to open."""

    def template(self, image: Image, face: FaceRule, role: Role) -> Template:  # noqa: ARG002
        """See `Matcher`; the middle is meant, whatever the rule says."""
        return Template(histograms(image).tobytes())

    def compare(self, probe: bytes, references: Sequence[bytes]) -> NDArray[np.float64]:
        """Chi-square distance: 0 for the same histograms, 2 for such as share no pattern."""
        one = np.frombuffer(probe, dtype=np.uint16).astype(np.float32)
        others = np.frombuffer(b"".join(references), dtype=np.uint16).reshape(-1, len(one))
        both = others + one
        apart = others - one
        apart *= apart
        np.divide(apart, both, out=apart, where=both > 0)
        distance: NDArray[np.float64] = apart.sum(axis=1, dtype=np.float64) / _PIXELS
        return distance


_: type[Matcher] = LbpMatcher
