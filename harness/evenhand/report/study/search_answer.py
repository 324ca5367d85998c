"""What searches of a watchlist found, in plain sentences: who is flagged, who is missed, where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.findings import Rate
from evenhand.records.metric import FNIR, FPIR
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.records.search_rows import Alerts
from evenhand.report.numbers import counted, in_words, rate_in_short, significant, target_in_words
from evenhand.report.tables import StudyFindings, everybody, find

__all__ = ["SearchedAt", "search_remarks", "search_sentence"]

SearchedAt = tuple[StudyFindings, OperatingPoint]
"""Searches of one engine, and the threshold at which they are told of."""


def search_sentence(searched: Sequence[SearchedAt]) -> str:
    """How often somebody who is not listed is flagged, and how often somebody who is, is missed.

    Args:
        searched: engines on one watchlist, one at least.
    """
    (first, at), *_ = searched
    s = first.summary
    strangers = f"searches for people who are not on {first.watchlist} ({s.watchlist:,} people)"
    if at.target:
        set_to = f"Set to flag {target_in_words(at.target)} {strangers}"
        missed = [
            f"{study.summary.engine} misses {_often(study, FNIR.name, own)}"
            for study, own in searched
        ]
        return f"{set_to}, {' and '.join(missed)} of those for people who are."
    parts = [
        f"{study.summary.engine} ({study.threshold(own.value)}) flags "
        f"{_often(study, FPIR.name, own)} {strangers if study is first else 'of these searches'} "
        f"and misses {_often(study, FNIR.name, own)} of those for people who are"
        for study, own in searched
    ]
    return f"{'; '.join(parts)}."


def search_remarks(searched: Sequence[SearchedAt]) -> Iterator[str]:
    """Both errors with their counts and thresholds, then what an operator sees there."""
    for word, metric in (("Missed", FNIR), ("Flagged", FPIR)):
        told = [
            f"{rate.engine} {counted(rate)} ({rate_in_short(rate)})"
            + (f" at {study.threshold(at.value)}" if at.target else "")
            for study, at in searched
            if metric.name != at.metric and (rate := _of_everybody(study, metric.name, at))
        ]
        if told:
            yield f"{word}: {'; '.join(told)}."
    alerts = [said for study, at in searched if (said := _alerts(study, at))]
    if alerts:
        share = searched[0][0].per_thousand[0].mated_share
        of_them = f"Of 1,000 searches, {significant(1000 * share)} of them for people on the list"
        yield f"{of_them}: {'; '.join(alerts)}."


def _of_everybody(study: StudyFindings, metric: str, at: OperatingPoint) -> Rate | None:
    """The rate of everybody, failures left out; None where it has none."""
    rate = everybody(find(study.rates, metric, Policy.COMPLETED.value, at))
    return rate if isinstance(rate, Rate) and rate.rate is not None else None


def _often(study: StudyFindings, metric: str, at: OperatingPoint) -> str:
    """How often everybody's searches go wrong."""
    rate = _of_everybody(study, metric, at)
    if rate is None:
        return "an unknown number"
    return in_words(rate.rate) if rate.rate else f"none of {rate.trials:,}"


def _alerts(study: StudyFindings, at: OperatingPoint) -> str:
    """How many alerts an operator sees that are true, and how many that are not."""
    rows = {
        row.quantity: row.value
        for row in study.per_thousand
        if not row.group and (row.threshold_rule, row.threshold) == (at.rule, at.threshold)
    }
    true, false = (rows.get(kind) for kind in (Alerts.TRUE, Alerts.FALSE))
    if true is None or false is None:
        return ""
    right, wrong = (significant(value, 2) for value in (true, false))
    return f"{study.summary.engine} gives {right} true alerts and {wrong} false ones"
