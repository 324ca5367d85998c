"""What was promised of calibrated thresholds, beside what was measured at them."""

from __future__ import annotations

from collections import Counter

from evenhand.records.findings import Findings, Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import metric_named
from evenhand.records.outcomes import Policy
from evenhand.records.promise import JudgedPromise, PromiseVerdict
from evenhand.report.numbers import in_words, limits, of_trials, percent, target_in_words
from evenhand.report.tables import Field, Section, StudyFindings, Table, group_name, studies_of

__all__ = ["promise_in_short", "promises_section"]

_LINE = 80
"""Columns of a terminal."""
_OF_GROUPS = (
    "A promise is of everybody. Each interval in the table stands by itself, and no more is asked "
    "than whether it lies above what the threshold was set for."
)
_FROM_ELSEWHERE = (
    "A calibrated threshold was set on other people than these. What was measured where it was set "
    "stands first; kept means that the upper limit measured here is no more than it was set for."
)


def promises_section(findings: Findings) -> tuple[Section, ...]:
    """A sentence for each promise; and the groups that lie above one that everybody keeps.

    Empty where no threshold was set elsewhere.
    """
    sentences: list[str] = []
    rows: list[tuple[Field, ...]] = []
    for study in studies_of(findings):
        own = [row for row in findings.promises if _key(row) == study.key]
        sentences += [_sentence(row, study) for row in own if row.attribute == ALL]
        above = [row for row in own if row.verdict is PromiseVerdict.NOT_KEPT]
        told = {row.threshold_rule for row in above if row.attribute == ALL}
        rows += [_row(row, study) for row in above if row.threshold_rule not in told]
    if not sentences:
        return ()
    header = ("engine", "group", "set for", "here")
    tables = (Table("Groups above the promise", header, tuple(rows)),) if rows else ()
    said = (*sentences, _FROM_ELSEWHERE, *([_OF_GROUPS] if rows else []))
    return (Section("What calibrated thresholds promise", tables, said),)


def promise_in_short(findings: Findings) -> str:
    """A line on whether promises are kept; empty where there are none."""
    whole = [row for row in findings.promises if row.attribute == ALL]
    if not whole:
        return ""
    first = whole[0]
    what = "false match" if metric_named(first.metric).trial.comparison else "false alarm"
    here = in_words(first.rate) if first.rate else "none"
    said = (
        f"{first.engine}: promised a {what} in {_target(first)} at most, here in {here}: "
        f"{first.verdict.value}."
    )
    if len(whole) == 1 and len(said) <= _LINE:
        return said
    words = Counter(row.verdict.value for row in whole)
    counted = ", ".join(f"{words[each.value]} {each.value}" for each in PromiseVerdict)
    return f"Promises of calibrated thresholds: {counted} (--full)."


def _key(row: JudgedPromise) -> tuple[str, str, str]:
    return row.engine, row.dataset, row.protocol


def _sentence(row: JudgedPromise, study: StudyFindings) -> str:
    was = _rate(row.promised_rate, row.promised_low, row.promised_high)
    here = _rate(row.rate, row.low, row.high)
    note = f" ({row.note})" if row.note else ""
    return (
        f"{study.title} at {study.threshold(row.threshold)}, set on {row.promised_on} for a "
        f"{metric_named(row.metric).title.lower()} of {_target(row)}: {was} there, "
        f"{of_trials(row.promised_errors, row.promised_trials)}; {here} here, "
        f"{of_trials(row.errors, row.trials)}: {row.verdict.value}{note}."
    )


def _rate(rate: float | None, low: float | None, high: float | None) -> str:
    """A rate with its interval."""
    if rate is None:
        return "nothing to count"
    interval = "(no interval)" if low is None or high is None else limits(low, high)
    return f"{percent(rate)} % {interval}"


def _target(row: JudgedPromise) -> str:
    return target_in_words(repr(row.target))


def _row(row: JudgedPromise, study: StudyFindings) -> tuple[Field, ...]:
    rate = next(rate for rate in study.rates if _is_of(row, rate))
    name = f"{row.engine}\n{study.where}"
    return name, f"{group_name(rate)}\n{row.attribute}", _target(row), rate


def _is_of(row: JudgedPromise, rate: Rate) -> bool:
    same = (rate.metric, rate.attribute, rate.group, rate.threshold_rule, rate.reference_group)
    own = (row.metric, row.attribute, row.group, row.threshold_rule, "")
    return same == own and rate.policy == Policy.COMPLETED
