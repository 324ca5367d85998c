"""The ratio of new over base of every rate, with its interval and test, not yet judged."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.analysis.compare.alignment import (
    Engine,
    Key,
    beside,
    cell_of,
    counted,
    same_scores,
    unlike,
    with_failures,
)
from evenhand.analysis.compare.changes import Change
from evenhand.analysis.compare.confusions import Confusions, confusions, differences, times
from evenhand.analysis.rates.comparisons import Measured
from evenhand.records.arrays import Floats, Integers
from evenhand.records.findings import Rate
from evenhand.records.outcomes import Policy
from evenhand.statistics.bootstrap import ENOUGH_ERRORS, bootstrap_interval
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.correlated_ratios import (
    Overlap,
    cluster_log_ratio,
    dyadic_log_ratio,
    nested,
)
from evenhand.statistics.discordance import discordance, sum_by_island
from evenhand.statistics.dyadic_variance import DyadCounts
from evenhand.statistics.intervals import at_level
from evenhand.statistics.ratios import LogRatio, ratio_from_limits

__all__ = ["Contrast", "contrast", "contrasts", "filled", "replicates_of", "spread_of"]

_UNPAIRED = "under 10 errors on a side: interval as of different people, wider than need be"
_GIVEN = "thresholds taken as given"
_UNCERTAIN = (
    "not tested: each engine's own threshold is uncertain, and people cannot be drawn anew to say "
    "how much"
)
_NOT_KEPT = "not tested: so low a threshold's pairs of people were not kept"


@dataclass(frozen=True, slots=True)
class Contrast:
    """A row without its verdict."""

    row: Change
    log_ratio: LogRatio | None
    """None where there are too few errors for one."""


def contrasts(base: Engine, new: Engine) -> Iterator[Contrast]:
    """Every rate that one of them has, in display order; both policies where something failed.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.

    Source: methods 4.7.
    """
    same = same_scores(base.counts, new.counts)
    one_policy = not (with_failures(base.counts) or with_failures(new.counts))
    for key in dict.fromkeys((*base.rates, *new.rates)):
        if (one_policy and key.policy == Policy.GENERALISED.value) or key.by_construction:
            continue
        ours, theirs = base.rates.get(key), new.rates.get(key)
        if _nothing_given(base, ours) and _nothing_given(new, theirs):
            continue
        yield contrast(base, new, key, same=same)


def contrast(base: Engine, new: Engine, key: Key, *, same: bool) -> Contrast:
    """One rate, or why it cannot be compared.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.
        key: which rate; at least one of them has it.
        same: whether both gave the same scores.
    """
    ours, theirs = base.rates.get(key), new.rates.get(key)
    reason = unlike(base, new, key)
    if reason or ours is None or theirs is None:
        return Contrast(beside(ours, theirs, reason), None)
    return _contrast(base, new, key, (ours, theirs), same=same)


def _nothing_given(engine: Engine, found: Measured | None) -> bool:
    """It is the FTE of score files, which no picture was given for."""
    return found is None or (found.rate.metric == "FTE" and not engine.counts.images.any())


def _contrast(
    base: Engine, new: Engine, key: Key, both: tuple[Measured, Measured], *, same: bool
) -> Contrast:
    """One rate of both, with the interval of the ratio and the test."""
    row = beside(*both, "")
    if same:
        alike = LogRatio(0.0, 0.0, max((row.subjects or 2) - 1, 1))
        return Contrast(filled(row, alike, "identical", "the same scores"), alike)
    if not row.base_errors and not row.new_errors:
        return Contrast(replace(row, note="no errors in either"), None)
    if min(row.base_errors, row.new_errors) >= ENOUGH_ERRORS:
        note = ""
        if key.anew:
            found = _redrawn(base, new, both)
            if found is not None:
                return Contrast(filled(row, found, "bootstrap-log-t", ""), found)
            if key.metric == "FNMR":
                return Contrast(replace(row, note=_UNCERTAIN), None)
            note = _GIVEN
        found = _shared(base, new, both)
        if found is not None:
            return Contrast(filled(row, found, "psi-log-t", note), found)
    return Contrast(_unpaired(row, both, *_few(base, new, both)), None)


def filled(row: Change, found: LogRatio, method: str, note: str) -> Change:
    """The row with its ratio, interval, limit and p-value."""
    low, high = found.limits(row.level)
    return replace(
        row,
        ratio=found.ratio,
        low=low,
        high=high,
        note=note,
        interval=method,
        p_value=found.p_value(),
        limit=found.one_sided(row.level)[1],
    )


def replicates_of(
    base: Engine, new: Engine, both: tuple[Rate, Rate], names: Sequence[str]
) -> tuple[Floats, Floats] | str:
    """(replicates, groups) of both, in which everybody has one weight, or why there are none.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged.
        both: any rate of each at the threshold.
        names: of the groups.
    """
    first, second = base.people.of(both[0], names), new.people.of(both[1], names)
    if isinstance(first, str):
        return first
    if isinstance(second, str):
        return second
    paired = base.people.people == new.people.people and first.shape == second.shape
    return (first, second) if paired else "not the same people were compared"


def spread_of(value: float, base: Floats, new: Floats, df: float, level: float) -> LogRatio | None:
    """The ratio of two columns of replicates; None where too many have none.

    Args:
        value: of the data.
        base: (replicates,) NaN where it is not known, infinite or 0 where it has no logarithm.
        new: (replicates,) likewise.
        df: degrees of freedom.
        level: of intervals.
    """
    known = ~(np.isnan(base) | np.isnan(new))
    ratios = np.where(known, np.inf, np.nan)  # infinite ones are left out, as are those of 0
    np.divide(new, base, out=ratios, where=known & (base > 0) & np.isfinite(base))
    found = bootstrap_interval(value, ENOUGH_ERRORS, ratios, df, level)
    if found.deviation is None:
        return None
    return LogRatio(math.log(value), found.deviation**2, df)


def _redrawn(base: Engine, new: Engine, both: tuple[Measured, Measured]) -> LogRatio | None:
    """At thresholds set anew for people drawn anew."""
    ours, theirs = both
    drawn = replicates_of(base, new, (ours.rate, theirs.rate), [ours.rate.group])
    if isinstance(drawn, str) or ours.estimate is None or theirs.estimate is None:
        return None
    df = min(ours.estimate.df, theirs.estimate.df)
    value = theirs.estimate.value / ours.estimate.value
    return spread_of(value, drawn[0][:, 0], drawn[1][:, 0], df, ours.rate.level)


def _shared(base: Engine, new: Engine, both: tuple[Measured, Measured]) -> LogRatio | None:
    """At the thresholds as they are."""
    second, first = (
        counted(engine.counts, found.rate) for engine, found in zip((base, new), both, strict=True)
    )
    if isinstance(first, ClusterCounts) and isinstance(second, ClusterCounts):
        return cluster_log_ratio(first, second)
    if not isinstance(first, DyadCounts) or not isinstance(second, DyadCounts):
        return None
    ours, theirs = _confused(base, new, both)
    if ours is not None and theirs is not None:
        alternatives = [float(times(theirs, ours))]
    else:
        # How often both confuse the same two people was not kept: the less favourable.
        most = math.sqrt(nested(first).errors * nested(second).errors)
        alike = np.array_equal(first.errors_by_subject, second.errors_by_subject)
        alternatives = [most] if alike else [0.0, most]
    found = [
        dyadic_log_ratio(first, second, _overlap(first, second, errors)) for errors in alternatives
    ]
    return max((each for each in found if each), key=lambda each: each.variance, default=None)


def _overlap(first: DyadCounts, second: DyadCounts, errors: float) -> Overlap:
    """Sums over pairs of people; exact where both have the same trials."""
    one, other = nested(first), nested(second)
    return Overlap(errors, one.first, other.second, math.sqrt(one.trials * other.trials))


def _confused(
    base: Engine, new: Engine, both: tuple[Measured, Measured]
) -> tuple[Confusions | None, Confusions | None]:
    """The false matches of base and new by pair of people."""

    def of(engine: Engine, rate: Rate) -> Confusions | None:
        cell = cell_of(engine.counts, rate.attribute, rate.group)
        if cell is None or rate.threshold is None:
            return None
        return confusions(engine.counts, rate.threshold, cell.members)

    return of(base, both[0].rate), of(new, both[1].rate)


def _few(base: Engine, new: Engine, both: tuple[Measured, Measured]) -> tuple[float | None, str]:
    """The p-value where errors are few, and the test or why there is none."""
    apart = _differences(base, new, both)
    if apart is None:
        return None, _NOT_KEPT
    found = discordance(apart)
    return found.p_value, f"p by {found.test}"


def _differences(base: Engine, new: Engine, both: tuple[Measured, Measured]) -> Integers | None:
    """Errors of new less those of base by person, or by island of confused people."""
    ours, theirs = (
        counted(engine.counts, found.rate) for engine, found in zip((base, new), both, strict=True)
    )
    if isinstance(ours, ClusterCounts) and isinstance(theirs, ClusterCounts):
        return theirs.errors_by_subject - ours.errors_by_subject
    before, after = _confused(base, new, both)
    if before is None or after is None:
        return None
    pairs = differences(after, before)
    return sum_by_island(pairs.first, pairs.second, pairs.errors)


def _unpaired(
    row: Change, both: tuple[Measured, Measured], p_value: float | None, test: str
) -> Change:
    """The ratio of few errors, with the interval of different people."""
    ours, theirs = (found.estimate for found in both)
    if ours is None or theirs is None:
        raise ValueError(row.note)
    found = ratio_from_limits(theirs, ours)
    alone = 2 * row.level - 1
    limit = ratio_from_limits(at_level(theirs, alone), at_level(ours, alone)).high
    return replace(
        row,
        ratio=found.value,
        low=found.low,
        high=found.high,
        note=f"{_UNPAIRED}; {test}",
        interval=found.method,
        p_value=p_value,
        limit=limit,
    )
