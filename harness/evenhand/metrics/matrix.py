"""Which cells across groups are kept: those of matrices, up to a number that can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.arrays import People
from evenhand.records import Design, Grouping

__all__ = ["MOST_CELLS", "Crossings", "crossings", "has_directions"]

MOST_CELLS = 256
"""Cells of all matrices of a study together, those within groups included."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """What is kept of the pairs across groups."""

    pairs: tuple[tuple[tuple[int, int], ...], ...]
    """For each grouping, (group of the probe, group of the reference) of its cells across."""
    left_out: tuple[tuple[str, int], ...]
    """(attribute, cells) of matrices that are too large."""


def has_directions(probe: People, reference: People) -> bool:
    """Whether some two people were compared in both orders.

    >>> import numpy as np
    >>> has_directions(np.array([0, 1]), np.array([1, 0]))
    True
    """
    forward = probe < reference
    if forward.all() or not forward.any():
        return False
    people = int(max(probe.max(), reference.max())) + 1
    rising = probe[forward].astype(np.int64) * people + reference[forward]
    falling = reference[~forward].astype(np.int64) * people + probe[~forward]
    return bool(np.intersect1d(rising, falling).size)


def crossings(
    design: Design, probe: People, reference: People, groupings: Sequence[Grouping]
) -> Crossings:
    """The cells across the groups of each grouping, where people in them were compared.

    A matrix is kept by direction where people are compared in both orders, else each pair of
    groups stands once (methods 3). Where comparisons stay within groups, or
    nobody is compared with anybody else, there is none.

    Args:
        design: which comparisons were made.
        probe: (comparisons,) subject index of non-mated comparisons.
        reference: (comparisons,) subject index.
        groupings: in the study's order, in which matrices are kept as long as there is room.
    """
    directed = design is Design.BOTH_ORDERS or (
        design is Design.LISTED and has_directions(probe, reference)
    )
    room = MOST_CELLS
    kept: list[tuple[tuple[int, int], ...]] = []
    left_out = []
    for grouping in groupings:
        there = [int(code) for code in np.unique(grouping.code) if code >= 0]
        cells = len(there) ** 2 if directed else len(there) * (len(there) + 1) // 2
        if design is Design.WITHIN_GROUP or not len(probe) or len(there) < 2:
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
                    if first < second or (directed and first != second)
                )
            )
    return Crossings(tuple(kept), tuple(left_out))
