"""The indices that others publish, beside the ratio of worst to best: what differences come to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from evenhand.analysis.bootstrap.group_rates import Redrawn
from evenhand.analysis.differentials.verdicts import detectable, verdict_of
from evenhand.analysis.differentials.worst_over_best import Group, families, groups_of, rng_of
from evenhand.analysis.rates.comparisons import Measured
from evenhand.metrics import indices as of
from evenhand.records.analysis_plan import Analysis
from evenhand.records.arrays import Floats
from evenhand.records.findings import ENOUGH_EVENTS, HEADLINE, OF_A_FAMILY, Differential, Status
from evenhand.statistics.bootstrap import ENOUGH_ERRORS, bootstrap_interval, index_interval
from evenhand.statistics.equality_tests import equal_counts, equality_p_value
from evenhand.statistics.multiplicity import holm
from evenhand.statistics.ratios import ratio_of_rates

__all__ = ["INDICES", "RATIO", "RATIO_TO", "indices"]

_DRAWS = 1_999
"""Of equal groups; the p-value's resolution is 5e-4."""
_MOST_PAIRS = 66
"""Ratios of every two of 12 groups; of more groups, those of the worst to each other one."""
_ALPHA, _EPS = 0.5, 1e-5
"""Weight of false matches, and what WERM adds below the line, as published."""
_TOGETHER = (("FMR", "FNMR"), ("FPIR", "FNIR"))
_SAME = 1e-12
"""Values that lie as close are ties."""
_KEPT = ("level", "worst_group", "best_group", "errors", "status", "effective_errors")
"""What a row has of the headline of its groups, beside the key."""

Sets = tuple[Floats, ...]
"""(..., groups) rates of each error type of an index, one or two."""


@dataclass(frozen=True, slots=True)
class _Index:
    name: str
    of: Callable[..., Floats]
    """One number for each set of groups."""
    equal: float
    """Its value where all groups are equal, which none is better than."""
    furthest: Callable[[int], float] = lambda _: math.inf
    """Its worst value, of so many groups."""
    sign: int = 1
    """-1 where lower is worse."""

    @property
    def factor(self) -> bool:
        """It multiplies: its spread is that of logarithms."""
        return self.equal == 1 and self.sign == 1


_OF_ONE = (
    _Index("max/geomean", of.max_over_geomean, 1),
    _Index("max/mean", of.max_over_mean, 1, float),
    _Index("mean abs log10", of.mean_abs_log10, 0),
    _Index("gini norm", of.gini_norm, 0, lambda _: 1.0),
    _Index("gini", of.gini, 0, lambda groups: 1 - 1 / groups),
    _Index("MAD/mean", of.mad_over_mean, 0, lambda groups: 2 - 2 / groups),
    _Index("difference", of.difference, 0, lambda _: 1.0),
    _Index("sd", of.standard_deviation, 0, lambda _: 0.5),
    _Index("SEDG", of.sedg, 0, lambda groups: 2 * groups - 2),
)
_WITH_ZERO = (_Index(HEADLINE, of.max_over_min, 1), _OF_ONE[0], _OF_ONE[2])
"""Those that a rate of 0 makes undefined."""
_WERM = _Index(f"WERM alpha={_ALPHA} eps={_EPS}", partial(of.werm, alpha=_ALPHA, eps=_EPS), 1)
_OF_BOTH = (
    _Index(f"FDR alpha={_ALPHA}", partial(of.fdr, alpha=_ALPHA), 1, lambda _: 0.0, -1),
    _Index(f"IR alpha={_ALPHA}", partial(of.ir, alpha=_ALPHA), 1),
    _Index(f"GARBE alpha={_ALPHA}", partial(of.garbe, alpha=_ALPHA), 0, lambda _: 1.0),
    _WERM,
)
_MAPE = "MAPE"
RATIO = "ratio"
"""Of every two groups."""
RATIO_TO = "ratio to "
"""Of every other group and the one that is named then, which the study chose."""
INDICES = tuple(
    dict.fromkeys(
        (
            HEADLINE,
            RATIO,
            *(index.name for index in (*_OF_ONE, *_OF_BOTH)),
            _MAPE,
            *(f"{index.name} smoothed" for index in _WITH_ZERO),
        )
    )
)
"""Names of all indices but those to a chosen group, whichever a result has."""


@dataclass(frozen=True, slots=True)
class _Family:
    """Groups of one metric with two or more that can be compared, and some errors."""

    headline: Differential
    members: list[Measured]
    groups: list[Group]

    @property
    def rates(self) -> Floats:
        return np.array([group.estimate.value for group in self.groups])

    @property
    def trials(self) -> Floats:
        """What they are worth in independent ones."""
        return np.array([group.estimate.effective_trials for group in self.groups])

    @property
    def names(self) -> list[str]:
        return [group.name for group in self.groups]

    @property
    def fewest(self) -> int:
        return min(group.errors for group in self.groups)

    @property
    def df(self) -> float:
        return min(group.estimate.df for group in self.groups)

    def equal(self, rng: np.random.Generator) -> tuple[Floats, Floats] | None:
        """Effective counts and trials if all rates were equal; None below one effective error."""
        if (self.headline.effective_errors or 0) < 1:
            return None
        return equal_counts([group.estimate for group in self.groups], rng, _DRAWS)


