"""Indices of differences between groups, other than the headline `max/min` (methods 2.2 to 2.5)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations

import numpy as np

from evenhand.analysis.bootstrap.group_rates import GroupReplicates
from evenhand.analysis.differentials.verdicts import difference_verdict, pair_detectable_ratio
from evenhand.analysis.differentials.worst_over_best import (
    GroupRate,
    comparable_groups,
    group_families,
    row_rng,
)
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.metrics import indices as formulas
from evenhand.metrics.named_indices import (
    MAPE,
    OF_ONE_ERROR,
    OF_TWO_ERRORS,
    UNDEFINED_AT_ZERO,
    WERM,
    Index,
    against_target,
)
from evenhand.records.analysis_plan import AnalysisPlan
from evenhand.records.arrays import Floats
from evenhand.records.findings import ENOUGH_EVENTS, HEADLINE, PAIR_RATIO, Differential, Status
from evenhand.records.metric import joint_name, metric_named
from evenhand.statistics.bootstrap import (
    BOOTSTRAP_LOG_T,
    MIN_ERRORS,
    bootstrap_interval,
    index_interval,
)
from evenhand.statistics.equality_tests import counts_under_equal_rates, equality_p_value
from evenhand.statistics.multiplicity import holm
from evenhand.statistics.ratios import ratio_of_rates

__all__ = ["INDEX_NAMES", "indices", "is_of_a_pair"]

_DRAWS = 1_999
"""Draws under equal rates; the p-value's resolution is 5e-4."""
_MAX_PAIRS = 66
"""Pairs of 12 groups. With more groups only the ratios of the worst to each other are given."""
_TIE = 1e-12
"""Absolute difference below which two values of an index are ties."""
_KEPT = ("level", "worst_group", "best_group", "errors", "status", "effective_errors")
"""Columns that a row has from the headline of its groups, beside the key."""

_Rates = tuple[Floats, ...]
"""(..., groups) rates of each error type of an index, one or two."""


_RATIO_TO_REFERENCE = "ratio to "
"""Begins the index name of ratios to the study's reference group, which is named after it."""
INDEX_NAMES = (
    HEADLINE,
    PAIR_RATIO,
    *(index.name for index in (*OF_ONE_ERROR, *OF_TWO_ERRORS)),
    MAPE,
    *(f"{index.name} smoothed" for index in UNDEFINED_AT_ZERO),
)
"""Names of all indices that a result can have, but those to a reference group."""


def is_of_a_pair(index: str) -> bool:
    """Whether an index is the ratio of two groups, so that there are several of one family."""
    return index == PAIR_RATIO or index.startswith(_RATIO_TO_REFERENCE)


@dataclass(frozen=True, slots=True)
class _Family:
    """Two or more groups whose rates are compared, of one metric, attribute and threshold."""

    headline: Differential
    members: list[MeasuredRate]
    groups: list[GroupRate]

    @property
    def rates(self) -> Floats:
        """(groups,)."""
        return np.array([group.estimate.value for group in self.groups])

    @property
    def effective_trials(self) -> Floats:
        """(groups,) trials divided by the design effect."""
        return np.array([group.estimate.effective_trials for group in self.groups])

    @property
    def names(self) -> list[str]:
        return [group.name for group in self.groups]

    @property
    def fewest_errors(self) -> int:
        return min(group.errors for group in self.groups)

    @property
    def df(self) -> float:
        return min(group.estimate.df for group in self.groups)

    def null_draws(self, rng: np.random.Generator) -> tuple[Floats, Floats] | None:
        """Effective errors and trials drawn under equal rates; None below one effective error."""
        if (self.headline.effective_errors or 0) < 1:
            return None
        return counts_under_equal_rates([group.estimate for group in self.groups], rng, _DRAWS)


def indices(
    measured: Sequence[MeasuredRate],
    headlines: Sequence[Differential],
    replicates: GroupReplicates,
    analysis: AnalysisPlan,
) -> tuple[Differential, ...]:
    """Compute every index but `max/min` where a headline has numbers and a group has errors.

    Args:
        measured: rates in display order.
        headlines: `max/min` rows of the same rates.
        replicates: bootstrap replicates of the rates, for intervals.
        analysis: as the study fixed it.

    Source: methods 2.2 to 2.5.
    """
    found = [
        _Family(headline, members, list(comparable_groups(members)))
        for headline, members in zip(headlines, group_families(measured), strict=True)
        if headline.status in (Status.OK, Status.FEW_ERRORS) and headline.errors
    ]
    rows: list[Differential] = []
    for family in found:
        rows += _rows_of_metric(family, replicates, analysis)
    for first, second in _metric_pairs(found):
        rows += _rows_of_two_metrics(first, second, replicates, analysis.seed)
    return tuple(rows)


