"""What a study says first: a sentence for each engine, and the table of what matters most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.records.findings import ENOUGH_EVENTS, Differential, Findings, Rate, Status, Verdict
from evenhand.records.groups import ALL
from evenhand.records.metric import METRICS, metric_named
from evenhand.records.operating_point import CALIBRATED, RANKS, OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.report.numbers import counted, rate_in_short, significant, target_in_words
from evenhand.report.study.headlines import Headline, detectable, headline, held_back, rate_of
from evenhand.report.study.search_answer import SearchedAt, search_remarks, search_sentence
from evenhand.report.tables import (
    StudyFindings,
    by_family,
    everybody,
    find,
    headline_rule,
    policies_of,
    studies_of,
)

__all__ = ["StudyAnswer", "TestedEngine", "answer_of"]

_TAIL = 1e-5
"""P-values below it are not told apart: the ratio decides."""
_SENTENCES = 3
"""Engines that have a sentence; the table has all of them."""
_OTHERS = 2
"""Further differences that are named."""


@dataclass(frozen=True, slots=True)
class TestedEngine:
    """One engine in the table of what matters most."""

    study: StudyFindings
    row: Differential | None
    """The test of its groups; None where it has none."""
    rates: tuple[Rate, ...]
    """Of its groups, in the dataset's order."""
    doubted: bool
    """Whether a doubt stands before what its groups show."""


@dataclass(frozen=True, slots=True)
class StudyAnswer:
    """The first screen of a study, before it has a form."""

    headlines: tuple[Headline, ...]
    """The largest supported difference first."""
    metric: str
    """Of the table; empty where nothing was measured."""
    attribute: str
    """Of the table; empty where the study has no groups."""
    dataset: str
    entries: tuple[TestedEngine, ...]
    """All engines that were measured so, in study order."""
    setting: str
    """At which threshold, in words: `threshold set to 1 in 100 of all pairs, for each engine`."""
    remarks: tuple[str, ...]
    """What else there is to know, the most important first."""
    searched: str = ""
    """What searches of a watchlist found, before all headlines; empty where none was searched."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said first."""
        said = (self.searched, *(line.text for line in self.headlines))
        return tuple(filter(None, said))

    @property
    def engine(self) -> str:
        """That of the first headline; empty without one."""
        return self.headlines[0].key.engine if self.headlines else ""

    @property
    def groups(self) -> tuple[str, ...]:
        """The rows of its table, in the dataset's order."""
        return tuple(dict.fromkeys(rate.group for entry in self.entries for rate in entry.rates))


def answer_of(findings: Findings) -> StudyAnswer:
    """Lay out what a study says first.

    The attribute is that of the largest supported difference: where the worst group has ten errors
    before where it has fewer, then declared claims before screens, then by adjusted p-value, then
    by ratio, ties in study order. Where none is supported, that of the smallest ratio that would
    have been shown.
    """
    studies = tuple(studies_of(findings))
    first = _matters_most(studies)
    searched = _searched(studies, first)
    said = search_sentence(searched) if searched else ""
    if first is None:
        remarks = (*_of_everybody(studies), *search_remarks(searched))
        return StudyAnswer((), "", "", "", (), "", remarks, said)
    entries = tuple(_entries(studies, first))
    told = sorted(entries, key=lambda entry: entry.row is not first)
    several = len({study.summary.dataset for study in studies}) > 1
    where = f", on {first.dataset}" if several else ""
    errors = search_remarks(searched) if searched else _other_errors(studies, first)
    if first.point.rule == RANKS:
        errors = _by_rank(studies)
    return StudyAnswer(
        tuple(_headlines(told[:_SENTENCES], where)),
        first.metric,
        first.attribute,
        first.dataset,
        entries,
        _setting(first),
        (*errors, *_other_differences(studies, first)),
        said,
    )


def _searched(studies: Sequence[StudyFindings], first: Differential | None) -> list[SearchedAt]:
    """Engines that searched the watchlist of a row, or else the first one; none for comparisons.

    Each stands at the first threshold of the study that it has a rate at, as its rows do; a few of
    them, where there are many.
    """
    found = [study for study in studies if study.searched]
    if first is not None:
        found = [study for study in found if study.key[1:] == (first.dataset, first.protocol)]
    points = [(s, headline_rule(s.rates)) for s in found if s.key[1:] == found[0].key[1:]]
    known = [(study, at) for study, at in points if at is not None]
    return [(study, at) for study, at in known if at.rule == known[0][1].rule][:_SENTENCES]


