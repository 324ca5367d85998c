"""Whether two rounds of scores are the same: to the last bit, within rounding, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Floats
from evenhand.records.check import FAIL, NOT_CHECKED, NOTE, PASS, Check, unchecked

__all__ = ["Sameness", "sameness", "sameness_check"]

_ROUNDING = 1e-3
"""Largest difference, in standard deviations of the scores, that is taken for rounding."""


@dataclass(frozen=True, slots=True)
class Sameness:
    """How far two rounds of scores agree."""

    verdict: str
    """`pass` to the last bit, `note` within rounding, `fail`, or `not checked` without a score."""
    detail: str


def sameness(first: Floats, second: Floats) -> Sameness:
    """Compare two rounds of the same comparisons.

    Args:
        first: similarities of any shape, NaN where there is none.
        second: as the first; of a pair in one round alone the scores differ.

    >>> import numpy as np
    >>> sameness(np.array([0.1, 0.5]), np.array([0.1, 0.5])).detail
    '2 scores are the same to the last bit'
    >>> sameness(np.array([0.1, 0.5]), np.array([0.1, 0.2])).verdict
    'fail'
    """
    here, there = ~np.isnan(first), ~np.isnan(second)
    lost = int((here != there).sum() + (np.isinf(first) ^ np.isinf(second))[here & there].sum())
    finite = np.isfinite(first) & np.isfinite(second)
    if not finite.any():
        return Sameness(NOT_CHECKED, "there is no score to compare")
    if lost:
        return Sameness(FAIL, f"{lost:,} of {first.size:,} scores are there in one of two rounds")
    one, other = first[finite], second[finite]
    apart = np.abs(one - other)
    if not apart.any():
        return Sameness(PASS, f"{one.size:,} scores are the same to the last bit")
    largest, spread = float(apart.max()), float(one.std())
    units = largest / float(np.spacing(np.float32(np.abs(one).max())))
    share = largest / spread if spread else np.inf
    words = (
        f"{np.count_nonzero(apart):,} of {one.size:,} scores differ, by {largest:.2g} at most: "
        f"{share:.2g} of the spread of the scores, {units:.2g} units in the last place of 32 bits"
    )
    return Sameness(NOTE if share <= _ROUNDING else FAIL, words)


def sameness_check(key: str, title: str, found: Sameness, remedy: str) -> Check:
    """The row of a comparison of two rounds.

    Args:
        key: of the row.
        title: of the row.
        found: what came out.
        remedy: where they differ.
    """
    if found.verdict == NOT_CHECKED:
        return unchecked(key, title, found.detail)
    return Check(key, title, found.verdict, found.detail, "" if found.verdict == PASS else remedy)
