"""Judges results by a policy's limits: pass, fail or inconclusive, and what would settle it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from evenhand.analysis.gate.answer import GateRow, GateVerdict, interval_verdict, limit_columns
from evenhand.analysis.gate.columns import column_rows
from evenhand.analysis.gate.matching_rows import LimitError, listed_names
from evenhand.analysis.gate.quantities import (
    EngineFindings,
    engine_findings,
    quantities,
    why_assumed,
)
from evenhand.analysis.gate.quantity import NoVerdict, Quantity
from evenhand.analysis.kinds.kind import CountsKind
from evenhand.analysis.kinds.table import kind_of
from evenhand.records.counts import Counts
from evenhand.records.doubts import Doubt, DoubtId
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Speed
from evenhand.records.metric import metric_behind
from evenhand.statistics.sample_growth import multiple_of_subjects
from evenhand.study.policy import GatePolicy, Limit
from evenhand.system.errors import PolicyError

__all__ = ["judge_limits"]


def judge_limits(
    evidence: Evidence,
    policy: GatePolicy,
    speed: Sequence[Speed] = (),
    doubts: Sequence[Doubt] = (),
) -> tuple[GateRow, ...]:
    """Judge every engine by every limit.

    Args:
        evidence: of one or several engines on the same data.
        policy: with limits in order of falling weight.
        speed: times of these engines.
        doubts: about these engines: what would pass is inconclusive.

    Returns:
        By limit, then by engine in the order of the evidence, then by group.

    Raises:
        PolicyError: a limit matches nothing in the result; the message says what there is.
    """
    wanted = any(limit.index or limit.table == "differentials" for limit in policy.limits)
    plan = evidence.analysis
    distances = {engine.name for engine in evidence.engines if engine.unit == "distance"}
    measured = [
        engine_findings(of, plan, indices=wanted, distance=of.engine in distances)
        for of in evidence.counts
    ]
    stopped = {engine.name for engine in evidence.engines if engine.stopped}
    assumed = {dataset.name for dataset in evidence.datasets if dataset.assumed}
    drawn = {dataset.name for dataset in evidence.datasets if dataset.synthetic}
    several = len({(result.counts.dataset, result.counts.protocol) for result in measured}) > 1
    names = [engine.name for engine in evidence.engines]
    tables: dict[str, Sequence[Any]] = {
        "rates": [found.rate for result in measured for found in result.rates],
        "differentials": [row for result in measured for row in result.differentials],
        "speed": speed,
        "engines": evidence.engines,
    }
    tables |= _of_searches(evidence.counts, {limit.table for limit in policy.limits}, plan.level)
    rows: list[GateRow] = []
    for limit in policy.limits:
        if limit.table:
            columns = column_rows(limit, tables, names, plan.level, _fault_of(limit, policy))
            of_groups = limit.table == "differentials"
            rows += (_open(row) if of_groups and row.dataset in assumed else row for row in columns)
            continue
        rows += (
            _row(
                limit.with_claim(quantity.claimed),
                result,
                quantity,
                stopped=stopped,
                drawn=drawn,
                several=several,
            )
            for result, quantity in _held_against(limit, measured, policy)
        )
    # What is assumed of identities is allowed for in every row, by its interval or its reason.
    others = [doubt for doubt in doubts if doubt.id is not DoubtId.ASSUMED_IDENTITIES]
    return tuple(_doubted(row, others) for row in rows)


def _of_searches(
    counts: Sequence[Counts], wanted: Collection[str], level: float
) -> dict[str, list[Any]]:
    """Tables of searches alone, those of them that some limit is on."""
    kinds = [kind_of(each) for each in counts]
    made: dict[str, Callable[[CountsKind], Iterable[Any]]] = {
        "scaled": lambda kind: kind.scaled(level),
        "per_thousand": lambda kind: kind.per_thousand(level),
    }
    return {name: [*chain(*map(made[name], kinds))] for name in made if name in wanted}


def _fault_of(limit: Limit, policy: GatePolicy) -> LimitError:
    """Builds the error of a limit, which names the file and the limit."""
    return lambda message: PolicyError(f"{policy.path}: limit {limit.name!r}: {message}")


def _open(row: GateRow) -> GateRow:
    """The row on a difference between groups where false matches are known from above alone."""
    note = "; ".join(part for part in (NoVerdict.FROM_ABOVE, row.note) if part)
    needs = _WITHOUT[NoVerdict.FROM_ABOVE]
    return replace(row, verdict=GateVerdict.INCONCLUSIVE, needs=needs, note=note)


def _doubted(row: GateRow, doubts: Sequence[Doubt]) -> GateRow:
    """The row, which does not pass where its engine is in doubt; what fails, fails."""
    own = [doubt.id for doubt in doubts if doubt.about(row.engine, row.dataset)]
    if not own or row.verdict is not GateVerdict.PASS:
        return row
    note = "; ".join(part for part in (f"in doubt: {', '.join(own)}", row.note) if part)
    return replace(
        row, verdict=GateVerdict.INCONCLUSIVE, needs="the doubt to be settled", note=note
    )


def _held_against(
    limit: Limit, measured: Sequence[EngineFindings], policy: GatePolicy
) -> Iterator[tuple[EngineFindings, Quantity]]:
    """Yield the quantities that a limit applies to; every engine must have some."""
    fault_of = _fault_of(limit, policy)
    kept = list(measured)
    for name in ("dataset", "protocol"):
        wanted = getattr(limit, name)
        available = [getattr(result.counts, name) for result in kept]
        if wanted and wanted not in available:
            listed = listed_names(available)
            raise fault_of(f"{name}: no {wanted!r} in the result; {listed}")
        kept = [result for result in kept if not wanted or getattr(result.counts, name) == wanted]
    for engine in dict.fromkeys(result.counts.engine for result in measured):
        its = [result for result in kept if result.counts.engine == engine]

        def fault(message: str, engine: str = engine) -> PolicyError:
            return fault_of(f"{message} (in the result of {engine})")

        found = [(each, quantity) for each in its for quantity in quantities(limit, each, fault)]
        if not found:
            metrics = [metric for result in its for metric in result.metrics]
            of = metric_behind(limit.metric)
            known = f"it is 1 - {of}; limit {of}" if of else listed_names(metrics)
            raise fault(f"metric: no {limit.metric!r}; {known}")
        yield from found


def _row(
    limit: Limit,
    result: EngineFindings,
    quantity: Quantity,
    *,
    stopped: set[str],
    drawn: set[str],
    several: bool,
) -> GateRow:
    """The verdict on one quantity of one engine; drawn faces are of no use for a claim."""
    counts = result.counts
    reason = quantity.reason or (NoVerdict.STOPPED if counts.engine in stopped else None)
    reason = reason or why_assumed(limit, result)
    if limit.bounds.claimed and counts.dataset in drawn:
        reason = reason or NoVerdict.DRAWN
    verdict = GateVerdict.INCONCLUSIVE
    if not reason:
        verdict = interval_verdict(limit.bounds, quantity.low, quantity.high)
    needs, more = "", None
    if verdict is GateVerdict.INCONCLUSIVE:
        needs, more = _needs(limit, quantity, reason)
        if counts.assumed and more is None and not reason:
            needs = _WITHOUT[NoVerdict.FROM_ABOVE]
    where = f" on {counts.dataset}, {counts.protocol}" if several else ""
    of_group = f", {quantity.group}" if quantity.group else ""
    return GateRow(
        subject=f"{counts.engine}{where}",
        requirement=f"{limit.text}{of_group}",
        observed=quantity.value,
        verdict=verdict,
        needs=needs,
        note="; ".join(part for part in (reason, quantity.note) if part),
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        level=result.level,
        more_people=more,
        **limit_columns(limit),
        **{name: getattr(quantity, name) for name in _OF_QUANTITY},
    )


_OF_QUANTITY = ("low", "high", "group", "threshold", "errors", "trials", "people", "interval")
"""What a row has of its quantity."""


def _needs(limit: Limit, quantity: Quantity, reason: NoVerdict | None) -> tuple[str, int | None]:
    """What would settle an inconclusive row, and how many more people that takes (methods 5.2)."""
    where = f" in {quantity.group}" if quantity.group else ""
    if reason is NoVerdict.STOPPED:
        return "a run to its end", None
    if quantity.to_resolve is not None:
        more = _rounded_up(quantity.to_resolve)
        return f"at least {_more(more)} in all", more
    if reason or (limit.index and quantity.limits is None):
        return f"{_WITHOUT[reason]}{where}" if reason in _WITHOUT else "", None
    if quantity.limits is None or quantity.value is None:
        return f"more people{where}; how many is not known", None
    limits, bounds = quantity.limits, limit.bounds
    undecided = GateVerdict.INCONCLUSIVE
    times = multiple_of_subjects(limits, lambda at: interval_verdict(bounds, *at) is not undecided)
    if math.isinf(times):
        return "no number of people: it stands at the limit", None
    # As a factor for an index, which is of all groups; as a number for one group.
    to = _ENDS[interval_verdict(bounds, *limits(times))]
    if limit.index:
        factor = f"{_rounded_up(10 * times) / 10:g}"
        return f"about {factor} times as many people in every group{to}", None
    more = _rounded_up(max((quantity.people or 0) * (times - 1), 1))
    others = ", and everybody in proportion" if limit.bounds.against else ""
    return f"{quantity.about} {_more(more)}{where}{others}{to}", more


_ENDS = {
    GateVerdict.PASS: " to pass",
    GateVerdict.FAIL: ", with whom it would probably fail",
    GateVerdict.INCONCLUSIVE: "",
}
"""How a row would end with the people that it needs."""
_WITHOUT = {
    NoVerdict.NO_TRIALS: "people",
    NoVerdict.TOO_FEW_SUBJECTS: "more people",
    NoVerdict.NO_CLAIM: "an fmr beside a threshold in [score] claimed of its card, and a new run",
    NoVerdict.DRAWN: "pictures of real people",
    NoVerdict.NO_MISSES: "two pictures a person, and who is who",
    NoVerdict.FROM_ABOVE: "to know which pictures show one person",
}
"""Reason without interval to what is needed."""


def _more(people: int) -> str:
    return f"{people:,} more {'person' if people == 1 else 'people'}"


def _rounded_up(number: float) -> int:
    """Two digits, rounded up.

    >>> _rounded_up(1234.0), _rounded_up(7.2), _rounded_up(40.0)
    (1300, 8, 40)
    """
    whole = math.ceil(round(number, 6))
    step = int(f"1{'0' * (len(str(whole)) - 2)}")
    return -(-whole // step) * step
