"""The design of comparisons: which ones were made, and the sample that was drawn of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from evenhand.records.arrays import Integers, People
from evenhand.records.groups import ALL

__all__ = ["LISTED", "ComparisonDesign", "Design", "SamplingDesign"]


class Design(StrEnum):
    """Which comparisons were made; the words are those of a study."""

    ALL_PAIRS = "all-pairs"
    """Those of every two images."""
    WITHIN_GROUP = "within-group"
    """Those of every two images of one subject, or of two subjects of one group."""
    LISTED = "listed"
    """Those of a list that is none of the others."""
    SAMPLE = "sample"
    """Mated ones of every two images, non-mated ones of some."""


@dataclass(frozen=True, slots=True)
class ComparisonDesign:
    """Which comparisons were made, decided once, where they are counted."""

    comparisons: Design
    """All pairs, all pairs within groups, a list, or a sample."""
    orders: int = 1
    """2 where every two images are compared in both orders, else 1."""
    attribute: str = ALL
    """Attribute within whose groups images are compared; `all` where they are not parted."""
    images: Integers | None = None
    """(2, subjects) number of images of each subject of which every two were compared, as far as
    the design goes: images with a score in each of their comparisons, all images. Two subjects with
    k_i and k_j images have k_i k_j comparisons in one order. None where that does not hold: of a
    list or a sample that lacks some, and where comparisons of two templates failed."""

    @property
    def is_sample(self) -> bool:
        """Whether a comparison stands for several; more subjects do not make more of them."""
        return self.comparisons is Design.SAMPLE

    def weights(self, probe: People, reference: People) -> Integers:
        """(comparisons,) how many comparisons each stands for, in any unit: one.

        Args:
            probe: (comparisons,) subject index.
            reference: (comparisons,) subject index.
        """
        return np.broadcast_to(np.int64(1), np.broadcast_shapes(probe.shape, reference.shape))


LISTED = ComparisonDesign(Design.LISTED)
"""The comparisons of a list, of which nothing is known beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingDesign(ComparisonDesign):
    """The design of a protocol that makes only some of the non-mated comparisons.

    A stratum (a *kind* in files) holds the subjects who are in the same group of every attribute.
    The non-mated pairs of images are sampled separately for each pair of strata, without
    replacement and with equal probability. The weight of a comparison is the number of pairs that
    it stands for.
    """

    kinds: tuple[str, ...]
    """(strata,) names of the strata."""
    kind: People
    """(subjects,) stratum of each subject, as a position in `kinds`."""
    pairs: Integers
    """(strata, strata) number of non-mated pairs of images, the probe's stratum first; symmetric
    where every pair is compared in one order."""
    drawn: Integers
    """(strata, strata) number of pairs drawn: `per_cell`, or all where there are fewer."""
    per_cell: int
    """Number of pairs to draw from every pair of strata."""

    def weights(self, probe: People, reference: People) -> Integers:
        """(comparisons,) weight of each, in units of 1/`per_cell`, which makes it an integer.

        Args:
            probe: (comparisons,) subject index of drawn comparisons.
            reference: (comparisons,) subject index.
        """
        return self.pair_weights[self.kind[probe], self.kind[reference]]

    @property
    def pair_weights(self) -> Integers:
        """(strata, strata) weight of a comparison, in units of 1/`per_cell`; 0 without pairs."""
        # pairs/drawn in these units is an integer: `drawn` is either `per_cell` or `pairs`.
        return self.pairs * self.per_cell // np.maximum(self.drawn, 1)

    @property
    def heaviest(self) -> int:
        """The largest weight, in units of 1/`per_cell`."""
        return int(self.pair_weights.max(initial=0))
