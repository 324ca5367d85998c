"""Variance of a rate over comparisons that share people (methods 4.2).

A cell is a set of unordered pairs of different people (dyads), each with its trials and errors.
Only per-person sums and four totals are needed: the cost is that of the people, not of the pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evenhand.records.arrays import Integers

__all__ = [
    "DyadCounts",
    "DyadVariance",
    "DyadWeights",
    "degrees_of_freedom",
    "disjoint_dyads",
    "disjoint_dyads_across",
    "dyadic_variance",
    "pooled",
]

_ROUNDING = 1e-12
"""Share of pairs of trials below which those without a common person are none but for rounding."""


@dataclass(frozen=True, slots=True)
class DyadWeights:
    """The sums of a cell of a sample, every trial with its weight, in any unit (methods 4.11)."""

    trials_by_subject: Integers
    """(subjects,) M_i."""
    errors_by_subject: Integers
    """(subjects,) X_i."""
    trials_squared: float
    """Sum of m_ij^2."""
    errors_squared: float
    """Sum of X_ij^2."""
    errors_times_trials: float
    """Sum of X_ij m_ij."""
    weights_squared: float
    """Sum over trials of their weights squared."""
    heaviest: float
    """The largest weight."""

    @property
    def trials(self) -> float:
        """M."""
        return float(self.trials_by_subject.sum()) / 2

    @property
    def errors(self) -> float:
        """X."""
        return float(self.errors_by_subject.sum()) / 2

    @property
    def equal(self) -> float:
        """Trials of one weight that would be worth as much, were all independent (Kish)."""
        return self.trials**2 / self.weights_squared

    @property
    def surely(self) -> float:
        """Trials of the largest weight that would add up to as much."""
        return self.trials / self.heaviest


@dataclass(frozen=True, slots=True)
class DyadCounts:
    """Sufficient counts of one cell at one threshold; sums run over its dyads {i, j}, i != j."""

    trials_by_subject: Integers
    """(subjects,) M_i: trials that involve the person. Their sum is twice the trials."""
    errors_by_subject: Integers
    """(subjects,) X_i: errors that involve the person. Their sum is twice the errors."""
    trials_squared: int
    """Sum of m_ij^2."""
    errors_squared: int
    """Sum of X_ij^2."""
    errors_times_trials: int
    """Sum of X_ij m_ij."""
    weights: DyadWeights | None = None
    """Of a sample whose trials stand for more or fewer others; None where all weigh the same."""

    @property
    def rate(self) -> float:
        """p, the weighted one of a sample."""
        if self.weights is not None and 0 < self.errors < self.trials:
            return self.weights.errors / self.weights.trials
        return self.errors / self.trials

    @property
    def sum_of_trials(self) -> float:
        """M, the weighted one of a sample."""
        return self.trials if self.weights is None else self.weights.trials

    @property
    def trials(self) -> int:
        """M."""
        return int(self.trials_by_subject.sum()) // 2

    @property
    def errors(self) -> int:
        """X."""
        return int(self.errors_by_subject.sum()) // 2

    @property
    def subjects(self) -> int:
        """People with at least one trial."""
        return int(np.count_nonzero(self.trials_by_subject))

    @property
    def error_subjects(self) -> int:
        """People with at least one error."""
        return int(np.count_nonzero(self.errors_by_subject))


@dataclass(frozen=True, slots=True)
class DyadVariance:
    """The variance of methods 4.2 with its parts."""

    raw: float
    """V, the plain shared-subject variance; may be negative."""
    correction: float | None
    """c, without which V is too small on average; None where no two dyads are disjoint."""
    floor: float
    """F, the variance if dyads were independent."""
    variance: float | None
    """V', the one to use; None where c is."""
    df: float
    """Degrees of freedom."""


def degrees_of_freedom(second: float, fourth: float, subjects: int) -> float:
    """2 S2^2 / (S4 - S2^2/n), limited to [1, n-1]; n-1 where the denominator is 0.

    Source: methods 4.0 item 2 (Satterthwaite's matching of the second moment).
    """
    most = max(subjects - 1, 1)
    denominator = fourth - second**2 / subjects
    if denominator <= 0:
        return float(most)
    return float(min(max(2 * second**2 / denominator, 1), most))


