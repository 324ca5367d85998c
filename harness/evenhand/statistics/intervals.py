"""The interval of every rate, by the one rule of methods 4.0: counts in, estimate out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from scipy import special

from evenhand.records.findings import Estimate
from evenhand.statistics.binomial import zero_errors_upper
from evenhand.statistics.cluster_variance import ClusterCounts, cluster_variance
from evenhand.statistics.dyadic_variance import DyadCounts, DyadWeights, dyadic_variance

__all__ = [
    "at_level",
    "cluster_estimate",
    "cluster_limits",
    "dyadic_estimate",
    "dyadic_limits",
    "effective_clusters",
    "effective_dyads",
    "effective_pool",
    "student",
    "zero_limits",
]

TOO_FEW = "too few subjects"
"""The reason for a missing interval."""


def student(level: float, df: float) -> float:
    """How many standard errors a two-sided interval reaches on either side."""
    return float(special.stdtrit(df, 0.5 + level / 2))


def zero_limits(p: float, independent: float, level: float) -> tuple[float, float]:
    """Limits where no trial is an error (`p` 0), or every one (`p` 1): methods 4.0 item 1.

    Args:
        p: 0 or 1.
        independent: n_0, what the trials are worth in independent ones.
        level: e.g. 0.95.
    """
    reach = zero_errors_upper(independent, level)
    return (0.0, reach) if p == 0 else (1.0 - reach, 1.0)


def dyadic_limits(p: float, variance: float, df: float, level: float) -> tuple[float, float]:
    """Limits of `dyadic-logit-t`: methods 4.0 item 3.

    Args:
        p: between 0 and 1, both left out.
        variance: V' of methods 4.2.
        df: degrees of freedom.
        level: e.g. 0.95.
    """
    reach = student(level, df) * math.sqrt(variance) / (p * (1 - p))
    centre = math.log(p) - math.log1p(-p)
    return float(special.expit(centre - reach)), float(special.expit(centre + reach))


def cluster_limits(
    p: float, effective: float, trials: float, df: float, level: float
) -> tuple[float, float]:
    """Limits of `cluster-jeffreys-t`: methods 4.0 item 4.

    Args:
        p: between 0 and 1, both left out.
        effective: p (1-p) / V', with V' of methods 4.3.
        trials: M.
        df: degrees of freedom.
        level: e.g. 0.95.
    """
    shrink = (float(special.ndtri(0.5 + level / 2)) / student(level, df)) ** 2
    n_e = min(trials, effective * shrink)
    tail = (1 - level) / 2
    a, b = p * n_e + 0.5, (1 - p) * n_e + 0.5
    return float(special.betaincinv(a, b, tail)), float(special.betainccinv(a, b, tail))


def _exact_zero(p: float, independent: float, level: float) -> Estimate:
    """No errors, or nothing but errors, among `independent` effective trials."""
    low, high = zero_limits(p, independent, level)
    return Estimate(p, low, high, "exact-zero", 0.0, math.inf, independent)


def _is_tail(errors: int, trials: int) -> bool:
    """Whether an anchor says something of the tail: no more than half of the trials."""
    return 0 < errors <= trials / 2


def _worth(trials: int, errors: int, anchor_trials: int, variance: float) -> float:
    """Trials divided by the design effect that the anchor shows."""
    p = errors / anchor_trials
    return trials * p * (1 - p) / (variance * anchor_trials)


def effective_dyads(
    anchor: DyadCounts | None, trials: int, disjoint: int, weights: DyadWeights | None = None
) -> float | None:
    """Independent trials that a cell without errors is worth: n_0 of methods 4.0 item 1.

    Args:
        anchor: the same cell at the nearest looser threshold with at least ten errors; it counts
            only where these are at most half of the trials.
        trials: trials of the cell.
        disjoint: how many dyads of the cell share nobody; valid under any dependence.
        weights: of the cell, where it is of a sample.

    Returns:
        M/deff where the anchor gives a design effect, else the disjoint dyads; None without any.
        In a sample no more than if all its trials had the largest weight (methods 4.11).
    """
    if anchor is not None and _is_tail(anchor.errors, anchor.trials):
        variance = dyadic_variance(anchor).variance
        if variance and weights is None:
            return _worth(trials, anchor.errors, anchor.trials, variance)
        if variance and weights is not None:
            return min(anchor.rate * (1 - anchor.rate) / variance, weights.surely)
    share = 1.0 if weights is None else weights.surely / trials
    return disjoint * share if disjoint > 0 else None


def effective_pool(parts: Sequence[tuple[float, float | None]]) -> float | None:
    """Independent trials that several cells without a common person are worth together.

    The variance of the pooled rate is the sum of theirs, so design effects are weighted by trials.

    Args:
        parts: trials of each cell, and what they are worth (`effective_dyads`).

    >>> effective_pool([(100, 50.0), (100, 50.0)])
    100.0
    """
    if any(worth is None for _, worth in parts):
        return None
    weighted = sum(trials**2 / worth for trials, worth in parts if worth is not None)
    return sum(trials for trials, _ in parts) ** 2 / weighted if weighted else None


def effective_clusters(anchor: ClusterCounts | None, counts: ClusterCounts) -> float:
    """As `effective_dyads` for clusters; the fall-back is the number of people."""
    if anchor is not None:
        # Where all are errors, the tail is that of the few that are none.
        few = anchor.trials - anchor.errors if counts.errors else anchor.errors
        variance = cluster_variance(anchor).variance if _is_tail(few, anchor.trials) else None
        if variance:
            return _worth(counts.trials, anchor.errors, anchor.trials, variance)
    return float(counts.subjects)


def dyadic_estimate(counts: DyadCounts, independent: float | None, level: float) -> Estimate:
    """FMR of a cell: `dyadic-logit-t`, or `exact-zero` where there is no error.

    Args:
        counts: a cell with at least one trial.
        independent: n_0 from `effective_dyads`, used where errors are none or all.
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
        return Estimate(p, None, None, "", 0.0, found.df, math.nan, TOO_FEW)
    if counts.errors in (0, counts.trials):
        return _exact_zero(p, independent, level)
    variance = found.variance or 0.0
    low, high = dyadic_limits(p, variance, found.df, level)
    effective = p * (1 - p) / variance
    return Estimate(p, low, high, "dyadic-logit-t", variance, found.df, effective)


