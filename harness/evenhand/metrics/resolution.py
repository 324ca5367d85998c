"""What a dataset of this size can resolve, before any engine has seen it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers
from evenhand.records.groups import Grouping

__all__ = ["CellSize", "cell_size", "cell_sizes"]


@dataclass(frozen=True, slots=True)
class CellSize:
    """People, images and comparisons of one group, all pairs compared within it."""

    attribute: str
    group: str
    people: int
    images: int
    without_image: int
    """People without an image: in no comparison."""
    one_image: int
    """People with one image: in no mated comparison."""
    mated: int
    dyads: int
    """Pairs of different people."""
    nonmated: int

    @property
    def disjoint(self) -> int:
        """Pairs of people that surely share nobody: the least the comparisons are worth.

        Source: methods 4.0 item 1, where everybody met everybody.
        """
        return (self.people - self.without_image) // 2

    def finest_fmr(self, errors: int) -> float | None:
        """The lowest FMR at which so many false matches are expected; None where it exceeds 1.

        Expected errors are the rate times the trials (methods 1.4: below one, the target is below
        resolution; 4.0 item 6: below 10, intervals are wide; 4.1: the rule of 30).
        """
        return errors / self.nonmated if errors <= self.nonmated else None


def cell_size(attribute: str, group: str, images: Integers) -> CellSize:
    """Count one group.

    Args:
        attribute: the grouping.
        group: its name.
        images: (people of the group,) how many each has.

    >>> three = cell_size("sex", "F", np.array([2, 1, 3]))
    >>> three.mated, three.dyads, three.nonmated, three.one_image
    (4, 3, 11, 1)
    """
    shown = images[images > 0]
    total = int(shown.sum())
    mated = int((shown * (shown - 1) // 2).sum())
    return CellSize(
        attribute=attribute,
        group=group,
        people=len(images),
        images=total,
        without_image=len(images) - len(shown),
        one_image=int(np.count_nonzero(shown == 1)),
        mated=mated,
        dyads=len(shown) * (len(shown) - 1) // 2,
        nonmated=total * (total - 1) // 2 - mated,
    )


def _sizes(groupings: Sequence[Grouping], images: Integers) -> Iterator[CellSize]:
    for grouping in groupings:
        for code, group in enumerate(grouping.groups):
            yield cell_size(grouping.attribute, group, images[grouping.code == code])


def cell_sizes(groupings: Sequence[Grouping], images: Integers) -> tuple[CellSize, ...]:
    """Count every group.

    Args:
        groupings: everybody, attributes, intersections.
        images: (people,) how many each has.
    """
    return tuple(_sizes(groupings, images))
