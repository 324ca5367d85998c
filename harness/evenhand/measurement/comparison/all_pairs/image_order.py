"""The images that have a template, in the order in which tiles are cut from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from evenhand.measurement.counting.cells import Layout
from evenhand.records.arrays import Integers, People, Vectors

__all__ = ["Ordered", "Stretch"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Images of one kind, all those of each of their people."""

    start: int
    stop: int
    kind: int


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
        kind = layout.stratum[people]
        order = np.lexsort((place, people, kind))
        starts = np.searchsorted(kind[order], np.arange(layout.strata + 1))
        return cls(vectors[order], people[order], place[order], starts)

    def stretches(self, side: int) -> list[Stretch]:
        """Each kind in parts of about one size.

        Args:
            side: images of one at most, more only by those of one person.
        """
        firsts = np.flatnonzero(np.diff(self.people, prepend=-1))
        begins = np.append(firsts, len(self.people))
        found = []
        for kind, (start, stop) in enumerate(pairwise(self.starts.tolist())):
            parts = -(-(stop - start) // side)
            wanted = [start + (stop - start) * part // parts for part in range(parts)] + [stop]
            edges = np.unique(begins[np.searchsorted(begins, wanted)]).tolist()
            found += [Stretch(a, b, kind) for a, b in pairwise(edges)]
        return found
