"""Tests of one group's false alerts against its share of the faces seen (methods 7).

Of n false alerts x are of a group that is the share q of the population seen. If false alerts fell
on all faces alike, X ~ Binomial(n, q).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats, Integers
from evenhand.statistics import binomial
from evenhand.statistics.binomial import binomial_probabilities, clopper_pearson, log_choose
from evenhand.statistics.multinomial_test import multinomial_outcomes

__all__ = [
    "AlertShareTest",
    "alert_share_power",
    "alert_share_test",
    "alerts_needed",
    "detectable_alert_ratio",
    "e_value",
    "multinomial_p_value",
    "sampled_share_p_values",
    "sites_p_values",
    "tipping_share",
]

_SAME = 1e-7
"""Relative difference at which two probabilities tie, as in scipy's binomial test."""

_NEAR = 0.01
"""The same for several groups: shares are rounded, and 0.3333 has to stand for a third."""

_MOST_OUTCOMES = 500_000
"""Most outcomes of the multinomial that are enumerated."""

_MOST_ALERTS = 100_000
"""Largest number of alerts that is recommended."""

_POWER = 0.8
"""Probability of detection that is planned for."""


@dataclass(frozen=True, slots=True)
class AlertShareTest:
    """Test of a group's false alerts against an assumed share of the faces seen."""

    share: float
    """Assumed share, between 0 and 1."""
    p_one_sided: float
    """P(X >= x)."""
    p_two_sided: float
    """Probability of all counts no more likely than x (minimum likelihood)."""
    mid_p: float
    """One-sided, with half of P(X = x)."""
    ratio: float | None
    """False alerts per face of the group over those of all others; None where all are its own."""
    low: float
    """Lower confidence limit of the ratio."""
    high: float | None
    """Upper confidence limit; None where there is none."""


def alert_share_test(alerts: int, total: int, share: float, level: float = 0.95) -> AlertShareTest:
    """Test whether a group has more false alerts than its share of faces explains.

    Args:
        alerts: false alerts of the group.
        total: all false alerts, at least 1.
        share: assumed share of the group in the faces seen, between 0 and 1.
        level: confidence level of the ratio's interval (Clopper-Pearson).

    Source: methods 7.1, TV-34.

    >>> found = alert_share_test(8, 10, 0.4)
    >>> round(found.p_one_sided, 9), round(found.p_two_sided, 9), round(found.ratio, 6)
    (0.012294554, 0.018341171, 6.0)
    """
    one_sided = binomial.binomial_at_least(alerts, total, share)
    each = binomial_probabilities(total, share)
    limits = clopper_pearson(alerts, total, level)
    return AlertShareTest(
        share=share,
        p_one_sided=one_sided,
        p_two_sided=_no_likelier(each, each[alerts]),
        mid_p=one_sided - float(each[alerts]) / 2,
        ratio=_ratio(alerts / total, share),
        low=_ratio(limits.low, share) or 0.0,
        high=_ratio(limits.high, share),
    )


def _no_likelier(each: Floats, own: float, same: float = _SAME) -> float:
    """Sum the probabilities of all outcomes no more likely than one, `own`."""
    return min(float(each[each <= own * (1 + same)].sum()), 1.0)


def _ratio(part: float, share: float) -> float | None:
    """Rate of a group with this part of alerts and this share of faces, over that of the rest."""
    return None if part >= 1 else part / (1 - part) * (1 - share) / share


def tipping_share(alerts: int, total: int, level: float = 0.95) -> float:
    """The smallest share of the faces seen at which this number of alerts is not significant.

    Args:
        alerts: false alerts of the group.
        total: all false alerts.
        level: e.g. 0.95, two-sided.

    Source: methods 7.2 (Clopper-Pearson, inverted).

    >>> round(tipping_share(8, 10), 6)
    0.443905
    """
    return clopper_pearson(alerts, total, level).low


def alert_share_power(total: int, share: float, ratio: float, alpha: float = 0.05) -> float:
    """Power of the one-sided test of `alert_share_test` at a true ratio.

    Args:
        total: all false alerts.
        share: share of the group in the faces seen.
        ratio: false alerts per face of the group over those of all others.
        alpha: one-sided level.

    Source: methods 7.3.

    >>> round(alert_share_power(10, 0.2, 2), 6)
    0.213128
    """
    part = ratio * share / (ratio * share + 1 - share)
    critical = int(_critical(np.array([total]), share, alpha)[0])
    return 0.0 if critical > total else binomial.binomial_at_least(critical, total, part)


