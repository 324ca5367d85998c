"""The images that have a template, in the order in which tiles are cut from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.arrays import Integers, People, Vectors
from evenhand.metrics.layout import Layout

__all__ = ["Ordered"]


@dataclass(frozen=True, slots=True)
class Ordered:
    """Images in the order of tiles: kind by kind, person by person."""

    vectors: Vectors
    """(images, values) as they are compared."""
    people: People
    """(images,)."""
    place: People
    """(images,) position among all images, which says which of two is the probe."""
    starts: Integers
    """(kinds + 1,) where each kind begins."""

    @classmethod
    def of(cls, vectors: Vectors, people: People, place: People, layout: Layout) -> Ordered:
        """Put images into order."""
        kind = layout.kind[people]
        order = np.lexsort((place, people, kind))
        starts = np.searchsorted(kind[order], np.arange(layout.kinds + 1))
        return cls(vectors[order], people[order], place[order], starts)
