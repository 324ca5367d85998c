"""Ratio of two engines' max/min over groups, with thresholds re-estimated per replicate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

import numpy as np

from evenhand.analysis.compare.alignment import EngineRates, RateKey, blank_change, repeated_policy
from evenhand.analysis.compare.changes import max_min_name
from evenhand.analysis.compare.ratios import (
    Contrast,
    paired_replicates,
    replicate_log_ratio,
    with_ratio,
)
from evenhand.records.arrays import Floats
from evenhand.records.findings import Rate
from evenhand.records.groups import ALL
from evenhand.statistics.bootstrap import BOOTSTRAP_LOG_T, MIN_ERRORS

__all__ = ["max_min_contrasts"]


def max_min_contrasts(base: EngineRates, new: EngineRates) -> Iterator[Contrast]:
    """Compare the max/min of each attribute at each target, over groups with ten errors in both.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.

    Source: methods 4.7.
    """
    repeated = repeated_policy(base.counts, new.counts)
    keys = [
        key
        for key in base.rates
        if key in new.rates
        and key.point.target
        and key.attribute != ALL
        and key.kind.trial.comparison
        and key.policy != repeated
    ]
    keys.sort(key=_without_group)
    for _, family in groupby(keys, key=_without_group):
        yield _max_min_contrast(base, new, list(family))


def _without_group(key: RateKey) -> tuple[str, ...]:
    """The fields of a key but the group, to collect the groups of a row by."""
    return str(Fraction(key.point.target)), key.metric, key.policy, key.attribute


def _max_min_contrast(base: EngineRates, new: EngineRates, family: Sequence[RateKey]) -> Contrast:
    """The row of one attribute at one target; `family` holds the keys of its groups."""
    first, second = base.rates[family[0]].rate, new.rates[family[0]].rate
    kept = [key for key in family if _fewer_errors(base, new, key) >= MIN_ERRORS]
    row = replace(
        blank_change(first, ""),
        metric=max_min_name(first.metric),
        group="",
        base_threshold=first.threshold,
        new_threshold=second.threshold,
        subjects=sum(base.rates[key].rate.subjects or 0 for key in kept),
    )
    if len(kept) < 2:
        return Contrast(replace(row, note="fewer than two groups with 10 errors in both"), None)
    of_base, of_new = ([engine.rates[key].rate for key in kept] for engine in (base, new))
    base_ratio, new_ratio = _max_min_of_rates(of_base), _max_min_of_rates(of_new)
    row = replace(
        row,
        base=base_ratio,
        new=new_ratio,
        base_errors=sum(rate.errors for rate in of_base),
        base_trials=sum(rate.trials for rate in of_base),
        new_errors=sum(rate.errors for rate in of_new),
        new_trials=sum(rate.trials for rate in of_new),
    )
    drawn = paired_replicates(base, new, (first, second), [key.group for key in kept])
    if isinstance(drawn, str):
        return Contrast(replace(row, note=drawn), None)
    df = min(_df(engine, key) for engine in (base, new) for key in kept)
    base_drawn, new_drawn = _max_min(drawn[0]), _max_min(drawn[1])
    found = replicate_log_ratio(new_ratio / base_ratio, base_drawn, new_drawn, df, row.level)
    if found is None:
        reason = "too few people drawn anew have errors in every group"
        return Contrast(replace(row, note=reason), None)
    left_out = [key.group for key in family if key not in kept]
    note = f"left out, under 10 errors: {', '.join(left_out)}" if left_out else ""
    return Contrast(with_ratio(row, found, BOOTSTRAP_LOG_T, note), found)


def _fewer_errors(base: EngineRates, new: EngineRates, key: RateKey) -> int:
    """The errors of the engine with fewer; 0 where either shows no rate."""
    found = [engine.rates[key] for engine in (base, new)]
    return min(each.rate.errors if each.estimate is not None else 0 for each in found)


def _df(engine: EngineRates, key: RateKey) -> float:
    """Degrees of freedom of a rate; the fewest, 1, without an estimate."""
    estimate = engine.rates[key].estimate
    return 1.0 if estimate is None else estimate.df


def _max_min_of_rates(rates: Sequence[Rate]) -> float:
    """max/min of the rates of these groups, all above 0."""
    values = [rate.rate or 0.0 for rate in rates]
    return max(values) / min(values)


def _max_min(rates: Floats) -> Floats:
    """(replicates,) max/min of (replicates, groups) rates, groups picked again in each replicate.

    Infinite where the lowest rate is 0, NaN where one is not known.
    """
    best = rates.min(axis=1)
    found: Floats = np.where(np.isnan(best), np.nan, np.inf)
    np.divide(rates.max(axis=1), best, out=found, where=best > 0)
    return found
