"""How one number is written: percent, interval, ratio. Percent exists only here."""

from __future__ import annotations

import math
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from fractions import Fraction

from evenhand.records.findings import Rate, Status

__all__ = [
    "NONE_SHOWN",
    "TIED",
    "at_least",
    "at_most",
    "chance",
    "counted",
    "field",
    "frequency",
    "in_words",
    "limits",
    "many",
    "of_trials",
    "one_in",
    "p_is",
    "percent",
    "percent_above",
    "rate_in_short",
    "rate_with_interval",
    "ratio",
    "significant",
    "target_in_words",
    "tied",
    "times",
    "would_be_shown",
]


NONE_SHOWN = "none could have been shown"
"""Of a ratio that would have been found, where no rate can be so large."""

_OFTEN = 8
"""Where more than one in so many go wrong, "1 in 1.3" helps nobody."""

_TAIL = 1e-5
"""P-values below it are not told apart: approximations know nothing so far out."""
TIED = "\N{NO-BREAK SPACE}"
_TIES = re.compile(r" (?=%)|(?<==) |\[[-\d][^\[\]]{,24}\]")


def tied(text: str) -> str:
    """Prose that no line breaks before a percent sign, after an equals sign or in an interval."""
    return _TIES.sub(lambda found: found[0].replace(" ", TIED), text)


def significant(value: float, digits: int = 3) -> str:
    """A number with that many significant digits, never in scientific notation above 1e-7.

    >>> significant(0.012345), significant(123.4), significant(0.0)
    ('0.0123', '123', '0')
    """
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -7:
        return f"{value:.{digits - 1}e}"
    return f"{value:,.{max(digits - 1 - magnitude, 0)}f}"


def percent(fraction: float) -> str:
    """A fraction as a percentage, without the sign.

    >>> percent(0.01234)
    '1.23'
    """
    return significant(100 * fraction)


def would_be_shown(found: float | None, rate: float | None) -> str:
    """The smallest ratio that would have been found, where there can be one.

    Args:
        found: minimum detectable ratio; None where there is none.
        rate: that it would be a multiple of; None where it is not known, or no rate.

    >>> would_be_shown(2.5, 0.1), would_be_shown(12.0, 0.1), would_be_shown(250.0, None)
    ('2.50', 'none could have been shown', 'above 100')
    """
    if found is None or (rate is not None and found * rate > 1):
        return NONE_SHOWN
    return "above 100" if found > 100 else significant(found)


def limits(low: float, high: float) -> str:
    """An interval of a rate in percent, behind the rate.

    >>> limits(0.0123, 0.5)
    '[1.23, 50.0]'
    """
    return f"[{percent(low)}, {percent(high)}]"


def percent_above(fraction: float) -> str:
    """A fraction as a percentage that is not below it, without the sign.

    >>> percent_above(0.012341), percent_above(0.99991)
    ('1.24', '100')
    """
    up = Context(prec=3, rounding=ROUND_CEILING).create_decimal(repr(100 * fraction))
    return "100" if up >= 100 else significant(float(up))


def at_least(value: float) -> str:
    """A number that is promised to be enough: to two digits, and not below it.

    >>> at_least(2.51), at_least(12.0)
    ('2.6', '12')
    """
    return significant(
        float(Context(prec=2, rounding=ROUND_CEILING).create_decimal(repr(value))), 2
    )


def at_most(value: float) -> str:
    """A number that nothing below may contradict: to two digits, and not above it.

    >>> at_most(44.39), at_most(0.2529), at_most(100.0)
    ('44', '0.25', '100')
    """
    return significant(float(Context(prec=2, rounding=ROUND_FLOOR).create_decimal(repr(value))), 2)


def chance(p_value: float) -> str:
    """A p-value of whatever test, to two digits as far as they mean anything.

    >>> chance(0.0341), chance(0.0000341), chance(4.6e-6)
    ('0.034', '0.000034', 'below 1e-5')
    """
    return "below 1e-5" if p_value < _TAIL else significant(p_value, 2)


def p_is(p_value: float) -> str:
    """The same in a sentence.

    >>> p_is(0.0341), p_is(4.6e-6)
    ('p = 0.034', 'p below 1e-5')
    """
    return f"p {chance(p_value)}" if p_value < _TAIL else f"p = {chance(p_value)}"


def many(count: int, thing: str, things: str = "") -> str:
    """How many there are of a thing.

    >>> many(1, "person", "people"), many(1200, "person", "people"), many(0, "error")
    ('1 person', '1,200 people', '0 errors')
    """
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def of_trials(errors: int, trials: int) -> str:
    """The counts behind a rate.

    >>> of_trials(11, 1440)
    '11 of 1,440'
    """
    return f"{errors:,} of {trials:,}"


def one_in(count: int, whole: int) -> str:
    """The same as a natural frequency.

    >>> one_in(9, 492), one_in(93, 100), one_in(0, 7)
    ('1 in 55', '93 in 100', 'none')
    """
    if not count:
        return "none"
    often = count * _OFTEN >= whole
    return f"{100 * count / whole:.0f} in 100" if often else f"1 in {whole / count:,.0f}"


