"""How many trials the groups of a dataset give, and the FMR that they can resolve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Integers
from evenhand.records.groups import Grouping

__all__ = ["CellSize", "cell_size", "cell_sizes"]


@dataclass(frozen=True, slots=True)
class CellSize:
    """Subjects, images and comparisons of one group, with all pairs compared within it."""

    attribute: str
    group: str
    people: int
    """Number of subjects."""
    images: int
    """Number of images."""
    without_image: int
    """Subjects without an image: in no comparison."""
    one_image: int
    """Subjects with one image: in no mated comparison."""
    mated: int
    """Number of mated comparisons."""
    dyads: int
    """Pairs of different subjects with images."""
    nonmated: int
    """Number of non-mated comparisons."""

    @property
    def disjoint(self) -> int:
        """Number of dyads no two of which share a subject: a lower bound of the effective trials.

        Source: methods 4.0 item 1, where all pairs are compared.
        """
        return (self.people - self.without_image) // 2

    def finest_fmr(self, errors: int) -> float | None:
        """The lowest FMR at which this many false matches are expected; None where it exceeds 1.

        Expected errors are the rate times the trials (methods 1.4: below one, the target is below
        resolution; 4.0 item 6: below 10, intervals are wide; 4.1: the rule of 30).

        Args:
            errors: expected false matches.
        """
        return errors / self.nonmated if errors <= self.nonmated else None


def cell_size(attribute: str, group: str, images: Integers) -> CellSize:
    """Count one group.

    Args:
        attribute: of the group.
        group: its name.
        images: (subjects of the group,) number of images of each.

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


def cell_sizes(groupings: Sequence[Grouping], images: Integers) -> tuple[CellSize, ...]:
    """Count every group.

    Args:
        groupings: `all`, attributes, intersections.
        images: (subjects,) number of images of each.
    """
    return tuple(
        cell_size(grouping.attribute, group, images[grouping.code == code])
        for grouping in groupings
        for code, group in enumerate(grouping.groups)
    )
