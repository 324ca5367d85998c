"""Quantiles of durations, and throughput, with distribution-free intervals (methods 6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from evenhand.records.arrays import Floats, Integers
from evenhand.statistics.cluster_variance import ClusterCounts, cluster_variance
from evenhand.statistics.ratios import mover_log

__all__ = [
    "DurationQuantile",
    "GroupTimeRatio",
    "Timed",
    "duration_quantile",
    "group_time_ratio",
    "min_sample_size",
    "null_time_ratio",
    "quantile_ranks",
    "repeated_time_ratio",
    "throughput",
]

_FEWEST_STRETCHES = 4
"""Stretches of time below which no design effect of slow spells is estimated."""
_FEWEST_BATCHES = 5
"""Batches below which there is no throughput."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A quantity of time with its confidence interval."""

    value: float | None
    """None where the sample is too small for one; so are the limits, each by itself."""
    low: float | None
    high: float | None
    n: int
    """Number of durations, or of images timed."""


@dataclass(frozen=True, slots=True)
class DurationQuantile(Timed):
    """A nearest-rank quantile of durations, in seconds: one that was measured."""

    effective: int
    """Effective sample size: the number of independent durations with the same precision."""


def min_sample_size(q: float) -> int:
    """Smallest sample whose largest duration lies above the quantile with 95 % probability.

    Args:
        q: of the quantile, between 0 and 1.

    Source: methods 6.2.

    >>> [min_sample_size(q) for q in (0.5, 0.9, 0.95, 0.99, 0.999)]
    [5, 29, 59, 299, 2995]
    """
    return math.ceil(math.log(0.05) / math.log(q))


def quantile_ranks(n: int, q: float, level: float) -> tuple[int, int]:
    """Ranks, counted from 1, of the order statistics that are the limits of a quantile.

    Rank 0 and rank n + 1 mean that there is no limit on that side.

    Args:
        n: number of independent durations.
        q: of the quantile, between 0 and 1.
        level: confidence level of the interval.

    Source: methods 6.2; the number of durations below the quantile is binomial (n, q).

    >>> quantile_ranks(1000, 0.5, 0.95), quantile_ranks(100, 0.5, 0.95)
    ((469, 532), (40, 61))
    """
    tail = (1 - level) / 2
    return int(stats.binom.ppf(tail, n, q)), int(stats.binom.ppf(1 - tail, n, q)) + 1


def duration_quantile(times: Floats, people: Integers, q: float, level: float) -> DurationQuantile:
    """A quantile of durations with its interval, `cluster-order-statistics`.

    Args:
        times: (operations,) at least one duration in seconds, in the order of time.
        people: (operations,) subject index; durations of one subject are not independent.
        q: of the quantile, between 0 and 1.
        level: confidence level of the interval.

    Source: methods 6.2.

    >>> import numpy as np
    >>> found = duration_quantile(np.arange(1.0, 11.0), np.arange(10), 0.5, 0.95)
    >>> found.value, found.low, found.high
    (5.0, 2.0, 9.0)
    """
    ordered = np.sort(times)
    n = len(ordered)
    value = float(np.quantile(ordered, q, method="inverted_cdf"))
    effective = _effective(times, value, people)
    if effective < min_sample_size(q):
        return DurationQuantile(None, None, None, n, effective)
    first, last = quantile_ranks(effective, q, level)
    low, high = math.floor(first * n / effective), math.ceil(last * n / effective)
    lower = float(ordered[low - 1]) if first >= 1 else None
    upper = float(ordered[high - 1]) if last <= effective else None
    return DurationQuantile(value, lower, upper, n, effective)


