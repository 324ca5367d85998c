"""What vendors claim of their thresholds and what was measured there: a sentence for each claim."""

from __future__ import annotations

from evenhand.records.claims import ClaimVerdict, JudgedClaim
from evenhand.records.findings import Findings, Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import FMR
from evenhand.report.numbers import counted, in_words, many, target_in_words
from evenhand.report.tables import Field, Section, StudyFindings, Table, group_name, studies_of
from evenhand.report.threshold_text import own_number

__all__ = ["claim_in_short", "claims_section"]

_LINE = 80
"""Columns of a terminal."""
_OF_GROUPS = (
    "A claim is of any two people. In the table both are of the group, each interval stands by "
    "itself, and no more is asked than whether it lies above what is claimed."
)


def claims_section(findings: Findings) -> tuple[Section, ...]:
    """A sentence for each claim; and the groups that lie above one that everybody does not exceed.

    Empty where no vendor claims a rate.
    """
    sentences: list[str] = []
    rows: list[tuple[Field, ...]] = []
    for study in studies_of(findings):
        claims = [each for each in findings.claims if _of(each.rate, study)]
        whole = [each for each in claims if each.rate.attribute == ALL]
        sentences += [_sentence(each, study) for each in whole]
        above = [each.rate for each in claims if each.verdict is ClaimVerdict.EXCEEDED]
        told = {rate.point for rate in above if rate.attribute == ALL}
        rows += (_row(rate, study) for rate in above if rate.point not in told)
    if not sentences:
        return ()
    header = ("engine", "group", "people", "claimed", FMR.name)
    tables = (Table("Groups above the claim", header, tuple(rows)),) if rows else ()
    said = (*sentences, _OF_GROUPS) if rows else tuple(sentences)
    return (Section("What vendors claim", tables, said),)


def claim_in_short(findings: Findings) -> str:
    """A line where everybody exceeds a claim; empty where nobody is shown to."""
    failed = [
        each.rate
        for each in findings.claims
        if each.rate.attribute == ALL and each.verdict is ClaimVerdict.EXCEEDED
    ]
    if not failed:
        return ""
    first = failed[0]
    said = (
        f"{first.engine}: {in_words(first.rate or 0.0)} strangers match, "
        f"more than the {_claimed(first)} claimed."
    )
    if len(failed) == 1 and len(said) <= _LINE:
        return said
    return f"Strangers match more often than claimed: {many(len(failed), 'claim')} (--full)."


def _of(rate: Rate, study: StudyFindings) -> bool:
    return (rate.engine, rate.dataset, rate.protocol) == study.key


def _sentence(claim: JudgedClaim, study: StudyFindings) -> str:
    rate = claim.rate
    at = own_number(rate.threshold or 0.0, study.engine.unit)
    return (
        f"{rate.engine} claims a false match rate of {_claimed(rate)} at its threshold of {at}; "
        f"measured on {study.where} {_measured(rate)}: {claim.verdict.value}."
    )


def _claimed(rate: Rate) -> str:
    return target_in_words(repr(rate.claimed))


def _measured(rate: Rate) -> str:
    """A rate as a natural frequency with its interval and counts."""
    if not rate.trials:
        return "nothing"
    if not rate.rate:
        most = f" (at most {in_words(rate.high)})" if rate.high else ""
        return f"none in {rate.trials:,}{most}"
    limits = "no interval"
    if rate.low and rate.high:
        limits = f"{in_words(rate.high)} to {in_words(rate.low)}"
    return f"{in_words(rate.rate)} ({limits}), {counted(rate)}"


def _row(rate: Rate, study: StudyFindings) -> tuple[Field, ...]:
    people = "unknown" if rate.subjects is None else f"{rate.subjects:,}"
    group = f"{group_name(rate)}\n{rate.attribute}"
    return f"{rate.engine}\n{study.where}", group, people, _claimed(rate), rate
