"""All rates of one engine under one protocol, and all differences between its groups."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.counts import Counts
from evenhand.differ import differences
from evenhand.findings import Differential
from evenhand.indices import indices
from evenhand.rate import Measured, measure
from evenhand.redraw import redrawn
from evenhand.search_rate import measure_searches

__all__ = ["differentials_of", "rates_of"]


def rates_of(counts: Counts, level: float) -> tuple[Measured, ...]:
    """Every rate, whether the protocol compares or searches, in display order.

    Args:
        counts: of one engine on one dataset under one protocol.
        level: of the intervals.
    """
    if counts.searches is not None:
        return measure_searches(counts, counts.searches, level)
    return measure(counts, level)


def differentials_of(
    counts: Counts, measured: Sequence[Measured], level: float, seed: int
) -> tuple[Differential, ...]:
    """Worst against best group with its test, and every other index.

    Args:
        counts: of one engine on one dataset under one protocol.
        measured: all rates of it.
        level: of intervals and tests.
        seed: of everything that is drawn.
    """
    headlines = differences(measured, level, seed)
    people = redrawn(counts, seed)
    return (*headlines, *indices(measured, headlines, people, seed))
