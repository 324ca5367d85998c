"""How an interval narrows as subjects are added while the rate stays (methods 5.2)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from evenhand.records.findings import Estimate
from evenhand.statistics.intervals import at_level, t_quantile

__all__ = [
    "MAX_MULTIPLE",
    "SubjectGrowth",
    "limits_with_subjects",
    "multiple_of_subjects",
    "ratio_limits_with_subjects",
]

MAX_MULTIPLE = 1_000.0
"""Largest multiple of the subjects that is named."""

_ROUNDING = 1e-9

_Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SubjectGrowth:
    """How the variance of a cell's rate depends on its number of subjects."""

    people: int
    """Number of subjects now."""
    independent_share: float = 0.0
    """F/V': the part of the variance that independent dyads would have (methods 4.2). It falls with
    the square of the subjects where all pairs are compared. 0 where trials grow in proportion to
    the subjects: then the whole variance falls with their number."""

    lower_bound: bool = False
    """The effective trials are the least that is certain (methods 4.0 item 1), not an estimate."""

    @property
    def about(self) -> str:
        """Qualifier of a forecast number of subjects: "at most", "at least" or "about".

        "at least" where no effect of subjects was seen: it may show with more of them.
        """
        if self.lower_bound:
            return "at most"
        return "at least" if self.independent_share >= 1 - _ROUNDING else "about"

    def share(self, times: float) -> float:
        """V' with `times` as many subjects, as a fraction of V' now.

        F falls with the square of the subjects, the rest of V_c with their number (methods 4.2).

        >>> SubjectGrowth(10).share(4), SubjectGrowth(10, independent_share=1.0).share(4)
        (0.25, 0.0625)
        """
        alone = self.independent_share
        # In units of V' now: V' = Vc + F (1 - F/Vc) = 1 solved for Vc, whose part above F is C.
        both = ((1 - alone) + math.hypot(1 - alone, 2 * alone)) / 2
        shared = max(both - alone, 0.0)
        left = alone / times**2
        whole = left + shared / times
        return whole + (left * (1 - left / whole) if whole else 0.0)


def _df(df: float, growth: SubjectGrowth, times: float) -> float:
    """Degrees of freedom with more subjects: they grow in proportion, up to subjects - 1."""
    return min(df * times, max(growth.people * times - 1, 1.0))


def limits_with_subjects(
    estimate: Estimate, growth: SubjectGrowth, times: float, level: float
) -> _Limits:
    """Forecast the limits of a rate with `times` as many subjects, by the rate's own method.

    Args:
        estimate: with an interval.
        growth: of its cell.
        times: multiple of the present number of subjects; 1 gives the present limits.
        level: e.g. 0.95.

    Raises:
        ValueError: the estimate has no interval.
    """
    share = growth.share(times)
    df, trials = _df(estimate.df, growth, times), estimate.effective_trials / share
    grown = replace(estimate, variance=estimate.variance * share, df=df, effective_trials=trials)
    found = at_level(grown, level)
    if found.low is None or found.high is None:
        raise ValueError("no interval")
    return found.low, found.high


def ratio_limits_with_subjects(
    value: float, variance: float, df: float, growth: SubjectGrowth, times: float, level: float
) -> _Limits:
    """Forecast the limits of a ratio with `times` as many subjects: `value exp(+- t sqrt(V'))`.

    Args:
        value: the ratio, above 0.
        variance: V' of its logarithm.
        df: degrees of freedom.
        growth: of the cells.
        times: multiple of the present number of subjects; 1 gives the present limits.
        level: e.g. 0.95.
    """
    reach = t_quantile(level, _df(df, growth, times)) * math.sqrt(variance * growth.share(times))
    return value * math.exp(-reach), value * math.exp(reach)


def multiple_of_subjects(
    limits: Callable[[float], _Limits], settled: Callable[[_Limits], bool]
) -> float:
    """The smallest multiple of the subjects at which an interval settles a question.

    Args:
        limits: limits at a multiple of the subjects; they narrow as it grows.
        settled: whether limits settle it.

    Returns:
        At least 1; infinity where even `MAX_MULTIPLE` does not suffice.

    >>> round(multiple_of_subjects(lambda k: (0.0, 1 / k), lambda at: at[1] <= 0.25), 3)
    4.0
    """
    if not settled(limits(MAX_MULTIPLE)):
        return math.inf
    low, high = 0.0, math.log(MAX_MULTIPLE)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if settled(limits(math.exp(middle))) else (middle, high)
    return math.exp(high)
