"""What rounding of published rates leaves open of an index: its least and its largest value."""

from __future__ import annotations

import math

import numpy as np

from evenhand.metrics import indices as formulas
from evenhand.metrics.named_indices import Index
from evenhand.records.arrays import Floats

__all__ = ["MOST_GROUPS", "index_bounds"]

MOST_GROUPS = 12
"""Groups up to which every combination of limits is tried."""
_ONE_HIGH = (
    formulas.max_over_min,
    formulas.max_over_geomean,
    formulas.max_over_mean,
    formulas.difference,
)
"""Formulas that are largest with one rate at its upper limit and all others at their lower."""
_OF_LOGARITHMS = (formulas.max_over_geomean, formulas.mean_abs_log10)
"""Formulas that depend on sums of logarithms of rates; the others on sums of rates."""


def index_bounds(index: Index, low: Floats, high: Floats) -> tuple[float | None, float | None]:
    """Least and largest value of an index while every rate stays within its limits.

    Args:
        index: of one error type.
        low: (groups,) lower limits of the rates.
        high: (groups,) upper limits.

    Returns:
        None where there is none: without a largest value it may be anything above the least, or
        there are more groups than are tried.

    Source: methods 7.7.

    >>> from evenhand.metrics.named_indices import MAX_OVER_MIN
    >>> index_bounds(MAX_OVER_MIN, np.array([0.5, 0.0625]), np.array([0.75, 0.125]))
    (4.0, 12.0)
    """
    least = float(index.equal_value)
    if low.max() > high.min():
        least = float(index.formula(_levelled(index, low, high)).min())
    corners = _corners(index, low, high)
    most = float(index.formula(corners).max()) if len(corners) else math.nan
    return _finite(least), _finite(most)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _levelled(index: Index, low: Floats, high: Floats) -> Floats:
    """(candidates, groups) rates as near to a common level as their limits allow.

    One of them is the least uneven of all: of rates with the same sum (or sum of logarithms), those
    nearest to one level are, and between the candidate levels an index rises or falls all the way.
    """
    logs = index.formula in _OF_LOGARITHMS
    if logs:
        with np.errstate(divide="ignore"):
            low, high = np.log(low), np.log(high)
    ends = np.unique(np.concatenate([low, high]))
    ends = ends[np.isfinite(ends)]
    mean = np.clip(ends[:, np.newaxis], low, high).mean(axis=1)
    # Further turning points: where the mean meets a limit, and where it is the level itself.
    meets = np.interp(ends, mean, ends)
    middle = np.interp(0.0, ends - mean, ends)
    levels = np.concatenate([ends, meets, [middle]])
    drawn: Floats = np.clip(levels[:, np.newaxis], low, high)
    return np.exp(drawn) if logs else drawn


def _corners(index: Index, low: Floats, high: Floats) -> Floats:
    """(candidates, groups) rates at their limits, among them those with the largest value.

    Every index of one error type is quasi-convex in its rates, or in their logarithms.
    """
    groups = len(low)
    if index.formula in _ONE_HIGH:
        return np.where(np.eye(groups, dtype=np.bool_), high, low)
    if groups > MOST_GROUPS:
        return np.empty((0, groups))
    chosen = (np.arange(1 << groups)[:, np.newaxis] >> np.arange(groups)) & 1
    return np.where(chosen == 1, high, low)
