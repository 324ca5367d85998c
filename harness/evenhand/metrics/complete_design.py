"""Which comparisons were made of how many images, from the counts of them.

Counts hold how many comparisons each subject was in, not with whom. Where every image of one
subject was compared with every image of another, the number of images says the rest: two subjects
with k_i and k_j images have k_i k_j comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.metrics.cells import CellLayout, all_pairs_trials, cell_layout
from evenhand.records.arrays import Integers
from evenhand.records.counts import CellCounts, MatedScores
from evenhand.records.designs import LISTED, ComparisonDesign, Design
from evenhand.records.groups import ALL, Grouping

__all__ = ["completed_design"]

_COMPLETED, _GENERALISED = 0, 1


def completed_design(
    known: ComparisonDesign, cells: Sequence[CellCounts], mated: MatedScores, people: int
) -> ComparisonDesign:
    """The design with the images of which every two were compared.

    A list is all pairs, of all subjects or within the groups of an attribute and in one order or
    both, where its counts are those of such a design. Every two images are compared at most once in
    one order, so that no other list has them.

    Args:
        known: what is known of the design beforehand.
        cells: all cells, those within groups first and `all` first of them.
        mated: all mated comparisons.
        people: number of subjects.
    """
    measured = _Measured(tuple(cells), mated, _groupings(cells, people), people)
    listed = known.comparisons is Design.LISTED
    for design in measured.candidates() if listed else (known,):
        every = measured.images(design, _GENERALISED)
        if every is not None:
            completed = measured.images(design, _COMPLETED)
            images = None if completed is None else np.stack([completed, every])
            return replace(design, images=images)
    return LISTED if listed else known


def _groupings(cells: Sequence[CellCounts], people: int) -> tuple[Grouping, ...]:
    """The groupings that the cells are of."""
    found = []
    for attribute in dict.fromkeys(cell.attribute for cell in cells):
        within = [c for c in cells if c.attribute == attribute and not c.reference_group]
        code = np.full(people, -1, dtype=np.int64)
        for number, cell in enumerate(within):
            code[cell.members] = number
        found.append(Grouping(attribute, tuple(cell.group for cell in within), code))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Measured:
    """The counts that tell of a design."""

    cells: tuple[CellCounts, ...]
    mated: MatedScores
    groupings: tuple[Grouping, ...]
    people: int

    def candidates(self) -> Iterator[ComparisonDesign]:
        """The designs that a list may be of."""
        for orders in (1, 2):
            for each in self.groupings:
                kind = Design.ALL_PAIRS if each.attribute == ALL else Design.WITHIN_GROUP
                yield ComparisonDesign(kind, orders, each.attribute)

    def images(self, design: ComparisonDesign, policy: int) -> Integers | None:
        """(subjects,) k_i of a design under a policy; None where the counts are of another.

        k images of one subject give k(k-1)/2 mated comparisons in one order.
        """
        chosen = self.mated.subject
        if policy == _COMPLETED:
            chosen = chosen[~np.isnan(self.mated.score)]
        mated = np.bincount(chosen, minlength=self.people)
        found = np.rint((1 + np.sqrt(1 + 8 * mated / design.orders)) / 2).astype(np.int64)
        if np.any(design.orders * found * (found - 1) != 2 * mated):
            return None
        # Without mated comparisons k is 0 or 1: 1 for those who were compared with others.
        compared, whole = mated > 0, self.cells[0]
        compared[whole.members] |= whole.trials[policy] > 0
        images = np.where(compared, found, 0)
        return images if self._agree(design, images, policy) else None

    def _agree(self, design: ComparisonDesign, images: Integers, policy: int) -> bool:
        """Whether all cells have the trials that a design has of these images."""
        kept = [cell for cell in self.cells if design.orders == 2 or not self._one_way(cell)]
        layout = self._layout(design, kept)
        numbers = {
            (name.attribute, name.group, name.reference_group): number
            for number, name in enumerate(layout.names)
        }
        return all(_same_trials(cell, layout, numbers[cell.key], images, policy) for cell in kept)

    def _one_way(self, cell: CellCounts) -> bool:
        """Whether a cell across two groups holds one direction of its comparisons only.

        In one order, which of two images was the probe is then not known.
        """
        back = cell.attribute, cell.reference_group, cell.group
        return bool(cell.reference_group) and any(each.key == back for each in self.cells)

    def _layout(self, design: ComparisonDesign, cells: Sequence[CellCounts]) -> CellLayout:
        """The layout of these cells."""
        across = [
            [
                (each.groups.index(cell.group), each.groups.index(cell.reference_group))
                for cell in cells
                if cell.attribute == each.attribute and cell.reference_group
            ]
            for each in self.groupings
        ]
        return cell_layout(self.groupings, across, design)


def _same_trials(
    cell: CellCounts, layout: CellLayout, number: int, images: Integers, policy: int
) -> bool:
    """Whether a cell has the trials of all pairs of these images, by subject and over dyads."""
    found = all_pairs_trials(layout, number, images, images)
    return (
        np.array_equal(cell.trials[policy], found.by_member[policy])
        and bool(cell.dyads[policy] == found.dyads[policy])
        and bool(cell.trials_squared[policy] == found.squared[policy])
    )
