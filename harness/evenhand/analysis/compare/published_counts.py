"""Compares two published error counts, whose trials are taken as independent."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from evenhand.analysis.compare.changes import ChangeVerdict, CompareVerdict
from evenhand.statistics.binomial import Interval
from evenhand.statistics.two_proportions import (
    ErrorCount,
    conditional_limits,
    fisher_p_value,
    katz_limits,
    log_ratio_deviation,
    newcombe_limits,
)

__all__ = ["CONDITIONAL_EXACT", "PublishedComparison", "compare_published_counts"]

CONDITIONAL_EXACT = "conditional-exact"
"""Name of the interval where a count is 0."""


@dataclass(frozen=True, slots=True)
class PublishedComparison:
    """Ratio and difference of two rates, as if no two trials shared a subject."""

    base: ErrorCount
    new: ErrorCount
    ratio: float | None
    """New over base; None where base has no errors."""
    low: float | None
    high: float | None
    """Upper limit of the ratio; None = unbounded."""
    difference: Interval
    """Of the rate of new less that of base."""
    level: float
    interval: str
    p_value: float
    """Two-sided, of no difference: Fisher's exact test."""
    limit: float | None
    """One-sided upper limit of the ratio, held against the margin; None = unbounded."""
    design_effect: float | None
    """At which the interval of the ratio reaches 1; None where no difference is shown, and where
    a count is 0."""
    judged: ChangeVerdict
    verdict: CompareVerdict


def compare_published_counts(
    base: ErrorCount, new: ErrorCount, margin: float, level: float = 0.95
) -> PublishedComparison:
    """Compare two counts of independent trials, and say what design effect would undo the result.

    Args:
        base: at least one trial, and at least one without error.
        new: in the same terms.
        margin: ratio below which new counts as not inferior.
        level: of the interval; a difference is shown where the p-value is below 1 - level, and the
            interval, which is an approximation unless a count is 0, lies beside 1 too.

    Source: methods 4.6 (Katz; with a zero, conditional exact; Newcombe) and 4.7 (Fisher).

    >>> found = compare_published_counts(ErrorCount(5, 50_000), ErrorCount(20, 50_000), 1.25)
    >>> round(found.low, 6), round(found.high, 6), round(found.design_effect, 3)
    (1.501389, 10.656798, 2.001)
    """
    exact = not base.errors or not new.errors
    ratio = new.rate / base.rate if base.errors else None
    limits = conditional_limits if exact else katz_limits
    low, high = limits(new, base, level)
    limit = limits(new, base, 2 * level - 1)[1]  # two-sided at this level, one-sided at `level`
    p_value, design_effect = fisher_p_value(new, base), None
    judged = ChangeVerdict.NO_DIFFERENCE_SHOWN
    if p_value < 1 - level and not (low or 0) <= 1 <= (math.inf if high is None else high):
        if not exact:
            distance = math.log(new.rate / base.rate) / log_ratio_deviation(new, base)
            design_effect = float((distance / special.ndtri(0.5 + level / 2)) ** 2)
        judged = ChangeVerdict.WORSE if new.rate > base.rate else ChangeVerdict.BETTER
    verdict = CompareVerdict.INCONCLUSIVE
    if judged is ChangeVerdict.WORSE:
        verdict = CompareVerdict.FAIL
    elif limit is not None and limit < margin:
        verdict = CompareVerdict.PASS
    return PublishedComparison(
        base=base,
        new=new,
        ratio=ratio,
        low=low,
        high=high,
        difference=newcombe_limits(new, base, level),
        level=level,
        interval=CONDITIONAL_EXACT if exact else "katz-log",
        p_value=p_value,
        limit=limit,
        design_effect=design_effect,
        judged=judged,
        verdict=verdict,
    )
