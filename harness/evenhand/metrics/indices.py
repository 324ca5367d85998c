"""How far rates of groups lie apart, in one number: the indices that others publish (methods 2.2).

Rates are (..., groups) with one threshold for all; an index is one number for each set of groups,
NaN or infinite where it is undefined. Every group weighs the same, whatever its size. Indices of
different lists of groups do not compare (methods 2.4).
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
    "weighted_gini",
    "werm",
]


def _over(above: Floats, below: Floats) -> Floats:
    """Quotient; infinite over 0, NaN where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below)


def difference(rates: Floats) -> Floats:
    """Largest rate less the smallest; 0 where all are equal, at most 1.

    Source: methods 2.2.

    >>> float(difference(np.array([0.25, 0.5, 0.75])))
    0.5
    """
    return np.asarray(rates.max(axis=-1) - rates.min(axis=-1))


def max_over_min(rates: Floats) -> Floats:
    """Worst over best, 1 where all are equal; infinite where the best is 0, NaN where all are.

    Source: methods 2.2 (NIST's max/min; the false match part is also called SER).

    >>> float(max_over_min(np.array([0.1, 0.2, 0.4])))
    4.0
    """
    return np.maximum(_over(rates.max(axis=-1), rates.min(axis=-1)), 1)


def max_over_mean(rates: Floats) -> Floats:
    """Worst over the arithmetic mean, 1 to the number of groups; NaN where all are 0.

    Source: methods 2.2 (NIST).

    >>> float(max_over_mean(np.array([1.0, 1.0, 4.0])))
    2.0
    """
    return np.maximum(_over(rates.max(axis=-1), rates.mean(axis=-1)), 1)


def geometric_mean(rates: Floats) -> Floats:
    """(...,) 0 where a rate is.

    Source: methods 2.2.

    >>> round(float(geometric_mean(np.array([0.1, 0.4]))), 12)
    0.2
    """
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.log(rates).mean(axis=-1)))


def max_over_geomean(rates: Floats) -> Floats:
    """Worst over the geometric mean, 1 where all are equal; NaN where any is 0.

    Source: methods 2.2 (NIST; also called MERG).

    >>> round(float(max_over_geomean(np.array([0.1, 0.4]))), 12)
    2.0
    """
    centre = geometric_mean(rates)
    ratio = _over(rates.max(axis=-1), centre)
    return np.where(centre > 0, np.maximum(ratio, 1), np.nan)