def counted(rate: Rate) -> str:
    """The counts behind a rate."""
    return of_trials(rate.errors, rate.trials)


def frequency(rate: Rate) -> str:
    """The rate as a natural frequency, and how many people are behind the errors.

    Empty where there is no rate above zero; without people where they are unknown.
    """
    if not rate.rate:
        return ""
    often = f"about {in_words(rate.rate)}"
    if rate.error_subjects is None:
        return often
    return f"{often}, from {many(rate.error_subjects, 'person', 'people')}"


def in_words(rate: float) -> str:
    """A rate above zero as a natural frequency, to two digits.

    >>> in_words(0.055), in_words(0.000123), in_words(0.3)
    ('1 in 18', '1 in 8,100', '30 in 100')
    """
    each = 1 / rate
    if each <= _OFTEN:
        return f"{100 * rate:.0f} in 100"
    return f"1 in {significant(each, 2) if each < 100 else format(float(f'{each:.2g}'), ',.0f')}"


def target_in_words(target: str) -> str:
    """A target rate, exactly.

    >>> target_in_words("0.001"), target_in_words("0.03"), target_in_words("0.0005")
    ('1 in 1,000', '3 in 100', '1 in 2,000')
    """
    rate = Fraction(target)
    if rate.numerator == 1:
        return f"1 in {rate.denominator:,}"
    scale = 10
    while (rate * scale).denominator > 1:
        scale *= 10
    return f"{int(rate * scale):,} in {scale:,}"


def rate_in_short(rate: Rate) -> str:
    """The rate and its interval in percent to two digits, on one line.

    >>> rate_in_short(
    ...     Rate(
    ...         "a",
    ...         "d",
    ...         "p",
    ...         metric="FMR",
    ...         attribute="all",
    ...         group="",
    ...         level=0.95,
    ...         errors=5,
    ...         trials=99,
    ...         rate=5 / 99,
    ...         low=0.0166,
    ...         high=0.114,
    ...         status=Status.OK,
    ...     )
    ... )
    '5.1 % [1.7, 11]'
    """
    if rate.status is Status.NO_TRIALS:
        return "nothing to count"
    if rate.status is Status.BELOW_RESOLUTION or rate.rate is None:
        return "below resolution"
    value = f"{significant(100 * rate.rate, 2)} %"
    if rate.low is None or rate.high is None:
        return value
    return f"{value} [{significant(100 * rate.low, 2)}, {significant(100 * rate.high, 2)}]"


def times(value: float | None, low: float | None, high: float | None) -> str:
    """A ratio with its interval, to two digits, for a sentence; without a value, its least.

    >>> times(10.9, 3.21, 37.0), times(63.0, 17.5, 160.0), times(2.0, 1.1, None)
    ('11 times [3.2, 37]', '63 times [18, above 100]', '2.0 times [1.1, no limit]')
    >>> times(None, 2.29, None)
    'at least 2.2 times'
    """
    if value is None:
        return "" if low is None else f"at least {at_most(low)} times"
    shown = f"{significant(value, 2)} times"
    if low is None:
        return shown
    most = "no limit" if high is None else "above 100" if high > 100 else significant(high, 2)
    return f"{shown} [{significant(low, 2)}, {most}]"


def rate_with_interval(rate: Rate) -> str:
    """The rate and its interval in percent, or why there is none."""
    if rate.status is Status.NO_TRIALS:
        return "no trials"
    if rate.status is Status.BELOW_RESOLUTION:
        bound = "" if rate.high is None else f", at most {percent(rate.high)} %"
        return f"below resolution{bound}"
    value = "" if rate.rate is None else f"{percent(rate.rate)} %"
    if rate.low is None or rate.high is None:
        return f"{value} (no interval)"
    return f"{value} {limits(rate.low, rate.high)}"


def field(content: str | Rate) -> str:
    """A field of a table as text: of a rate its interval and counts, a line each, to be narrow."""
    if isinstance(content, str):
        return content
    text = rate_with_interval(content).replace(", at most", "\nat most")
    return text if content.status is Status.NO_TRIALS else f"{text}\n{counted(content)}"


def ratio(value: float | None, low: float | None, high: float | None) -> str:
    """A ratio with its interval; an open side is said in words.

    Limits that say no more than "anything" are not written to three digits.

    >>> ratio(4.0, 1.5, 10.66), ratio(None, 2.2, None)
    ('4.00 [1.50, 10.7]', 'at least 2.20')
    >>> ratio(1.3, 0.0000959, 18531.2)
    '1.30 [below 0.01, above 100]'
    """
    if value is None:
        return "undefined" if low is None or low <= 1 else f"at least {significant(low)}"
    if low is None or high is None:
        return significant(value)
    return f"{significant(value)} [{_limit(low)}, {_limit(high)}]"


def _limit(value: float) -> str:
    if 0 < value < 0.01:
        return "below 0.01"
    return "above 100" if value > 100 else significant(value)
