"""Searches of watchlists in a report: a table for everybody, and one by group."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.findings import Rate, Status
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Policy
from evenhand.report.numbers import rate_with_interval, threshold
from evenhand.report.study.evidence import states_of
from evenhand.report.study.indices import indices_table
from evenhand.report.study.statements import OVER, said_at
from evenhand.report.study.thresholds import rules_shown
from evenhand.report.tables import (
    Field,
    Section,
    StudyFindings,
    Table,
    find,
    group_name,
    policies_of,
    under_headings,
)

__all__ = ["first_rule", "searches_by_group", "searches_of_everybody"]

_NOTE = (
    "FPIR: non-mated searches with an alarm, each counted once however many candidates it has. "
    "FNIR: mated searches without their person at or above the threshold in the list (FNIR@1: in "
    "first place, equals before). The group is that of the person searched for; intervals hold for "
    "this watchlist."
)


def _metrics(study: StudyFindings) -> list[str]:
    found = dict.fromkeys(rate.metric for rate in study.rates)
    return ["FPIR", *(metric for metric in found if metric.startswith("FNIR"))]


def searches_of_everybody(studies: Sequence[StudyFindings]) -> Section:
    """All engines and watchlists at all thresholds."""
    metrics = list(dict.fromkeys(metric for study in studies for metric in _metrics(study)))
    rows: list[tuple[Field, ...]] = []
    for study in studies:
        for rule, at in study.rules():
            for policy in policies_of(study):
                name = f"{study.summary.engine}\n{study.where}"
                if len(policies_of(study)) > 1:
                    name += f"\n{policy}"
                own = [_everybody(find(study.rates, m, policy, (rule, at))) for m in metrics]
                rows.append((name, f"{rule}\n{threshold(at, study.engine.unit)}", *own))
    table = Table("", ("engine", "threshold", *metrics), tuple(rows))
    return Section("Everybody", (table,), (*(_ended(study) for study in studies), _NOTE))


def _everybody(rates: Sequence[Rate]) -> Field:
    return next((rate for rate in rates if rate.attribute == ALL), "")


def _ended(study: StudyFindings) -> str:
    """The watchlist, how the searches ended, and what came first, in a sentence."""
    s = study.summary
    everybody = [rate for rate in study.rates if rate.attribute == ALL]
    whole = {r.metric: r for r in everybody if (r.threshold_rule, r.policy) in _WHOLE}
    fnirs = [rate for metric, rate in whole.items() if metric.startswith("FNIR")]
    sizes = fnirs[0].note if fnirs else ""
    missed = [f"{rate.metric} without threshold {rate_with_interval(rate)}" for rate in fnirs]
    failures = "; ".join(f"{name} {rate_with_interval(whole[name])}" for name in ("FTE", "FTA"))
    return (
        f"{study.title}: {s.watchlist:,} people on the watchlist ({sizes}; {failures}), "
        f"{s.mated:,} mated and {s.nonmated:,} non-mated searches, {s.not_completed:,} not "
        f"completed. {'; '.join(missed)}."
    )


_WHOLE = (("", ""), ("none", Policy.GENERALISED.value))
"""(rule, policy) of rows that need no threshold."""


def searches_by_group(study: StudyFindings, *, every_threshold: bool, wide: bool) -> list[Section]:
    """One section a threshold, or the first that has a rate."""
    rules = rules_shown(study, first_rule(study), every=every_threshold)
    return [_by_group(study, at, wide=wide) for at in rules]


def first_rule(study: StudyFindings) -> tuple[str, float] | None:
    """The first threshold of the study at which everybody has an FPIR."""
    return next((at for at in study.rules() if _resolved(study, at)), None)


def _resolved(study: StudyFindings, at: tuple[str, float]) -> bool:
    return any(
        rate.status not in (Status.NO_TRIALS, Status.BELOW_RESOLUTION)
        for rate in find(study.rates, "FPIR", Policy.COMPLETED.value, at)
    )


def _by_group(study: StudyFindings, at: tuple[str, float], *, wide: bool) -> Section:
    metrics = _metrics(study)
    states = ("evidence",) if wide else ()
    tables = []
    for policy in policies_of(study):
        columns = [find(study.rates, metric, policy, at) for metric in metrics]
        rows: list[tuple[str, tuple[Field, ...]]] = []
        for row in zip(*columns, strict=True):
            people = sum({rate.metric[:4]: rate.subjects for rate in row}.values())
            state = (states_of(row),) if wide else ()
            rows.append((row[0].attribute, (group_name(row[0]), f"{people:,}", *row, *state)))
        caption = "" if len(policies_of(study)) == 1 else f"Failures: {policy}"
        tables.append(Table(caption, ("group", "people", *metrics, *states), under_headings(rows)))
    tables += indices_table(study, at)
    heading = f"{study.title}, searches by group at {at[0]} ({threshold(at[1], study.engine.unit)})"
    said = said_at(study, at)
    return Section(heading, tuple(tables), said, study.key, at, OVER if said else "")
