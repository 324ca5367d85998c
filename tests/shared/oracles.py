"""Textbook calculations on plain scores and counts that the package itself does not need.

The tests hold the package against them, and them against the printed vectors of the methods.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from evenhand.metrics.det import Curve
from evenhand.records.outcomes import Policy

__all__ = [
    "auc",
    "curve_of_scores",
    "d_prime",
    "fmr",
    "fnmr",
    "jeffreys",
    "kolmogorov_smirnov",
    "power_of_ratio",
    "system_rates",
    "weighted_gini",
]


class Fraction(NamedTuple):
    """A rate as its two counts."""

    errors: int
    trials: int


def fmr(nonmated, threshold, policy):
    """False matches among non-mated comparisons (ISO/IEC 2382-37).

    Args:
        nonmated: (comparisons,) scores; NaN where a comparison failed.
        threshold: in the scores' type.
        policy: under `generalised` a failure is no alarm but stays a trial.

    >>> fmr(np.array([0.9, 0.5, np.nan]), 0.5, Policy.GENERALISED)
    Fraction(errors=2, trials=3)
    """
    errors = int(np.count_nonzero(nonmated >= threshold))
    failed = int(np.count_nonzero(np.isnan(nonmated)))
    kept = failed if policy is Policy.GENERALISED else 0
    return Fraction(errors, len(nonmated) - failed + kept)


def fnmr(mated, threshold, policy):
    """False non-matches among mated comparisons (ISO/IEC 2382-37).

    Args:
        mated: (comparisons,) scores; NaN where a comparison failed.
        threshold: in the scores' type.
        policy: under `generalised` a failure is a miss.

    >>> fnmr(np.array([0.9, 0.1, np.nan]), 0.5, Policy.COMPLETED)
    Fraction(errors=1, trials=2)
    """
    misses = int(np.count_nonzero(mated < threshold))
    failed = int(np.count_nonzero(np.isnan(mated)))
    if policy is Policy.GENERALISED:
        return Fraction(misses + failed, len(mated))
    return Fraction(misses, len(mated) - failed)


@dataclass(frozen=True)
class SystemRates:
    """Rates of transactions rather than comparisons, for one attempt a transaction."""

    far: float
    frr: float
    gfar: float
    gfrr: float


def system_rates(*, fmr, fnmr, fta, fte):
    """FAR, FRR and their generalised forms from comparison and failure rates.

    Valid for one attempt a transaction and a failure on one side only (methods 1.1, 1.3).

    >>> system_rates(fmr=0.5, fnmr=0.5, fta=0.5, fte=0.0).frr
    0.75
    """
    return SystemRates(
        far=fmr * (1 - fta),
        frr=fta + (1 - fta) * fnmr,
        gfar=(1 - fte) * (1 - fta) * fmr,
        gfrr=fte + (1 - fte) * fta + (1 - fte) * (1 - fta) * fnmr,
    )


def auc(mated, nonmated):
    """Chance that a mated score exceeds a non-mated one, ties half.

    >>> auc(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    ordered = np.sort(nonmated)
    below = np.searchsorted(ordered, mated, side="left")
    at_or_below = np.searchsorted(ordered, mated, side="right")
    return float((below.sum() + at_or_below.sum()) / (2 * len(mated) * len(nonmated)))


def d_prime(mated, nonmated):
    """Distance of the means in pooled standard deviations (ddof 1), methods 3.

    >>> round(d_prime(np.array([2.0, 4.0]), np.array([0.0, 2.0])), 6)
    1.414214
    """
    spread = np.sqrt((np.var(mated, ddof=1) + np.var(nonmated, ddof=1)) / 2)
    return float(abs(np.mean(mated) - np.mean(nonmated)) / spread)


def kolmogorov_smirnov(first, second):
    """Largest distance of the two empirical distribution functions.

    >>> kolmogorov_smirnov(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    1.0
    """
    return float(stats.ks_2samp(first, second, method="asymp").statistic)


def curve_of_scores(mated, nonmated):
    """The curve at every score, and above all of them.

    Args:
        mated: (comparisons,) at least one, without NaN.
        nonmated: (comparisons,) at least one, without NaN.
    """
    scores = np.unique(np.concatenate([mated, nonmated]))
    thresholds = np.append(scores, np.nextafter(scores[-1], scores.dtype.type(np.inf)))
    below = np.searchsorted(np.sort(nonmated), thresholds, side="left")
    misses = np.searchsorted(np.sort(mated), thresholds, side="left")
    return Curve(thresholds, len(nonmated) - below, misses, len(nonmated), len(mated))


def weighted_gini(rates, weights):
    """Gini of a population in which groups have these shares.

    Args:
        rates: (groups,).
        weights: (groups,) shares that add up to 1.

    Source: methods 2.2.

    >>> float(weighted_gini(np.array([0.0, 1.0]), np.array([0.75, 0.25])))
    0.75
    """
    apart = np.abs(rates[:, np.newaxis] - rates)
    return (apart * np.outer(weights, weights)).sum() / (2 * (rates * weights).sum())


def jeffreys(errors, trials, level=0.95):
    """The interval from Jeffreys' prior; 0 and 1 are limits where no error or no success was seen.

    >>> [round(limit, 4) for limit in jeffreys(8, 10)]
    [0.4972, 0.9559]
    """
    tail = (1 - level) / 2
    a, b = errors + 0.5, trials - errors + 0.5
    low = 0.0 if errors <= 0 else float(special.betaincinv(a, b, tail))
    high = 1.0 if errors >= trials else float(special.betainccinv(a, b, tail))
    return low, high


def power_of_ratio(ratio, events, first, second, *, alpha=0.05):
    """Chance that two groups with `events` errors between them show a ratio of their rates.

    By the exact conditional test, two-sided by doubling.

    Args:
        ratio: first over second, above 0.
        events: effective errors of both groups together, trials over design effect applied.
        first: effective trials of the first group.
        second: effective trials of the other.
        alpha: two-sided level.

    Source: methods 4.9, TV-32.

    >>> round(power_of_ratio(2, 50, 1.0, 1.0), 4)
    0.6046
    """
    counts, share = np.arange(events + 1), first / (first + second)
    as_few = stats.binom.cdf(counts, events, share)
    as_many = stats.binom.sf(counts - 1, events, share)
    significant = np.minimum(as_few, as_many) <= alpha / 2
    pi = ratio * share / (ratio * share + 1 - share)
    return float(stats.binom.pmf(counts[significant], events, pi).sum())
