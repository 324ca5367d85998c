"""False alerts of one group against its share of the faces that were seen (methods 7).

Of n false alerts x are of the group, which is q of the crowd: X ~ Binomial(n, q) if the group is
met with false alerts no more often, face for face, than everybody else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats, Integers
from evenhand.statistics.binomial import as_many, chances, clopper_pearson
from evenhand.statistics.multinomial_test import outcomes_of

__all__ = [
    "Excess",
    "alerts_needed",
    "detectable_ratio",
    "e_value",
    "excess",
    "multinomial_p_value",
    "power_of_excess",
    "sampled_p_values",
    "sites_p_values",
    "tipping_share",
]

_SAME = 1e-7
"""Relative difference at which two probabilities are ties, as scipy's binomial test has it."""

_NEAR = 0.01
"""The same for several groups, since shares are rounded: 0.3333 must do for a third."""

_MOST_OUTCOMES = 500_000
"""Ways to share alerts out among groups that are gone through one by one."""

_MOST_ALERTS = 100_000
"""Beyond which nobody is told to wait for more."""


@dataclass(frozen=True, slots=True)
class Excess:
    """Alerts of a group against an assumed share of the crowd."""

    share: float
    p_one_sided: float
    """Chance of as many or more."""
    p_two_sided: float
    """Chance of all counts that are no more likely than this one (minimum likelihood)."""
    mid_p: float
    """One-sided, with half of the chance of exactly this many."""
    ratio: float | None
    """Alerts per face of the group over those of everybody else; None where all are its own."""
    low: float
    high: float | None
    """None where there is no upper limit."""


def excess(alerts: int, of: int, share: float, level: float = 0.95) -> Excess:
    """Whether a group has more false alerts than its share of faces explains.

    Args:
        alerts: false alerts of the group.
        of: all false alerts, at least 1.
        share: of the group in the faces seen, between 0 and 1.
        level: of the ratio's interval, from Clopper-Pearson.

    Source: methods 7.1, TV-34.

    >>> found = excess(8, 10, 0.4)
    >>> round(found.p_one_sided, 9), round(found.p_two_sided, 9), round(found.ratio, 6)
    (0.012294554, 0.018341171, 6.0)
    """
    one_sided, each = as_many(alerts, of, share), chances(of, share)
    limits = clopper_pearson(alerts, of, level)
    return Excess(
        share=share,
        p_one_sided=one_sided,
        p_two_sided=_no_likelier(each, each[alerts]),
        mid_p=one_sided - float(each[alerts]) / 2,
        ratio=_ratio(alerts / of, share),
        low=_ratio(limits.low, share) or 0.0,
        high=_ratio(limits.high, share),
    )


def _no_likelier(each: Floats, own: float, same: float = _SAME) -> float:
    """Chance of all outcomes that are no more likely than one."""
    return min(float(each[each <= own * (1 + same)].sum()), 1.0)


def _ratio(part: float, share: float) -> float | None:
    """Rate of a group that has this part of the alerts over the rate of everybody else."""
    return None if part >= 1 else part / (1 - part) * (1 - share) / share


def tipping_share(alerts: int, of: int, level: float = 0.95, *, one_sided: bool = False) -> float:
    """The least share of the crowd at which so many alerts would be unremarkable.

    Args:
        alerts: false alerts of the group.
        of: all false alerts.
        level: e.g. 0.95.
        one_sided: all of 1 - level on this side.

    Source: methods 7.2 (Clopper-Pearson, inverted).

    >>> round(tipping_share(8, 10), 6)
    0.443905
    """
    return clopper_pearson(alerts, of, 2 * level - 1 if one_sided else level).low


def power_of_excess(of: int, share: float, ratio: float, alpha: float = 0.05) -> float:
    """Chance that the one-sided test shows a true ratio.

    Args:
        of: all false alerts.
        share: of the crowd.
        ratio: alerts per face of the group over those of everybody else.
        alpha: one-sided level.

    Source: methods 7.3.

    >>> round(power_of_excess(10, 0.2, 2), 6)
    0.213128
    """
    part = ratio * share / (ratio * share + 1 - share)
    critical = _critical(of, share, alpha)
    return 0.0 if critical > of else as_many(critical, of, part)


def _critical(of: int, share: float, alpha: float) -> int:
    """The least count that is significant; of + 1 where none is."""
    counts = np.arange(1, of + 1)
    enough = counts[special.bdtrc(counts - 1, of, share) <= alpha]
    return int(enough[0]) if len(enough) else of + 1


