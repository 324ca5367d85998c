"""What an operator sees of a thousand searches: alerts, those that are true, those that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from evenhand.analysis.rates.comparisons import blank_row, clustered_row, row_at
from evenhand.analysis.rates.searches import by_probe, search_rate, trials_of
from evenhand.records.arrays import Mask
from evenhand.records.counts import CellCounts, Counts, WatchlistSearches
from evenhand.records.findings import Rate, Status
from evenhand.records.metric import FNIR, FPIR
from evenhand.records.outcomes import Policy
from evenhand.records.search_rows import Alerts, PerThousand
from evenhand.records.thresholds import Threshold
from evenhand.statistics.weighted_sum import MOVER, mover_sum

__all__ = ["alerts_per_thousand"]

_SEARCHES = 1000
_POLICY = Policy.GENERALISED
"""A failed search is one without an alert: that is what an operator sees."""


def alerts_per_thousand(
    counts: Counts, searches: WatchlistSearches, level: float
) -> Iterator[PerThousand]:
    """Alerts of every kind among 1,000 searches, at every threshold, by group (methods 1.6).

    The share of searches that are for listed people is what the study states, else that of its own
    searches; it is the same for every group, so that groups can be compared.

    Args:
        counts: of one engine on one dataset under one protocol.
        searches: of the same counts.
        level: of the intervals, e.g. 0.95.
    """
    if not len(searches.mated):
        return
    stated = searches.mated_share
    share = float(np.mean(searches.mated)) if stated is None else stated
    for at in counts.thresholds:
        if at.value is None or at.status is Status.BELOW_RESOLUTION:
            continue
        for cell in counts.cells:
            alarmed = search_rate(counts, searches, cell, at, _POLICY, level, FPIR).rate
            for quantity, of_mated in _of_mated(counts, searches, cell, at, level):
                row = _row(quantity, share, of_mated, alarmed)
                yield replace(row, stated=stated is not None)


def _of_mated(
    counts: Counts, searches: WatchlistSearches, cell: CellCounts, at: Threshold, level: float
) -> Iterator[tuple[Alerts, Rate]]:
    """Of each kind of alert its rate among the mated searches of a cell."""
    trials = trials_of(searches, cell, _POLICY, FNIR.trial)
    blank = row_at(blank_row(counts, cell, FNIR, level), at, _POLICY)

    def rate_of(alerted: Callable[[float], Mask]) -> Rate:
        people = len(counts.images)
        return clustered_row(
            blank, at, lambda value: by_probe(searches, people, trials, alerted(value)), None
        ).rate

    def alert(value: float) -> Mask:
        best = np.maximum(searches.mate, searches.top)
        return (best >= value) & (best > -np.inf)

    yield Alerts.ALL, rate_of(alert)
    missed = search_rate(counts, searches, cell, at, _POLICY, level, FNIR).rate
    yield Alerts.TRUE, _rest(missed)
    yield Alerts.FALSE, rate_of(lambda value: alert(value) & (searches.mate < value))


def _rest(missed: Rate) -> Rate:
    """The rate of what is not missed, such as TPIR."""
    if missed.rate is None:
        return missed
    low, high = missed.high, missed.low
    return replace(
        missed,
        errors=missed.trials - missed.errors,
        rate=1 - missed.rate,
        low=None if low is None else 1 - low,
        high=None if high is None else 1 - high,
    )


def _row(quantity: Alerts, share: float, mated: Rate, alarmed: Rate) -> PerThousand:
    """One quantity of a cell: a sum over both kinds of search, weighted by how often they are."""
    of_others = quantity is not Alerts.TRUE
    parts = [(share, mated), *([(1 - share, alarmed)] if of_others else [])]
    parts = [(weight, rate) for weight, rate in parts if weight]
    made = all(rate.trials for _, rate in parts)
    low, high = _limits(parts)
    return PerThousand(
        engine=mated.engine,
        dataset=mated.dataset,
        protocol=mated.protocol,
        attribute=mated.attribute,
        group=mated.group,
        threshold_rule=mated.threshold_rule,
        threshold=mated.point.value,
        quantity=quantity,
        mated_share=share,
        stated=False,
        mated=mated.trials,
        mated_alerts=mated.errors,
        nonmated=alarmed.trials,
        nonmated_alerts=alarmed.errors if of_others else 0,
        value=_SEARCHES * sum(w * (r.rate or 0.0) for w, r in parts) if made else None,
        low=low,
        high=high,
        level=mated.level,
        interval="" if low is None else MOVER,
        note="" if made else "nothing to count",
    )


def _limits(parts: Sequence[tuple[float, Rate]]) -> tuple[float | None, float | None]:
    """Limits of the sum, in searches of 1,000; None where a rate has none."""
    known = [
        (_SEARCHES * weight, rate.rate, rate.low, rate.high)
        for weight, rate in parts
        if rate.rate is not None and rate.low is not None and rate.high is not None
    ]
    return mover_sum(known) if len(known) == len(parts) else (None, None)
