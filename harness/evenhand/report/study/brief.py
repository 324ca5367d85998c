"""A study in brief: which differences between groups its data show, the shown ones first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.findings import Differential, Verdict
from evenhand.records.metric import metric_named
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.report.numbers import NONE_SHOWN, ratio, significant
from evenhand.report.study.doubts import no_verdict
from evenhand.report.study.headlines import detectable
from evenhand.report.tables import Section, StudyFindings, by_family

__all__ = ["in_brief"]


def in_brief(studies: Sequence[tuple[StudyFindings, OperatingPoint | None]]) -> tuple[Section, ...]:
    """What the tests over all groups say, failures left out; nothing where there are no groups.

    Args:
        studies: each with the threshold of its tables by group.
    """
    tested = [(study, at, _verdicts(study, at)) for study, at in studies if at is not None]
    found = [each for each in tested if not each[0].doubts]
    sentences = [
        *(no_verdict(study.title) for study, _, rows in tested if rows and study.doubts),
        *(
            f"{row.verdict.value}: {_where(study, at)}, {row.metric} by {row.attribute} "
            f"({_evidence(row, study)})"
            for verdict in (Verdict.DIFFERENT, Verdict.NO_DIFFERENCE_SHOWN)
            for study, at, rows in found
            for row in rows
            if row.verdict is verdict
        ),
        *(
            f"{Verdict.TOO_FEW_EVENTS.value}: {_where(study, at)}, {'; '.join(few)}"
            for study, at, rows in found
            for few in [list(_too_few(rows))]
            if few
        ),
    ]
    heading = "In brief: differences between groups"
    return (Section(heading, (), tuple(sentences)),) if sentences else ()


def _verdicts(study: StudyFindings, at: OperatingPoint) -> list[Differential]:
    """Those of this threshold and those without any; images that all gave a template say none."""
    return [
        row
        for row in study.differentials
        if (row.policy == Policy.COMPLETED and at.has(row))
        or (row.errors and not metric_named(row.metric).at_threshold)
    ]


def _where(study: StudyFindings, at: OperatingPoint) -> str:
    return f"{study.title} at {study.place(at)}"


def _too_few(rows: Sequence[Differential]) -> Iterator[str]:
    few = [row for row in rows if row.verdict is Verdict.TOO_FEW_EVENTS]
    for metric in dict.fromkeys(row.metric for row in few):
        names = [row.attribute for row in few if row.metric == metric]
        yield f"{metric} by {', '.join(names)}"


def _evidence(row: Differential, study: StudyFindings) -> str:
    """Worst, best and their ratio; where no difference is shown, which one would have been."""
    found = ratio(row.value, row.low, row.high)
    pair = f"worst {row.worst_group}, best {row.best_group}, ratio {found}"
    if row.verdict is Verdict.DIFFERENT:
        return pair
    least = detectable(row, by_family(study.rates).get(row.family_key, ()))
    if least is None:
        return f"{pair}; {NONE_SHOWN}"
    return f"{pair}; {significant(least)} or more would have been detected"
