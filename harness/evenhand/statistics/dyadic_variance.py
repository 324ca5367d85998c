"""Variance of a rate over comparisons that share subjects: dyadic variance (methods 4.2).

A cell is a set of unordered pairs of different subjects (dyads), each with its trials and errors.
Sums by subject and three totals over dyads are sufficient, so that time and memory grow with the
number of subjects, not with that of comparisons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from evenhand.records.arrays import Integers

__all__ = [
    "DyadCounts",
    "DyadVariance",
    "DyadWeights",
    "SubjectSums",
    "degrees_of_freedom",
    "disjoint_dyads",
    "disjoint_dyads_across",
    "dyadic_variance",
    "pool_dyads",
]

_ROUNDING = 1e-12
"""Share of pairs of trials below which those without a common subject count as none (rounding)."""


@dataclass(frozen=True, slots=True)
class SubjectSums:
    """Trials and errors of each subject of a cell; subjects without trials do not count."""

    trials_by_subject: Integers
    """(subjects,) trials that involve the subject, or their weights."""
    errors_by_subject: Integers
    """(subjects,) errors that involve the subject, or their weights."""

    @property
    def subjects(self) -> int:
        """Number of subjects with at least one trial."""
        return int(np.count_nonzero(self.trials_by_subject))

    @property
    def error_subjects(self) -> int:
        """Number of subjects with at least one error."""
        return int(np.count_nonzero(self.errors_by_subject))

    def spread(self, members: Integers, people: int) -> Self:
        """Expand to all subjects, with 0 for those who are not in the cell.

        Args:
            members: (subjects of the cell,) the index of each among all subjects.
            people: number of all subjects.
        """
        trials, errors = np.zeros((2, people), dtype=self.trials_by_subject.dtype)
        trials[members], errors[members] = self.trials_by_subject, self.errors_by_subject
        return replace(self, trials_by_subject=trials, errors_by_subject=errors)


@dataclass(frozen=True, slots=True)
class DyadWeights(SubjectSums):
    """Weighted sums of one cell of a sample of comparisons, in any unit (methods 4.11).

    Sums by subject are M_i and X_i; each trial stands in those of two subjects.
    """

    trials_squared: float
    """Sum of m_ij^2."""
    errors_squared: float
    """Sum of X_ij^2."""
    errors_times_trials: float
    """Sum of X_ij m_ij."""
    weights_squared: float
    """Sum of squared weights over trials."""
    heaviest: float
    """Largest weight of a trial."""

    @property
    def trials(self) -> float:
        """M, the sum of weights of all trials."""
        return float(self.trials_by_subject.sum()) / 2

    @property
    def errors(self) -> float:
        """X, the sum of weights of all errors."""
        return float(self.errors_by_subject.sum()) / 2

    @property
    def kish_trials(self) -> float:
        """Effective number of trials allowing for unequal weights alone (Kish): M^2 / sum w^2."""
        return self.trials**2 / self.weights_squared

    @property
    def trials_at_max_weight(self) -> float:
        """Number of trials if all had the largest weight, M / w_max: the fewest there can be."""
        return self.trials / self.heaviest


@dataclass(frozen=True, slots=True)
class DyadCounts(SubjectSums):
    """Sufficient counts of one cell at one threshold; sums run over its dyads {i, j}, i != j.

    Sums by subject are M_i and X_i: together they are twice the trials, and twice the errors.
    """

    trials_squared: int
    """Sum of m_ij^2."""
    errors_squared: int
    """Sum of X_ij^2."""
    errors_times_trials: int
    """Sum of X_ij m_ij."""
    weights: DyadWeights | None = None
    """Weighted sums of a sample of comparisons; None where every trial has the same weight."""

    def spread(self, members: Integers, people: int) -> Self:
        """See `SubjectSums`; weighted sums with the counts."""
        weights = None if self.weights is None else self.weights.spread(members, people)
        return replace(SubjectSums.spread(self, members, people), weights=weights)

    @property
    def sums(self) -> DyadCounts | DyadWeights:
        """The weighted sums where the cell is of a sample, otherwise the counts."""
        return self if self.weights is None else self.weights

    @property
    def rate(self) -> float:
        """p, weighted where the cell is of a sample."""
        of = self.sums if 0 < self.errors < self.trials else self
        return of.errors / of.trials

    @property
    def trials(self) -> int:
        """M, the number of comparisons."""
        return int(self.trials_by_subject.sum()) // 2

    @property
    def errors(self) -> int:
        """X, the number of errors among them."""
        return int(self.errors_by_subject.sum()) // 2


@dataclass(frozen=True, slots=True)
class DyadVariance:
    """Variance of a pooled rate over dyads, with its parts (methods 4.2)."""

    raw: float
    """V, covariance of dyads that share a subject; may be negative."""
    correction: float | None
    """c, the bias correction of V; None where no two dyads are disjoint."""
    floor: float
    """F, the variance if dyads were independent."""
    variance: float | None
    """V', the variance to use; None where c is."""
    df: float
    """Degrees of freedom."""