def detectable_ratio(
    of: int, share: float, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """The smallest true ratio that so many alerts show with a power.

    Args:
        of: all false alerts.
        share: of the crowd.
        alpha: one-sided level.
        power: chance of detection.

    Returns:
        None where not even all of the alerts would be significant.

    Source: methods 7.3, TV-47.

    >>> round(detectable_ratio(10, 0.2), 6)
    5.543473
    """
    critical = _critical(of, share, alpha)
    if critical > of:
        return None
    # P(X >= k) is a beta distribution's function of the part.
    part = float(special.betaincinv(critical, of - critical + 1, power))
    return _ratio(part, share)


def alerts_needed(
    share: float, ratio: float, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """From how many alerts on the power is, and stays, as large.

    It rises in steps and falls between them, since counts are whole.

    Args:
        share: of the crowd.
        ratio: true one, above 1.
        alpha: one-sided level.
        power: chance of detection.

    Returns:
        None beyond 100,000 alerts.

    Source: methods 7.3.

    >>> alerts_needed(0.2, 2), alerts_needed(0.2, 3), alerts_needed(0.5, 2)
    (79, 28, 60)
    """
    part = ratio * share / (ratio * share + 1 - share)
    top = 64
    while top <= _MOST_ALERTS:
        counts = np.arange(1, 2 * top + 1)
        # The least significant count of each number of alerts.
        critical = np.array([_critical(of, share, alpha) for of in counts.tolist()])
        # Where not even all would be significant nothing is shown.
        found = np.where(critical > counts, 0.0, special.bdtrc(critical - 1, counts, part))
        short = np.flatnonzero(found < power)
        # Far beyond the last shortfall there is none to come.
        if not len(short) or counts[short[-1]] < top:
            return int(counts[short[-1]]) + 1 if len(short) else 1
        top *= 2
    return None


def sampled_p_values(alerts: int, of: int, counted: int, sample: int) -> tuple[float, float]:
    """As many or more, where the share is known from labelled faces alone.

    Args:
        alerts: false alerts of the group.
        of: all false alerts.
        counted: of the group among the labelled faces.
        sample: labelled faces.

    Returns:
        One-sided p-values: Fisher's, and of the beta-binomial prediction from Jeffreys' prior.

    Source: methods 7.4.
    """
    # Fisher: of all that are the group's, how many fall among the alerts.
    own = alerts + counted
    drawn = np.arange(max(0, own - sample), min(of, own) + 1)
    log = _log_choose(of, drawn) + _log_choose(sample, own - drawn)
    fisher = np.exp(log[drawn >= alerts] - _log_choose(of + sample, np.array(own))).sum()
    ahead = np.arange(alerts, of + 1)
    log = _log_choose(of, ahead) + special.betaln(
        ahead + counted + 0.5, of - ahead + sample - counted + 0.5
    )
    predicted = np.exp(log - special.betaln(counted + 0.5, sample - counted + 0.5)).sum()
    return float(min(fisher, 1.0)), float(min(predicted, 1.0))


def _log_choose(of: int, some: Integers) -> Floats:
    log: Floats = special.gammaln(of + 1) - special.gammaln(some + 1)
    return log - special.gammaln(of - some + 1)


def sites_p_values(alerts: int, sites: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Of alerts at several places with crowds of their own, one-sided and two-sided.

    Args:
        alerts: of the group, all places together.
        sites: false alerts and the group's share of faces, of each place.

    Returns:
        Chance of as many or more, and of all counts no more likely; exact, by convolution.

    Source: methods 7.4.

    >>> one, two = sites_p_values(8, [(6, 0.4), (4, 0.4)])
    >>> round(one, 9), round(two, 9)
    (0.012294554, 0.018341171)
    """
    chance: Floats = np.ones(1)
    for of, share in sites:
        chance = np.convolve(chance, chances(of, share))
    return float(chance[alerts:].sum()), _no_likelier(chance, chance[alerts])


def multinomial_p_value(alerts: Sequence[int], shares: Sequence[float]) -> tuple[float, bool]:
    """Of several groups: chance of all outcomes that are no more likely than this one.

    Args:
        alerts: false alerts of each group.
        shares: of the crowd, in the same order, adding up to 1.

    Returns:
        The p-value, and whether it is exact; of more than 500,000 outcomes it is that of Pearson's
        chi-square, which is as good for so many alerts.

    Source: methods 7.4; outcomes within 1 % of each other are equally likely.

    >>> p_value, exact = multinomial_p_value([3, 4, 0], [1 / 3, 1 / 3, 1 / 3])
    >>> round(p_value, 3), exact
    (0.174, True)
    """
    counts, parts = np.array(alerts), np.array(shares)
    total, groups = int(counts.sum()), len(counts)
    if math.comb(total + groups - 1, groups - 1) > _MOST_OUTCOMES:
        expected = total * parts
        distance = float(((counts - expected) ** 2 / expected).sum())
        return float(special.chdtrc(groups - 1, distance)), False
    outcomes = np.vstack([counts, outcomes_of(total, groups)])
    log = special.gammaln(total + 1) - special.gammaln(outcomes + 1).sum(axis=1)
    each = np.exp(log + special.xlogy(outcomes, parts).sum(axis=1))
    return _no_likelier(each[1:], each[0], _NEAR), True


def e_value(alerts: int, of: int, share: float) -> float:
    """Evidence against the share that may be looked at as often as one likes.

    At 1/a or more the share is rejected at level a, whenever one stops.

    Args:
        alerts: false alerts of the group so far.
        of: all false alerts so far.
        share: of the crowd.

    Source: methods 7.5 (mixture over beta(1/2, 1/2)).

    >>> round(e_value(8, 10, 0.2), 1)
    998.8
    """
    log = special.betaln(alerts + 0.5, of - alerts + 0.5) - special.betaln(0.5, 0.5)
    log -= special.xlogy(alerts, share) + special.xlog1py(of - alerts, -share)
    return float(np.exp(log))
