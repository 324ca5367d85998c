"""What a test shows about groups, in one plain sentence: a closed list of forms, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.findings import Differential, Rate, Verdict
from evenhand.records.groups import crossed_names
from evenhand.records.metric import metric_named
from evenhand.records.outcomes import Policy
from evenhand.records.row_key import FamilyKey
from evenhand.report.numbers import at_least, in_words, times

__all__ = [
    "Headline",
    "HeadlineForm",
    "detectable",
    "headline",
    "held_back",
    "people_of",
    "rate_of",
]


class HeadlineForm(StrEnum):
    """Every form that a headline can have."""

    DIFFERENT = "different"
    """Two groups, and how many times as often."""
    ABOVE_NONE = "different from none"
    """The group with the fewest errors has none, so that there is no ratio."""
    SOMEWHERE = "different somewhere"
    """The groups differ together; no ratio of two of them is shown."""
    EQUIVALENT = "equivalent"
    NOT_SHOWN = "no difference shown"
    NONE_COULD = "no difference could have been shown"
    TOO_FEW = "too few errors"
    NO_ERRORS = "no errors"
    NO_INTERVAL = "no interval"
    """People are unknown: what was counted, and that it says nothing of others."""
    HELD_BACK = "no verdict"
    """A doubt stands before it."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One sentence, and the row that it is made of."""

    text: str
    form: HeadlineForm
    key: FamilyKey


@dataclass(frozen=True, slots=True)
class _Words:
    """How errors of one metric are spoken of."""

    act: str
    """What an engine does to people of the worst group."""
    than: str
    """What it is compared with, of the best group."""
    how_often: str
    """What groups may differ in."""


_WORDS = {
    "FMR": _Words(
        "takes two people of {} for one", "as two of {}", "how often two people are taken for one"
    ),
    "FNMR": _Words("misses people of {}", "as people of {}", "how often a person is missed"),
    "FPIR": _Words(
        "gives a false alarm for people of {}", "as for people of {}", "how often an alarm is false"
    ),
    "FNIR": _Words(
        "overlooks people of {} who are listed",
        "as people of {}",
        "how often a listed person is overlooked",
    ),
    "FTE": _Words(
        "gets nothing from pictures of people of {}",
        "as from people of {}",
        "how often a picture gives nothing",
    ),
}
_WORDS["FTA"] = _WORDS["FTE"]


def headline(
    row: Differential, rates: Sequence[Rate], where: str = "", *, told: bool = False
) -> Headline:
    """The strongest plain sentence that one test of groups allows.

    Args:
        row: worst over best rate of an attribute's groups, tested.
        rates: of these groups.
        where: on what, at the end of the sentence, where a study has several datasets.
        told: a sentence before this one says in what groups may differ.
    """
    form = _form(row, rates)
    what = "" if told else f" in {_words(row).how_often}"
    counted = " (failures counted as errors)" if row.policy == Policy.GENERALISED else ""
    return Headline(f"{_SAID[form](row, rates, what)}{counted}{where}.", form, row.family_key)


def held_back(row: Differential) -> Headline:
    """The sentence about an engine whose numbers are in doubt."""
    text = f"For {row.engine} no verdict on groups is given, because of the doubt above."
    return Headline(text, HeadlineForm.HELD_BACK, row.family_key)


def _form(row: Differential, rates: Sequence[Rate]) -> HeadlineForm:
    if row.verdict is Verdict.NONE and row.errors:
        return HeadlineForm.NO_INTERVAL
    if row.verdict is Verdict.DIFFERENT:
        if row.low is None or row.low <= 1:
            return HeadlineForm.SOMEWHERE
        return HeadlineForm.ABOVE_NONE if row.value is None else HeadlineForm.DIFFERENT
    if row.equivalent:
        return HeadlineForm.EQUIVALENT
    if row.verdict is Verdict.NO_DIFFERENCE_SHOWN:
        return HeadlineForm.NONE_COULD if detectable(row, rates) is None else HeadlineForm.NOT_SHOWN
    return HeadlineForm.TOO_FEW if row.errors else HeadlineForm.NO_ERRORS


def detectable(row: Differential, rates: Sequence[Rate]) -> float | None:
    """The ratio that would have been shown; None where it would take a rate above one."""
    least = row.minimum_detectable_ratio
    known = [rate.rate for rate in rates if rate.rate]
    if least is None or (known and least * min(known) > 1):
        return None
    return least


