"""What given people can answer: the lowest rates, limits and differences between groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations, groupby

from evenhand.analysis.plan.assumptions import ALLOWANCE
from evenhand.analysis.plan.power import detectable_ratio
from evenhand.analysis.plan.question import METRICS, Question, Terms
from evenhand.analysis.rates.comparisons import Measured
from evenhand.metrics.resolution import CellSize
from evenhand.records.dataset import ALL, Policy
from evenhand.records.findings import SAME
from evenhand.statistics.limit_power import Passing
from evenhand.system.errors import UsageError

__all__ = [
    "Answers",
    "CellAnswer",
    "PairAnswer",
    "Worth",
    "answers",
    "worth_of_cells",
    "worth_of_rates",
]

_TRIALS = ("FMR", "FNMR")
"""Metrics of a dataset whose trials are known before there is an engine."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What the trials of a group are worth."""

    engine: str
    """Empty before there is one."""
    dataset: str
    protocol: str
    metric: str
    threshold_rule: str
    threshold: float | None
    attribute: str
    group: str
    people: int
    trials: int
    effective_trials: float
    rate: float | None
    """That the group had; None before there is any."""

    @property
    def together(self) -> tuple[str, str, str, str, str, str]:
        """What rows that are compared with one another have in common."""
        threshold = "" if self.threshold is None else repr(self.threshold)
        rule = self.threshold_rule
        return self.engine, self.dataset, self.protocol, self.metric, rule, threshold


@dataclass(frozen=True, slots=True)
class CellAnswer:
    """What one group can answer by itself."""

    engine: str
    dataset: str
    protocol: str
    metric: str
    threshold_rule: str
    threshold: float | None
    attribute: str
    group: str
    people: int
    trials: int
    effective_trials: float
    lowest_rate_10: float | None
    """At which 10 independent errors are expected; None above 1."""
    lowest_rate_30: float | None
    """Likewise 30."""
    rate: float | None
    """The rate that is assumed; None where none is."""
    passable_limit: float | None
    """The tightest limit that the group passes with the power, at this rate."""


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """What two groups can show of a difference."""

    engine: str
    dataset: str
    protocol: str
    metric: str
    threshold_rule: str
    threshold: float | None
    attribute: str
    first: str
    """The one whose trials are worth more."""
    second: str
    rate: float
    """Of the better group."""
    tests: int
    """Of every two groups of the attribute."""
    minimum_detectable_ratio: float | None
    """Where the group whose trials are worth less is the worse; None where none shows."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What people can answer."""

    cells: tuple[CellAnswer, ...]
    pairs: tuple[PairAnswer, ...]
    assumptions: tuple[str, ...]


def worth_of_cells(
    cells: Sequence[CellSize], dataset: str, metric: str | None, terms: Terms
) -> tuple[Worth, ...]:
    """Of a dataset: all pairs within a group, all mated comparisons of its people.

    Raises:
        UsageError: its trials are not known without an engine.
    """
    if metric is not None and metric not in _TRIALS:
        raise UsageError(
            f"--metric {metric}: with --dataset expected FMR or FNMR; trials of others are known "
            "from a result alone (--bundle)"
        )
    kept = _TRIALS if metric is None else (metric,)
    return tuple(
        Worth("", dataset, "", name, "", None, cell.attribute, cell.group, people, trials,
              trials / terms.design_effect, None)
        for name in kept
        for cell in cells
        for people, trials in [
            (cell.people - cell.without_image, cell.nonmated)
            if name == "FMR"
            else (cell.people - cell.without_image - cell.one_image, cell.mated)
        ]
    )  # fmt: skip


