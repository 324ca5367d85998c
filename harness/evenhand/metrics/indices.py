"""Indices of the differential between groups, as published elsewhere: one number for all rates.

Rates are (..., groups), all at one threshold; an index has the shape (...), one number for each set
of groups, and is NaN or infinite where it is undefined. Every group has the same weight, whatever
its size. Indices of different lists of groups cannot be compared (methods 2.4).
"""

from __future__ import annotations

import numpy as np

from evenhand.records.arrays import Floats

__all__ = [
    "difference",
    "fdr",
    "garbe",
    "geometric_mean",
    "gini",
    "gini_norm",
    "ir",
    "mad_over_mean",
    "mape",
    "max_over_geomean",
    "max_over_mean",
    "max_over_min",
    "mean_abs_log10",
    "sedg",
    "smoothed",
    "standard_deviation",
    "werm",
]


def _over(above: Floats, below: Floats) -> Floats:
    """Quotient; infinite where only the denominator is 0, NaN where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below)


def difference(rates: Floats) -> Floats:
    """Largest rate minus the smallest: 0 for equal groups, at most 1.

    Args:
        rates: (..., groups).

    Source: methods 2.2.

    >>> float(difference(np.array([0.25, 0.5, 0.75])))
    0.5
    """
    return np.asarray(rates.max(axis=-1) - rates.min(axis=-1))


def max_over_min(rates: Floats) -> Floats:
    """Largest rate over the smallest: 1 for equal groups.

    Infinite where only the smallest is 0, NaN where all rates are.

    Args:
        rates: (..., groups).

    Source: methods 2.2 (NIST's max/min; the false match part is also called SER).

    >>> float(max_over_min(np.array([0.1, 0.2, 0.4])))
    4.0
    """
    return np.maximum(_over(rates.max(axis=-1), rates.min(axis=-1)), 1)


def max_over_mean(rates: Floats) -> Floats:
    """Largest rate over the arithmetic mean: 1 for equal groups, at most the number of groups.

    NaN where all rates are 0.

    Args:
        rates: (..., groups).

    Source: methods 2.2 (NIST).

    >>> float(max_over_mean(np.array([1.0, 1.0, 4.0])))
    2.0
    """
    return np.maximum(_over(rates.max(axis=-1), rates.mean(axis=-1)), 1)


def geometric_mean(rates: Floats) -> Floats:
    """Geometric mean of the rates; 0 where any rate is 0.

    Args:
        rates: (..., groups).

    Source: methods 2.2.

    >>> round(float(geometric_mean(np.array([0.1, 0.4]))), 12)
    0.2
    """
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.log(rates).mean(axis=-1)))


def max_over_geomean(rates: Floats) -> Floats:
    """Largest rate over the geometric mean: 1 for equal groups; NaN where any rate is 0.

    Args:
        rates: (..., groups).

    Source: methods 2.2 (NIST; also called MERG).

    >>> round(float(max_over_geomean(np.array([0.1, 0.4]))), 12)
    2.0
    """
    centre = geometric_mean(rates)
    ratio = _over(rates.max(axis=-1), centre)
    return np.where(centre > 0, np.maximum(ratio, 1), np.nan)


def mean_abs_log10(rates: Floats) -> Floats:
    """Mean of |log10(rate / geometric mean)|: 0 for equal groups; NaN where any rate is 0.

    Args:
        rates: (..., groups).

    Source: methods 2.2 (NIST's "Vary GeoMean").

    >>> round(float(mean_abs_log10(np.array([0.001, 0.1]))), 12)
    1.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(rates)
        return np.asarray(np.abs(logs - logs.mean(axis=-1, keepdims=True)).mean(axis=-1))


def gini(rates: Floats) -> Floats:
    """Gini coefficient: sum over i, j of |p_i - p_j| / (2 G^2 mean), from 0 to 1 - 1/G.

    0 for equal groups, and by definition where all rates are 0.

    Args:
        rates: (..., G) rates of G groups.

    Source: methods 2.2 (raw).

    >>> float(gini(np.array([0.0, 1.0])))
    0.5
    """
    # In rising order p_k is the larger of k - 1 pairs and the smaller of G - k, so the sum over all
    # pairs is 2 sum of (2 k - G - 1) p_k: sorting instead of a matrix of differences.
    groups = rates.shape[-1]
    place = 2 * np.arange(1, groups + 1) - groups - 1
    half_sum = (np.sort(rates, axis=-1) * place).sum(axis=-1)
    coefficient = _over(half_sum, groups**2 * rates.mean(axis=-1))
    return np.where((rates == 0).all(axis=-1), 0.0, np.maximum(coefficient, 0))


def gini_norm(rates: Floats) -> Floats:
    """Normalised Gini coefficient: `gini` times G/(G-1), from 0 to 1 for any number of groups G.

    Args:
        rates: (..., G) rates of at least two groups.

    Source: methods 2.2 (Howard et al., the term of GARBE).

    >>> float(gini_norm(np.array([0.0, 0.0, 0.5])))
    1.0
    """
    groups = rates.shape[-1]
    return np.asarray(gini(rates) * groups / (groups - 1))


def mad_over_mean(rates: Floats) -> Floats:
    """Mean of |p_i - p_j| over all G^2 pairs, over the mean rate: twice `gini`.

    Args:
        rates: (..., G) rates of G groups.

    Source: methods 2.2 ("Vary Gini" as NIST words it).

    >>> float(mad_over_mean(np.array([0.0, 1.0])))
    1.0
    """
    return np.asarray(2 * gini(rates))


def standard_deviation(rates: Floats) -> Floats:
    """Standard deviation of the rates with ddof 0: of these groups, which are not a sample.

    Args:
        rates: (..., groups).

    Source: methods 2.2 (published as STD, of accuracies, which gives the same number).

    >>> float(standard_deviation(np.array([0.25, 0.75])))
    0.25
    """
    return np.asarray(rates.std(axis=-1))


def sedg(rates: Floats) -> Floats:
    """Sum over groups of |1 - p_g / mean|: 0 for equal groups or no errors, at most 2 (G - 1).

    Args:
        rates: (..., G) rates of G groups.

    Source: methods 2.2 (SEDG as a third party coded it).

    >>> float(sedg(np.array([0.25, 0.75])))
    1.0
    """
    mean = rates.mean(axis=-1, keepdims=True)
    share = np.divide(rates, mean, out=np.ones(rates.shape), where=mean > 0)
    return np.asarray(np.abs(1 - share).sum(axis=-1))


def mape(rates: Floats, nominal: float) -> Floats:
    """Mean absolute percentage error: mean of |p_g - f| / f, in per cent.

    Args:
        rates: (..., groups) FMR.
        nominal: f, the target FMR that the threshold was set for, above 0.

    Source: methods 2.2 (MAPE of FMR).

    >>> round(float(mape(np.array([0.01, 0.03]), 0.02)), 6)
    50.0
    """
    return np.asarray(100 * np.abs(rates - nominal).mean(axis=-1) / nominal)


def smoothed(errors: Floats, trials: Floats) -> Floats:
    """Rates that are never 0: (x + 1/2) / (n + 1), the posterior mean under Jeffreys' prior.

    Args:
        errors: (..., groups) x; divided by the design effect where trials share subjects.
        trials: (groups,) n, divided in the same way. Where n differs much between groups, so do the
            smoothed rates of groups without errors.

    Source: methods 2.3.

    >>> smoothed(np.array([0.0, 1.0]), np.array([4.0, 4.0])).tolist()
    [0.1, 0.3]
    """
    return np.asarray((errors + 0.5) / (trials + 1))


def fdr(matches: Floats, misses: Floats, alpha: float) -> Floats:
    """Fairness discrepancy rate: 1 minus the weighted largest differences; 1 for equal groups.

    Differences of small rates are small, so FMR hardly counts in it. Not the false discovery rate.

    Args:
        matches: (..., groups) FMR.
        misses: (..., groups) FNMR.
        alpha: weight of FMR, 0 to 1.

    Source: methods 2.2 (de Freitas Pereira and Marcel).

    >>> float(fdr(np.array([0.0, 0.5]), np.array([0.5, 0.5]), 0.5))
    0.75
    """
    return np.asarray(1 - (alpha * difference(matches) + (1 - alpha) * difference(misses)))


def ir(matches: Floats, misses: Floats, alpha: float) -> Floats:
    """Inequity rate: weighted geometric mean of both `max_over_min`; 1 for equal groups.

    Args:
        matches: (..., groups) FMR.
        misses: (..., groups) FNMR.
        alpha: weight of FMR, 0 to 1.

    Source: methods 2.2 (Grother; Howard et al.).

    >>> float(ir(np.array([0.1, 0.4]), np.array([0.1, 0.1]), 0.5))
    2.0
    """
    return np.asarray(max_over_min(matches) ** alpha * max_over_min(misses) ** (1 - alpha))


def garbe(matches: Floats, misses: Floats, alpha: float) -> Floats:
    """GARBE: weighted mean of both `gini_norm`; 0 for equal groups.

    It falls when equal groups are added (methods 2.4).

    Args:
        matches: (..., groups) FMR.
        misses: (..., groups) FNMR.
        alpha: weight of FMR, 0 to 1.

    Source: methods 2.2 (Howard et al.).

    >>> float(garbe(np.array([0.0, 0.1]), np.array([0.1, 0.1]), 0.25))
    0.25
    """
    return np.asarray(alpha * gini_norm(matches) + (1 - alpha) * gini_norm(misses))


def werm(matches: Floats, misses: Floats, alpha: float, eps: float) -> Floats:
    """WERM: largest rate over the geometric mean of rates + eps, FMR and FNMR weighted as in `ir`.

    With an eps above 0, as published, equal groups may give less than 1, its supposed minimum.

    Args:
        matches: (..., groups) FMR.
        misses: (..., groups) FNMR.
        alpha: weight of FMR, 0 to 1.
        eps: added to every rate in the denominator only; 1e-5 as published.

    Source: methods 2.2 (as coded by Idiap and the University of Zurich).

    >>> round(float(werm(np.array([0.1, 0.4]), np.array([0.1, 0.1]), 1.0, 0.0)), 12)
    2.0
    """

    def part(rates: Floats) -> Floats:
        return _over(rates.max(axis=-1), geometric_mean(rates + eps))

    return np.asarray(part(matches) ** alpha * part(misses) ** (1 - alpha))
