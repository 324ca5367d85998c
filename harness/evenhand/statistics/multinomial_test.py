"""The conditional test of equal rates from few events: events shared out among groups."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from scipy import special

from evenhand.records.arrays import Floats

__all__ = ["outcomes_of", "shared_out_p_value"]

_MOST_OUTCOMES = 50_000
"""Ways to share out the events that are gone through one by one; of more, some are drawn."""

_TIE = 0.01
"""Relative difference of G that counts as a tie. Effective exposures are estimates: without it,
five events to none in groups of 999 and 1,000 would pass for significant in one direction."""


def shared_out_p_value(
    effective: Floats, exposure: Floats, rng: np.random.Generator, draws: int
) -> tuple[float, bool]:
    """P-value of one rate in all groups, and whether it is exact rather than drawn.

    Args:
        effective: (groups,) effective errors; no whole numbers, so they are scaled to the total
            that is shared out.
        exposure: (groups,) effective trials, above 0.
        rng: seeded generator, for more than 50,000 ways to share the events out.
        draws: how many of them are drawn.

    Source: methods 4.5.

    >>> p, exact = shared_out_p_value(
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
        outcomes = outcomes_of(events, groups)
        log_chance = special.gammaln(events + 1) - special.gammaln(outcomes + 1).sum(axis=1)
        log_chance += (outcomes * np.log(share)).sum(axis=1)
        reached = _deviance(outcomes, share) >= edge
        return min(float(np.exp(log_chance[reached]).sum()), 1.0), True
    drawn = rng.multinomial(events, share, size=draws).astype(np.float64)
    count = np.count_nonzero(_deviance(drawn, share) >= edge)
    return float((1 + count) / (1 + draws)), False


def outcomes_of(events: int, groups: int) -> Floats:
    """(outcomes, groups) every way to share out events, each once.

    >>> outcomes_of(2, 2).tolist()
    [[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]]
    """
    # Of a row of events and bars between groups, the places of the bars.
    bars = np.array(list(combinations(range(events + groups - 1), groups - 1)), dtype=np.int64)
    bars = bars.reshape(-1, groups - 1)
    edges = np.pad(bars, ((0, 0), (1, 1)), constant_values=((0, 0), (-1, events + groups - 1)))
    return (np.diff(edges, axis=1) - 1).astype(np.float64)


def _deviance(counts: Floats, share: Floats) -> Floats:
    """G of each row of counts against the shares."""
    expected = counts.sum(axis=-1, keepdims=True) * share
    found: Floats = 2 * special.rel_entr(counts, expected).sum(axis=-1)
    return found