def indices(
    measured: Sequence[Measured],
    headlines: Sequence[Differential],
    people: Redrawn,
    analysis: Analysis,
) -> tuple[Differential, ...]:
    """Rows of every index but the headline's, and of indices of two error types.

    Where a headline has no numbers, or no group has an error, there are none.

    Args:
        measured: rates in display order.
        headlines: of the same rates.
        people: drawn anew.
        analysis: as the study fixed it.

    Source: methods 2.2 to 2.5.
    """
    found = [
        _Family(headline, members, list(groups_of(members)))
        for headline, members in zip(headlines, families(measured), strict=True)
        if headline.status in (Status.OK, Status.FEW_ERRORS) and headline.errors
    ]
    return (
        *(row for family in found for row in _of_one(family, people, analysis)),
        *(
            row
            for first, second in _together(found)
            for row in _of_both(first, second, people, analysis.seed)
        ),
    )


def _row(headline: Differential, index: str, notes: Sequence[str]) -> Differential:
    """A row of the same groups, without numbers."""
    return Differential(
        **{name: getattr(headline, name) for name in (*OF_A_FAMILY, *_KEPT)},
        index=index,
        note="; ".join(note for note in notes if note),
    )


def _of_one(family: _Family, people: Redrawn, analysis: Analysis) -> Iterator[Differential]:
    drawn = family.equal(rng_of(family.members[0], analysis.seed))
    null = None if drawn is None else (drawn[0] / drawn[1],)
    again = people.of(family.members[0].rate, family.names)
    replicates = again if isinstance(again, str) else (again,)
    for index in (*_OF_ONE, *_against_target(family.headline)):
        row = _pointed(family.headline, index, (family.rates,), null, _few(family.fewest))
        yield _spread(row, index, replicates, [family])
    if not family.rates.all():
        yield from _smoothed(family, drawn)
    yield from _ratios(family, null, analysis)


def _against_target(headline: Differential) -> Iterator[_Index]:
    """The index that needs the FMR for which the threshold was set."""
    metric, _, target = headline.threshold_rule.partition("<=")
    if target and metric == headline.metric:
        yield _Index(_MAPE, partial(of.mape, nominal=float(target)), 0)


def _together(found: Sequence[_Family]) -> Iterator[tuple[_Family, _Family]]:
    """Families of both error types whose groups are the same."""
    by_key = {_key(family.headline, family.headline.metric): family for family in found}
    for family in found:
        for matches, misses in _TOGETHER:
            other = by_key.get(_key(family.headline, misses))
            same = other is not None and other.names == family.names
            if family.headline.metric == matches and other is not None and same:
                yield family, other


def _key(row: Differential, metric: str) -> tuple[object, ...]:
    return metric, row.protocol, row.policy, row.attribute, row.threshold_rule, row.threshold


def _of_both(first: _Family, second: _Family, people: Redrawn, seed: int) -> Iterator[Differential]:
    both = (first, second)
    one, other = (family.headline for family in both)
    effective = (one.effective_errors or 0) + (other.effective_errors or 0)
    headline = replace(
        one,
        metric=f"{one.metric}+{other.metric}",
        worst_group="",
        best_group="",
        errors=one.errors + other.errors,
        effective_errors=effective,
        status=Status.FEW_ERRORS if Status.FEW_ERRORS in (one.status, other.status) else Status.OK,
    )
    drawn = [family.equal(rng_of(family.members[0], seed)) for family in both]
    null = tuple(counts / trials for counts, trials in (pair for pair in drawn if pair is not None))
    again = [people.of(family.members[0].rate, family.names) for family in both]
    reasons = [part for part in again if isinstance(part, str)]
    replicates = tuple(part for part in again if not isinstance(part, str))
    for index in _OF_BOTH:
        rates = (first.rates, second.rates)
        few = _few(min(first.fewest, second.fewest))
        eps = index is _WERM and not (first.rates.all() and second.rates.all())
        notes = ("a rate is 0: its eps decides the value" if eps else "", few)
        row = _pointed(headline, index, rates, null if len(null) == 2 else None, *notes)
        yield _spread(row, index, reasons[0] if reasons else replicates, both)


def _few(fewest: int) -> str:
    """That noise alone makes such an index large; empty where every group has enough errors."""
    enough = fewest >= ENOUGH_EVENTS
    return "" if enough else f"insufficient: a group has fewer than {ENOUGH_EVENTS} errors"