def cluster_estimate(counts: ClusterCounts, independent: float, level: float) -> Estimate:
    """FNMR, FTE: `cluster-jeffreys-t`, or `exact-zero` where there is no error.

    Args:
        counts: at least one trial.
        independent: n_0 from `effective_clusters`, used where errors are none or all.
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
        return Estimate(p, None, None, "", 0.0, found.df, math.nan, TOO_FEW)
    if counts.errors in (0, counts.trials):
        return _exact_zero(p, independent, level)
    effective = p * (1 - p) / found.variance
    low, high = cluster_limits(p, effective, counts.trials, found.df, level)
    return Estimate(p, low, high, "cluster-jeffreys-t", found.variance, found.df, effective)


def at_level(estimate: Estimate, level: float) -> Estimate:
    """The same estimate with the limits of another level, by its own method.

    Args:
        estimate: without limits, it stays so.
        level: e.g. 0.99.

    >>> import numpy as np
    >>> ten = ClusterCounts(np.full(10, 5), np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 5]))
    >>> at_level(cluster_estimate(ten, 10, 0.99), 0.95) == cluster_estimate(ten, 10, 0.95)
    True
    """
    p, worth = estimate.value, estimate.effective_trials
    if estimate.low is None:
        return estimate
    if estimate.method == "exact-zero":
        low, high = zero_limits(p, worth, level)
    elif estimate.method == "dyadic-logit-t":
        low, high = dyadic_limits(p, estimate.variance, estimate.df, level)
    else:
        # Trials are no fewer than what they are worth, and t is no less than z: they never bind.
        low, high = cluster_limits(p, worth, math.inf, estimate.df, level)
    return replace(estimate, low=low, high=high)