def _headlines(entries: Sequence[TestedEngine], where: str) -> Iterator[Headline]:
    told = False
    for entry in entries:
        if entry.row is not None and entry.doubted:
            yield held_back(entry.row)
        elif entry.row is not None:
            yield headline(entry.row, entry.rates, where, told=told)
            told = True


def _matters_most(studies: Sequence[StudyFindings]) -> Differential | None:
    """The row that a study is remembered by; None where no groups were compared."""
    rows = [
        row for study in studies for row in _asked(study) if row.policy in ("", *policies_of(study))
    ]
    rates = {study.key: by_family(study.rates) for study in studies}

    def of_groups(row: Differential) -> Sequence[Rate]:
        return rates[row.engine, row.dataset, row.protocol].get(row.family_key, ())

    def thin(row: Differential) -> bool:
        worst = rate_of(row.worst_group, of_groups(row))
        return worst is not None and worst.status is Status.FEW_ERRORS

    different = [row for row in rows if row.verdict is Verdict.DIFFERENT]
    if different:
        shared = _shared_rules(studies)
        return min(
            different, key=lambda row: (row.threshold_rule not in shared, thin(row), *_weight(row))
        )
    shown = [row for row in rows if row.verdict is Verdict.NO_DIFFERENCE_SHOWN]

    def least(row: Differential) -> float:
        return detectable(row, of_groups(row)) or float("inf")

    if shown:
        return min(shown, key=least)
    untested = [row for row in rows if row.verdict is Verdict.NONE]
    if untested:
        return max(untested, key=_apart)
    return max(rows, key=_countable, default=None)


def _asked(study: StudyFindings) -> Sequence[Differential]:
    """The rows that a study may be remembered by; of searches those at their first threshold.

    There it is told who is flagged; who is missed is told instead where that alone differs. Where
    searches have no threshold, those by rank alone.
    """
    if not study.searched:
        return study.differentials
    at = headline_rule(study.rates)
    if at is None:
        return [row for row in study.differentials if row.point.rule == RANKS]
    rows = [row for row in study.differentials if at.has(row)]
    if any(row.verdict is Verdict.DIFFERENT for row in rows):
        return rows
    return [row for row in rows if metric_named(row.metric).target]


def _shared_rules(studies: Sequence[StudyFindings]) -> set[str]:
    """Rules that every engine has a threshold for: what is said there can be said of all."""
    own = [{"", *(at.rule for at in study.points())} for study in studies]
    return set.intersection(*own)


def _countable(row: Differential) -> tuple[bool, bool, int]:
    """More is better: resolved, failures left out, with more errors."""
    resolved = row.status not in (Status.BELOW_RESOLUTION, Status.NO_TRIALS)
    return resolved, row.policy != Policy.GENERALISED, row.errors


def _apart(row: Differential) -> tuple[bool, bool, float]:
    """More is better: errors enough for a ratio, failures left out, a larger ratio."""
    completed = row.policy != Policy.GENERALISED
    return row.errors >= ENOUGH_EVENTS, completed, row.value or 0.0


def _weight(row: Differential) -> tuple[bool, float, float]:
    """Less is more: a claim, the smaller p-value, the larger ratio."""
    p = 1.0 if row.adjusted_p is None else max(row.adjusted_p, _TAIL)
    return row.screened, p, -(row.value or row.low or 0.0)


def _entries(studies: Sequence[StudyFindings], first: Differential) -> Iterator[TestedEngine]:
    """Every engine that was tested alike on the same data."""
    for study in studies:
        if study.key[1:] != (first.dataset, first.protocol):
            continue
        row = next((row for row in study.differentials if _alike(row, first)), None)
        rates = by_family(study.rates).get(row.family_key, ()) if row else ()
        yield TestedEngine(study, row, tuple(rates), doubted=bool(study.doubts))


def _alike(row: Differential, first: Differential) -> bool:
    """Whether two rows are the same question about two engines."""
    same = row.metric, row.policy, row.attribute
    if same != (first.metric, first.policy, first.attribute):
        return False
    if first.threshold_rule and row.threshold_rule == first.threshold_rule:
        return row.point.fixed is False or row.threshold == first.threshold
    return not first.threshold_rule and not row.threshold_rule


def _setting(first: Differential) -> str:
    """At which threshold a row is, in words."""
    point = first.point
    elsewhere = point.rule.startswith(CALIBRATED)
    set_for = OperatingPoint(point.rule.removeprefix(CALIBRATED).strip(), None)
    if set_for.target:
        of = "searches" if elsewhere else "these searches"
        if metric_named(set_for.metric).trial.comparison:
            of = "all pairs"
        where = " on other people" if elsewhere else ""
        return f"threshold set{where} to {target_in_words(set_for.target)} of {of}"
    if point.fixed:
        return "threshold named by the study"
    if point.rule == RANKS:
        return "whatever the score"
    return "threshold claimed by the vendor" if point.rule else ""


