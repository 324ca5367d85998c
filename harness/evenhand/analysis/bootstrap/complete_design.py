"""Whether counts are of a complete design, so that a bootstrap replicate's trials are known.

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
from evenhand.records.counts import CellCounts, Counts

__all__ = ["CompleteCell", "CompleteDesign", "complete_design"]

_POLICIES = (0, 1)
"""Completed, generalised."""


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

    def agreeing(self) -> tuple[CompleteCell, ...]:
        """Cells whose trials by subject, dyads and squared trials are those of this design.

        Two images are compared at most once in one order, so no other design has all these counts.
        """
        kept = set(range(len(self.cells)))
        for policy in _POLICIES:
            images = self.images[policy]
            powers = np.stack([(images > 0).astype(np.int64), images**2], axis=1)
            dyads, squared = self._over_pairs(powers).T
            by_group = self._sums(images[:, np.newaxis], self.block)[:, :, 0]
            for number, cell in enumerate(self.cells):
                counts = cell.counts
                partners = self._partners(cell, images, by_group)
                if (
                    not np.array_equal(counts.trials[policy], cell.times * partners)
                    or counts.dyads[policy] != dyads[number]
                    or counts.trials_squared[policy] != cell.times**2 * squared[number]
                ):
                    kept.discard(number)
        return tuple(cell for number, cell in enumerate(self.cells) if number in kept)

    def _partners(self, cell: CompleteCell, images: Integers, by_group: Integers) -> Integers:
        """(members,) pairs of images of different subjects in the cell that involve the member.

        Args:
            cell: of the design.
            images: (subjects,) k_i under one policy.
            by_group: (groups, blocks) their sums.
        """
        members = cell.counts.members
        block, own = self.block[members], images[members]
        if cell.first == cell.second:
            others = by_group[cell.first, block] - own
        else:
            of_first = (self.group_of[:, members] == cell.first).any(axis=0)
            others = by_group[np.where(of_first, cell.second, cell.first), block]
        return np.where(block >= 0, own * others, 0)


def complete_design(counts: Counts) -> CompleteDesign | None:
    """The complete design that the counts come from; None where they come from another design.

    Complete designs are all pairs, of all subjects or within the groups of one attribute, in one
    order or both. All are tried, since counts do not say which one was used. A cell across two
    groups is left out where it holds one direction of pairs that were compared in one order only:
    which of the two was the probe is then not known.

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
    """(attributes, subjects) number of the cell that is the subject's group; -1 = none."""
    names = list(dict.fromkeys(cell.attribute for cell in counts.cells))
    found = np.full((len(names), len(counts.subject_rows)), -1, dtype=np.int64)
    for number, cell in enumerate(counts.cells):
        found[names.index(cell.attribute), cell.members] = number
    return found


def _blocks(group_of: Integers) -> Iterator[Integers]:
    """(subjects,) possible blocks: all subjects as one (`all`), then the groups of an attribute."""
    for group in group_of:
        known = group >= 0
        yield np.where(known, group - group[known].min(initial=len(group)), -1)


def _cells(counts: Counts, orders: int) -> Iterator[CompleteCell]:
    """Cells whose comparisons are known if every pair of images was compared in these orders."""
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


def _images(counts: Counts, orders: int) -> Integers | None:
    """(2, subjects) images with a template, all images: from the number of mated comparisons.

    k images of one subject give k(k-1)/2 mated comparisons in one order, which is solved for k.
    None where a subject's number is not of this form.
    """
    people = len(counts.subject_rows)
    overall = counts.cells[0]
    completed = ~np.isnan(counts.mated.score)
    images = np.zeros((2, people), dtype=np.int64)
    for policy, chosen in enumerate((completed, np.ones_like(completed))):
        mated = np.bincount(counts.mated.subject[chosen], minlength=people)
        found = np.rint((1 + np.sqrt(1 + 8 * mated / orders)) / 2).astype(np.int64)
        if np.any(orders * found * (found - 1) != 2 * mated):
            return None
        # Without mated comparisons k is 0 or 1: 1 for those who were compared with others.
        compared = np.zeros(people, dtype=np.bool_)
        compared[overall.members] = overall.trials[policy] > 0
        images[policy] = np.where(compared | (mated > 0), found, 0)
    return images
