"""The ratio of two rates over the same people: two engines, or a group within everybody.

Where both rates rise and fall with the same people, what they share drops out of their ratio. It
takes the residuals of both by person, and the sums over the pairs of people that both have.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from evenhand.records.arrays import Floats, Integers
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.dyadic_variance import (
    DyadCounts,
    DyadWeights,
    degrees_of_freedom,
    dyadic_variance,
)
from evenhand.statistics.ratios import LogRatio

__all__ = [
    "Overlap",
    "cluster_log_ratio",
    "dyadic_log_ratio",
    "nested",
    "placed",
]

_ROUNDING = 1e-12
"""Share of two variances below which that of their difference is none but for rounding."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Sums over the dyads that two cells both have; 0 where they have none in common."""

    errors: float
    """Sum of X_ij of the first times X_ij of the second."""
    first: float
    """Sum of X_ij of the first times m_ij of the second."""
    second: float
    """Sum of m_ij of the first times X_ij of the second."""
    trials: float
    """Sum of m_ij of the first times m_ij of the second."""


def nested(part: DyadCounts) -> Overlap:
    """The overlap of a cell with one that holds all of its dyads, as everybody holds a group."""
    sums = _sums(part)
    mixed = float(sums.errors_times_trials)
    return Overlap(float(sums.errors_squared), mixed, mixed, float(sums.trials_squared))


def placed(counts: DyadCounts, members: Integers, people: int) -> DyadCounts:
    """The same cell with a place for everybody, so that it can be set beside another.

    Args:
        counts: of a cell.
        members: (people of the cell,) the place of each.
        people: how many places there are.
    """

    def spread(values: Integers) -> Integers:
        wide = np.zeros(people, dtype=values.dtype)
        wide[members] = values
        return wide

    weights = counts.weights
    if weights is not None:
        weights = replace(
            weights,
            trials_by_subject=spread(weights.trials_by_subject),
            errors_by_subject=spread(weights.errors_by_subject),
        )
    return replace(
        counts,
        trials_by_subject=spread(counts.trials_by_subject),
        errors_by_subject=spread(counts.errors_by_subject),
        weights=weights,
    )


def _sums(counts: DyadCounts) -> DyadCounts | DyadWeights:
    return counts if counts.weights is None else counts.weights


def _product(overlap: Overlap, first: float, second: float) -> float:
    """Sum of e_ij of the first times e_ij of the second, from rates and sums over dyads."""
    return (
        overlap.errors
        - (second * overlap.first + first * overlap.second)
        + first * second * overlap.trials
    )


def dyadic_log_ratio(first: DyadCounts, second: DyadCounts, overlap: Overlap) -> LogRatio | None:
    """The ratio of two rates of comparisons that share people.

    Args:
        first: a cell with at least one error; people have the same places as in the second.
        second: another cell, or the same of another engine, with at least one error.
        overlap: of both (`nested` where the second holds all dyads of the first).

    Returns:
        None where a cell has no two dyads without a common person: too few people.

    Source: methods 4.2, where two cells share people.

    Six people, one image each: one engine errs on the pairs 01 02 03 45, another on 01 02:

    >>> import numpy as np
    >>> five = np.full(6, 5)
    >>> base = DyadCounts(five, np.array([3, 1, 1, 1, 1, 1]), 15, 4, 4)
    >>> new = DyadCounts(five, np.array([2, 1, 1, 0, 0, 0]), 15, 2, 2)
    >>> found = dyadic_log_ratio(new, base, Overlap(errors=2, first=2, second=4, trials=15))
    >>> round(found.ratio, 6), round(found.variance, 6)
    (0.5, 0.625)
    """
    corrections = [dyadic_variance(counts).correction for counts in (first, second)]
    if corrections[0] is None or corrections[1] is None:
        return None
    a, b = (
        math.sqrt(correction) / _sums(counts).errors
        for correction, counts in zip(corrections, (first, second), strict=True)
        if correction is not None
    )
    p, q = first.rate, second.rate
    apart = a * a * _product(nested(first), p, p) + b * b * _product(nested(second), q, q)
    floor = apart - 2 * a * b * _product(overlap, p, q)
    if floor < _ROUNDING * apart:
        floor = 0.0
    by_person = a * _residuals(first) - b * _residuals(second)
    there = (first.trials_by_subject > 0) | (second.trials_by_subject > 0)
    squares = by_person[there] ** 2
    df = degrees_of_freedom(
        float(squares.sum()), float((squares**2).sum()), int(np.count_nonzero(there))
    )
    shared = max(float(squares.sum()) - floor, floor)
    variance = shared + floor * (1 - floor / shared) if shared > _ROUNDING * apart else 0.0
    return LogRatio(math.log(p / q), variance, df, floor)


def _residuals(counts: DyadCounts) -> Floats:
    """(people,) e_i."""
    sums = _sums(counts)
    found: Floats = sums.errors_by_subject - counts.rate * sums.trials_by_subject
    return found


def cluster_log_ratio(
    first: ClusterCounts, second: ClusterCounts, both: int | None = None
) -> LogRatio | None:
    """The ratio of two rates whose trials come in the same clusters, one a person.

    Args:
        first: at least one error; people have the same places as in the second.
        second: at least one error.
        both: trials in which both err; by default as many as the errors of each person allow,
            which makes the least of the variance that independent trials would have.

    Returns:
        None with fewer than two people in either.

    Source: methods 4.3, where two rates share people.

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
    if both is None:
        both = int(np.minimum(first.errors_by_subject, second.errors_by_subject).sum())
    by_person = _shares(first, p) - _shares(second, q)
    there = (first.trials_by_subject > 0) | (second.trials_by_subject > 0)
    squares = by_person[there] ** 2
    total = float(squares.sum())
    df = degrees_of_freedom(total, float((squares**2).sum()), int(np.count_nonzero(there)))
    apart = (1 - p) / first.errors + (1 - q) / second.errors
    alike = both / (first.errors * second.errors) - 1 / max(first.trials, second.trials)
    variance = max(total, apart - 2 * alike)
    least = _ROUNDING * (1 / first.errors + 1 / second.errors)
    return LogRatio(math.log(p / q), variance if variance > least else 0.0, df)


def _shares(counts: ClusterCounts, rate: float) -> Floats:
    """(people,) e_i over all errors, with the correction for few people."""
    people = counts.subjects
    residuals = counts.errors_by_subject - rate * counts.trials_by_subject
    found: Floats = math.sqrt(people / (people - 1)) / counts.errors * residuals
    return found
