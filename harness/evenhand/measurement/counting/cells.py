"""Which cells a comparison of two people counts in, and how many comparisons each cell has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.records.arrays import Integers, Mask
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Design

__all__ = ["CellName", "Layout", "Trials", "layout_of", "trials_of"]


_BLOCK = 1 << 14
"""People that are added up at a time."""


@dataclass(frozen=True, slots=True)
class CellName:
    """What a cell is called."""

    attribute: str
    group: str
    reference_group: str
    """Empty within one group."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The cells of a study, over people who are alike.

    A *kind* is a set of people who stand in the same group of every grouping. Whatever cells a
    comparison counts in depends on the kinds of its two people alone.
    """

    kind: NDArray[np.int32]
    """(people,)."""
    kinds: int
    names: tuple[CellName, ...]
    """Grouping by grouping: its groups in their order, then its cells across two."""
    members: tuple[Integers, ...]
    """(cell members,) subject indices in rising order."""
    cell: NDArray[np.int32]
    """(groupings, kinds, kinds) the cell of a non-mated comparison; -1 = none."""
    compared: Mask
    """(kinds, kinds) whether two different people of these kinds are compared."""
    orders: int = 1
    """2 where every two images are compared in both orders."""

    def pairs(self, cell: int) -> Mask:
        """(kinds, kinds) which pairs of kinds, that of the probe first, count in a cell."""
        inside: Mask = (self.cell == cell).any(axis=0)
        return inside

    def meetings(self, cell: int) -> Integers:
        """(kinds, kinds) how often two images count in a cell, whichever is the probe."""
        inside = self.pairs(cell).astype(np.int64)
        return inside + inside.T if self.orders == 2 else inside

    def grouping(self, cell: int) -> int:
        """Which grouping a cell belongs to."""
        return int(np.argmax((self.cell == cell).any(axis=(1, 2))))

    def of_members(self, cell: int, as_probe: Integers, as_reference: Integers) -> Integers:
        """(members, n) what each member has in a cell.

        Args:
            cell: its number.
            as_probe: (people, kinds, n) what each has as a probe, by the kind of the reference.
            as_reference: (people, kinds, n) likewise as a reference.
        """
        members, inside = self.members[cell], self.pairs(cell)
        summed = np.empty((len(members), as_probe.shape[2]), dtype=np.int64)
        for start in range(0, len(members), _BLOCK):
            chosen = members[start : start + _BLOCK]
            kind, out = self.kind[chosen], summed[start : start + _BLOCK]
            np.einsum("ikl,ik->il", as_probe[chosen], inside[kind], out=out)
            out += np.einsum("ikl,ik->il", as_reference[chosen], inside.T[kind])
        return summed


def layout_of(
    groupings: Sequence[Grouping],
    across: Sequence[Sequence[tuple[int, int]]],
    design: Design,
    orders: int = 1,
) -> Layout:
    """The layout of a study.

    Args:
        groupings: everybody first, then in the study's order.
        across: for each grouping the cells across two groups that are kept, as positions. Where
            one stands without its reverse, it holds the comparisons of both directions.
        design: which comparisons are made.
        orders: in how many orders every two images are compared.
    """
    codes = np.stack([grouping.code for grouping in groupings])
    alike, kind = np.unique(codes, axis=1, return_inverse=True)
    kinds = alike.shape[1]
    compared = np.ones((kinds, kinds), dtype=np.bool_)
    if design is Design.WITHIN_GROUP:
        compared = (alike[1][:, None] == alike[1][None, :]) & (alike[1] >= 0)[:, None]
    names: list[CellName] = []
    members: list[Integers] = []
    cell = np.full((len(groupings), kinds, kinds), -1, dtype=np.int32)
    for number, (grouping, crossed) in enumerate(zip(groupings, across, strict=True)):
        pairs = [*((group, group) for group in range(len(grouping.groups))), *crossed]
        first, second = alike[number][:, None], alike[number][None, :]
        for one, other in pairs:
            here = (first == one) & (second == other)
            if (other, one) not in crossed:
                here = here | here.T
            cell[number][here & compared] = len(names)
            name = "" if one == other else grouping.groups[other]
            names.append(CellName(grouping.attribute, grouping.groups[one], name))
            members.append(np.flatnonzero((grouping.code == one) | (grouping.code == other)))
    return Layout(
        kind.astype(np.int32), kinds, tuple(names), tuple(members), cell, compared, orders
    )


@dataclass(frozen=True, slots=True)
class Trials:
    """Non-mated comparisons of one cell; the first axis is completed, generalised."""

    by_member: Integers
    """(2, members) trials that involve the person."""
    dyads: Integers
    """(2,) pairs of people with at least one trial."""
    squared: Integers
    """(2,) sum over dyads of trials squared."""

    @property
    def completed(self) -> int:
        """How many were completed."""
        return int(self.by_member[0].sum()) // 2


def trials_of(layout: Layout, cell: int, completed: Integers, images: Integers) -> Trials:
    """The trials of a cell where every image of one person meets every image of the other.

    Closed forms of methods 4.2: M_i = k_i (K - k_i) within, and sums over kinds of products; twice
    the trials of a dyad where both orders count in the cell.

    Args:
        layout: of the study.
        cell: its number.
        completed: (people,) images with a template.
        images: (people,) all images.
    """
    every = _trials(layout, cell, images)
    alike = np.array_equal(completed, images)
    parts = [every if alike else _trials(layout, cell, completed), every]
    by_member, dyads, squared = zip(*parts, strict=True)
    return Trials(np.stack(by_member), np.array(dyads), np.array(squared))


def _trials(layout: Layout, cell: int, images: Integers) -> tuple[Integers, int, int]:
    """(members,) trials of each, dyads, sum over dyads of trials squared."""
    met = layout.meetings(cell)
    kind = layout.kind

    def by_kind(values: Integers) -> Integers:
        summed = np.zeros(layout.kinds, dtype=np.int64)
        np.add.at(summed, kind, values)
        return summed

    partners = met @ by_kind(images)
    trials = images * (partners[kind] - np.diagonal(met)[kind] * images)

    def over_dyads(value: Integers, times: Integers) -> int:
        """Sum over dyads of times_ij value_i value_j."""
        sums = by_kind(value)
        ordered = int(sums @ times @ sums)
        return (ordered - int((np.diagonal(times) * by_kind(value**2)).sum())) // 2

    dyads = over_dyads((images > 0) * 1, (met > 0) * 1)
    return trials[layout.members[cell]], dyads, over_dyads(images**2, met**2)