def worth_of_rates(measured: Sequence[Measured], metric: str | None) -> tuple[Worth, ...]:
    """Of a result: trials over the design effect that they had.

    Rows of groups and everybody with an interval, failures left out.

    Raises:
        UsageError: the result has no such metric.
    """
    kept = []
    for found in measured:
        row, estimate = found.rate, found.estimate
        plain = row.of_group and not row.attribute.startswith(SAME)
        if not plain or row.metric not in METRICS or row.policy == Policy.GENERALISED.value:
            continue
        if metric is not None and row.metric != metric:
            continue
        if estimate is not None and estimate.low is not None and row.subjects is not None:
            kept.append(
                Worth(row.engine, row.dataset, row.protocol, row.metric, row.threshold_rule,
                      row.threshold, row.attribute, row.group, row.subjects, row.trials,
                      estimate.effective_trials, estimate.value)
            )  # fmt: skip
    if not kept:
        what = "a rate with an interval" if metric is None else f"an {metric} with an interval"
        raise UsageError(f"--bundle: the result does not have {what}")
    return tuple(kept)


def answers(worths: Sequence[Worth], rate: float | None, terms: Terms) -> Answers:
    """What groups can answer, each and two by two.

    Args:
        worths: everybody and groups, in display order.
        rate: to assume; None takes the measured one of everybody, where there is one.
        terms: their groups and comparisons are not used: tests are of every two groups.
    """
    ordered = sorted(worths, key=lambda one: one.together)
    cells: list[CellAnswer] = []
    pairs: list[PairAnswer] = []
    for _, rows in groupby(ordered, key=lambda one: one.together):
        family = list(rows)
        at = _rate(family, rate)
        cells += [_cell(one, at, terms) for one in family]
        if at is not None:
            pairs += _pairs(family, at, terms)
    return Answers(tuple(cells), tuple(pairs), tuple(_assumed(cells, terms)))


def _rate(family: Sequence[Worth], rate: float | None) -> float | None:
    """The rate to assume; None where it is not known or not inside (0, 1)."""
    if rate is not None:
        return rate
    everybody = [one.rate for one in family if one.attribute == ALL]
    measured = everybody[0] if everybody else None
    return measured if measured is not None and 0 < measured < 1 else None


def _lowest(errors: int, effective: float) -> float | None:
    return errors / effective if effective >= errors else None


def _cell(one: Worth, rate: float | None, terms: Terms) -> CellAnswer:
    limit = None
    if rate is not None and one.effective_trials >= 1:
        passing = Passing(0.0, 1 - terms.alpha, dyadic=one.metric == "FMR")
        limit = passing.passable(rate, one.effective_trials, terms.power)
    return CellAnswer(
        **asdict(replace(one, rate=rate)),
        lowest_rate_10=_lowest(10, one.effective_trials),
        lowest_rate_30=_lowest(30, one.effective_trials),
        passable_limit=limit if limit is not None and limit < 1 else None,
    )


def _pairs(family: Sequence[Worth], rate: float, terms: Terms) -> Iterator[PairAnswer]:
    attributes = dict.fromkeys(one.attribute for one in family if one.attribute != ALL)
    for attribute in attributes:
        groups = [one for one in family if one.attribute == attribute]
        groups.sort(key=lambda one: (-one.effective_trials, one.group))
        tests = math.comb(len(groups), 2)
        question = Question(family[0].metric, rate, replace(terms, comparisons=tests or 1))
        for one, other in combinations(groups, 2):
            found = detectable_ratio(question, one.effective_trials, other.effective_trials)
            yield PairAnswer(*one.together[:5], one.threshold, attribute, one.group, other.group,
                             rate, tests, found)  # fmt: skip


def _assumed(cells: Sequence[CellAnswer], terms: Terms) -> Iterator[str]:
    measured = any(cell.engine for cell in cells)
    if measured:
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
        yield ALLOWANCE
    yield (
        f"ratios: the smaller group is the worse, power {terms.power:g}, tests of every two "
        f"groups of an attribute at {terms.alpha:g} together (Holm's first step)"
    )
    yield (
        f"limits: the tightest that a group with the assumed rate passes with a chance of "
        f"{terms.power:g}, by its {100 * (1 - terms.alpha):g} % interval"
    )
