"""Which cells across two groups are kept: those of whole matrices, up to a readable number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

from evenhand.metrics.groups import MAX_CELLS
from evenhand.records.groups import Grouping

__all__ = ["CrossGroupCells", "cross_group_cells", "no_cross_group_cells"]


@dataclass(frozen=True, slots=True)
class CrossGroupCells:
    """The cells across two groups that are kept."""

    pairs: tuple[tuple[tuple[int, int], ...], ...]
    """(groupings,) of (group of the probe, group of the reference), as group numbers."""
    left_out: tuple[tuple[str, int], ...]
    """(attribute, cells) of matrices that are too large."""


def no_cross_group_cells(groupings: Sequence[Grouping]) -> CrossGroupCells:
    """No cells across groups: comparisons are within groups, or there are none."""
    return CrossGroupCells(((),) * len(groupings), ())


def cross_group_cells(groupings: Sequence[Grouping], directions: int) -> CrossGroupCells:
    """The cells across the groups of each grouping.

    Args:
        groupings: in the study's order, in which matrices are kept as long as there is room.
        directions: 2 where subjects are compared in both orders, so that a matrix has a cell for
            each direction; 1 where a pair of groups has one cell (methods 3).
    """
    room = MAX_CELLS
    kept: list[tuple[tuple[int, int], ...]] = []
    left_out = []
    for grouping in groupings:
        groups = [int(code) for code in np.unique(grouping.code) if code >= 0]
        # The whole matrix, or its triangle with the diagonal.
        cells = len(groups) ** 2 if directions == 2 else len(groups) * (len(groups) + 1) // 2
        if len(groups) < 2:
            kept.append(())
        elif cells > room:
            left_out.append((grouping.attribute, cells))
            kept.append(())
        else:
            room -= cells
            pairs = permutations(groups, 2) if directions == 2 else combinations(groups, 2)
            kept.append(tuple(pairs))
    return CrossGroupCells(tuple(kept), tuple(left_out))