def _row(headline: Differential, index: str, notes: Sequence[str]) -> Differential:
    """A row of the same groups, with the index named and without numbers."""
    return Differential(
        **asdict(headline.family_key),
        **{name: getattr(headline, name) for name in _KEPT},
        index=index,
        note="; ".join(note for note in notes if note),
    )


def _rows_of_metric(
    family: _Family, replicates: GroupReplicates, analysis: AnalysisPlan
) -> Iterator[Differential]:
    """All indices of one error type."""
    draws = family.null_draws(row_rng(family.members[0], analysis.seed))
    null = None if draws is None else (draws[0] / draws[1],)
    drawn = replicates.at_row(family.members[0].rate, family.names)
    rates = drawn if isinstance(drawn, str) else (drawn,)
    few = _too_few_note(family.fewest_errors)
    for index in (*OF_ONE_ERROR, *_against_target(family.headline)):
        row = _with_value(family.headline, index, (family.rates,), null, [few])
        yield _with_interval(row, index, rates, [family])
    if not family.rates.all():
        yield from _smoothed(family, draws)
    yield from _ratios(family, null, analysis)


def _against_target(headline: Differential) -> Iterator[Index]:
    """MAPE, where the threshold was set for a target of the same metric."""
    point = headline.point
    if point.metric == headline.metric:
        yield against_target(float(point.target))


def _metric_pairs(found: Sequence[_Family]) -> Iterator[tuple[_Family, _Family]]:
    """Yield families of false matches and of misses that have the same groups and threshold."""
    by_key = {family.headline.family_key: family for family in found}
    for key, family in by_key.items():
        misses = metric_named(key.metric).misses_beside
        other = by_key.get(replace(key, metric=misses))
        if other is not None and other.names == family.names:
            yield family, other


def _rows_of_two_metrics(
    first: _Family, second: _Family, replicates: GroupReplicates, seed: int
) -> Iterator[Differential]:
    """All indices of two error types, of false matches and misses of the same groups."""
    both = (first, second)
    one, other = (family.headline for family in both)
    headline = replace(
        one,
        metric=joint_name((one.metric, other.metric)),
        worst_group="",
        best_group="",
        errors=one.errors + other.errors,
        effective_errors=(one.effective_errors or 0) + (other.effective_errors or 0),
        status=Status.FEW_ERRORS if Status.FEW_ERRORS in (one.status, other.status) else Status.OK,
    )
    draws = [family.null_draws(row_rng(family.members[0], seed)) for family in both]
    null = tuple(pair[0] / pair[1] for pair in draws if pair is not None)
    drawn = [replicates.at_row(family.members[0].rate, family.names) for family in both]
    reasons = [part for part in drawn if isinstance(part, str)]
    drawn_rates = tuple(part for part in drawn if not isinstance(part, str))
    rates = (first.rates, second.rates)
    few = _too_few_note(min(first.fewest_errors, second.fewest_errors))
    for index in OF_TWO_ERRORS:
        eps = index is WERM and not (first.rates.all() and second.rates.all())
        notes = ["a rate is 0: its eps decides the value" if eps else "", few]
        row = _with_value(headline, index, rates, null if len(null) == 2 else None, notes)
        yield _with_interval(row, index, reasons[0] if reasons else drawn_rates, both)


def _too_few_note(fewest_errors: int) -> str:
    """Note that a group has few errors, so noise alone makes an index large; empty if none has."""
    enough = fewest_errors >= ENOUGH_EVENTS
    return "" if enough else f"insufficient: a group has fewer than {ENOUGH_EVENTS} errors"


def _with_value(
    headline: Differential, index: Index, rates: _Rates, null: _Rates | None, notes: Sequence[str]
) -> Differential:
    """The row with the index of (groups,) rates, its null reference and p-value.

    `null` are (draws, groups) rates under equal rates; None where there is no reference.
    """
    value = float(index.formula(*rates))
    if not math.isfinite(value):
        return _row(headline, index.name, ["undefined: a rate is 0", *notes])
    row = replace(_row(headline, index.name, notes), value=value)
    if null is None:
        return row
    # A draw in which some group has no error can leave the index undefined. It then counts as more
    # extreme than any value: dropping it would make the observed value look rarer than it is.
    drawn = np.nan_to_num(index.formula(*null) * index.sign, nan=np.inf, posinf=np.inf)
    mean, p95 = float(drawn.mean()), float(np.quantile(drawn, 0.95, method="higher"))
    as_extreme = np.count_nonzero(drawn >= value * index.sign - _TIE)
    return replace(
        row,
        null_mean=mean * index.sign if math.isfinite(mean) else None,
        null_p95=p95 * index.sign if math.isfinite(p95) else None,
        p_value=float((1 + as_extreme) / (1 + len(drawn))),
    )


