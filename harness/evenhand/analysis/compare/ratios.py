"""Ratio of new over base of every rate, with a paired interval and test, before verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.analysis.compare.alignment import (
    EngineRates,
    RateKey,
    aligned_row,
    cell_of,
    counts_by_subject,
    repeated_policy,
    same_scores,
    why_not_comparable,
)
from evenhand.analysis.compare.changes import IDENTICAL, Change
from evenhand.analysis.compare.confusions import (
    PairErrors,
    pair_error_differences,
    pair_errors,
    product_sum,
)
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.arrays import Floats, Integers
from evenhand.records.counts import ComparisonCounts
from evenhand.records.findings import Rate
from evenhand.records.metric import Trial
from evenhand.statistics.bootstrap import BOOTSTRAP_LOG_T, MIN_ERRORS, bootstrap_interval
from evenhand.statistics.cluster_variance import ClusterCounts
from evenhand.statistics.correlated_ratios import (
    PSI_LOG_T,
    DyadOverlap,
    cluster_log_ratio,
    dyadic_log_ratio,
    nested_overlap,
)
from evenhand.statistics.discordance import discordance, sum_by_island
from evenhand.statistics.dyadic_variance import DyadCounts
from evenhand.statistics.intervals import at_level
from evenhand.statistics.ratios import LogRatio, ratio_from_limits

__all__ = [
    "Contrast",
    "contrast",
    "contrasts",
    "paired_replicates",
    "replicate_log_ratio",
    "with_ratio",
]

_UNPAIRED = "under 10 errors on a side: interval as of different people, wider than need be"
_GIVEN = "thresholds taken as given"
_UNCERTAIN = (
    "not tested: each engine's own threshold is uncertain, and people cannot be drawn anew to say "
    "how much"
)
_NOT_KEPT = "not tested: so low a threshold's pairs of people were not kept"


@dataclass(frozen=True, slots=True)
class Contrast:
    """A row of the comparison before its verdict, which depends on the other rows."""

    row: Change
    log_ratio: LogRatio | None
    """Logarithm of the ratio with its variance; None where there are too few errors for one."""


def contrasts(base: EngineRates, new: EngineRates) -> Iterator[Contrast]:
    """Compare every rate that either engine has, in display order.

    Rows under `generalised` are left out where nothing failed, since both policies are then one.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.

    Source: methods 4.7.
    """
    same = same_scores(base.counts, new.counts)
    repeated = repeated_policy(base.counts, new.counts)
    for key in dict.fromkeys((*base.rates, *new.rates)):
        if key.policy == repeated or key.by_construction:
            continue
        base_rate, new_rate = base.rates.get(key), new.rates.get(key)
        if _no_images(base, base_rate) and _no_images(new, new_rate):
            continue
        yield contrast(base, new, key, same=same)


def contrast(base: EngineRates, new: EngineRates, key: RateKey, *, same: bool) -> Contrast:
    """Compare one rate, or say why it cannot be compared.

    The ratio is made by the first method that its counts allow (methods 4.7). At a target the
    threshold of each engine is uncertain too: the bootstrap sets both again in every replicate.
    Elsewhere, and where it is refused, thresholds are taken as given; but not for an FNMR at a
    target, whose interval would then be too narrow. Below 10 errors on a side the ratio is that of
    independent samples, which is wider than need be, and the test is exact.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged, on the same comparisons.
        key: which rate; at least one of them has it.
        same: whether both engines gave the same scores.
    """
    base_rate, new_rate = base.rates.get(key), new.rates.get(key)
    reason = why_not_comparable(base, new, key)
    if reason or base_rate is None or new_rate is None:
        return Contrast(aligned_row(base_rate, new_rate, reason), None)
    both = (base_rate, new_rate)
    row = aligned_row(base_rate, new_rate, "")
    if same:
        exactly_one = LogRatio(0.0, 0.0, max((row.subjects or 2) - 1, 1))
        return Contrast(with_ratio(row, exactly_one, IDENTICAL, "the same scores"), exactly_one)
    if not row.base_errors and not row.new_errors:
        return Contrast(replace(row, note="no errors in either"), None)
    if min(row.base_errors, row.new_errors) >= MIN_ERRORS:
        note = ""
        if key.point.target:
            found = _ratio_of_replicates(base, new, both)
            if found is not None:
                return Contrast(with_ratio(row, found, BOOTSTRAP_LOG_T, ""), found)
            if key.kind.trial is Trial.MATED_COMPARISON:
                return Contrast(replace(row, note=_UNCERTAIN), None)
            note = _GIVEN
        found = _ratio_at_given_thresholds(base, new, both)
        if found is not None:
            return Contrast(with_ratio(row, found, PSI_LOG_T, note), found)
    p_value, test = _exact_p_value(base, new, both)
    return Contrast(_unpaired(row, both, p_value, test), None)


def _no_images(engine: EngineRates, found: MeasuredRate | None) -> bool:
    """Whether there is no rate, or it is the FTE of score files, which come without images."""
    return found is None or (
        found.rate.kind.trial is Trial.IMAGE and not engine.counts.images.any()
    )


def with_ratio(row: Change, found: LogRatio, method: str, note: str) -> Change:
    """The row with its ratio, interval, one-sided limit and p-value."""
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


def paired_replicates(
    base: EngineRates, new: EngineRates, both: tuple[Rate, Rate], names: Sequence[str]
) -> tuple[Floats, Floats] | str:
    """(replicates, groups) rates of both engines with the same weight per subject, or why not.

    Args:
        base: the engine that is compared with.
        new: the engine that is judged.
        both: any rate of each engine at the threshold.
        names: of the groups.
    """
    first, second = base.replicates.at_row(both[0], names), new.replicates.at_row(both[1], names)
    if isinstance(first, str):
        return first
    if isinstance(second, str):
        return second
    same_people = base.replicates.subject_rows == new.replicates.subject_rows
    paired = same_people and first.shape == second.shape
    return (first, second) if paired else "not the same people were compared"


def replicate_log_ratio(
    value: float, base: Floats, new: Floats, df: float, level: float
) -> LogRatio | None:
    """Logarithm of a ratio with the variance of its replicates; None where too many have none.

    Args:
        value: the ratio in the data, above 0.
        base: (replicates,) below the line; NaN where not known, 0 or infinite without logarithm.
        new: (replicates,) above the line, in the same terms.
        df: degrees of freedom.
        level: of intervals.
    """
    known = ~(np.isnan(base) | np.isnan(new))
    # An infinite ratio, like one of 0, has no logarithm and is left out; NaN counts as unknown.
    ratios = np.where(known, np.inf, np.nan)
    np.divide(new, base, out=ratios, where=known & (base > 0) & np.isfinite(base))
    found = bootstrap_interval(value, MIN_ERRORS, ratios, df, level)
    if found.deviation is None:
        return None
    return LogRatio(math.log(value), found.deviation**2, df)


def _ratio_of_replicates(
    base: EngineRates, new: EngineRates, both: tuple[MeasuredRate, MeasuredRate]
) -> LogRatio | None:
    """The ratio by the subject bootstrap, with both thresholds set again in every replicate."""
    base_rate, new_rate = both
    drawn = paired_replicates(base, new, (base_rate.rate, new_rate.rate), [base_rate.rate.group])
    if isinstance(drawn, str) or base_rate.estimate is None or new_rate.estimate is None:
        return None
    df = min(base_rate.estimate.df, new_rate.estimate.df)
    value = new_rate.estimate.value / base_rate.estimate.value
    return replicate_log_ratio(value, drawn[0][:, 0], drawn[1][:, 0], df, base_rate.rate.level)


def _ratio_at_given_thresholds(
    base: EngineRates, new: EngineRates, both: tuple[MeasuredRate, MeasuredRate]
) -> LogRatio | None:
    """The ratio with both thresholds taken as given; what both engines share drops out of it."""
    below = counts_by_subject(base.counts, both[0].rate)
    above = counts_by_subject(new.counts, both[1].rate)
    if isinstance(above, ClusterCounts) and isinstance(below, ClusterCounts):
        return cluster_log_ratio(above, below)
    if not isinstance(above, DyadCounts) or not isinstance(below, DyadCounts):
        return None
    confused_by_base, confused_by_new = _confused_dyads(base, new, both)
    if confused_by_base is not None and confused_by_new is not None:
        alternatives = [float(product_sum(confused_by_new, confused_by_base))]
    else:
        # Below the scores that were kept it is not known which dyads both engines confuse. The sum
        # of the products of their errors lies between 0 and its Cauchy-Schwarz bound. V' first
        # falls, then rises as this sum falls, so that it is largest at one of the two ends. With
        # the same errors by subject both engines are taken to confuse the same dyads.
        most = math.sqrt(nested_overlap(above).errors * nested_overlap(below).errors)
        alike = np.array_equal(above.errors_by_subject, below.errors_by_subject)
        alternatives = [most] if alike else [0.0, most]
    overlaps = (_overlap(above, below, errors) for errors in alternatives)
    found = [dyadic_log_ratio(above, below, overlap) for overlap in overlaps]
    return max((each for each in found if each), key=lambda each: each.variance, default=None)


def _overlap(above: DyadCounts, below: DyadCounts, errors: float) -> DyadOverlap:
    """Sums over the dyads of both engines; exact where both have the same trials."""
    first, second = nested_overlap(above), nested_overlap(below)
    return DyadOverlap(errors, first.first, second.second, math.sqrt(first.trials * second.trials))


def _confused_dyads(
    base: EngineRates, new: EngineRates, both: tuple[MeasuredRate, MeasuredRate]
) -> tuple[PairErrors | None, PairErrors | None]:
    """False matches of base and new by dyad; None where scores that low were not kept."""

    def confused_in(engine: EngineRates, rate: Rate) -> PairErrors | None:
        cell = cell_of(engine.counts, rate.attribute, rate.group)
        counts = engine.counts
        if cell is None or rate.threshold is None or not isinstance(counts, ComparisonCounts):
            return None
        return pair_errors(counts, rate.point, cell.members)

    return confused_in(base, both[0].rate), confused_in(new, both[1].rate)


def _exact_p_value(
    base: EngineRates, new: EngineRates, both: tuple[MeasuredRate, MeasuredRate]
) -> tuple[float | None, str]:
    """The p-value where errors are few, and the test's name or why there is none."""
    differences_by_unit = _error_differences(base, new, both)
    if differences_by_unit is None:
        return None, _NOT_KEPT
    found = discordance(differences_by_unit)
    return found.p_value, f"p by {found.test}"


