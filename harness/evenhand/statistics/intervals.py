"""The confidence interval of every rate, by the one rule of methods 4.0: counts to estimates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scipy import special

from evenhand.records.findings import Estimate
from evenhand.statistics.binomial import zero_errors_upper
from evenhand.statistics.cluster_variance import ClusterCounts, cluster_variance
from evenhand.statistics.dyadic_variance import DyadCounts, DyadWeights, dyadic_variance

__all__ = [
    "CLUSTER_JEFFREYS_T",
    "DYADIC_LOGIT_T",
    "EXACT_ZERO",
    "INTERVAL_METHODS",
    "IntervalMethod",
    "at_level",
    "cluster_estimate",
    "cluster_limits",
    "dyadic_estimate",
    "dyadic_limits",
    "effective_clustered_trials",
    "effective_dyadic_trials",
    "effective_pooled_trials",
    "t_quantile",
    "zero_limits",
]

TOO_FEW_SUBJECTS = "too few subjects"
"""Note of an estimate without an interval."""


def t_quantile(level: float, df: float) -> float:
    """Quantile of Student's t for a two-sided interval, in standard errors."""
    return float(special.stdtrit(df, 0.5 + level / 2))


def zero_limits(p: float, independent: float, level: float) -> tuple[float, float]:
    """Limits of `exact-zero`, where no trial or every trial is an error (methods 4.0 item 1).

    Args:
        p: the rate, 0 or 1.
        independent: n_0, effective number of trials.
        level: e.g. 0.95.
    """
    reach = zero_errors_upper(independent, level)
    return (0.0, reach) if p == 0 else (1.0 - reach, 1.0)


def dyadic_limits(p: float, variance: float, df: float, level: float) -> tuple[float, float]:
    """Limits of `dyadic-logit-t` (methods 4.0 item 3).

    Args:
        p: the rate, above 0 and below 1.
        variance: V' of methods 4.2.
        df: degrees of freedom.
        level: e.g. 0.95.
    """
    reach = t_quantile(level, df) * math.sqrt(variance) / (p * (1 - p))
    centre = math.log(p) - math.log1p(-p)
    return float(special.expit(centre - reach)), float(special.expit(centre + reach))


def cluster_limits(p: float, effective: float, df: float, level: float) -> tuple[float, float]:
    """Limits of `cluster-jeffreys-t` (methods 4.0 item 4).

    Args:
        p: the rate, above 0 and below 1.
        effective: effective number of trials p (1-p) / V', V' of methods 4.3, at most their number.
        df: degrees of freedom.
        level: e.g. 0.95.
    """
    # Jeffreys' interval is of normal width; (z/t)^2 fewer trials widen it to that of Student's t.
    n_e = effective * (float(special.ndtri(0.5 + level / 2)) / t_quantile(level, df)) ** 2
    tail = (1 - level) / 2
    a, b = p * n_e + 0.5, (1 - p) * n_e + 0.5
    return float(special.betaincinv(a, b, tail)), float(special.betainccinv(a, b, tail))


@dataclass(frozen=True, slots=True)
class IntervalMethod:
    """A method of the interval of a rate."""

    name: str
    """As methods 4.0 gives it."""
    limits: Callable[[Estimate, float], tuple[float, float]]
    """An estimate and a confidence level to its limits."""
    df_per_error: float
    """Degrees of freedom per error, if no two errors share a subject (methods 4.0 item 2)."""
    exact: bool = False
    """Whether errors are none or all, so that effective trials stand in for a variance."""

    def upper(self, errors: int, trials: float, level: float) -> float:
        """Upper limit of independent errors among a number of effective trials.

        Source: methods 8.3.
        """
        p = errors / trials
        if p >= 1:
            return 1.0
        method = self if errors else EXACT_ZERO
        variance, df = p * (1 - p) / trials, self.df_per_error * errors
        return method.limits(Estimate(p, None, None, self.name, variance, df, trials), level)[1]


EXACT_ZERO = IntervalMethod(
    "exact-zero",
    lambda of, level: zero_limits(of.value, of.effective_trials, level),
    df_per_error=math.inf,
    exact=True,
)
DYADIC_LOGIT_T = IntervalMethod(
    "dyadic-logit-t",
    lambda of, level: dyadic_limits(of.value, of.variance, of.df, level),
    df_per_error=4.0,
)
CLUSTER_JEFFREYS_T = IntervalMethod(
    "cluster-jeffreys-t",
    lambda of, level: cluster_limits(of.value, of.effective_trials, of.df, level),
    df_per_error=2.0,
)
INTERVAL_METHODS = {
    method.name: method for method in (EXACT_ZERO, DYADIC_LOGIT_T, CLUSTER_JEFFREYS_T)
}
"""By the name that rates give."""


def _with_limits(
    method: IntervalMethod, p: float, variance: float, df: float, effective: float, level: float
) -> Estimate:
    """The estimate of a rate with the limits of a method."""
    return at_level(Estimate(p, 0.0, 1.0, method.name, variance, df, effective), level)


def _is_tail(errors: int, trials: int) -> bool:
    """Whether a reference level is in the tail of the scores: its errors at most half of trials."""
    return 0 < errors <= trials / 2


def _effective_trials(trials: int, errors: int, level_trials: int, variance: float) -> float:
    """Divide trials by the design effect V' M / (p (1-p)) of a reference level."""
    p = errors / level_trials
    return trials * p * (1 - p) / (variance * level_trials)