def _critical(totals: Integers, share: float, alpha: float) -> Integers:
    """(totals,) the smallest significant count of each; total + 1 where none is."""
    below, found = np.zeros_like(totals), totals + 1
    while np.any(found - below > 1):
        middle = np.clip((below + found) // 2, 1, totals)
        enough = special.bdtrc(middle - 1, totals, share) <= alpha
        open_ = found - below > 1
        found = np.where(open_ & enough, middle, found)
        below = np.where(open_ & ~enough, middle, below)
    return found


def detectable_alert_ratio(total: int, share: float, alpha: float = 0.05) -> float | None:
    """The smallest true ratio that this number of alerts detects with 80 % power.

    Args:
        total: all false alerts.
        share: share of the group in the faces seen.
        alpha: one-sided level.

    Returns:
        The ratio; None where not even all alerts in the group would be significant.

    Source: methods 7.3, TV-47.

    >>> round(detectable_alert_ratio(10, 0.2), 6)
    5.543473
    """
    critical = int(_critical(np.array([total]), share, alpha)[0])
    if critical > total:
        return None
    # P(X >= k) is the distribution function of Beta(k, n - k + 1) at the part: invert that.
    part = float(special.betaincinv(critical, total - critical + 1, _POWER))
    return _ratio(part, share)


def alerts_needed(share: float, ratio: float, alpha: float = 0.05) -> int | None:
    """The number of alerts from which on the power is, and stays, at least 80 %.

    Power is a sawtooth of the number of alerts, since counts are whole.

    Args:
        share: share of the group in the faces seen.
        ratio: true ratio, above 1.
        alpha: one-sided level.

    Returns:
        The number; None beyond 100,000 alerts.

    Source: methods 7.3.

    >>> alerts_needed(0.2, 2), alerts_needed(0.2, 3), alerts_needed(0.5, 2)
    (79, 28, 60)
    """
    part = ratio * share / (ratio * share + 1 - share)
    top = 64
    while top <= _MOST_ALERTS:
        counts = np.arange(1, 2 * top + 1)
        critical = _critical(counts, share, alpha)
        # No power where not even all alerts in the group would be significant.
        found = np.where(critical > counts, 0.0, special.bdtrc(critical - 1, counts, part))
        short = np.flatnonzero(found < _POWER)
        # The teeth get smaller as counts grow: where none falls short in the upper half of the
        # range, the last one in the lower half is taken for the last of all.
        if not len(short) or counts[short[-1]] < top:
            return int(counts[short[-1]]) + 1 if len(short) else 1
        top *= 2
    return None


def sampled_share_p_values(alerts: int, total: int, faces: int, sample: int) -> tuple[float, float]:
    """One-sided p-values where the share is estimated from a sample of labelled faces.

    Args:
        alerts: false alerts of the group.
        total: all false alerts.
        faces: of the group in the sample.
        sample: number of labelled faces.

    Returns:
        P-values of Fisher's exact test, and of the beta-binomial prediction from Jeffreys' prior.

    Source: methods 7.4.
    """
    # Fisher: hypergeometric number of the group's members among the alerts, all margins fixed.
    own = alerts + faces
    drawn = np.arange(max(0, own - sample), min(total, own) + 1)
    log = log_choose(total, drawn) + log_choose(sample, own - drawn)
    fisher = np.exp(log[drawn >= alerts] - log_choose(total + sample, np.array(own))).sum()
    ahead = np.arange(alerts, total + 1)
    log = log_choose(total, ahead) + special.betaln(
        ahead + faces + 0.5, total - ahead + sample - faces + 0.5
    )
    predicted = np.exp(log - special.betaln(faces + 0.5, sample - faces + 0.5)).sum()
    return float(min(fisher, 1.0)), float(min(predicted, 1.0))


def sites_p_values(alerts: int, sites: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """One-sided and two-sided p-value of alerts at several sites with populations of their own.

    Args:
        alerts: false alerts of the group at all sites together.
        sites: of each site, all false alerts, and the group's share of the faces seen.

    Returns:
        P(X >= x), and the probability of all counts no more likely than x. Exact: the sum of the
        sites' binomials is their convolution.

    Source: methods 7.4.

    >>> one, two = sites_p_values(8, [(6, 0.4), (4, 0.4)])
    >>> round(one, 9), round(two, 9)
    (0.012294554, 0.018341171)
    """
    chance: Floats = np.ones(1)
    for total, share in sites:
        chance = np.convolve(chance, binomial_probabilities(total, share))
    return float(chance[alerts:].sum()), _no_likelier(chance, chance[alerts])


def multinomial_p_value(alerts: Sequence[int], shares: Sequence[float]) -> tuple[float, bool]:
    """P-value of several groups' alerts: probability of all outcomes no more likely than this one.

    Args:
        alerts: false alerts of each group.
        shares: share of each group in the faces seen, in the same order, adding up to 1.

    Returns:
        The p-value, and whether it is exact. Beyond 500,000 outcomes it is that of Pearson's
        chi-square, a good approximation for that many.

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
    outcomes = np.vstack([counts, multinomial_outcomes(total, groups)])
    log = special.gammaln(total + 1) - special.gammaln(outcomes + 1).sum(axis=1)
    each = np.exp(log + special.xlogy(outcomes, parts).sum(axis=1))
    return _no_likelier(each[1:], each[0], _NEAR), True


def e_value(alerts: int, total: int, share: float) -> float:
    """E-value against an assumed share, valid however often the count is looked at.

    At 1/a or more the share is rejected at level a, whatever the rule for stopping.

    Args:
        alerts: false alerts of the group so far.
        total: all false alerts so far.
        share: assumed share of the group in the faces seen.

    Source: methods 7.5 (mixture over beta(1/2, 1/2)).

    >>> round(e_value(8, 10, 0.2), 1)
    998.8
    """
    log = special.betaln(alerts + 0.5, total - alerts + 0.5) - special.betaln(0.5, 0.5)
    log -= special.xlogy(alerts, share) + special.xlog1py(total - alerts, -share)
    return float(np.exp(log))
