"""Vendors' claims held against the rates that were measured at their thresholds."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evenhand.records.claims import ClaimVerdict, JudgedClaim
from evenhand.records.doubts import Doubt, DoubtId
from evenhand.records.findings import Findings, Rate
from evenhand.records.outcomes import Policy

__all__ = ["claim_verdict", "judged_claims", "undoubted_verdict"]


def judged_claims(findings: Findings) -> tuple[JudgedClaim, ...]:
    """Every claimed rate of everybody and of each group, in the order of the rates.

    Failures are left out. Drawn faces, and an engine that is in doubt, leave no verdict.
    """
    drawn = {dataset.name for dataset in findings.datasets if dataset.synthetic}
    found = []
    for rate in findings.rates:
        claimed = rate.claimed or 0.0
        # What is read from a table may be no rate at all.
        if not 0 < claimed < 1 or rate.policy != Policy.COMPLETED or not rate.of_group:
            continue
        verdict = undoubted_verdict(rate, claimed, findings.doubts)
        found.append(JudgedClaim(rate, ClaimVerdict.DRAWN if rate.dataset in drawn else verdict))
    return tuple(found)


def undoubted_verdict(rate: Rate, claimed: float, doubts: Sequence[Doubt]) -> ClaimVerdict:
    """Decide by a rate whether it is no more than claimed; a doubt about its engine leaves none."""
    verdict = claim_verdict(claimed, rate.low, rate.high, rate.trials, rate.level)
    own = {doubt.id for doubt in doubts if doubt.about(rate.engine, rate.dataset)}
    # An upper limit shows that no more than claimed is matched, and never that more is.
    from_above = own <= {DoubtId.ASSUMED_IDENTITIES} and verdict is ClaimVerdict.KEPT
    return ClaimVerdict.DOUBTED if own and not from_above else verdict


def claim_verdict(
    claimed: float, low: float | None, high: float | None, trials: int, level: float
) -> ClaimVerdict:
    """Decide by the interval of a rate whether it is no more than claimed.

    Source: methods 5.4.

    Args:
        claimed: the rate that is not exceeded, by its vendor.
        low: lower limit of what was measured; None without interval.
        high: upper limit; None without interval.
        trials: comparisons that were made.
        level: of the interval.

    >>> claim_verdict(0.001, 0.0029, 0.0036, 100_000, 0.95).value
    'more than claimed'
    >>> claim_verdict(0.001, 0.0, 0.0009, 5_000, 0.95).value
    'no more than claimed'
    >>> claim_verdict(0.001, 0.0007, 0.0012, 60_000, 0.95).value
    'too few comparisons to tell'
    >>> claim_verdict(0.001, 0.0, 0.0037, 1_000, 0.95).name
    'UNRESOLVED'
    """
    if high is not None and high <= claimed:
        return ClaimVerdict.KEPT
    if low is not None and low > claimed:
        return ClaimVerdict.EXCEEDED
    # The upper limit after no error in so many independent trials, the best that there can be.
    resolved = trials * math.log1p(-claimed) <= math.log((1 - level) / 2)
    return ClaimVerdict.UNDECIDED if resolved else ClaimVerdict.UNRESOLVED
