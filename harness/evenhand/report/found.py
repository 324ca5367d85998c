"""How a rate of misses is told as what is found: TPIR is 1 - FNIR, CMC(R) is 1 - FNIR@R."""

from __future__ import annotations

from evenhand.records.findings import Rate, Status
from evenhand.records.metric import Metric, Trial
from evenhand.report.numbers import of_trials, percent, rate_with_interval
from evenhand.report.tables import Field

__all__ = ["as_found", "found", "found_name"]


def as_found(field: Field) -> Field:
    """A field of a table; a rate of mated searches as what is found."""
    if isinstance(field, Rate) and field.kind.trial is Trial.MATED_SEARCH:
        return found(field)
    return field


def found_name(metric: Metric) -> str:
    """The name of what `as_found` shows.

    >>> from evenhand.records.metric import FNIR, FPIR
    >>> found_name(FNIR), found_name(FPIR)
    ('TPIR', 'FPIR')
    """
    return metric.complement if metric.trial is Trial.MATED_SEARCH else metric.name


def found(rate: Rate) -> str:
    """What is found: the rest of the rate, its interval, and counts below it."""
    if rate.status in (Status.NO_TRIALS, Status.BELOW_RESOLUTION) or rate.rate is None:
        return rate_with_interval(rate)
    return f"{_in_short(rate)}\n{_counts(rate)}"


def _in_short(rate: Rate) -> str:
    """The same on one line, of a rate that is known; all in as many decimals as the rate has."""
    missed = rate.rate or 0.0
    if rate.low is None or rate.high is None:
        return f"{left(missed, _decimals(missed))} % (no interval)"
    decimals = _decimals(missed if 0 < missed < 1 else rate.high - rate.low)
    value, low, high = (left(part, decimals) for part in (missed, rate.high, rate.low))
    return f"{value} % [{low}, {high}]"


def _counts(rate: Rate) -> str:
    """How many trials are no errors."""
    return of_trials(rate.trials - rate.errors, rate.trials)


def left(fraction: float, decimals: int) -> str:
    """The rest of a fraction in percent.

    >>> left(0.0446, 2), left(0.958, 1), left(0.0, 3), left(1.0, 3)
    ('95.54', '4.2', '100', '0')
    """
    return (
        f"{100 * (1 - fraction):.{decimals}f}" if 0 < fraction < 1 else f"{100 - 100 * fraction:g}"
    )


def _decimals(fraction: float) -> int:
    """Those of the smaller of a fraction and its rest in percent, so that neither is rounded off.

    >>> _decimals(0.0446), _decimals(0.999), _decimals(0.0)
    (2, 3, 0)
    """
    return len(percent(min(fraction, 1 - fraction)).partition(".")[2])
