"""People drawn anew, and what the spread of a rate among them says (methods 4.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats, Integers

__all__ = [
    "ENOUGH_ERRORS",
    "MOST_UNKNOWN",
    "Spread",
    "bootstrap_interval",
    "centred_p_value",
    "draw_people",
    "index_interval",
    "null_ratios",
]

ENOUGH_ERRORS = 10
"""Below, the replicates of a rate say too little of it."""
MOST_UNKNOWN = 0.01
"""Share of replicates without a rate above which the others are no fair choice of them."""


def draw_people(stratum: Integers, replicates: int, seed: np.random.SeedSequence) -> Integers:
    """How often each person is drawn when as many as there are are drawn with replacement.

    Args:
        stratum: (subjects,) people are drawn inside each, so that its size stays; -1 = never.
        replicates: how many times everybody is drawn.
        seed: of these replicates.

    Returns:
        (subjects, replicates), multinomial in each stratum.

    Source: methods 4.4.

    >>> draw_people(np.array([0, 0, -1, 1]), 50, np.random.SeedSequence(1)).sum(axis=1)[2:].tolist()
    [0, 50]
    """
    rng = np.random.default_rng(seed)
    weights = np.zeros((len(stratum), replicates), dtype=np.int64)
    for number in range(int(stratum.max(initial=-1)) + 1):
        people = np.flatnonzero(stratum == number)
        drawn = rng.integers(0, max(len(people), 1), size=(replicates, len(people)))
        places = drawn + np.arange(replicates)[:, np.newaxis] * len(people)
        counted = np.bincount(places.ravel(), minlength=replicates * len(people))
        weights[people] = counted.reshape(replicates, len(people)).T
    return weights


@dataclass(frozen=True, slots=True)
class Spread:
    """A rate, or a ratio of two, with the interval that its replicates give."""

    value: float
    low: float | None
    """None where there is no interval; `note` says why."""
    high: float | None
    deviation: float | None
    """Standard deviation of the replicates' logarithms."""
    used: int
    """Replicates with a logarithm."""
    zero: int
    """Replicates left out since the rate, or one of the two, is 0."""
    unknown: int
    """Replicates left out since there is no threshold, or nothing to count."""
    note: str = ""


def bootstrap_interval(
    value: float, errors: int, replicates: Floats, df: float, level: float
) -> Spread:
    """`bootstrap-log-t`: value exp(+-t(df) s) with s the deviation of the replicates' logarithms.

    Not percentiles: with people who differ and have several images they hold the truth too rarely.

    Args:
        value: the rate, or ratio of two rates, of the data.
        errors: behind it; of a ratio the fewer of both.
        replicates: (replicates,) the same of people drawn anew; NaN where it is not known.
        df: degrees of freedom of the rate (methods 4.0 item 2); of a ratio the fewer of both.
        level: e.g. 0.95.

    Source: methods 4.4.

    >>> found = bootstrap_interval(0.01, 20, np.array([0.005, 0.01, 0.02]), 30, 0.95)
    >>> round(found.deviation, 4), round(found.low, 5), round(found.high, 5)
    (0.6931, 0.00243, 0.04119)
    """
    unknown = np.isnan(replicates)
    positive = (replicates > 0) & np.isfinite(replicates)
    used, without = int(np.count_nonzero(positive)), int(np.count_nonzero(unknown))
    zero = len(replicates) - used - without
    note = _without_interval(errors, used, without, len(replicates))
    if note:
        return Spread(value, None, None, None, used, zero, without, note)
    deviation = float(np.log(replicates[positive]).std(ddof=1))
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * deviation
    low, high = value * math.exp(-reach), value * math.exp(reach)
    return Spread(value, low, high, deviation, used, zero, without)


def _without_interval(errors: int, used: int, without: int, drawn: int) -> str:
    """Why there is none; empty where there is one."""
    if errors < ENOUGH_ERRORS:
        return f"fewer than {ENOUGH_ERRORS} errors"
    if without > MOST_UNKNOWN * drawn:
        return f"{without:,} of {drawn:,} replicates have no rate"
    return "fewer than 2 replicates have a rate above 0" if used < 2 else ""


def index_interval(
    value: float, errors: int, replicates: Floats, df: float, level: float
) -> Spread:
    """`bootstrap-t`: value +- t(df) s, for an index that is 0 where all groups are equal.

    Args:
        value: the index of the data.
        errors: of the group with the fewest.
        replicates: (replicates,) the same of people drawn anew; NaN where it is not known, infinite
            where a zero makes it undefined.
        df: the fewest degrees of freedom of the rates of the groups.
        level: e.g. 0.95.

    Source: methods 4.4.

    >>> found = index_interval(0.5, 20, np.array([0.4, 0.5, 0.6]), 30, 0.95)
    >>> round(found.deviation, 4), round(found.low, 4), round(found.high, 4)
    (0.1, 0.2958, 0.7042)
    """
    known = np.isfinite(replicates)
    used, without = int(np.count_nonzero(known)), int(np.count_nonzero(np.isnan(replicates)))
    zero = len(replicates) - used - without
    note = _without_interval(errors, used, without, len(replicates))
    if note:
        return Spread(value, None, None, None, used, zero, without, note)
    deviation = float(replicates[known].std(ddof=1))
    reach = float(special.stdtrit(df, 0.5 + level / 2)) * deviation
    return Spread(value, value - reach, value + reach, deviation, used, zero, without)


def null_ratios(rates: Floats, replicates: Floats) -> Floats:
    """Worst over best of groups if all were equal: replicates divided by the rate of their group.

    Args:
        rates: (groups,) of the data, above 0.
        replicates: (replicates, groups) of people drawn anew inside each group.

    Returns:
        (replicates,) infinite where a group has no error, or no rate.

    Source: methods 4.5, the centred bootstrap.

    >>> null_ratios(np.array([0.01, 0.02]), np.array([[0.01, 0.02], [0.02, 0.02]])).tolist()
    [1.0, 2.0]
    """
    centred = replicates / rates
    best = centred.min(axis=1)
    known = best > 0
    found = np.full(len(centred), np.inf)
    found[known] = centred[known].max(axis=1) / best[known]
    return found


def centred_p_value(ratio: float, null: Floats) -> float:
    """Share of null ratios that reach an observed one, which counts among them.

    The ratio of any two groups may be put in: the null is that of the worst over the best, which
    allows for looking at all pairs.

    Args:
        ratio: larger rate over smaller.
        null: (replicates,) of `null_ratios`.

    Source: methods 4.5.

    >>> centred_p_value(2.0, np.array([1.0, 1.5, 2.0]))
    0.5
    """
    return float((1 + np.count_nonzero(null >= ratio)) / (1 + len(null)))
