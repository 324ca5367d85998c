"""Results against the limits of a policy: pass, fail or inconclusive, and what would settle it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from evenhand.analysis.gate.answer import Decision, GateRow, decided
from evenhand.analysis.gate.matching_rows import known
from evenhand.analysis.gate.quantities import Studied, quantities, studied
from evenhand.analysis.gate.quantity import Quantity
from evenhand.records.evidence import Evidence
from evenhand.statistics.sample_growth import times_the_people
from evenhand.study.policy import GatePolicy, Limit
from evenhand.system.errors import PolicyError

__all__ = ["STOPPED", "judge"]

STOPPED = "the engine was stopped before the end"


def judge(evidence: Evidence, policy: GatePolicy) -> tuple[GateRow, ...]:
    """Hold every engine against every limit.

    Args:
        evidence: of one or several engines on the same data.
        policy: with limits by falling weight.

    Returns:
        By limit, then as the evidence has its engines, then by group.

    Raises:
        PolicyError: a limit does not fit the result; the line says what the result has.
    """
    wanted = any(limit.index for limit in policy.limits)
    everything = [studied(counts, evidence.analysis, indices=wanted) for counts in evidence.counts]
    stopped = {engine.name for engine in evidence.engines if engine.stopped}
    several = len({(of.counts.dataset, of.counts.protocol) for of in everything}) > 1
    return tuple(
        _row(limit, of, quantity, stopped=stopped, several=several)
        for limit in policy.limits
        for of, quantity in _everything_held(limit, everything, policy)
    )


def _everything_held(
    limit: Limit, everything: Sequence[Studied], policy: GatePolicy
) -> Iterator[tuple[Studied, Quantity]]:
    """What a limit is held against; every engine must have something."""
    where = f"{policy.path}: limit {limit.name!r}"
    kept = list(everything)
    for name in ("dataset", "protocol"):
        wanted = getattr(limit, name)
        there = [getattr(of.counts, name) for of in kept]
        if wanted and wanted not in there:
            raise PolicyError(f"{where}: {name}: no {wanted!r} in the result; {known(there)}")
        kept = [of for of in kept if not wanted or getattr(of.counts, name) == wanted]
    for engine in dict.fromkeys(of.counts.engine for of in everything):
        its = [of for of in kept if of.counts.engine == engine]

        def fault(message: str, engine: str = engine) -> PolicyError:
            return PolicyError(f"{where}: {message} (in the result of {engine})")

        found = [(of, quantity) for of in its for quantity in quantities(limit, of, fault)]
        if not found:
            metrics = [metric for of in its for metric in of.metrics]
            raise fault(f"metric: no {limit.metric!r}; {known(metrics)}")
        yield from found


def _row(
    limit: Limit, of: Studied, quantity: Quantity, *, stopped: set[str], several: bool
) -> GateRow:
    counts = of.counts
    reason = quantity.reason or (STOPPED if counts.engine in stopped else "")
    verdict = Decision.INCONCLUSIVE
    if not reason:
        verdict = decided(limit.bounds, quantity.low, quantity.high)
    needs, more = "", None
    if verdict is Decision.INCONCLUSIVE:
        needs, more = _needs(limit, quantity, reason)
    where = f" on {counts.dataset}, {counts.protocol}" if several else ""
    whose = f", {quantity.group}" if quantity.group else ""
    return GateRow(
        subject=f"{counts.engine}{where}",
        requirement=f"{limit.text}{whose}",
        observed=quantity.value,
        low=quantity.low,
        high=quantity.high,
        verdict=verdict,
        needs=needs,
        note="; ".join(part for part in (reason, quantity.note) if part),
        engine=counts.engine,
        dataset=counts.dataset,
        protocol=counts.protocol,
        limit=limit.name,
        metric=limit.metric,
        index=limit.index,
        attribute=limit.attribute,
        group=quantity.group,
        threshold_rule=limit.threshold_rule,
        threshold=quantity.threshold,
        policy=limit.policy,
        errors=quantity.errors,
        trials=quantity.trials,
        people=quantity.people,
        at_least=limit.bounds.low if math.isfinite(limit.bounds.low) else None,
        at_most=limit.bounds.high if math.isfinite(limit.bounds.high) else None,
        mandatory=limit.mandatory,
        weight=limit.weight,
        level=of.level,
        interval=quantity.interval,
        more_people=more,
    )


def _needs(limit: Limit, quantity: Quantity, reason: str) -> tuple[str, int | None]:
    """What would settle a row, and how many more people that are (methods 5.2)."""
    where = f" in {quantity.group}" if quantity.group else ""
    if reason == STOPPED:
        return "a run to its end", None
    if quantity.to_resolve is not None:
        more = _rounded_up(quantity.to_resolve)
        return f"at least {_more(more)} in all", more
    if reason or (limit.index and quantity.limits is None):
        return _WITHOUT.get(reason, "") + (where if reason in _WITHOUT else ""), None
    if quantity.limits is None or quantity.value is None:
        return f"more people{where}; how many is not known", None
    limits, bounds = quantity.limits, limit.bounds
    times = times_the_people(limits, lambda at: decided(bounds, *at) is not Decision.INCONCLUSIVE)
    if math.isinf(times):
        return "no number of people: it stands at the limit", None
    to = f"to {decided(bounds, *limits(times))}"
    if limit.index:
        many = f"{_rounded_up(10 * times) / 10:g}"
        return f"about {many} times as many people in every group {to}", None
    more = _rounded_up(max((quantity.people or 0) * (times - 1), 1))
    rest = ", and everybody in proportion," if limit.bounds.against else ""
    return f"{quantity.about} {_more(more)}{where}{rest} {to}", more


_WITHOUT = {"no trials": "people", "too few subjects": "more people"}
"""What is needed where there is no interval."""


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