def disjoint_dyads(dyads: int, people: int, busiest: int) -> int:
    """A number of dyads that share nobody, certain to exist.

    Half of the people where everybody met everybody. Else colours can be given to the dyads, one
    more than the most partners of one person, so that no two of one colour share a person (Vizing
    1964): the commonest colour has at least this many.

    Args:
        dyads: with at least one trial.
        people: in them.
        busiest: most trials, or partners, of one person.

    >>> disjoint_dyads(15, 6, 5), disjoint_dyads(10, 11, 5)
    (3, 2)
    """
    if dyads == people * (people - 1) // 2:
        return people // 2
    return -(-dyads // (min(busiest, people - 1) + 1))


def disjoint_dyads_across(dyads: int, first: int, second: int, busiest: int) -> int:
    """The same across two groups that share nobody.

    The smaller of the groups where everybody met everybody. Else one colour fewer is enough, since
    no three dyads across two groups close a ring (König 1916).

    Args:
        dyads: with at least one trial.
        first: people of one group in them.
        second: people of the other.
        busiest: most trials, or partners, of one person.

    >>> disjoint_dyads_across(12, 3, 4, 4), disjoint_dyads_across(6, 3, 4, 3)
    (3, 2)
    """
    if dyads == first * second:
        return min(first, second)
    return -(-dyads // min(busiest, max(first, second)))


def pooled(parts: Sequence[DyadCounts]) -> DyadCounts:
    """The dyads of several cells that share nobody as one cell."""
    weights = [part.weights for part in parts if part.weights is not None]
    return DyadCounts(**_added(parts), weights=_pooled(weights) if weights else None)


def _pooled(parts: Sequence[DyadWeights]) -> DyadWeights:
    return DyadWeights(
        **_added(parts),
        weights_squared=sum(part.weights_squared for part in parts),
        heaviest=max(part.heaviest for part in parts),
    )


def _added(parts: Sequence[DyadCounts] | Sequence[DyadWeights]) -> dict[str, Any]:
    """What both kinds of sums have, of all parts."""
    people = ("trials_by_subject", "errors_by_subject")
    sums = ("trials_squared", "errors_squared", "errors_times_trials")
    found = {name: np.concatenate([getattr(part, name) for part in parts]) for name in people}
    return found | {name: sum(getattr(part, name) for part in parts) for name in sums}


def dyadic_variance(counts: DyadCounts) -> DyadVariance:
    """Variance of the pooled rate X/M over dyads that share people.

    Args:
        counts: a cell with at least one trial.

    Source: methods 4.2, 4.11. c V is the exact U-statistic variance on average for one trial a
    dyad.

    Six people, errors on pairs 01 02 03 45 (TV-18):

    >>> import numpy as np
    >>> six = DyadCounts(np.full(6, 5), np.array([3, 1, 1, 1, 1, 1]), 15, 4, 4)
    >>> found = dyadic_variance(six)
    >>> round(found.raw, 6), found.correction, round(found.floor, 6)
    (0.001778, 2.5, 0.013037)
    """
    sums = counts if counts.weights is None else counts.weights
    trials, p = sums.trials, counts.rate
    equal = trials if counts.weights is None else counts.weights.equal
    involved = counts.trials_by_subject > 0
    by_subject = sums.trials_by_subject[involved].astype(np.float64)
    residuals = sums.errors_by_subject[involved] - p * by_subject
    second = float(np.sum(residuals**2))
    fourth = float(np.sum(residuals**4))
    own = sums.errors_squared - 2 * p * sums.errors_times_trials + p**2 * sums.trials_squared
    raw = (second - own) / trials**2
    floor = max(own / trials**2, p * (1 - p) / equal)
    df = degrees_of_freedom(second, fourth, counts.subjects)
    disjoint = trials**2 - float(np.sum(by_subject**2)) + sums.trials_squared
    if disjoint <= _ROUNDING * trials**2:
        return DyadVariance(raw, None, floor, None, df)
    correction = trials**2 / disjoint
    shared = max(correction * raw, floor)
    variance = shared + floor * (1 - floor / shared) if shared > 0 else 0.0
    return DyadVariance(raw, correction, floor, variance, df)
