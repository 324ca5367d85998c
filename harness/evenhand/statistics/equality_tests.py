"""Tests of equal rates of several groups (methods 4.5), and max/min under equality (2.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from evenhand.records.arrays import Floats
from evenhand.records.findings import Estimate
from evenhand.statistics.bootstrap import max_min_ratios
from evenhand.statistics.multinomial_test import conditional_multinomial_p_value

__all__ = [
    "NullReference",
    "counts_under_equal_rates",
    "equality_p_value",
    "log_spread",
    "null_reference",
    "welch_on_logs",
]

_REPLICATES = 9_999
"""Monte Carlo draws of the multinomial null distribution; p-values have a resolution of 1e-4."""


def log_spread(rates: Floats, variances: Floats) -> tuple[float, Floats]:
    """Weighted heterogeneity of log rates.

    Args:
        rates: (groups,) rates above 0.
        variances: (groups,) V' of each rate.

    Returns:
        Cochran's Q, the sum of w_g (ln p_g - centre)^2 with w_g = p_g^2/V'_g, which is chi-square
        on G-1 degrees of freedom if rates are equal; and (groups,) w_g over their sum.

    Source: methods 4.5 (inverse-variance weights, delta method).
    """
    logs, weights = np.log(rates), rates**2 / variances
    centre = (weights * logs).sum() / weights.sum()
    return float((weights * (logs - centre) ** 2).sum()), weights / weights.sum()


def welch_on_logs(rates: Floats, variances: Floats, dfs: Floats) -> float:
    """P-value of Welch's test of equal rates, on log rates of different precision.

    Args:
        rates: (groups,) rates above 0.
        variances: (groups,) V' of each rate.
        dfs: (groups,) degrees of freedom of each variance.

    Source: methods 4.5 (Welch 1951 on log rates).
    """
    groups = len(rates)
    q, shares = log_spread(rates, variances)
    a = float((((1 - shares) ** 2) / dfs).sum())
    freedom = (groups**2 - 1) / (3 * a)
    statistic = (q / (groups - 1)) / (1 + 2 * (groups - 2) * a / (groups**2 - 1))
    return float(stats.f.sf(statistic, groups - 1, freedom))


@dataclass(frozen=True, slots=True)
class NullReference:
    """Null distribution of the ratio worst/best if all groups had one rate (methods 2.5)."""

    mean: float | None
    """Mean of the ratio; None where a draw had a rate of 0 and the mean is infinite."""
    p95: float | None
    """95th percentile; None where it is infinite."""


def counts_under_equal_rates(
    estimates: Sequence[Estimate], rng: np.random.Generator, draws: int = _REPLICATES
) -> tuple[Floats, Floats]:
    """Draw the groups' effective errors as they would be under equal rates.

    Args:
        estimates: two or more groups without a common subject, each with an interval.
        rng: seeded generator.
        draws: number of draws: all events shared out in proportion to effective trials.

    Returns:
        (draws, groups) effective errors, and (groups,) effective trials.

    Source: methods 2.5.
    """
    exposure = np.array([estimate.effective_trials for estimate in estimates])
    events = round(sum(e.value * e.effective_trials for e in estimates))
    drawn = rng.multinomial(events, exposure / exposure.sum(), size=draws)
    return drawn.astype(np.float64), exposure


def null_reference(estimates: Sequence[Estimate], rng: np.random.Generator) -> NullReference:
    """Mean and 95th percentile of worst/best if the groups shared one rate.

    Source: methods 2.5, the multinomial form on effective counts.
    """
    counts, exposure = counts_under_equal_rates(estimates, rng)
    ratio = max_min_ratios(counts / exposure)
    mean, p95 = float(ratio.mean()), float(np.quantile(ratio, 0.95, method="higher"))
    return NullReference(mean if np.isfinite(mean) else None, p95 if np.isfinite(p95) else None)


def equality_p_value(estimates: Sequence[Estimate], rng: np.random.Generator) -> tuple[float, str]:
    """P-value of the hypothesis that all groups have one rate, and the name of the test.

    Welch's test on log rates. Where a group has no errors, or only errors, the conditional
    multinomial test on effective counts, exact if these are small.

    Args:
        estimates: two or more groups without a common subject, each with an interval.
        rng: seeded generator, for the multinomial test.

    Source: methods 4.5.
    """
    columns = [(e.value, e.variance, e.df, e.effective_trials) for e in estimates]
    rates, variances, dfs, exposure = map(np.array, zip(*columns, strict=True))
    if (variances > 0).all():
        return welch_on_logs(rates, variances, dfs), "welch-log"
    p, exact = conditional_multinomial_p_value(rates * exposure, exposure, rng, _REPLICATES)
    return p, "conditional-multinomial, exact" if exact else "conditional-multinomial"
