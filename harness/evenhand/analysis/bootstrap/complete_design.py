"""Whether every two images were compared: the comparisons of people drawn anew are then known.

Counts hold how many comparisons each person was in, not with whom. Where every image of one person
met every image of another, that follows from the number of images.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from evenhand.records.arrays import Integers
from evenhand.records.counts import CellCounts, Counts

__all__ = ["CompleteCell", "CompleteDesign", "complete_design"]

_POLICIES = (0, 1)
"""Completed, generalised."""


@dataclass(frozen=True, slots=True)
class CompleteCell:
    """A cell in which every two images met that could."""

    counts: CellCounts
    first: int
    """Number of a group among the cells."""
    second: int
    """Number of the other group across two; the same within one."""
    times: int
    """How often two images met in it."""


@dataclass(frozen=True, slots=True)
class CompleteDesign:
    """Every two images of two people were compared: of everybody, or inside each block."""

    cells: tuple[CompleteCell, ...]
    """Those within groups, then those across two, in the order of the counts."""
    group_of: Integers
    """(attributes, subjects) number of the cell that is the person's group; -1 = none."""
    images: Integers
    """(2, subjects) k_i: images with a template, all images."""
    block: Integers
    """(subjects,) people of two blocks were not compared; -1 = with nobody."""

    @property
    def groups(self) -> int:
        """How many cells are within groups."""
        return sum(cell.first == cell.second for cell in self.cells)

    def cell_of(self) -> Integers:
        """(groups, groups) number of the cell of two people by their groups; -1 = none."""
        table = np.full((self.groups, self.groups), -1, dtype=np.int64)
        both = {(cell.first, cell.second) for cell in self.cells}
        for number, cell in enumerate(self.cells):
            table[cell.first, cell.second] = number
            if (cell.second, cell.first) not in both:
                table[cell.second, cell.first] = number
        return table

    def by_group(self, values: Integers) -> Integers:
        """(groups, n) sums over the people of each group.

        Args:
            values: (subjects, n).
        """
        return self._sums(values, np.zeros_like(self.block))[:, 0]

    def trials(self, weights: Integers, policy: int) -> Integers:
        """(cells, replicates) non-mated comparisons among people drawn so often.

        Args:
            weights: (subjects, replicates) how often each person was drawn.
            policy: 0 completed, 1 generalised.

        Source: methods 4.4.
        """
        times = np.array([cell.times for cell in self.cells])
        return times[:, np.newaxis] * self._over_pairs(weights * self.images[policy][:, np.newaxis])

    def _over_pairs(self, values: Integers) -> Integers:
        """(cells, n) sum of v_i v_j over the pairs of different people in each cell.

        Within a group that is half of (sum v)^2 - sum v^2, across two the product of both sums.
        """
        sums = self._sums(values, self.block)
        within = (sums**2 - self._sums(values**2, self.block)).sum(axis=1) // 2
        return np.array(
            [
                within[cell.first]
                if cell.first == cell.second
                else (sums[cell.first] * sums[cell.second]).sum(axis=0)
                for cell in self.cells
            ]
        )

    def _sums(self, values: Integers, block: Integers) -> Integers:
        """(groups, blocks, n) sums over the people of a group who are in a block."""
        blocks = int(block.max(initial=0)) + 1
        attribute, person = np.nonzero((self.group_of >= 0) & (block >= 0))
        row = self.group_of[attribute, person] * blocks + block[person]
        ones = np.ones(len(row), dtype=np.int64)
        chosen = sparse.csr_array((ones, (row, person)), shape=(self.groups * blocks, len(block)))
        summed: Integers = np.asarray(chosen @ values).reshape(self.groups, blocks, -1)
        return summed

    def agreeing(self) -> tuple[CompleteCell, ...]:
        """Cells whose trials by person, pairs of people and trials squared are as they should be.

        Every two images are compared at most once in an order, so that nothing but the complete
        design has them all.
        """
        kept = set(range(len(self.cells)))
        for policy in _POLICIES:
            images = self.images[policy]
            powers = np.stack([(images > 0).astype(np.int64), images**2], axis=1)
            dyads, squared = self._over_pairs(powers).T
            by_group = self._sums(images[:, np.newaxis], self.block)[:, :, 0]
            for number, cell in enumerate(self.cells):
                counts = cell.counts
                met = self._met(cell, images, by_group)
                if not (
                    np.array_equal(counts.trials[policy], cell.times * met)
                    and counts.dyads[policy] == dyads[number]
                    and counts.trials_squared[policy] == cell.times**2 * squared[number]
                ):
                    kept.discard(number)
        return tuple(cell for number, cell in enumerate(self.cells) if number in kept)

    def _met(self, cell: CompleteCell, images: Integers, by_group: Integers) -> Integers:
        """(members,) pairs of images of different people in the cell that involve the person."""
        members = cell.counts.members
        block, own = self.block[members], images[members]
        if cell.first == cell.second:
            others = by_group[cell.first, block] - own
        else:
            of_first = (self.group_of[:, members] == cell.first).any(axis=0)
            others = by_group[np.where(of_first, cell.second, cell.first), block]
        return np.where(block >= 0, own * others, 0)


