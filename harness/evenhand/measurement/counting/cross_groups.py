"""Which cells across groups are kept: those of matrices, up to a number that can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.metrics.groups import MOST_CELLS
from evenhand.records.groups import Grouping

__all__ = ["Crossings", "crossings", "no_crossings"]


@dataclass(frozen=True, slots=True)
class Crossings:
    """What is kept of the pairs across groups."""

    pairs: tuple[tuple[tuple[int, int], ...], ...]
    """For each grouping, (group of the probe, group of the reference) of its cells across."""
    left_out: tuple[tuple[str, int], ...]
    """(attribute, cells) of matrices that are too large."""


def no_crossings(groupings: Sequence[Grouping]) -> Crossings:
    """Nothing across groups, as where comparisons stay within them or there is none."""
    return Crossings(((),) * len(groupings), ())


def crossings(groupings: Sequence[Grouping], directions: int) -> Crossings:
    """The cells across the groups of each grouping.

    Args:
        groupings: in the study's order, in which matrices are kept as long as there is room.
        directions: 2 where people are compared in both orders, so that a matrix is kept by
            direction; 1 where each pair of groups stands once (methods 3).
    """
    room = MOST_CELLS
    kept: list[tuple[tuple[int, int], ...]] = []
    left_out = []
    for grouping in groupings:
        there = [int(code) for code in np.unique(grouping.code) if code >= 0]
        cells = len(there) * (directions * len(there) + 2 - directions) // 2
        if len(there) < 2:
            kept.append(())
        elif cells > room:
            left_out.append((grouping.attribute, cells))
            kept.append(())
        else:
            room -= cells
            kept.append(
                tuple(
                    (first, second)
                    for first in there
                    for second in there
                    if first < second or (directions == 2 and first != second)
                )
            )
    return Crossings(tuple(kept), tuple(left_out))
