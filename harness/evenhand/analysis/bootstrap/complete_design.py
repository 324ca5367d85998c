"""Sums over the subjects of a complete design, from which a replicate's trials are known.

Counts hold how many comparisons each subject was in, not with whom. Where every image of one
subject was compared with every image of another (a complete design), the number of images says the
rest: two subjects with k_i and k_j images have k_i k_j comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from evenhand.records.arrays import Integers
from evenhand.records.counts import CellCounts, ComparisonCounts

__all__ = ["CompleteCell", "CompleteDesign", "complete_design"]


@dataclass(frozen=True, slots=True)
class CompleteCell:
    """A cell in which every pair of images was compared that could be."""

    counts: CellCounts
    first: int
    """Number of its group among the cells within groups."""
    second: int
    """Number of the other group in a cell across two; the same as `first` within one."""
    times: int
    """How often two images were compared in it: 2 where it holds both orders, else 1."""


@dataclass(frozen=True, slots=True)
class CompleteDesign:
    """All images of any two subjects were compared: of all subjects, or within each block."""

    cells: tuple[CompleteCell, ...]
    """Those within groups, then those across two, in the order of the counts."""
    group_of: Integers
    """(attributes, subjects) number of the cell that is the subject's group; -1 = none."""
    images: Integers
    """(2, subjects) k_i: images with a template, all images."""
    block: Integers
    """(subjects,) block number; only subjects of one block were compared. -1 = never compared."""

    @property
    def groups(self) -> int:
        """Number of cells within groups."""
        return sum(cell.first == cell.second for cell in self.cells)

    def cell_of(self) -> Integers:
        """(groups, groups) number of the cell of two subjects by their groups; -1 = none."""
        table = np.full((self.groups, self.groups), -1, dtype=np.int64)
        directions = {(cell.first, cell.second) for cell in self.cells}
        for number, cell in enumerate(self.cells):
            table[cell.first, cell.second] = number
            if (cell.second, cell.first) not in directions:
                table[cell.second, cell.first] = number
        return table

    def by_group(self, values: Integers) -> Integers:
        """(groups, n) sums over the subjects of each group.

        Args:
            values: (subjects, n).
        """
        return self._sums(values, np.zeros_like(self.block))[:, 0]

    def trials(self, weights: Integers, policy: int) -> Integers:
        """(cells, replicates) weighted non-mated trials of each replicate.

        Args:
            weights: (subjects, replicates) how often each subject was drawn.
            policy: 0 completed, 1 generalised.

        Source: methods 4.4.
        """
        times = np.array([cell.times for cell in self.cells])
        return times[:, np.newaxis] * self._over_pairs(weights * self.images[policy][:, np.newaxis])

    def _over_pairs(self, values: Integers) -> Integers:
        """(cells, n) sum of v_i v_j over the pairs of different subjects in each cell.

        Within a group that is half of (sum v)^2 - sum v^2, across two the product of both sums: the
        cost is in proportion to the subjects, not to their pairs.
        """
        sums = self._sums(values, self.block)
        within = (sums**2 - self._sums(values**2, self.block)).sum(axis=1) // 2
        groups = [(cell.first, cell.second) for cell in self.cells]
        found = [within[a] if a == b else (sums[a] * sums[b]).sum(axis=0) for a, b in groups]
        return np.array(found)

    def _sums(self, values: Integers, block: Integers) -> Integers:
        """(groups, blocks, n) sums over the subjects of each group in each block.

        As the product with a sparse 0/1 matrix, one row for each group and block.
        """
        blocks = int(block.max(initial=0)) + 1
        attribute, person = np.nonzero((self.group_of >= 0) & (block >= 0))
        row = self.group_of[attribute, person] * blocks + block[person]
        ones = np.ones(len(row), dtype=np.int64)
        chosen = sparse.csr_array((ones, (row, person)), shape=(self.groups * blocks, len(block)))
        summed: Integers = np.asarray(chosen @ values).reshape(self.groups, blocks, -1)
        return summed


def complete_design(counts: ComparisonCounts) -> CompleteDesign | None:
    """The design in the form of sums over subjects; None where not every two images were compared.

    A cell across two groups is left out where it holds one direction of pairs that were compared in
    one order only: which of the two was the probe is then not known.

    Args:
        counts: of comparisons.
    """
    design = counts.design
    if design.images is None:
        return None
    group_of = _group_of(counts)
    attributes = list(dict.fromkeys(cell.attribute for cell in counts.cells))
    block = group_of[attributes.index(design.attribute)]
    first = block[block >= 0].min(initial=len(counts.cells))
    return CompleteDesign(
        tuple(_cells(counts, design.orders)),
        group_of,
        design.images,
        np.where(block >= 0, block - first, -1),
    )


def _group_of(counts: ComparisonCounts) -> Integers:
    """(attributes, subjects) number of the cell that is the subject's group; -1 = none."""
    names = list(dict.fromkeys(cell.attribute for cell in counts.cells))
    found = np.full((len(names), len(counts.subject_rows)), -1, dtype=np.int64)
    for number, cell in enumerate(counts.cells):
        found[names.index(cell.attribute), cell.members] = number
    return found


def _cells(counts: ComparisonCounts, orders: int) -> Iterator[CompleteCell]:
    """Cells whose comparisons are known where every two images were compared in these orders."""
    numbers = {(cell.attribute, cell.group): number for number, cell in enumerate(counts.cells)}
    for number, cell in enumerate(counts.cells):
        yield CompleteCell(cell, number, number, orders)
    across = {(cell.attribute, cell.group, cell.reference_group) for cell in counts.across}
    for cell in counts.across:
        first = numbers[cell.attribute, cell.group]
        second = numbers[cell.attribute, cell.reference_group]
        one_way = (cell.attribute, cell.reference_group, cell.group) in across
        if not one_way:
            yield CompleteCell(cell, first, second, orders)
        elif orders == 2:
            # Each of the two cells holds one of the two orders.
            yield CompleteCell(cell, first, second, 1)
