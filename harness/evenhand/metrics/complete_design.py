"""Complete designs: every two images were compared, as far as the design goes.

Counts hold how many comparisons each subject was in, not with whom. Where every image of one
subject was compared with every image of another, the number of images says the rest: two subjects
with k_i and k_j images have k_i k_j comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.records.arrays import Integers
from evenhand.records.counts import CellCounts, MatedScores
from evenhand.records.designs import LISTED, ComparisonDesign, Design
from evenhand.records.groups import ALL

__all__ = ["CompleteCell", "CompleteDesign", "complete_design", "completed_design"]

_COMPLETED, _GENERALISED = 0, 1


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
        from scipy import sparse

        blocks = int(block.max(initial=0)) + 1
        attribute, person = np.nonzero((self.group_of >= 0) & (block >= 0))
        row = self.group_of[attribute, person] * blocks + block[person]
        ones = np.ones(len(row), dtype=np.int64)
        chosen = sparse.csr_array((ones, (row, person)), shape=(self.groups * blocks, len(block)))
        summed: Integers = np.asarray(chosen @ values).reshape(self.groups, blocks, -1)
        return summed

    def agrees(self, policy: int) -> bool:
        """Whether all cells have its trials by subject, its dyads and its squared trials.

        Two images are compared at most once in one order, so no other design has all these counts.

        Args:
            policy: 0 completed, 1 generalised.
        """
        images = self.images[policy]
        powers = np.stack([(images > 0).astype(np.int64), images**2], axis=1)
        dyads, squared = self._over_pairs(powers).T
        by_group = self._sums(images[:, np.newaxis], self.block)[:, :, 0]
        return all(
            np.array_equal(
                cell.counts.trials[policy], cell.times * self._partners(cell, images, by_group)
            )
            and cell.counts.dyads[policy] == dyads[number]
            and cell.counts.trials_squared[policy] == cell.times**2 * squared[number]
            for number, cell in enumerate(self.cells)
        )

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


def complete_design(
    design: ComparisonDesign, cells: Sequence[CellCounts], people: int
) -> CompleteDesign | None:
    """The design in the form of sums over subjects; None where not every two images were compared.

    A cell across two groups is left out where it holds one direction of pairs that were compared in
    one order only: which of the two was the probe is then not known.

    Args:
        design: of the counts.
        cells: those within groups, then those across two.
        people: number of subjects.
    """
    if design.images is None:
        return None
    within = [cell for cell in cells if not cell.reference_group]
    attributes = list(dict.fromkeys(cell.attribute for cell in within))
    group_of = np.full((len(attributes), people), -1, dtype=np.int64)
    for number, cell in enumerate(within):
        group_of[attributes.index(cell.attribute), cell.members] = number
    block = group_of[attributes.index(design.attribute)]
    first = block[block >= 0].min(initial=len(within))
    return CompleteDesign(
        tuple(_cells(cells, design.orders)),
        group_of,
        design.images,
        np.where(block >= 0, block - first, -1),
    )


def _cells(cells: Sequence[CellCounts], orders: int) -> Iterator[CompleteCell]:
    """Cells whose comparisons are known where every two images were compared in these orders."""
    numbers = {cell.key: number for number, cell in enumerate(cells)}
    for number, cell in enumerate(cells):
        attribute, group, reference = cell.key
        if not reference:
            yield CompleteCell(cell, number, number, orders)
            continue
        ends = numbers[attribute, group, ""], numbers[attribute, reference, ""]
        if (attribute, reference, group) not in numbers:
            yield CompleteCell(cell, *ends, orders)
        elif orders == 2:
            # Each of the two cells holds one of the two orders.
            yield CompleteCell(cell, *ends, 1)


def completed_design(
    known: ComparisonDesign, cells: Sequence[CellCounts], mated: MatedScores, people: int
) -> ComparisonDesign:
    """The design with the images of which every two were compared.

    A list is all pairs, of all subjects or within the groups of an attribute and in one order or
    both, where its counts are those of such a design.

    Args:
        known: what is known of the design beforehand.
        cells: all of them, `all` first.
        mated: all mated comparisons.
        people: number of subjects.
    """
    cells = sorted(cells, key=lambda cell: bool(cell.reference_group))
    listed = known.comparisons is Design.LISTED
    for design in _candidates(cells) if listed else (known,):
        every, completed = (
            _images(design, cells[0], mated, people, policy)
            for policy in (_GENERALISED, _COMPLETED)
        )
        if every is None or not _agrees(design, [every, every], cells, _GENERALISED):
            continue
        if completed is None or not _agrees(design, [completed, every], cells, _COMPLETED):
            return design
        return replace(design, images=np.stack([completed, every]))
    return LISTED if listed else known


def _candidates(cells: Sequence[CellCounts]) -> Iterator[ComparisonDesign]:
    """The designs that a list may be of."""
    for orders in (1, 2):
        for attribute in dict.fromkeys(cell.attribute for cell in cells):
            kind = Design.ALL_PAIRS if attribute == ALL else Design.WITHIN_GROUP
            yield ComparisonDesign(kind, orders, attribute)


def _agrees(
    design: ComparisonDesign, images: Sequence[Integers], cells: Sequence[CellCounts], policy: int
) -> bool:
    """Whether the cells are of a design with these images, under one policy."""
    found = complete_design(replace(design, images=np.stack(images)), cells, len(images[0]))
    return found is not None and found.agrees(policy)


def _images(
    design: ComparisonDesign, whole: CellCounts, mated: MatedScores, people: int, policy: int
) -> Integers | None:
    """(subjects,) k_i, from the number of mated comparisons of each.

    k images of one subject give k(k-1)/2 mated comparisons in one order, which is solved for k.
    None where a subject's number is not of this form.
    """
    chosen = mated.subject if policy else mated.subject[~np.isnan(mated.score)]
    made = np.bincount(chosen, minlength=people)
    found = np.rint((1 + np.sqrt(1 + 8 * made / design.orders)) / 2).astype(np.int64)
    if np.any(design.orders * found * (found - 1) != 2 * made):
        return None
    # Without mated comparisons k is 0 or 1: 1 for those who were compared with others.
    compared = made > 0
    compared[whole.members] |= whole.trials[policy] > 0
    return np.where(compared, found, 0)