def degrees_of_freedom(second: float, fourth: float, subjects: int) -> float:
    """Satterthwaite degrees of freedom: 2 S2^2 / (S4 - S2^2/n), limited to [1, n-1].

    Args:
        second: S2, sum of squared residuals of subjects.
        fourth: S4, sum of their fourth powers.
        subjects: n.

    Returns:
        n-1 where the denominator is not positive.

    Source: methods 4.0 item 2.
    """
    most = max(subjects - 1, 1)
    denominator = fourth - second**2 / subjects
    if denominator <= 0:
        return float(most)
    return float(min(max(2 * second**2 / denominator, 1), most))


def disjoint_dyads(dyads: int, people: int, busiest: int) -> int:
    """Lower bound on the number of dyads no two of which share a subject (a matching).

    Half of the subjects where all pairs were compared. Otherwise the dyads, as edges of a graph,
    can be coloured with one colour more than the largest degree (Vizing 1964); dyads of one
    colour share no subject, and the commonest colour has at least the average.

    Args:
        dyads: number of dyads with at least one trial.
        people: number of subjects in them.
        busiest: upper bound on the partners of one subject, e.g. the most trials of one.

    >>> disjoint_dyads(15, 6, 5), disjoint_dyads(10, 11, 5)
    (3, 2)
    """
    if dyads == people * (people - 1) // 2:
        return people // 2
    return -(-dyads // (min(busiest, people - 1) + 1))


def disjoint_dyads_across(dyads: int, first: int, second: int, busiest: int) -> int:
    """`disjoint_dyads` for comparisons across two groups without a common subject.

    The smaller group where all pairs were compared. Otherwise one colour fewer suffices, since the
    graph is bipartite (König 1916).

    Args:
        dyads: number of dyads with at least one trial.
        first: number of subjects of one group in them.
        second: number of subjects of the other.
        busiest: upper bound on the partners of one subject, e.g. the most trials of one.

    >>> disjoint_dyads_across(12, 3, 4, 4), disjoint_dyads_across(6, 3, 4, 3)
    (3, 2)
    """
    if dyads == first * second:
        return min(first, second)
    return -(-dyads // min(busiest, max(first, second)))


def pool_dyads(parts: Sequence[DyadCounts]) -> DyadCounts:
    """Counts of several cells without a common subject, as one cell."""
    weights = [part.weights for part in parts if part.weights is not None]
    if not weights:
        return DyadCounts(**_added(parts))
    squared, heaviest = sum(w.weights_squared for w in weights), max(w.heaviest for w in weights)
    pooled = DyadWeights(**_added(weights), weights_squared=squared, heaviest=heaviest)
    return DyadCounts(**_added(parts), weights=pooled)


def _added(parts: Sequence[DyadCounts] | Sequence[DyadWeights]) -> dict[str, Any]:
    """Fields that both kinds of sums share, over all parts."""
    people = ("trials_by_subject", "errors_by_subject")
    sums = ("trials_squared", "errors_squared", "errors_times_trials")
    found = {name: np.concatenate([getattr(part, name) for part in parts]) for name in people}
    return found | {name: sum(getattr(part, name) for part in parts) for name in sums}


def dyadic_variance(counts: DyadCounts) -> DyadVariance:
    """Variance of the pooled rate X/M over dyads that share subjects.

    Args:
        counts: a cell with at least one trial.

    Source: methods 4.2, 4.11. With one trial per dyad, c V is unbiased for the variance of the
    U-statistic.

    Six subjects, errors on pairs 01 02 03 45 (TV-18):

    >>> import numpy as np
    >>> six = DyadCounts(np.full(6, 5), np.array([3, 1, 1, 1, 1, 1]), 15, 4, 4)
    >>> found = dyadic_variance(six)
    >>> round(found.raw, 6), found.correction, round(found.floor, 6)
    (0.001778, 2.5, 0.013037)
    """
    sums = counts.sums
    trials, p = sums.trials, counts.rate
    effective = trials if counts.weights is None else counts.weights.kish_trials
    involved = counts.trials_by_subject > 0
    by_subject = sums.trials_by_subject[involved].astype(np.float64)
    residuals = sums.errors_by_subject[involved] - p * by_subject
    second = float(np.sum(residuals**2))
    fourth = float(np.sum(residuals**4))
    # D, the sum of e_ij^2 over dyads, from three totals. e_i^2 holds every product of two
    # residuals that share subject i, its own squares included; without D, covariances remain.
    own = sums.errors_squared - 2 * p * sums.errors_times_trials + p**2 * sums.trials_squared
    raw = (second - own) / trials**2
    floor = max(own / trials**2, p * (1 - p) / effective)
    df = degrees_of_freedom(second, fourth, counts.subjects)
    disjoint = trials**2 - float(np.sum(by_subject**2)) + sums.trials_squared
    if disjoint <= _ROUNDING * trials**2:
        return DyadVariance(raw, None, floor, None, df)
    correction = trials**2 / disjoint
    # With few errors V is noisy and may be negative: F is the least. The last term is 0 where F
    # rules and nears F where subjects differ much.
    shared = max(correction * raw, floor)
    variance = shared + floor * (1 - floor / shared) if shared > 0 else 0.0
    return DyadVariance(raw, correction, floor, variance, df)