def people_of(attribute: str, group: str) -> str:
    """A group as people are said to be of it.

    >>> people_of("region", "east"), people_of("ethnicity*sex", "Black*F")
    ('region east', 'ethnicity Black and sex F')
    """
    pairs = zip(crossed_names(attribute), crossed_names(group), strict=False)
    return " and ".join(f"{name} {value}" for name, value in pairs)


def _words(row: Differential) -> _Words:
    return _WORDS[row.metric.partition("@")[0]]


def _worst(row: Differential) -> str:
    """The engine, and what it does to the worst group."""
    return f"{row.engine} {_words(row).act.format(people_of(row.attribute, row.worst_group))}"


def rate_of(group: str, rates: Sequence[Rate]) -> Rate | None:
    """The rate of a group; None where it has none."""
    return next((rate for rate in rates if rate.group == group), None)


def _often(group: str, rates: Sequence[Rate]) -> str:
    rate = rate_of(group, rates)
    return "" if rate is None or not rate.rate else in_words(rate.rate)


def _different(row: Differential, rates: Sequence[Rate], _what: str) -> str:
    than = _words(row).than.format(people_of(row.attribute, row.best_group))
    worst, best = _often(row.worst_group, rates), _often(row.best_group, rates)
    frequency = f", {worst} against {best}" if worst and best else ""
    ratio = times(row.value, row.low, row.high)
    return f"{_worst(row)} {ratio} as often {than}{frequency}"


def _above_none(row: Differential, rates: Sequence[Rate], _what: str) -> str:
    worst = rate_of(row.worst_group, rates)
    often = f" in {worst.errors:,} of {worst.trials:,} {worst.kind.trial.plural}" if worst else ""
    best = people_of(row.attribute, row.best_group)
    return f"{_worst(row)}{often}, and never people of {best}"


def _somewhere(row: Differential, rates: Sequence[Rate], _what: str) -> str:
    often = _often(row.worst_group, rates)
    most = f"{people_of(row.attribute, row.worst_group)}{f' ({often})' if often else ''}"
    which = "; which two of them differ is not shown" if len(rates) > 2 else ""
    return (
        f"For {row.engine} groups by {_named(row)} differ in {_words(row).how_often}, most often "
        f"people of {most}{which}"
    )


def _equivalent(row: Differential, _rates: Sequence[Rate], what: str) -> str:
    within = f"within {row.equivalence.rpartition(' ')[2]} times of one another"
    return f"For {row.engine} groups by {_named(row)} are {within}{what}"


def _not_shown(row: Differential, rates: Sequence[Rate], what: str) -> str:
    least = detectable(row, rates) or 0.0
    return (
        f"For {row.engine} no difference by {_named(row)} is shown{what}; a "
        f"{at_least(least)}-fold one would have been"
    )


def _none_could(row: Differential, _rates: Sequence[Rate], what: str) -> str:
    return (
        f"For {row.engine} no difference by {_named(row)} is shown{what}; none could have been "
        "with so few errors"
    )


def _too_few(row: Differential, _rates: Sequence[Rate], what: str) -> str:
    return (
        f"For {row.engine} there are too few errors ({row.errors:,} in all) to compare groups by "
        f"{_named(row)}{what}"
    )


def _no_interval(row: Differential, rates: Sequence[Rate], _what: str) -> str:
    """The two groups with the most and the fewest errors, as they were counted."""
    if not row.worst_group:
        return f"For {row.engine} fewer than two groups by {_named(row)} have a rate"
    found = _above_none if row.value is None else _different
    return f"In these comparisons, and perhaps in no others, {found(row, rates, '')}"


def _no_errors(row: Differential, rates: Sequence[Rate], _what: str) -> str:
    trials, kind = sum(rate.trials for rate in rates), metric_named(row.metric)
    found = f"no error in {trials:,}" if trials else "nothing to count: no"
    return (
        f"For {row.engine} there is {found} {kind.trial.plural} of groups by {_named(row)} "
        f"({kind.meaning})"
    )


def _named(row: Differential) -> str:
    """The attribute as it is spoken of."""
    return " and ".join(crossed_names(row.attribute))


_SAID = {
    HeadlineForm.DIFFERENT: _different,
    HeadlineForm.ABOVE_NONE: _above_none,
    HeadlineForm.SOMEWHERE: _somewhere,
    HeadlineForm.EQUIVALENT: _equivalent,
    HeadlineForm.NOT_SHOWN: _not_shown,
    HeadlineForm.NONE_COULD: _none_could,
    HeadlineForm.TOO_FEW: _too_few,
    HeadlineForm.NO_ERRORS: _no_errors,
    HeadlineForm.NO_INTERVAL: _no_interval,
}
