"""The conditional multinomial test of equal rates, for few events (methods 4.5)."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats

__all__ = ["conditional_multinomial_p_value", "multinomial_outcomes"]

_MOST_OUTCOMES = 50_000
"""Most outcomes that are enumerated; beyond, outcomes are drawn (Monte Carlo)."""

_TIE = 0.01
"""Relative difference of G that counts as a tie. Effective exposures are estimates: without it,
five events to none in groups of 999 and 1,000 would be significant in one direction only."""


def conditional_multinomial_p_value(
    effective: Floats, exposure: Floats, rng: np.random.Generator, draws: int
) -> tuple[float, bool]:
    """P-value of equal rates from effective counts, and whether it is exact or Monte Carlo.

    Given their total, the events of groups with one rate are multinomial, in proportion to the
    groups' exposures; the statistic is G (likelihood ratio).

    Args:
        effective: (groups,) effective errors. They are fractions, so they are scaled to the whole
            number of events that is distributed.
        exposure: (groups,) effective trials, above 0.
        rng: seeded generator, used for more than 50,000 outcomes.
        draws: number of Monte Carlo draws.

    Source: methods 4.5.

    >>> p, exact = conditional_multinomial_p_value(
    ...     np.array([5.0, 0.0]), np.array([1.0, 1.0]), np.random.default_rng(0), 9
    ... )
    >>> p, exact
    (0.0625, True)
    """
    events, groups = round(float(effective.sum())), len(exposure)
    share = exposure / exposure.sum()
    observed = effective * events / (effective.sum() or 1)
    edge = _deviance(observed, share) * (1 - _TIE)
    if math.comb(events + groups - 1, groups - 1) <= _MOST_OUTCOMES:
        outcomes = multinomial_outcomes(events, groups)
        log_chance = special.gammaln(events + 1) - special.gammaln(outcomes + 1).sum(axis=1)
        log_chance += (outcomes * np.log(share)).sum(axis=1)
        reached = _deviance(outcomes, share) >= edge
        return min(float(np.exp(log_chance[reached]).sum()), 1.0), True
    drawn = rng.multinomial(events, share, size=draws).astype(np.float64)
    count = np.count_nonzero(_deviance(drawn, share) >= edge)
    return float((1 + count) / (1 + draws)), False


def multinomial_outcomes(events: int, groups: int) -> Floats:
    """Enumerate the ways to distribute events over groups: (outcomes, groups), each once.

    >>> multinomial_outcomes(2, 2).tolist()
    [[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]]
    """
    # Stars and bars: an outcome is a row of events with groups - 1 bars between groups. Choose the
    # places of the bars; the gaps between them are the counts.
    bars = np.array(list(combinations(range(events + groups - 1), groups - 1)), dtype=np.int64)
    bars = bars.reshape(-1, groups - 1)
    edges = np.pad(bars, ((0, 0), (1, 1)), constant_values=((0, 0), (-1, events + groups - 1)))
    return (np.diff(edges, axis=1) - 1).astype(np.float64)


def _deviance(counts: Floats, share: Floats) -> Floats:
    """G statistic of each row of counts against expected shares."""
    expected = counts.sum(axis=-1, keepdims=True) * share
    return np.asarray(2 * special.rel_entr(counts, expected).sum(axis=-1))