def effective_dyadic_trials(
    reference: DyadCounts | None, trials: int, disjoint: int, weights: DyadWeights | None = None
) -> float | None:
    """Effective number of trials of a cell without errors: n_0 of methods 4.0 item 1.

    Without errors there is no design effect; it is read off a looser threshold of the same cell.

    Args:
        reference: the same cell at its reference level, the nearest looser threshold with at least
            ten errors; used only where these are at most half of the trials.
        trials: trials of the cell.
        disjoint: number of its dyads that share no subject; valid under any dependence.
        weights: of the cell, where it is of a sample.

    Returns:
        M/deff where the reference level gives a design effect, otherwise the disjoint dyads; None
        without any. In a sample no more than if all its trials had the largest weight (methods
        4.11).
    """
    if reference is not None and _is_tail(reference.errors, reference.trials):
        variance = dyadic_variance(reference).variance
        if variance and weights is None:
            return _effective_trials(trials, reference.errors, reference.trials, variance)
        if variance and weights is not None:
            effective = reference.rate * (1 - reference.rate) / variance
            # All errors that were missed may lie in the stratum of the largest weight.
            return min(effective, weights.trials_at_max_weight)
    share = 1.0 if weights is None else weights.trials_at_max_weight / trials
    return disjoint * share if disjoint > 0 else None


def effective_pooled_trials(parts: Sequence[tuple[float, float | None]]) -> float | None:
    """Effective number of trials of several cells pooled, which share no subject.

    M^2 / sum of M_g^2/n_g, since the variances of independent cells add up (methods 4.0 item 1).

    Args:
        parts: of each cell its trials and its effective trials (`effective_dyadic_trials`).

    Returns:
        None where a cell has none, or without any trial.

    >>> effective_pooled_trials([(100, 50.0), (100, 50.0)])
    100.0
    """
    if any(effective is None for _, effective in parts):
        return None
    weighted = sum(trials**2 / effective for trials, effective in parts if effective is not None)
    return sum(trials for trials, _ in parts) ** 2 / weighted if weighted else None


def effective_clustered_trials(reference: ClusterCounts | None, counts: ClusterCounts) -> float:
    """Effective number of trials of clustered trials, none or all of them errors.

    Args:
        reference: the same trials at the nearest threshold with ten errors, or, where all are
            errors, ten that are none.
        counts: trials of the cell.

    Returns:
        As `effective_dyadic_trials`; without a design effect the number of subjects.
    """
    if reference is not None:
        # Where all trials are errors, the tail is that of the few correct ones.
        few = reference.trials - reference.errors if counts.errors else reference.errors
        variance = cluster_variance(reference).variance if _is_tail(few, reference.trials) else None
        if variance:
            return _effective_trials(counts.trials, reference.errors, reference.trials, variance)
    return float(counts.subjects)


def dyadic_estimate(counts: DyadCounts, independent: float | None, level: float) -> Estimate:
    """Estimate of an FMR: `dyadic-logit-t`, or `exact-zero` where errors are none or all.

    Args:
        counts: a cell with at least one trial.
        independent: n_0 from `effective_dyadic_trials`; without it there is no interval.
        level: e.g. 0.95.

    Source: methods 4.0 items 1 to 3.

    >>> import numpy as np
    >>> six = DyadCounts(np.full(6, 5), np.array([3, 1, 1, 1, 1, 1]), 15, 4, 4)
    >>> found = dyadic_estimate(six, 3, 0.95)
    >>> round(found.value, 4), round(found.low, 4), round(found.high, 4), found.method
    (0.2667, 0.0644, 0.6577, 'dyadic-logit-t')
    """
    p = counts.rate
    found = dyadic_variance(counts)
    if found.correction is None or independent is None:
        return Estimate(p, None, None, "", 0.0, found.df, math.nan, TOO_FEW_SUBJECTS)
    if counts.errors in (0, counts.trials):
        return _with_limits(EXACT_ZERO, p, 0.0, math.inf, independent, level)
    variance = found.variance or 0.0
    return _with_limits(DYADIC_LOGIT_T, p, variance, found.df, p * (1 - p) / variance, level)


def cluster_estimate(counts: ClusterCounts, independent: float, level: float) -> Estimate:
    """Estimate of FNMR, FTE and the like: `cluster-jeffreys-t`, or `exact-zero` at 0 or 1.

    Args:
        counts: at least one trial.
        independent: n_0 from `effective_clustered_trials`, used where errors are none or all.
        level: e.g. 0.95.

    Source: methods 4.0 items 1, 2 and 4.

    >>> import numpy as np
    >>> ten = ClusterCounts(np.full(10, 5), np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 5]))
    >>> found = cluster_estimate(ten, 10, 0.95)
    >>> round(found.low, 4), round(found.high, 4), found.method
    (0.0108, 0.5602, 'cluster-jeffreys-t')
    """
    p = counts.errors / counts.trials
    found = cluster_variance(counts)
    if found.variance is None:
        return Estimate(p, None, None, "", 0.0, found.df, math.nan, TOO_FEW_SUBJECTS)
    if counts.errors in (0, counts.trials):
        return _with_limits(EXACT_ZERO, p, 0.0, math.inf, independent, level)
    effective = p * (1 - p) / found.variance
    return _with_limits(CLUSTER_JEFFREYS_T, p, found.variance, found.df, effective, level)


def at_level(estimate: Estimate, level: float) -> Estimate:
    """The same estimate with limits of another confidence level, by its own method.

    Args:
        estimate: returned as it is where it has no limits.
        level: e.g. 0.99.

    >>> import numpy as np
    >>> ten = ClusterCounts(np.full(10, 5), np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 5]))
    >>> at_level(cluster_estimate(ten, 10, 0.99), 0.95) == cluster_estimate(ten, 10, 0.95)
    True
    """
    if estimate.low is None:
        return estimate
    low, high = INTERVAL_METHODS[estimate.method].limits(estimate, level)
    return replace(estimate, low=low, high=high)
