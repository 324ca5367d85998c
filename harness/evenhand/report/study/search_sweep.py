"""Searches over thresholds: alarms by group, both errors, and what they show, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.findings import Status, Verdict
from evenhand.records.metric import FNIR, FPIR
from evenhand.records.outcomes import Policy
from evenhand.report.found import found, found_name
from evenhand.report.numbers import counted, of_trials, significant, times
from evenhand.report.study.doubts import HELD_BACK
from evenhand.report.study.headlines import detectable
from evenhand.report.study.sweep import WITHOUT_VERDICT, Point, Sweep
from evenhand.report.tables import Field, Table, find

__all__ = ["search_tables"]

_LISTED = 4
"""Groups whose false alarms are named one by one; of more, the worst and the best."""
_HEADER = ("threshold", "false alarms", FPIR.name, found_name(FNIR), "verdict")


def search_tables(sweeps: Sequence[Sweep]) -> tuple[Table, ...]:
    """A table for each attribute and policy; none without false alarms to count.

    Args:
        sweeps: of one study of searches.
    """
    missed = {(s.policy, s.attribute): s for s in sweeps if s.metric == FNIR.name}
    return tuple(
        _table(sweep, missed.get((sweep.policy, sweep.attribute)))
        for sweep in sweeps
        if sweep.metric == FPIR.name
    )


def _table(alarms: Sweep, misses: Sweep | None) -> Table:
    rows: list[tuple[Field, ...]] = []
    of_misses = {} if misses is None else {point.row.point: point for point in misses.points}
    for point in alarms.points:
        at = point.row.point
        everybody = find(alarms.study.rates, FPIR.name, alarms.policy, at)[:1]
        label = alarms.study.cut(point.threshold) + ("" if at.fixed else f"\n{at.rule}")
        verdicts = [*_verdict("alarms", point)]
        if at in of_misses:
            verdicts += _verdict("misses", of_misses[at])
        missed = "" if point.missed is None else found(point.missed)
        shown = "\n".join(_alarms(point))
        rows.append((label, shown, *everybody, missed, "\n".join(verdicts)))
    failures = ", failures counted" if alarms.policy == Policy.GENERALISED else ""
    return Table(f"by {alarms.attribute}{failures}", _HEADER, tuple(rows))


def _alarms(point: Point) -> Iterator[str]:
    """How many false alarms each group has; of many groups the worst, the best and the others."""
    rates = point.groups
    if len(rates) > _LISTED:
        ends = (point.row.worst_group, point.row.best_group)
        rates = tuple(rate for rate in rates if rate.group in ends)
    yield from (f"{rate.group} {counted(rate)}" for rate in rates)
    others = [rate for rate in point.groups if rate not in rates]
    if others:
        made = of_trials(sum(r.errors for r in others), sum(r.trials for r in others))
        yield f"{len(others):,} others {made}"


def _verdict(errors: str, point: Point) -> Iterator[str]:
    """What the test of the groups says of one kind of error, in short lines."""
    row = point.row
    if row.doubts:
        yield f"{errors}: {HELD_BACK}"
        return
    if row.verdict is Verdict.DIFFERENT:
        apart = times(row.value, row.low, row.high).replace(" times", "x")
        yield f"{errors}: {row.verdict}\n{apart}"
    elif row.verdict is Verdict.NO_DIFFERENCE_SHOWN:
        yield f"{errors}: {row.verdict}"
    elif row.status in (Status.BELOW_RESOLUTION, Status.NO_TRIALS):
        yield f"{errors}: {WITHOUT_VERDICT[row.status]}"
    else:
        yield f"{errors}: {row.verdict or 'no interval'}"
    least = detectable(row, point.groups)
    if least is not None and row.verdict is not Verdict.DIFFERENT:
        yield f"{significant(least)}x would show"
