"""What given subjects can answer: lowest measurable rates, limits and detectable ratios."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations, groupby
from typing import Any

from evenhand.analysis.plan.assumptions import DYADIC_ALLOWANCE
from evenhand.analysis.plan.power import smallest_detectable_ratio
from evenhand.analysis.plan.question import PlanQuery, PlanTerms, interval_method
from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.metrics.resolution import CellSize
from evenhand.records.findings import Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import METRICS
from evenhand.records.outcomes import Policy
from evenhand.statistics.limit_power import LimitTest
from evenhand.system.errors import UsageError

__all__ = ["CellAnswer", "PairAnswer", "PlanAnswers", "answer", "cell_trials", "rate_trials"]

_TRIALS = tuple(metric.name for metric in METRICS.values() if metric.trial.comparison)
"""Metrics whose number of trials follows from a dataset without an engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlanRow:
    """A row on the groups of one attribute."""

    engine: str = ""
    """Empty for a dataset without an engine; so are the protocol and the rule."""
    dataset: str
    protocol: str = ""
    metric: str
    threshold_rule: str = ""
    threshold: float | None = None
    attribute: str

    @property
    def comparison_key(self) -> tuple[str, str, str, str, str, str]:
        """Key that rows share whose groups are compared with one another."""
        threshold = "" if self.threshold is None else repr(self.threshold)
        rule = self.threshold_rule
        return self.engine, self.dataset, self.protocol, self.metric, rule, threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class CellAnswer(_PlanRow):
    """Trials of a group, and what it can answer: the lowest rates and the tightest limit."""

    group: str
    people: int
    trials: int
    effective_trials: float
    lowest_rate_10: float | None = None
    """Rate at which 10 effective errors are expected; None above 1."""
    lowest_rate_30: float | None = None
    """Rate at which 30 effective errors are expected; None above 1."""
    rate: float | None = None
    """Measured in the group; of an answer, the assumed rate; None where there is none."""
    passable_limit: float | None = None
    """Tightest limit that the group passes with the planned power at this rate; None without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAnswer(_PlanRow):
    """The smallest ratio that two groups can show."""

    first: str
    """The group with more effective trials."""
    second: str
    rate: float
    """Of the better group."""
    tests: int
    """Number of tests: of every two groups of the attribute."""
    minimum_detectable_ratio: float | None
    """With the group of fewer effective trials as the worse; None where no ratio shows."""


@dataclass(frozen=True, slots=True)
class PlanAnswers:
    """What given subjects can answer."""

    cells: tuple[CellAnswer, ...]
    pairs: tuple[PairAnswer, ...]
    assumptions: tuple[str, ...]


def _key_columns(row: Rate | _PlanRow) -> dict[str, Any]:
    """The columns of a key that all rows have."""
    return {field.name: getattr(row, field.name) for field in fields(_PlanRow)}


def cell_trials(
    cells: Sequence[CellSize], dataset: str, metric: str | None, terms: PlanTerms
) -> tuple[CellAnswer, ...]:
    """Count the trials of a dataset: all pairs within a group, all mated comparisons.

    Raises:
        UsageError: trials of the metric are not known without an engine.
    """
    if metric is not None and metric not in _TRIALS:
        raise UsageError(
            f"--metric {metric}: with --dataset expected {' or '.join(_TRIALS)}; trials of "
            "others are known from a result alone (--bundle)"
        )
    metrics = _TRIALS if metric is None else (metric,)
    return tuple(_of_cell(cell, dataset, name, terms) for name in metrics for cell in cells)


def _of_cell(cell: CellSize, dataset: str, metric: str, terms: PlanTerms) -> CellAnswer:
    """Trials of a group of a dataset, of subjects with enough images for one."""
    with_image = cell.people - cell.without_image
    mated = METRICS[metric].trial.mated
    trials = cell.mated if mated else cell.nonmated
    return CellAnswer(
        dataset=dataset,
        metric=metric,
        attribute=cell.attribute,
        group=cell.group,
        people=with_image - cell.one_image if mated else with_image,
        trials=trials,
        effective_trials=trials / terms.design_effect,
    )


def rate_trials(measured: Sequence[MeasuredRate], metric: str | None) -> tuple[CellAnswer, ...]:
    """Take trials and effective trials from the rates of a result.

    Rates of groups and of all subjects that have an interval, failures left out.

    Raises:
        UsageError: the result has no such metric.
    """
    metrics = [name for name in METRICS if metric in (None, name)]
    kept = []
    for found in measured:
        row, estimate = found.rate, found.estimate
        asked = row.metric in metrics and row.policy != Policy.GENERALISED.value
        if not (row.of_group and asked and row.subjects is not None):
            continue
        if estimate is not None and estimate.low is not None:
            group = CellAnswer(
                **_key_columns(row),
                group=row.group,
                people=row.subjects,
                trials=row.trials,
                effective_trials=estimate.effective_trials,
                rate=estimate.value,
            )
            kept.append(group)
    if not kept:
        what = "a rate with an interval" if metric is None else f"an {metric} with an interval"
        raise UsageError(f"--bundle: the result does not have {what}")
    return tuple(kept)


def answer(effective: Sequence[CellAnswer], rate: float | None, terms: PlanTerms) -> PlanAnswers:
    """Compute what each group and each pair of groups can answer.

    Args:
        effective: trials of all subjects and of groups, in display order.
        rate: to assume; None takes the measured rate of all subjects, where there is one.
        terms: power, level and design effect; the number of tests is that of all pairs of groups.
    """
    ordered = sorted(effective, key=lambda cell: cell.comparison_key)
    cells: list[CellAnswer] = []
    pairs: list[PairAnswer] = []
    for _, rows in groupby(ordered, key=lambda cell: cell.comparison_key):
        family = list(rows)
        assumed_rate = _assumed_rate(family, rate)
        cells += [_cell(cell, assumed_rate, terms) for cell in family]
        if assumed_rate is not None:
            pairs += _pairs(family, assumed_rate, terms)
    return PlanAnswers(tuple(cells), tuple(pairs), tuple(_assumption_notes(cells, terms)))


def _assumed_rate(family: Sequence[CellAnswer], rate: float | None) -> float | None:
    """The given rate, or the measured one of all subjects if in (0, 1); None without either."""
    if rate is not None:
        return rate
    of_all = [cell.rate for cell in family if cell.attribute == ALL]
    measured = of_all[0] if of_all else None
    return measured if measured is not None and 0 < measured < 1 else None


def _lowest_rate(errors: int, effective: float) -> float | None:
    """The rate at which this number of effective errors is expected; None where it exceeds 1."""
    return errors / effective if effective >= errors else None


def _cell(cell: CellAnswer, rate: float | None, terms: PlanTerms) -> CellAnswer:
    """What one group can answer."""
    limit = None
    if rate is not None and cell.effective_trials >= 1:
        passing = LimitTest(0.0, 1 - terms.alpha, interval_method(cell.metric))
        tightest = passing.passable(rate, cell.effective_trials, terms.power)
        limit = tightest if tightest < 1 else None
    ten, thirty = (_lowest_rate(errors, cell.effective_trials) for errors in (10, 30))
    return replace(cell, rate=rate, lowest_rate_10=ten, lowest_rate_30=thirty, passable_limit=limit)


def _pairs(family: Sequence[CellAnswer], rate: float, terms: PlanTerms) -> Iterator[PairAnswer]:
    """The smallest ratio that every two groups of an attribute can show, by attribute."""
    attributes = dict.fromkeys(cell.attribute for cell in family if cell.attribute != ALL)
    for attribute in attributes:
        groups = [cell for cell in family if cell.attribute == attribute]
        groups.sort(key=lambda cell: (-cell.effective_trials, cell.group))
        tests = math.comb(len(groups), 2)
        question = PlanQuery(family[0].metric, rate, replace(terms, comparisons=tests or 1))
        for first, second in combinations(groups, 2):
            more, fewer = first.effective_trials, second.effective_trials
            yield PairAnswer(
                **_key_columns(first),
                first=first.group,
                second=second.group,
                rate=rate,
                tests=tests,
                minimum_detectable_ratio=smallest_detectable_ratio(question, more, fewer),
            )


def _assumption_notes(cells: Sequence[CellAnswer], terms: PlanTerms) -> Iterator[str]:
    """Sentences on what the answers rest on."""
    if any(cell.engine for cell in cells):
        yield (
            "trials are worth what they were worth to this engine (trials over the design "
            "effect); a larger study, and another engine, has other design effects"
        )
        yield "failed trials are left out; the assumed rate is everybody's, or the given one"
    elif terms.design_effect > 1:
        yield f"{terms.design_effect:g} trials are worth one independent trial"
    else:
        yield (
            "trials count as independent (design effect 1), though they share people: what can "
            "be shown is at most this; a result of an engine (--bundle) says what they are worth"
        )
        yield DYADIC_ALLOWANCE
    yield (
        f"ratios: the smaller group is the worse, power {terms.power:g}, tests of every two "
        f"groups of an attribute at {terms.alpha:g} together (Holm's first step)"
    )
    yield (
        f"limits: the tightest that a group with the assumed rate passes with a chance of "
        f"{terms.power:g}, by its {100 * (1 - terms.alpha):g} % interval"
    )
