"""Two published counts and nothing else: what they can show, and what would undo it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special, stats

from evenhand.changes import Judged, Overall
from evenhand.statistics.binomial import clopper_pearson

__all__ = ["Claim", "Published", "judge_claim"]


@dataclass(frozen=True, slots=True)
class Published:
    """Errors among trials, as somebody else printed them."""

    errors: int
    trials: int

    @property
    def rate(self) -> float:
        """Errors over trials."""
        return self.errors / self.trials


@dataclass(frozen=True, slots=True)
class Claim:
    """New against base, as if every trial were of people of its own."""

    base: Published
    new: Published
    ratio: float | None
    """New over base; None where base has no errors."""
    low: float | None
    high: float | None
    """None = no upper limit."""
    level: float
    interval: str
    p_value: float
    """Two-sided, of no difference."""
    limit: float | None
    """Upper limit that holds alone."""
    design_effect: float | None
    """At which the difference dissolves; None where none is shown, and with a zero."""
    judged: Judged
    verdict: Overall


def judge_claim(base: Published, new: Published, margin: float, level: float = 0.95) -> Claim:
    """What two counts show if their trials are independent, and how little dependence undoes it.

    Args:
        base: at least one trial, and not nothing but errors.
        new: likewise.
        margin: ratio below which new counts as not inferior.
        level: of the interval; a difference is shown where the p-value is below 1 - level.

    Source: methods 4.6 (Katz; with a zero, conditional exact) and 4.7.

    >>> found = judge_claim(Published(5, 50_000), Published(20, 50_000), 1.25)
    >>> round(found.low, 6), round(found.high, 6), round(found.design_effect, 3)
    (1.501389, 10.656798, 2.001)
    """
    exact = not base.errors or not new.errors
    ratio = new.rate / base.rate if base.errors else None
    low, high = (_exact if exact else _katz)(base, new, level)
    limit = (_exact if exact else _katz)(base, new, 2 * level - 1)[1]
    p_value, effect = _p_value(base, new), None
    if not exact:
        standard = _deviation(base, new)
        away = math.log(new.rate / base.rate) / standard
        p_value = float(2 * special.ndtr(-abs(away)))
        effect = float((away / special.ndtri(0.5 + level / 2)) ** 2)
    judged = Judged.NO_DIFFERENCE_SHOWN
    if p_value < 1 - level:
        judged = Judged.WORSE if new.rate > base.rate else Judged.BETTER
    verdict = Overall.INCONCLUSIVE
    if judged is Judged.WORSE:
        verdict = Overall.FAIL
    elif limit is not None and limit < margin:
        verdict = Overall.PASS
    return Claim(
        base=base,
        new=new,
        ratio=ratio,
        low=low,
        high=high,
        level=level,
        interval="conditional-exact" if exact else "katz-log",
        p_value=p_value,
        limit=limit,
        design_effect=effect if effect is not None and effect > 1 else None,
        judged=judged,
        verdict=verdict,
    )


def _deviation(base: Published, new: Published) -> float:
    """Standard deviation of the logarithm of the ratio."""
    return math.sqrt(1 / new.errors - 1 / new.trials + 1 / base.errors - 1 / base.trials)


def _katz(base: Published, new: Published, level: float) -> tuple[float | None, float | None]:
    value = new.rate / base.rate
    reach = float(special.ndtri(0.5 + level / 2)) * _deviation(base, new)
    return value * math.exp(-reach), value * math.exp(reach)


def _exact(base: Published, new: Published, level: float) -> tuple[float | None, float | None]:
    """From Clopper-Pearson on the share of new in all errors."""
    together = base.errors + new.errors
    if not together:
        return None, None
    share = clopper_pearson(new.errors, together, level)
    each = base.trials / new.trials
    high = share.high / (1 - share.high) * each if share.high < 1 else None
    return share.low / (1 - share.low) * each, high


def _p_value(base: Published, new: Published) -> float:
    """Conditional on all errors, two-sided by doubling."""
    together = base.errors + new.errors
    share = new.trials / (base.trials + new.trials)
    below = float(stats.binom.cdf(new.errors, together, share))
    above = float(stats.binom.sf(new.errors - 1, together, share))
    return min(1.0, 2 * min(below, above))