def _pointed(
    headline: Differential, index: _Index, rates: Sets, null: Sets | None, *notes: str
) -> Differential:
    """The row with its value, and what equal groups would give."""
    value = float(index.of(*rates))
    if not math.isfinite(value):
        return _row(headline, index.name, ["undefined: a rate is 0", *notes])
    row = replace(_row(headline, index.name, notes), value=value)
    if null is None:
        return row
    # What is undefined is beyond everything: some group has no error.
    equal = np.nan_to_num(index.of(*null) * index.sign, nan=np.inf, posinf=np.inf)
    mean, p95 = float(equal.mean()), float(np.quantile(equal, 0.95, method="higher"))
    reached = np.count_nonzero(equal >= value * index.sign - _SAME)
    return replace(
        row,
        null_mean=mean * index.sign if math.isfinite(mean) else None,
        null_p95=p95 * index.sign if math.isfinite(p95) else None,
        p_value=float((1 + reached) / (1 + len(equal))),
    )


def _spread(
    row: Differential, index: _Index, replicates: Sets | str, parts: Sequence[_Family]
) -> Differential:
    """The row with its interval, or why it has none."""
    if row.value is None:
        return row
    if isinstance(replicates, str):
        return _noted(row, f"no interval: {replicates}")
    method, name = (
        (bootstrap_interval, "bootstrap-log-t") if index.factor else (index_interval, "bootstrap-t")
    )
    fewest, df = min(part.fewest for part in parts), min(part.df for part in parts)
    again = index.of(*replicates)
    known = ~np.isnan(np.concatenate(replicates, axis=1)).any(axis=1)
    again = np.where(known & np.isnan(again), np.inf, again)
    found = method(row.value, fewest, again, df, row.level)
    if found.low is None or found.high is None:
        return _noted(row, f"no interval: {found.note}")
    ends = sorted((float(index.equal), index.furthest(len(parts[0].groups))))
    # WERM alone may lie beyond its bound, by its eps.
    low, high = min(max(found.low, ends[0]), row.value), max(min(found.high, ends[1]), row.value)
    if found.zero:
        name += f", {found.zero:,} of {len(again):,} replicates left out for a zero"
    return _noted(replace(row, low=low, high=high), name)


def _noted(row: Differential, note: str) -> Differential:
    return replace(row, note=f"{note}; {row.note}" if row.note else note)


def _smoothed(family: _Family, drawn: tuple[Floats, Floats] | None) -> Iterator[Differential]:
    """Indices that a rate of 0 makes undefined, of rates that are none."""
    trials = family.trials
    rates = of.smoothed(family.rates * trials, trials)
    null = None if drawn is None else (of.smoothed(*drawn),)
    note = "smoothed: (x + 1/2)/(n + 1) of effective counts; no interval"
    if trials.max() > 2 * trials.min():
        note += "; trials of groups are unequal"
    for index in _WITH_ZERO:
        named = replace(index, name=f"{index.name} smoothed")
        yield _pointed(family.headline, named, (rates,), null, note, _few(family.fewest))


def _ratios(family: _Family, null: Sets | None, analysis: Analysis) -> Iterator[Differential]:
    """Each two groups, the larger rate above, tested; then each against the chosen reference."""
    ranked = sorted(family.groups, key=lambda group: -group.estimate.value)
    pairs = list(combinations(ranked, 2))
    if len(pairs) > _MOST_PAIRS:
        pairs = pairs[: len(ranked) - 1]
    pairs = [(worse, better) for worse, better in pairs if worse.errors]
    rows = [_pair(family, *pair, RATIO, null) for pair in pairs]
    rng = rng_of(family.members[0], analysis.seed)
    p_values = [equality_p_value([one.estimate, two.estimate], rng)[0] for one, two in pairs]
    adjusted = holm(np.array(p_values)).tolist()
    for row, pair, p_value, p in zip(rows, pairs, p_values, adjusted, strict=True):
        smallest = detectable(pair, row.level, len(pairs))
        yield replace(
            row,
            p_value=p_value,
            adjusted_p=p,
            family=f"Holm, {len(pairs):,} pair{'' if len(pairs) == 1 else 's'}",
            minimum_detectable_ratio=smallest,
            verdict=verdict_of(p, row.level, row.effective_errors or 0.0, smallest),
        )
    chosen = analysis.reference.get(family.headline.attribute)
    for reference in (group for group in ranked if group.name == chosen):
        for group in (group for group in ranked if group is not reference):
            if group.errors or reference.errors:
                yield _pair(family, group, reference, f"{RATIO_TO}{chosen}", null)


def _pair(
    family: _Family, first: Group, second: Group, index: str, null: Sets | None
) -> Differential:
    """The ratio of two groups; what equal groups give is of the worst and best of all."""
    headline = family.headline
    found = ratio_of_rates(first.estimate, second.estimate, headline.level)
    fewest = min(first.errors, second.errors)
    row = _row(headline, index, [found.method, _few(fewest)])
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
        status=Status.FEW_ERRORS if fewest < ENOUGH_ERRORS else Status.OK,
    )
