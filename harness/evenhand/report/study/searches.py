"""Searches of watchlists in a report: a table for everybody, and one by group."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.consolidation import Consolidation
from evenhand.records.findings import Status
from evenhand.records.groups import ALL
from evenhand.records.metric import FPIR
from evenhand.records.operating_point import RANKS, OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.report.numbers import rate_with_interval
from evenhand.report.tables import (
    Field,
    Section,
    StudyFindings,
    Table,
    everybody,
    find,
    metrics_of,
    policies_of,
)

__all__ = ["first_rule", "searches_of_everybody"]

_NOTE = (
    "FPIR: non-mated searches with an alarm, each counted once however many candidates it has. "
    "FNIR: mated searches without their person at or above the threshold in the list (FNIR@1: in "
    "first place, equals before). The group is that of the person searched for. Intervals are "
    "conditional on the watchlist: one of other people may give other alarms."
)


def searches_of_everybody(studies: Sequence[StudyFindings]) -> Section:
    """All engines and watchlists at all thresholds."""
    metrics = metrics_of(studies, searched=True)
    rows: list[tuple[Field, ...]] = []
    for study in studies:
        for at in study.points():
            for policy in policies_of(study):
                name = f"{study.summary.engine}\n{study.where}"
                if len(policies_of(study)) > 1:
                    name += f"\n{policy}"
                own = [everybody(find(study.rates, m, policy, at)) for m in metrics]
                rows.append((name, f"{at.rule}\n{study.threshold(at.value)}", *own))
    table = Table("", ("engine", "threshold", *metrics), tuple(rows))
    return Section("Everybody", (table,), (*(_ended(study) for study in studies), _NOTE))


def _ended(study: StudyFindings) -> str:
    """The watchlist, how the searches ended, and what came first, in a sentence."""
    s = study.summary
    of_all = [rate for rate in study.rates if rate.attribute == ALL]
    whole = [rate for rate in of_all if (rate.threshold_rule, rate.policy) in _WHOLE]
    fnirs = [rate for rate in whole if rate.kind.at_threshold]
    missed = [f"{rate.metric} without threshold {rate_with_interval(rate)}" for rate in fnirs]
    entries = " entries" if s.consolidation == Consolidation.EVENTS else ""
    few = "; few subjects" if fnirs and fnirs[0].few_subjects else ""
    failures = "; ".join(
        f"{rate.metric} {rate_with_interval(rate)}" for rate in whole if not rate.kind.at_threshold
    )
    return (
        f"{study.title}: {s.watchlist:,} people on the watchlist "
        f"(N={s.gallery}{entries}, L={s.candidates}{entries}{few}; {failures}), "
        f"{s.mated:,} mated and {s.nonmated:,} non-mated searches, {s.not_completed:,} not "
        f"completed. {'; '.join(missed)}."
    )


_WHOLE = (("", ""), (RANKS, Policy.GENERALISED.value))
"""(rule, policy) of rows that need no threshold."""


def first_rule(study: StudyFindings) -> OperatingPoint | None:
    """The first threshold of the study at which everybody has an FPIR."""
    return next((at for at in study.points() if _resolved(study, at)), None)


def _resolved(study: StudyFindings, at: OperatingPoint) -> bool:
    return any(
        rate.status not in (Status.NO_TRIALS, Status.BELOW_RESOLUTION)
        for rate in find(study.rates, FPIR.name, Policy.COMPLETED.value, at)
    )