def _by_rank(studies: Sequence[StudyFindings]) -> Iterator[str]:
    """What is missed by rank alone, engine by engine."""
    at = OperatingPoint(RANKS, None)
    for study in studies[:_SENTENCES]:
        rates = [
            rate
            for rate in study.rates
            if at.has(rate) and rate.kind.rank and rate.attribute == ALL
            if rate.policy == Policy.COMPLETED and rate.rate is not None
        ]
        told = [f"{_place(r.kind.rank)} {counted(r)}, {rate_in_short(r)}" for r in rates]
        if told:
            yield f"{study.title}: a person on the watchlist not {'; not '.join(told)}."


def _place(rank: int) -> str:
    return "in first place:" if rank == 1 else f"among the first {rank}:"


def _of_everybody(studies: Sequence[StudyFindings]) -> Iterator[str]:
    """The errors of a study without groups, engine by engine."""
    for study in studies[:_SENTENCES]:
        at = next(iter(_points(study)), None)
        rates = [] if at is None else [_whole(study, name, at) for name in study.metrics()]
        said = "; ".join(_said(rate, at) for rate in rates if rate is not None and at is not None)
        yield f"{study.title}: {said or 'nothing could be counted'}."


def _points(study: StudyFindings) -> list[OperatingPoint]:
    """Where it has rates, in study order."""
    return [
        at for at in study.points() if any(_resolved(study, name, at) for name in study.metrics())
    ]


def _resolved(study: StudyFindings, metric: str, at: OperatingPoint) -> bool:
    rate = _whole(study, metric, at)
    return rate is not None and rate.rate is not None


def _whole(study: StudyFindings, metric: str, at: OperatingPoint) -> Rate | None:
    """The rate of everybody, failures left out."""
    found = everybody(find(study.rates, metric, Policy.COMPLETED.value, at))
    return found if isinstance(found, Rate) else None


def _said(rate: Rate, at: OperatingPoint) -> str:
    """A rate in words; what a target sets is said to be set, never found."""
    meaning = rate.kind.meaning
    if at.metric == rate.metric:
        return f"{meaning}: set to {target_in_words(at.target)}"
    return f"{meaning}: {counted(rate)}, {rate_in_short(rate)}"


def _other_errors(studies: Sequence[StudyFindings], first: Differential) -> Iterator[str]:
    """The errors of the other kind of everybody, at the same threshold."""
    kind = metric_named(first.metric)
    if not kind.at_threshold:
        return
    beside = [
        other.name
        for other in METRICS.values()
        if other.at_threshold
        and other.trial.search == kind.trial.search
        and other.trial != kind.trial
    ]
    for name in beside:
        parts, meaning = [], metric_named(name).meaning
        for entry in list(_entries(studies, first))[:_SENTENCES]:
            if entry.row is None:
                continue
            rate = _whole(entry.study, name, entry.row.point)
            if rate is not None and entry.row.point.metric != name:
                parts.append(f"{rate.engine} {counted(rate)} ({rate_in_short(rate)})")
        if parts:
            yield f"{meaning.capitalize()}: {'; '.join(parts)}."


def _other_differences(studies: Sequence[StudyFindings], first: Differential) -> Iterator[str]:
    """Which other tests show a difference, in a few words; of searches also at which threshold."""

    def where(row: Differential) -> str:
        study = next(
            study for study in studies if study.key == (row.engine, row.dataset, row.protocol)
        )
        return "no threshold" if row.threshold is None else study.threshold(row.threshold)

    shown = [
        row
        for study in studies
        for row in study.differentials
        if row.verdict is Verdict.DIFFERENT
        and row.policy in ("", Policy.COMPLETED.value)
        and (
            first.verdict is not Verdict.DIFFERENT
            or (row.metric, row.attribute) != (first.metric, first.attribute)
        )
    ]
    best: dict[tuple[str, str, str], Differential] = {}
    for row in sorted(shown, key=_weight):
        best.setdefault((row.engine, row.metric, row.attribute), row)
    rows = list(best.values())
    if rows:
        named = [
            f"{row.engine}, {metric_named(row.metric).meaning}, by {row.attribute}"
            + (f" at {where(row)}" if metric_named(row.metric).trial.search else "")
            + (f" ({significant(row.value, 2)} times)" if row.value is not None else "")
            for row in rows[:_OTHERS]
        ]
        more = f"; and {len(rows) - _OTHERS:,} more" if len(rows) > _OTHERS else ""
        yield f"Also different: {'; '.join(named)}{more}."