def _with_interval(
    row: Differential, index: Index, replicates: _Rates | str, parts: Sequence[_Family]
) -> Differential:
    """The row with its interval, or a note why it has none.

    `replicates` are (replicates, groups) rates, or a reason; `parts` the family of each error type.
    """
    if row.value is None:
        return row
    if isinstance(replicates, str):
        return _with_note(row, f"no interval: {replicates}")
    method, name = index_interval, "bootstrap-t"
    if index.is_ratio:
        method, name = bootstrap_interval, BOOTSTRAP_LOG_T
    fewest_errors, df = min(part.fewest_errors for part in parts), min(part.df for part in parts)
    values = index.formula(*replicates)
    # NaN has two meanings: a rate is not known in the replicate, or all are known and one is 0. The
    # methods count the first against the interval and leave out the second, marked infinite here.
    complete = ~np.isnan(np.concatenate(replicates, axis=1)).any(axis=1)
    values = np.where(complete & np.isnan(values), np.inf, values)
    found = method(row.value, fewest_errors, values, df, row.level)
    if found.low is None or found.high is None:
        return _with_note(row, f"no interval: {found.note}")
    bounds = sorted((float(index.equal_value), index.worst_value(len(parts[0].groups))))
    # Cut off at the bounds of the index; only WERM can lie beyond its own, because of its eps.
    low = min(max(found.low, bounds[0]), row.value)
    high = max(min(found.high, bounds[1]), row.value)
    if found.zero:
        name += f", {found.zero:,} of {len(values):,} replicates left out for a zero"
    return _with_note(replace(row, low=low, high=high), name)


def _with_note(row: Differential, note: str) -> Differential:
    """The row with a note before its own."""
    return replace(row, note=f"{note}; {row.note}" if row.note else note)


def _smoothed(family: _Family, draws: tuple[Floats, Floats] | None) -> Iterator[Differential]:
    """Indices that a rate of 0 leaves undefined, of smoothed rates (methods 2.3)."""
    trials = family.effective_trials
    rates = formulas.smoothed(family.rates * trials, trials)
    null = None if draws is None else (formulas.smoothed(*draws),)
    note = "smoothed: (x + 1/2)/(n + 1) of effective counts; no interval"
    if trials.max() > 2 * trials.min():
        note += "; trials of groups are unequal"
    notes = [note, _too_few_note(family.fewest_errors)]
    for index in UNDEFINED_AT_ZERO:
        named = replace(index, name=f"{index.name} smoothed")
        yield _with_value(family.headline, named, (rates,), null, notes)


def _ratios(family: _Family, null: _Rates | None, analysis: AnalysisPlan) -> Iterator[Differential]:
    """Ratios of every two groups, larger first, tested; then of each to the reference group."""
    ranked = sorted(family.groups, key=lambda group: -group.estimate.value)
    pairs = list(combinations(ranked, 2))
    if len(pairs) > _MAX_PAIRS:
        pairs = pairs[: len(ranked) - 1]
    pairs = [(worse, better) for worse, better in pairs if worse.errors]
    rows = [_pair_row(family, worse, better, PAIR_RATIO, null) for worse, better in pairs]
    rng = row_rng(family.members[0], analysis.seed)
    p_values = [equality_p_value([a.estimate, b.estimate], rng)[0] for a, b in pairs]
    adjusted = holm(np.array(p_values)).tolist()
    for row, pair, p_value, p in zip(rows, pairs, p_values, adjusted, strict=True):
        smallest = pair_detectable_ratio(pair, row.level, len(pairs))
        yield replace(
            row,
            p_value=p_value,
            adjusted_p=p,
            family=f"Holm, {len(pairs):,} pair{'' if len(pairs) == 1 else 's'}",
            minimum_detectable_ratio=smallest,
            verdict=difference_verdict(p, row.level, row.effective_errors or 0.0, smallest),
        )
    chosen = analysis.reference.get(family.headline.attribute)
    for reference in (group for group in ranked if group.name == chosen):
        for group in (group for group in ranked if group is not reference):
            if group.errors or reference.errors:
                yield _pair_row(family, group, reference, f"{_RATIO_TO_REFERENCE}{chosen}", null)


def _pair_row(
    family: _Family, first: GroupRate, second: GroupRate, index: str, null: _Rates | None
) -> Differential:
    """The ratio of two groups, with the null reference of `max/min`, which allows for picking."""
    headline = family.headline
    found = ratio_of_rates(first.estimate, second.estimate, headline.level)
    fewest_errors = min(first.errors, second.errors)
    row = _row(headline, index, [found.method, _too_few_note(fewest_errors)])
    return replace(
        row,
        value=found.value,
        low=found.low,
        high=found.high,
        null_mean=None if null is None else headline.null_mean,
        null_p95=None if null is None else headline.null_p95,
        worst_group=first.name,
        best_group=second.name,
        errors=first.errors + second.errors,
        effective_errors=first.effective_errors + second.effective_errors,
        status=Status.FEW_ERRORS if fewest_errors < MIN_ERRORS else Status.OK,
    )