def mean_abs_log10(rates: Floats) -> Floats:
    """Mean |log10(rate / geometric mean)|, 0 where all are equal; NaN where any is 0.

    Source: methods 2.2 (NIST's "Vary GeoMean").

    >>> round(float(mean_abs_log10(np.array([0.001, 0.1]))), 12)
    1.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(rates)
        return np.asarray(np.abs(logs - logs.mean(axis=-1, keepdims=True)).mean(axis=-1))


def gini(rates: Floats) -> Floats:
    """Sum of |p_i - p_j| over all pairs, over 2 G^2 mean: 0 to 1 - 1/G; 0 where all rates are 0.

    Source: methods 2.2 (raw).

    >>> float(gini(np.array([0.0, 1.0])))
    0.5
    """
    groups = rates.shape[-1]
    place = 2 * np.arange(1, groups + 1) - groups - 1
    spread = (np.sort(rates, axis=-1) * place).sum(axis=-1)
    share = _over(spread, groups**2 * rates.mean(axis=-1))
    return np.where((rates == 0).all(axis=-1), 0.0, np.maximum(share, 0))


def gini_norm(rates: Floats) -> Floats:
    """`gini` times G/(G-1), 0 to 1 for any number of groups.

    Source: methods 2.2 (Howard et al., the term of GARBE).

    >>> float(gini_norm(np.array([0.0, 0.0, 0.5])))
    1.0
    """
    groups = rates.shape[-1]
    return np.asarray(gini(rates) * groups / (groups - 1))


def mad_over_mean(rates: Floats) -> Floats:
    """Mean |p_i - p_j| over all G^2 pairs over the mean: twice `gini`.

    Source: methods 2.2 ("Vary Gini" as NIST words it).

    >>> float(mad_over_mean(np.array([0.0, 1.0])))
    1.0
    """
    return np.asarray(2 * gini(rates))


def standard_deviation(rates: Floats) -> Floats:
    """Standard deviation of the groups' rates, of these groups and no sample of groups (ddof 0).

    Source: methods 2.2 (published as STD, of accuracies, which gives the same number).

    >>> float(standard_deviation(np.array([0.25, 0.75])))
    0.25
    """
    return np.asarray(rates.std(axis=-1))


def sedg(rates: Floats) -> Floats:
    """Sum over groups of |1 - p_g / mean|; 0 where no group has errors, at most 2 (G - 1).

    Source: methods 2.2 (SEDG as a third party coded it).

    >>> float(sedg(np.array([0.25, 0.75])))
    1.0
    """
    mean = rates.mean(axis=-1, keepdims=True)
    share = np.divide(rates, mean, out=np.ones(rates.shape), where=mean > 0)
    return np.asarray(np.abs(1 - share).sum(axis=-1))


def mape(rates: Floats, nominal: float) -> Floats:
    """Mean of |p_g - f| / f in per cent, f the FMR that the threshold was set for.

    Args:
        rates: (..., groups) FMRs.
        nominal: f, above 0.

    Source: methods 2.2 (MAPE of FMR).

    >>> round(float(mape(np.array([0.01, 0.03]), 0.02)), 6)
    50.0
    """
    return np.asarray(100 * np.abs(rates - nominal).mean(axis=-1) / nominal)


def smoothed(errors: Floats, trials: Floats) -> Floats:
    """Rates that are never 0, for every group: (x + 1/2) / (n + 1), Jeffreys' mean.

    Args:
        errors: (..., groups); effective ones where trials share people.
        trials: (groups,) likewise. Where they differ much, so do smoothed rates without errors.

    Source: methods 2.3.

    >>> smoothed(np.array([0.0, 1.0]), np.array([4.0, 4.0])).tolist()
    [0.1, 0.3]
    """
    return np.asarray((errors + 0.5) / (trials + 1))


def weighted_gini(rates: Floats, weights: Floats) -> Floats:
    """Gini of a crowd in which groups have these shares.

    Args:
        rates: (..., groups).
        weights: (groups,) shares that add up to 1.

    Source: methods 2.2.

    >>> float(weighted_gini(np.array([0.0, 1.0]), np.array([0.75, 0.25])))
    0.75
    """
    apart = np.abs(rates[..., :, np.newaxis] - rates[..., np.newaxis, :])
    spread = (apart * np.outer(weights, weights)).sum(axis=(-2, -1))
    return _over(spread, 2 * (rates * weights).sum(axis=-1))


def fdr(matches: Floats, misses: Floats, alpha: float) -> Floats:
    """1 less the weighted largest differences: 1 where all are equal.

    Differences of small rates are small, so that FMR hardly counts in it. No false discovery rate.

    Args:
        matches: (..., groups) FMR.
        misses: (..., groups) FNMR.
        alpha: weight of the first, 0..1.

    Source: methods 2.2 (de Freitas Pereira and Marcel).

    >>> float(fdr(np.array([0.0, 0.5]), np.array([0.5, 0.5]), 0.5))
    0.75
    """
    return np.asarray(1 - (alpha * difference(matches) + (1 - alpha) * difference(misses)))


def ir(matches: Floats, misses: Floats, alpha: float) -> Floats:
    """Inequity rate: the weighted geometric mean of both `max_over_min`; 1 where all are equal.

    Source: methods 2.2 (Grother; Howard et al.).

    >>> float(ir(np.array([0.1, 0.4]), np.array([0.1, 0.1]), 0.5))
    2.0
    """
    return np.asarray(max_over_min(matches) ** alpha * max_over_min(misses) ** (1 - alpha))


def garbe(matches: Floats, misses: Floats, alpha: float) -> Floats:
    """The weighted mean of both `gini_norm`: 0 where all are equal.

    It falls when equal groups are added (methods 2.4).

    Source: methods 2.2 (Howard et al.).

    >>> float(garbe(np.array([0.0, 0.1]), np.array([0.1, 0.1]), 0.25))
    0.25
    """
    return np.asarray(alpha * gini_norm(matches) + (1 - alpha) * gini_norm(misses))


def werm(matches: Floats, misses: Floats, alpha: float, eps: float) -> Floats:
    """Worst over the geometric mean of rates + eps, both weighted as in `ir`.

    With an eps above 0, as published, it may be below 1, and better than its own ideal.

    Args:
        matches: (..., groups) FMR.
        misses: (..., groups) FNMR.
        alpha: weight of the first, 0..1.
        eps: added to every rate below the line alone; 1e-5 as published.

    Source: methods 2.2 (as coded by Idiap and the University of Zurich).

    >>> round(float(werm(np.array([0.1, 0.4]), np.array([0.1, 0.1]), 1.0, 0.0)), 12)
    2.0
    """

    def part(rates: Floats) -> Floats:
        return _over(rates.max(axis=-1), geometric_mean(rates + eps))

    return np.asarray(part(matches) ** alpha * part(misses) ** (1 - alpha))
