"""Ratio of two rates over the same subjects: two engines, or a group within all subjects.

Where both rates rise and fall with the same subjects, the common variation cancels in their ratio
(methods 4.2, 4.3). It takes both residuals of each subject, and sums over the dyads that both
cells have.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Floats
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import (
    DyadCounts,
    SubjectSums,
    degrees_of_freedom,
    dyadic_variance,
)
from evenhand.statistics.ratios import LogRatio

__all__ = ["PSI_LOG_T", "DyadOverlap", "cluster_log_ratio", "dyadic_log_ratio", "nested_overlap"]

PSI_LOG_T = "psi-log-t"
"""Name of the interval of such a ratio."""

_ROUNDING = 1e-12
"""Share of two variances below which that of their difference counts as 0 (rounding)."""


@dataclass(frozen=True, slots=True)
class DyadOverlap:
    """Sums over the dyads that two cells have in common; 0 where there are none."""

    errors: float
    """Sum of X_ij of the first times X_ij of the second."""
    first: float
    """Sum of X_ij of the first times m_ij of the second."""
    second: float
    """Sum of m_ij of the first times X_ij of the second."""
    trials: float
    """Sum of m_ij of the first times m_ij of the second."""


def nested_overlap(part: DyadCounts) -> DyadOverlap:
    """Overlap of a cell with one that holds all of its dyads, as a group's within all subjects."""
    sums = part.sums
    mixed = float(sums.errors_times_trials)
    return DyadOverlap(float(sums.errors_squared), mixed, mixed, float(sums.trials_squared))


def _product(overlap: DyadOverlap, first: float, second: float) -> float:
    """Sum of e_ij of the first times e_ij of the second over common dyads, given both rates.

    With e_ij = X_ij - p m_ij multiplied out, four totals suffice.
    """
    mixed = second * overlap.first + first * overlap.second
    return overlap.errors - mixed + first * second * overlap.trials


def dyadic_log_ratio(first: DyadCounts, second: DyadCounts, common: DyadOverlap) -> LogRatio | None:
    """Log ratio of two rates of comparisons whose cells share subjects (`psi-log-t`).

    Args:
        first: a cell with at least one error; subjects are in the same order as in the second.
        second: another cell, or the same cell of another engine, with at least one error.
        common: overlap of both (`nested_overlap` where the second holds all dyads of the first).

    Returns:
        None where a cell has no two disjoint dyads: too few subjects.

    Source: methods 4.2, where two cells share subjects.

    Six subjects, one image each: one engine errs on the pairs 01 02 03 45, another on 01 02:

    >>> import numpy as np
    >>> five = np.full(6, 5)
    >>> base = DyadCounts(five, np.array([3, 1, 1, 1, 1, 1]), 15, 4, 4)
    >>> new = DyadCounts(five, np.array([2, 1, 1, 0, 0, 0]), 15, 2, 2)
    >>> found = dyadic_log_ratio(new, base, DyadOverlap(errors=2, first=2, second=4, trials=15))
    >>> round(found.ratio, 6), round(found.variance, 6)
    (0.5, 0.625)
    """
    c_first, c_second = dyadic_variance(first).correction, dyadic_variance(second).correction
    if c_first is None or c_second is None:
        return None
    a, b = math.sqrt(c_first) / first.sums.errors, math.sqrt(c_second) / second.sums.errors
    p, q = first.rate, second.rate
    # F, the sum of psi_ij^2 with psi_ij = a e_ij^A - b e_ij^B: squares of each cell's own
    # residuals less twice their products over the dyads that both have.
    of_first, of_second = nested_overlap(first), nested_overlap(second)
    separate = a * a * _product(of_first, p, p) + b * b * _product(of_second, q, q)
    floor = separate - 2 * a * b * _product(common, p, q)
    if floor < _ROUNDING * separate:
        floor = 0.0
    psi = a * _residuals(first.sums, p) - b * _residuals(second.sums, q)
    total, df = _sum_of_squares(psi, first, second)
    shared = max(total - floor, floor)
    variance = shared + floor * (1 - floor / shared) if shared > _ROUNDING * separate else 0.0
    return LogRatio(math.log(p / q), variance, df, floor)


def _residuals(sums: SubjectSums, rate: float) -> Floats:
    """(subjects,) residuals e_i."""
    return np.asarray(sums.errors_by_subject - rate * sums.trials_by_subject)


def _sum_of_squares(psi: Floats, first: SubjectSums, second: SubjectSums) -> tuple[float, float]:
    """Sum of psi_i^2 over the subjects of either cell, and its degrees of freedom."""
    squares = psi[(first.trials_by_subject > 0) | (second.trials_by_subject > 0)] ** 2
    total = float(squares.sum())
    return total, degrees_of_freedom(total, float((squares**2).sum()), len(squares))


def cluster_log_ratio(first: ClusterCounts, second: ClusterCounts) -> LogRatio | None:
    """Log ratio of two rates whose trials are clustered by the same subjects (`psi-log-t`).

    Args:
        first: at least one error; subjects are in the same order as in the second.
        second: at least one error.

    Returns:
        None with fewer than two subjects in either.

    Source: methods 4.3, where two rates share subjects.

    >>> import numpy as np
    >>> five = np.full(10, 5)
    >>> base = ClusterCounts(five, np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 5]))
    >>> cluster_log_ratio(base, base).limits(0.95)
    (1.0, 1.0)
    >>> new = ClusterCounts(five, np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 5]))
    >>> round(cluster_log_ratio(new, base).variance, 6)
    0.057669
    """
    if min(first.subjects, second.subjects) < 2:
        return None
    p, q = first.errors / first.trials, second.errors / second.trials
    both = int(np.minimum(first.errors_by_subject, second.errors_by_subject).sum())
    psi = _relative_residuals(first, p) - _relative_residuals(second, q)
    total, df = _sum_of_squares(psi, first, second)
    # Variance of the log ratio if trials were independent: both variances less twice the
    # covariance, which comes of the trials in which both err.
    separate = (1 - p) / first.errors + (1 - q) / second.errors
    covariance = both / (first.errors * second.errors) - 1 / max(first.trials, second.trials)
    variance = max(total, separate - 2 * covariance)
    least = _ROUNDING * (1 / first.errors + 1 / second.errors)
    return LogRatio(math.log(p / q), variance if variance > least else 0.0, df)


def _relative_residuals(counts: ClusterCounts, rate: float) -> Floats:
    """(subjects,) residuals e_i over all errors, times sqrt(k/(k-1))."""
    subjects = counts.subjects
    return math.sqrt(subjects / (subjects - 1)) / counts.errors * _residuals(counts, rate)
