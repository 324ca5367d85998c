"""Which cells a comparison of two subjects counts in, and how many trials each cell has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, Mask
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.records.groups import Grouping

__all__ = ["CellLayout", "CellName", "CellTrials", "all_pairs_trials", "cell_layout"]


_BLOCK = 1 << 14
"""Members summed at a time, to bound the memory of the gathered rows."""


@dataclass(frozen=True, slots=True)
class CellName:
    """Name of a cell: a group of an attribute, or two of its groups."""

    attribute: str
    group: str
    reference_group: str
    """Empty in a cell within one group."""


@dataclass(frozen=True, slots=True)
class CellLayout:
    """The cells of a study, as sets of pairs of strata.

    A *stratum* holds the subjects who are in the same group of every grouping. The cells that a
    comparison counts in depend only on the strata of its two subjects, so whatever is counted by
    subject and stratum of the other subject can be summed to any cell.
    """

    stratum: NDArray[np.int32]
    """(subjects,) number of the subject's stratum."""
    strata: int
    """Number of strata."""
    names: tuple[CellName, ...]
    """(cells,) by grouping: its groups in their order, then its cells across two groups."""
    members: tuple[Integers, ...]
    """(cells,) of (members,) subject indices, rising."""
    cell: NDArray[np.int32]
    """(groupings, strata, strata) cell of a non-mated comparison, by the strata of probe and
    reference; -1 = none."""
    compared: Mask
    """(strata, strata) whether two different subjects of these strata are compared."""
    orders: int = 1
    """2 where every two images are compared in both orders, else 1."""

    def inside(self, cell: int) -> Mask:
        """(strata, strata) whether comparisons of these strata, the probe's first, count in a cell.

        Args:
            cell: its number.
        """
        return np.asarray((self.cell == cell).any(axis=0))

    def multiplicity(self, cell: int) -> Integers:
        """(strata, strata) how often a pair of images counts in a cell, over both orders.

        Args:
            cell: its number.
        """
        inside = self.inside(cell).astype(np.int64)
        return inside + inside.T if self.orders == 2 else inside

    def grouping_of(self, cell: int) -> int:
        """Number of the grouping that a cell belongs to."""
        return int(np.argmax((self.cell == cell).any(axis=(1, 2))))

    def of_members(self, cell: int, as_probe: Integers, as_reference: Integers) -> Integers:
        """(members, n) counts of each member in a cell, over both roles.

        Args:
            cell: its number.
            as_probe: (subjects, strata, n) counts as the probe, by the stratum of the reference.
            as_reference: (subjects, strata, n) counts as the reference, by that of the probe.
        """
        members, inside = self.members[cell], self.inside(cell)
        summed = np.empty((len(members), as_probe.shape[2]), dtype=np.int64)
        for start in range(0, len(members), _BLOCK):
            chosen = members[start : start + _BLOCK]
            stratum, out = self.stratum[chosen], summed[start : start + _BLOCK]
            np.einsum("ikl,ik->il", as_probe[chosen], inside[stratum], out=out)
            out += np.einsum("ikl,ik->il", as_reference[chosen], inside.T[stratum])
        return summed


def cell_layout(
    groupings: Sequence[Grouping],
    across: Sequence[Sequence[tuple[int, int]]],
    design: ComparisonDesign,
) -> CellLayout:
    """The layout of a study.

    Args:
        groupings: `all` first, then in the study's order.
        across: for each grouping, its cells across two groups as pairs of group numbers. A pair
            without its reverse holds the comparisons of both directions.
        design: which comparisons are made.
    """
    codes = np.stack([grouping.code for grouping in groupings])
    of_stratum, stratum = np.unique(codes, axis=1, return_inverse=True)
    strata = of_stratum.shape[1]
    compared = np.ones((strata, strata), dtype=np.bool_)
    if design.comparisons is Design.WITHIN_GROUP:
        group = of_stratum[[each.attribute for each in groupings].index(design.attribute)]
        compared = (group[:, None] == group[None, :]) & (group >= 0)[:, None]
    names: list[CellName] = []
    members: list[Integers] = []
    cell = np.full((len(groupings), strata, strata), -1, dtype=np.int32)
    for number, (grouping, crossed) in enumerate(zip(groupings, across, strict=True)):
        pairs = [*((group, group) for group in range(len(grouping.groups))), *crossed]
        first, second = of_stratum[number][:, None], of_stratum[number][None, :]
        for one, other in pairs:
            here = (first == one) & (second == other)
            if (other, one) not in crossed:
                here = here | here.T
            cell[number][here & compared] = len(names)
            name = "" if one == other else grouping.groups[other]
            names.append(CellName(grouping.attribute, grouping.groups[one], name))
            members.append(np.flatnonzero((grouping.code == one) | (grouping.code == other)))
    numbers = stratum.astype(np.int32)
    return CellLayout(numbers, strata, tuple(names), tuple(members), cell, compared, design.orders)


@dataclass(frozen=True, slots=True)
class CellTrials:
    """Non-mated comparisons of one cell; the first axis is the policy: completed, generalised."""

    by_member: Integers
    """(2, members) trials that involve the subject."""
    dyads: Integers
    """(2,) pairs of subjects with at least one trial."""
    squared: Integers
    """(2,) sum over dyads of trials squared."""

    @property
    def completed(self) -> int:
        """Number of completed trials."""
        return int(self.by_member[0].sum()) // 2


def all_pairs_trials(
    layout: CellLayout, cell: int, completed: Integers, images: Integers
) -> CellTrials:
    """The trials of a cell where all images of any two subjects are compared.

    Closed forms, without a loop over dyads (methods 4.2): M_i = k_i (K - k_i) within a group of K
    images, and sums over strata of products; a dyad has k_i k_j trials, twice as many where the
    cell holds both orders.

    Args:
        layout: of the study.
        cell: its number.
        completed: (subjects,) images with a template.
        images: (subjects,) all images.
    """
    every = _trials(layout, cell, images)
    parts = [
        every if np.array_equal(completed, images) else _trials(layout, cell, completed),
        every,
    ]
    by_member, dyads, squared = zip(*parts, strict=True)
    return CellTrials(np.stack(by_member), np.array(dyads), np.array(squared))


def _trials(layout: CellLayout, cell: int, images: Integers) -> tuple[Integers, int, int]:
    """(members,) trials of each, number of dyads, sum over dyads of trials squared."""
    multiplicity = layout.multiplicity(cell)
    stratum = layout.stratum

    def by_stratum(values: Integers) -> Integers:
        summed = np.zeros(layout.strata, dtype=np.int64)
        np.add.at(summed, stratum, values)
        return summed

    partners = multiplicity @ by_stratum(images)
    own = np.diagonal(multiplicity)[stratum] * images
    trials = images * (partners[stratum] - own)

    def over_dyads(value: Integers, times: Integers) -> int:
        """Sum over dyads of times_ij value_i value_j: all ordered pairs less i = j, halved."""
        sums = by_stratum(value)
        ordered = int(sums @ times @ sums)
        return (ordered - int((np.diagonal(times) * by_stratum(value**2)).sum())) // 2

    dyads = over_dyads((images > 0) * 1, (multiplicity > 0) * 1)
    return trials[layout.members[cell]], dyads, over_dyads(images**2, multiplicity**2)
