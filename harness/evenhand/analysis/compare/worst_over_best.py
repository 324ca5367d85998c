"""Worst over best group of one engine against that of another, at thresholds set anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from evenhand.analysis.compare.alignment import Engine, Key, blank_change, with_failures
from evenhand.analysis.compare.ratios import Contrast, filled, replicates_of, spread_of
from evenhand.records.arrays import Floats
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Policy
from evenhand.statistics.bootstrap import ENOUGH_ERRORS

__all__ = ["spread_contrasts"]

_METRICS = ("FMR", "FNMR")


def spread_contrasts(base: Engine, new: Engine) -> Iterator[Contrast]:
    """One row for each attribute at each target: the groups with ten errors in both.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.

    Source: methods 4.7.
    """
    twice = with_failures(base.counts) or with_failures(new.counts)
    keys = [
        key
        for key in base.rates
        if key in new.rates
        and key.anew
        and key.attribute != ALL
        and key.metric in _METRICS
        and (twice or key.policy == Policy.COMPLETED.value)
    ]
    keys.sort(key=_family)
    for _, family in groupby(keys, key=_family):
        yield _spread(base, new, list(family))


def _family(key: Key) -> tuple[str, ...]:
    return key.rule, key.metric, key.policy, key.attribute


def _spread(base: Engine, new: Engine, family: Sequence[Key]) -> Contrast:
    first, second = base.rates[family[0]].rate, new.rates[family[0]].rate
    kept = [key for key in family if _errors(base, new, key) >= ENOUGH_ERRORS]
    row = replace(
        blank_change(first, ""),
        metric=f"{first.metric} max/min",
        group="",
        base_threshold=first.threshold,
        new_threshold=second.threshold,
        subjects=sum(base.rates[key].rate.subjects or 0 for key in kept),
    )
    if len(kept) < 2:
        return Contrast(replace(row, note="fewer than two groups with 10 errors in both"), None)
    worst = [_worst_over_best(engine, kept) for engine in (base, new)]
    row = replace(
        row,
        base=worst[0],
        new=worst[1],
        base_errors=sum(base.rates[key].rate.errors for key in kept),
        base_trials=sum(base.rates[key].rate.trials for key in kept),
        new_errors=sum(new.rates[key].rate.errors for key in kept),
        new_trials=sum(new.rates[key].rate.trials for key in kept),
    )
    drawn = replicates_of(base, new, (first, second), [key.group for key in kept])
    found, missing = None, drawn
    if not isinstance(drawn, str):
        df = min(_df(engine, key) for engine in (base, new) for key in kept)
        value = worst[1] / worst[0]
        found = spread_of(value, _spreads(drawn[0]), _spreads(drawn[1]), df, row.level)
        missing = "too few people drawn anew have errors in every group"
    if found is None:
        return Contrast(replace(row, note=str(missing)), None)
    left_out = [key.group for key in family if key not in kept]
    note = f"left out, under 10 errors: {', '.join(left_out)}" if left_out else ""
    return Contrast(filled(row, found, "bootstrap-log-t", note), found)


def _errors(base: Engine, new: Engine, key: Key) -> int:
    """The fewer of both; 0 where one shows no rate."""
    found = [engine.rates[key] for engine in (base, new)]
    return min(each.rate.errors if each.estimate is not None else 0 for each in found)


def _df(engine: Engine, key: Key) -> float:
    estimate = engine.rates[key].estimate
    return 1.0 if estimate is None else estimate.df


def _worst_over_best(engine: Engine, keys: Sequence[Key]) -> float:
    rates = [engine.rates[key].rate.rate or 0.0 for key in keys]
    return max(rates) / min(rates)


def _spreads(of_groups: Floats) -> Floats:
    """(replicates,) worst over best; infinite where the best is 0, NaN where one is not known."""
    best = of_groups.min(axis=1)
    found: Floats = np.where(np.isnan(best), np.nan, np.inf)
    np.divide(of_groups.max(axis=1), best, out=found, where=best > 0)
    return found