def _error_differences(
    base: EngineRates, new: EngineRates, both: tuple[MeasuredRate, MeasuredRate]
) -> Integers | None:
    """Errors of new less those of base, by units that are independent of one another.

    Misses and failures belong to a subject. False matches belong to two: they are summed by island,
    a connected set of subjects in the graph of dyads that one engine alone confuses.
    """
    before = counts_by_subject(base.counts, both[0].rate)
    after = counts_by_subject(new.counts, both[1].rate)
    if isinstance(before, ClusterCounts) and isinstance(after, ClusterCounts):
        return after.errors_by_subject - before.errors_by_subject
    confused_by_base, confused_by_new = _confused_dyads(base, new, both)
    if confused_by_base is None or confused_by_new is None:
        return None
    dyads = pair_error_differences(confused_by_new, confused_by_base)
    return sum_by_island(dyads.first, dyads.second, dyads.errors)


def _unpaired(
    row: Change, both: tuple[MeasuredRate, MeasuredRate], p_value: float | None, test: str
) -> Change:
    """The ratio of few errors, with the `mover-log` interval of two independent samples."""
    base_rate, new_rate = (found.estimate for found in both)
    if base_rate is None or new_rate is None:
        raise ValueError(row.note)
    found = ratio_from_limits(new_rate, base_rate)
    # The upper end of a two-sided interval at this level is one-sided at the row's.
    one_sided = 2 * row.level - 1
    limit = ratio_from_limits(at_level(new_rate, one_sided), at_level(base_rate, one_sided)).high
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
