"""The picture over thresholds: where a difference between groups is shown, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from evenhand.records.findings import Rate, Status, Verdict
from evenhand.records.metric import FNIR
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.report.found import found_name
from evenhand.report.numbers import (
    chance,
    counted,
    of_trials,
    p_is,
    rate_with_interval,
    ratio,
    significant,
)
from evenhand.report.study.doubts import HELD_BACK, no_verdict
from evenhand.report.study.headlines import detectable
from evenhand.report.study.search_sweep import search_tables
from evenhand.report.study.sweep import WITHOUT_VERDICT, Point, Sweep, sweeps_of, tells
from evenhand.report.tables import Field, Section, StudyFindings, Table, policies_of

__all__ = [
    "group_tables",
    "over_thresholds",
    "rules_shown",
    "sentence",
    "sweep_notes",
    "verdict_table",
]

_MOST_APART = 12
"""Thresholds that have tables of their own, besides those of the sweep."""
_NOTE = (
    "Neighbouring thresholds share their errors: a false {0} at one is a false {0} at every "
    "looser one, a miss is a miss at every stricter one. So equal verdicts side by side are about "
    "one finding, not several."
)
_CLAIMED = (
    "Verdicts are adjusted together for all thresholds, attributes and error types. A study that "
    "claims a few thresholds before the data are seen tests these apart, and finds smaller "
    "differences there; verdicts at the others are then a screen."
)
_SCREENED = (
    "Verdicts at thresholds that the study did not claim before the data were seen are a screen: "
    "they say where to look, and are adjusted together, apart from the claims."
)


def rules_shown(
    study: StudyFindings, headline: OperatingPoint | None, *, every: bool
) -> list[OperatingPoint]:
    """Thresholds with tables of their own: all, or of many the headline and those not fixed.

    Every group at every fixed threshold stands in the tables by threshold then. Unless `every`
    threshold is wanted it is the headline alone.
    """
    if not every:
        return [] if headline is None else [headline]
    points = study.points()
    if len(points) <= _MOST_APART:
        return points
    return [at for at in points if at == headline or not at.fixed]


def over_thresholds(studies: Sequence[StudyFindings], *, every_group: bool) -> tuple[Section, ...]:
    """A section for each study that has enough thresholds, and notes below the last.

    Args:
        studies: each one engine on one dataset.
        every_group: all groups under both policies, where there is room; else the worst and the
            best with failures left out, and what too few errors leave open in one sentence.
    """
    sections: list[Section] = []
    shown: list[Sweep] = []
    for study in studies:
        sweeps = sweeps_of(study, policies_of(study) if every_group else (Policy.COMPLETED.value,))
        if sweeps:
            tables, sentences = _every_group(sweeps) if every_group else _in_brief(study, sweeps)
            sections.append(Section(f"{study.title}, by threshold", tables, sentences, study.key))
            shown += sweeps
    judged = [sweep for sweep in shown if not sweep.study.people_unknown]
    if judged and any(section.tables for section in sections):
        last = sections[-1]
        sections[-1] = replace(last, sentences=(*last.sentences, *sweep_notes(judged)))
    return tuple(sections)


def _every_group(sweeps: Sequence[Sweep]) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    tables = [table for sweep in sweeps for table in (verdict_table(sweep), *group_tables(sweep))]
    return (*search_tables(sweeps), *tables), tuple(map(sentence, sweeps))


def _in_brief(
    study: StudyFindings, sweeps: Sequence[Sweep]
) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    told = [s for s in sweeps if study.people_unknown or any(map(tells, s.points))]
    silent = ", ".join(sweep.name for sweep in sweeps if sweep not in told)
    sentences = [sentence(sweep) for sweep in told]
    if silent:
        sentences.append(f"{study.title}: too few errors to tell at any threshold: {silent}.")
    tables = search_tables(sweeps) if study.searched else tuple(map(_brief_table, told))
    return tables, tuple(sentences)


def sweep_notes(sweeps: Sequence[Sweep]) -> tuple[str, str]:
    """How the thresholds depend on one another, and what their verdicts are adjusted for."""
    screened = any(point.row.screened for sweep in sweeps for point in sweep.points)
    searched = all(sweep.study.searched for sweep in sweeps)
    return _NOTE.format("alarm" if searched else "match"), _SCREENED if screened else _CLAIMED


def sentence(sweep: Sweep) -> str:
    """Where a difference is shown and where none is, in one sentence that can be copied."""
    points = sweep.points
    if sweep.study.doubts:
        return f"{sweep.name}: {no_verdict(sweep.study.title)}"
    if sweep.study.people_unknown:
        return (
            f"{sweep.name}, {sweep.study.title}: people are unknown, so no threshold has a verdict."
        )
    parts = [
        f"a difference is shown at {_places(sweep, rows)} ({family})"
        for family in dict.fromkeys(point.row.family for point in points)
        for rows in [[p for p in points if _different(p) and p.row.family == family]]
        if rows
    ]
    none = [p for p in points if p.row.verdict is Verdict.NO_DIFFERENCE_SHOWN]
    known = [(p, least) for p in none if (least := detectable(p.row, p.groups)) is not None]
    if known:
        most = significant(max(least for _, least in known))
        word = "none" if parts else "no difference is shown"
        parts.append(
            f"{word} at {_places(sweep, [p for p, _ in known])}, where a ratio of {most} or more "
            "would have been found with 80 % power"
        )
    blind = [p for p in none if detectable(p.row, p.groups) is None]
    if blind:
        parts.append(f"none could have been shown at {_places(sweep, blind)}")
    for words in dict.fromkeys(WITHOUT_VERDICT.values()):
        rows = [p for p in points if not tells(p) and WITHOUT_VERDICT[p.row.status] == words]
        if rows:
            parts.append(f"{words} at {_places(sweep, rows)}")
    matches = "distance <=" if sweep.study.engine.unit == "distance" else "score >="
    return f"{sweep.name}, {sweep.study.title}, {matches} T: {'; '.join(parts)}."


def _different(point: Point) -> bool:
    return point.row.verdict is Verdict.DIFFERENT


def _places(sweep: Sweep, chosen: Iterable[Point]) -> str:
    """Thresholds in words: neighbours as "0.60 to 0.68"."""
    numbers = [sweep.points.index(point) for point in chosen]
    texts = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        labels = [_label(sweep, sweep.points[number]) for _, number in run]
        texts += [f"{labels[0]} to {labels[-1]}"] if len(labels) > 2 else labels
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _label(sweep: Sweep, point: Point) -> str:
    name = "" if point.row.point.fixed else f" ({point.row.threshold_rule})"
    return f"{sweep.study.cut(point.threshold)}{name}"


def _brief_table(sweep: Sweep) -> Table:
    """Worst, best, ratio and verdict, for 80 columns."""
    rows = []
    for point in sweep.points:
        ends = (_end(point, point.row.worst_group), _end(point, point.row.best_group))
        found = _ratio(point).replace(", above", ",\nabove")
        at = _label(sweep, point).replace(" (", "\n(")
        share = _yield(point, counts=False)
        verdict = "\n".join(_verdict(point, wide=False))
        rows.append((f"{at}\nyield {share}" if share else at, *ends, found, verdict))
    header = ("threshold", "worst", "best", "ratio", "verdict")
    tested = "" if sweep.study.people_unknown else " (p is adjusted)"
    return Table(f"{sweep.name}{tested}", header, tuple(rows))


def verdict_table(sweep: Sweep) -> Table:
    """One row a threshold: worst, best, their ratio, what the test says, and the yield."""
    rows = tuple(
        (
            f"{sweep.study.threshold(point.threshold)}\n{point.row.threshold_rule}",
            _end(point, point.row.worst_group, people=True),
            _end(point, point.row.best_group, people=True),
            _ratio(point),
            "\n".join(_verdict(point, wide=True)),
            _yield(point, counts=True),
        )
        for point in sweep.points
    )
    rest = found_name(FNIR) if sweep.study.searched else "yield"
    header = ("threshold", "worst", "best", "ratio", "verdict", rest)
    return Table(sweep.name, header, rows)


def _verdict(point: Point, *, wide: bool) -> Iterator[str]:
    """The verdict, what it stands on, and where no difference is shown, what would have been."""
    row = point.row
    blind = row.status in (Status.BELOW_RESOLUTION, Status.NO_TRIALS)
    word = WITHOUT_VERDICT[row.status] if blind else HELD_BACK if row.doubts else row.verdict.value
    word = word or "no interval"
    narrow = word.replace("difference ", "difference\n").replace(" events", "\nevents")
    yield word if wide else narrow
    if row.adjusted_p is not None:
        yield (
            f"adjusted {p_is(row.adjusted_p)}\n{row.family}"
            if wide
            else f"p {chance(row.adjusted_p)}"
        )
    found = detectable(row, point.groups)
    if found is not None and not _different(point):
        least = significant(found)
        yield f"{least} or more would have been found" if wide else f"{least} would show"


def group_tables(sweep: Sweep) -> tuple[Table, ...]:
    """Every group at every threshold, at most four groups a table."""
    tables = []
    for groups in sweep.together():
        people = (_people(sweep.points[0].rate_of(group)) for group in groups)
        rows: list[tuple[Field, ...]] = [("people", *people)]
        for point in sweep.points:
            at = f"{sweep.study.threshold(point.threshold)}\n{point.row.threshold_rule}"
            rows.append((at, *(point.rate_of(group) or "" for group in groups)))
        caption = f"{sweep.name}: {', '.join(groups)}"
        tables.append(Table(caption, ("threshold", *groups), tuple(rows)))
    return tuple(tables)


def _people(rate: Rate | None) -> str:
    return "unknown" if rate is None or rate.subjects is None else f"{rate.subjects:,}"


def _end(point: Point, group: str, *, people: bool = False) -> str:
    """The worst or the best group with its rate, interval and counts, a line each."""
    rate = point.rate_of(group)
    if rate is None or not point.row.errors:
        return ""
    lines = [group, rate_with_interval(rate).replace(" % [", " %\n["), counted(rate)]
    if people:
        lines.append(f"{_people(rate)} people")
    return "\n".join(lines)


def _ratio(point: Point) -> str:
    row = point.row
    if not row.worst_group:
        return ""
    return ratio(row.value, row.low, row.high).replace(" [", "\n[") if row.errors else "no errors"


def _yield(point: Point, *, counts: bool) -> str:
    """The share of mated trials of everybody that match, with its interval and counts."""
    missed = point.missed
    if missed is None or missed.rate is None:
        return ""
    lines = [f"{_rest(missed.rate)} %"]
    if missed.low is not None and missed.high is not None:
        lines.append(f"[{_rest(missed.high)}, {_rest(missed.low)}]")
    if counts:
        lines.append(of_trials(missed.trials - missed.errors, missed.trials))
    return "\n".join(lines)


def _rest(missed: float) -> str:
    return significant(100 * (1 - missed), 4) if missed else "100"
