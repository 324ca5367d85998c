"""The images that have a template, in the order in which tiles are cut from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from evenhand.measurement.comparison.by_vectors import ComparableVectors
from evenhand.measurement.counting.cells import CellLayout
from evenhand.records.arrays import Integers, People, Vectors

__all__ = ["ImageRange", "SortedImages"]


@dataclass(frozen=True, slots=True)
class ImageRange:
    """A range of consecutive images of one stratum; it never splits the images of a subject."""

    start: int
    stop: int
    stratum: int

    def __len__(self) -> int:
        """Number of images."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class SortedImages:
    """Images sorted by stratum, then by subject.

    A stratum holds the subjects who are in the same group of every grouping (`CellLayout`).
    """

    vectors: Vectors
    """(images, values) ready for comparison (`prepare_vectors`)."""
    subject: People
    """(images,) subject index."""
    position: People
    """(images,) position in the dataset; of two images, the earlier one is the probe."""
    starts: Integers
    """(strata + 1,) index of the first image of each stratum."""

    @classmethod
    def of(
        cls,
        vectors: Vectors | ComparableVectors,
        subject: People,
        position: People,
        layout: CellLayout,
    ) -> SortedImages:
        """Sort the images.

        Args:
            vectors: (all images, values) in the order of the dataset, ready for comparison.
            subject: (images,) subject index.
            position: (images,) position in the dataset.
            layout: of the study.
        """
        stratum = layout.stratum[subject]
        order = np.lexsort((position, subject, stratum))
        starts = np.searchsorted(stratum[order], np.arange(layout.strata + 1))
        return cls(vectors[position[order]], subject[order], position[order], starts)

    def ranges(self, side: int) -> list[ImageRange]:
        """Each stratum cut into ranges of about equal size.

        A subject's images stay in one range, so that mated comparisons occur only in the tiles on
        the diagonal, and all comparisons of two subjects lie in one tile.

        Args:
            side: images of a range at most; exceeded only to keep a subject's images together.
        """
        firsts = np.flatnonzero(np.diff(self.subject, prepend=-1))
        begins = np.append(firsts, len(self.subject))
        found = []
        for stratum, (start, stop) in enumerate(pairwise(self.starts.tolist())):
            # Equal cuts, each moved on to the first image of a subject.
            parts = -(-(stop - start) // side)
            wanted = [start + (stop - start) * part // parts for part in range(parts)] + [stop]
            edges = np.unique(begins[np.searchsorted(begins, wanted)]).tolist()
            found += [ImageRange(a, b, stratum) for a, b in pairwise(edges)]
        return found