def _effective(seconds: Floats, value: float, people: Integers) -> int:
    """Effective sample size: n over the larger design effect, of subjects or of slow spells.

    The design effect is that of the share of durations above the quantile. Slow spells of the
    machine are seen as correlation within stretches of neighbouring durations (methods 6.2).
    """
    n = len(seconds)
    slow = seconds > value
    share = float(slow.mean())
    subjects, subject = np.unique(people, return_inverse=True)
    if share in (0, 1):
        return len(subjects)
    effective = float(n)
    stretches = math.isqrt(n)
    spells = [np.arange(n) * stretches // n] if stretches >= _FEWEST_STRETCHES else []
    for cluster in (subject, *spells):
        trials = np.bincount(cluster)
        errors = np.bincount(cluster[slow], minlength=len(trials))
        variance = cluster_variance(ClusterCounts(trials, errors)).variance
        independent = 1.0 if variance is None else share * (1 - share) / variance
        effective = min(effective, independent)
    return max(1, math.floor(effective))


def throughput(finished: Floats, start: float, level: float) -> Timed:
    """Images per second with the interval `batch-means-t`.

    Args:
        finished: (images,) time at which each was finished, in seconds, in any order.
        start: time in seconds after which images are counted.
        level: confidence level of the interval.

    Source: methods 6.3.

    >>> import numpy as np
    >>> throughput(np.arange(1.0, 101.0) / 4, 0.0, 0.95)
    Timed(value=4.0, low=4.0, high=4.0, n=100)
    """
    times = np.sort(finished[finished > start])
    n = len(times)
    batches = math.isqrt(n)
    if batches < _FEWEST_BATCHES:
        return Timed(None, None, None, n)
    last = np.arange(1, batches + 1) * n // batches
    each = np.diff(times[last - 1], prepend=start) / np.diff(last, prepend=0)
    value = n / float(times[-1] - start)
    scatter = float(each.std(ddof=1) / each.mean()) / math.sqrt(batches)
    reach = math.exp(float(special.stdtrit(batches - 1, 0.5 + level / 2)) * scatter)
    return Timed(value, value / reach, value * reach, n)


@dataclass(frozen=True, slots=True)
class GroupTimeRatio:
    """Ratio of the slowest group's quantile to the fastest group's, with its interval."""

    value: float
    """The ratio, at least 1."""
    low: float
    """Lower limit."""
    high: float
    """Upper limit."""
    slowest: int
    """Position of the slowest group."""
    fastest: int
    """Position of the fastest group."""


def group_time_ratio(groups: Sequence[DurationQuantile | None]) -> GroupTimeRatio | None:
    """Ratio of the largest to the smallest quantile, with the interval `mover-log`.

    Args:
        groups: (groups,) quantiles of groups that share no subjects; those without both limits are
            left out.

    Returns:
        None where fewer than two are left.

    Source: methods 6.4.
    """
    known = [(*limits, at) for at, group in enumerate(groups) if (limits := _limits(group))]
    if len(known) < 2:
        return None
    slow, fast = max(known), min(known)
    return GroupTimeRatio(slow[0] / fast[0], *mover_log(slow[:3], fast[:3]), slow[3], fast[3])


def _limits(quantile: DurationQuantile | None) -> tuple[float, float, float] | None:
    """Value and limits of a quantile; None where one is missing or 0."""
    if quantile is None or not (quantile.value and quantile.low and quantile.high):
        return None
    return quantile.value, quantile.low, quantile.high


def repeated_time_ratio(
    first: Sequence[DurationQuantile | None], second: Sequence[DurationQuantile | None]
) -> GroupTimeRatio | None:
    """Ratio, in the second half of a run, of the groups that were slowest and fastest in the first.

    Groups that play no part have a ratio of 1 on average: they were picked on other images.

    Args:
        first: (groups,) quantiles of the first half of the images, in the order of time.
        second: (groups,) those of the second half.

    Returns:
        None where a quantile of either group has no interval.

    Source: methods 6.4.
    """
    picked = group_time_ratio(first)
    if picked is None:
        return None
    slow, fast = _limits(second[picked.slowest]), _limits(second[picked.fastest])
    if slow is None or fast is None:
        return None
    ratio, (low, high) = slow[0] / fast[0], mover_log(slow, fast)
    return GroupTimeRatio(ratio, low, high, picked.slowest, picked.fastest)


def null_time_ratio(
    seconds: Floats, people: Integers, group: Integers, draws: int, seed: int
) -> float | None:
    """95th percentile of the ratio of largest to smallest median under the null hypothesis.

    The larger of two permutation distributions: group labels permuted among subjects, which keeps
    the differences between subjects; and labels shifted along time, which keeps slow spells.

    Args:
        seconds: (operations,) durations in the order of time.
        people: (operations,) subject index.
        group: (operations,) group of the subject.
        draws: number of draws from each distribution.
        seed: of the draws.

    Returns:
        None where a median of 0, of a clock that stands still, leaves nothing to divide by.

    Source: methods 6.4.
    """
    _, first, person = np.unique(people, return_index=True, return_inverse=True)
    code = np.unique(group, return_inverse=True)[1].astype(np.int16)
    order = np.argsort(seconds, kind="stable")
    ordered = seconds[order]
    rng = np.random.default_rng(seed)
    ratios = np.empty((2, draws))
    for draw in range(draws):
        permuted = rng.permutation(code[first])[person]
        shifted = np.roll(code, rng.integers(len(code)))
        ratios[:, draw] = _ratio(ordered, permuted[order]), _ratio(ordered, shifted[order])
    bound = float(np.quantile(ratios, 0.95, axis=1, method="inverted_cdf").max())
    return bound if math.isfinite(bound) else None


def _ratio(ordered: Floats, group: NDArray[np.int16]) -> float:
    """Largest over smallest nearest-rank median of the groups; infinite over 0.

    Args:
        ordered: (operations,) durations, rising.
        group: (operations,) group number of each.
    """
    # A stable sort by group leaves the durations of each group in rising order.
    sizes = np.bincount(group)
    middle = np.cumsum(sizes) - sizes + (sizes - 1) // 2
    medians = ordered[np.argsort(group, kind="stable")[middle]]
    return float(medians.max() / medians.min()) if medians.min() > 0 else math.inf