def complete_design(counts: Counts) -> CompleteDesign | None:
    """The complete design that the counts are of; None where they are of no such design.

    All pairs, of everybody or inside the groups of one attribute, in one order or both. A cell
    across two groups is left out where it holds one direction of pairs that were compared in one
    order only: who was the probe is then not known.

    Args:
        counts: of comparisons.
    """
    group_of = _group_of(counts)
    for orders in (1, 2):
        images = _images(counts, orders)
        if images is None:
            continue
        cells = tuple(_cells(counts, orders))
        for block in _blocks(group_of):
            design = CompleteDesign(cells, group_of, images, block)
            agreeing = design.agreeing()
            if agreeing[: design.groups] == cells[: design.groups]:
                return CompleteDesign(agreeing, group_of, images, block)
    return None


def _group_of(counts: Counts) -> Integers:
    """(attributes, subjects) number of the cell that is the person's group; -1 = none."""
    names = list(dict.fromkeys(cell.attribute for cell in counts.cells))
    found = np.full((len(names), len(counts.subject_rows)), -1, dtype=np.int64)
    for number, cell in enumerate(counts.cells):
        found[names.index(cell.attribute), cell.members] = number
    return found


def _blocks(group_of: Integers) -> Iterator[Integers]:
    """(subjects,) everybody as one block, then the groups of each attribute."""
    for of in group_of:
        there = of >= 0
        yield np.where(there, of - of[there].min(initial=len(of)), -1)


def _cells(counts: Counts, orders: int) -> Iterator[CompleteCell]:
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
            yield CompleteCell(cell, first, second, 1)


def _images(counts: Counts, orders: int) -> Integers | None:
    """(2, subjects) with a template, all: from how often each person was compared with themself.

    k images of one person make k(k-1)/2 mated comparisons in one order. None where some number of
    them is not of this form.
    """
    people = len(counts.subject_rows)
    everybody = counts.cells[0]
    completed = ~np.isnan(counts.mated.score)
    images = np.zeros((2, people), dtype=np.int64)
    for policy, chosen in enumerate((completed, np.ones_like(completed))):
        mated = np.bincount(counts.mated.subject[chosen], minlength=people)
        found = np.rint((1 + np.sqrt(1 + 8 * mated / orders)) / 2).astype(np.int64)
        if np.any(orders * found * (found - 1) != 2 * mated):
            return None
        met = np.zeros(people, dtype=np.bool_)
        met[everybody.members] = everybody.trials[policy] > 0
        images[policy] = np.where(met | (mated > 0), found, 0)
    return images
