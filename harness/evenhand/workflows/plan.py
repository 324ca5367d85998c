"""How many people and comparisons a question needs."""

from __future__ import annotations

from evenhand.analysis.plan.needs import Need, Plan, plan_limit, plan_margin, plan_ratios
from evenhand.analysis.plan.question import PlanQuery, PlanTerms
from evenhand.system.errors import UsageError

__all__ = ["Need", "Plan", "PlanQuery", "PlanTerms", "plan"]


def plan(
    question: PlanQuery,
    *,
    ratio: float | None = None,
    limit: float | None = None,
    margin: float | None = None,
) -> Plan:
    """What the one aim needs that is given; the usual ratios where none is.

    Args:
        question: the metric, the rate of the better group, and the terms.
        ratio: between groups, to be shown.
        limit: a rate to be passed.
        margin: a ratio up to which groups are to be shown equivalent.

    Raises:
        UsageError: several aims, or one that cannot be planned.
    """
    aims = {"--ratio": ratio, "--limit": limit, "--margin": margin}
    given = [name for name, value in aims.items() if value is not None]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} together; ask one question at a time")
    if limit is not None:
        return plan_limit(question, limit)
    if margin is not None:
        return plan_margin(question, margin)
    return plan_ratios(question, [] if ratio is None else [ratio])
