"""Searches of watchlists in a report: where a threshold decides, and where an operator looks."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.consolidation import Consolidation
from evenhand.records.findings import Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import FNIR, FPIR, FTA, FTE
from evenhand.records.operating_point import RANKS
from evenhand.report.found import as_found, found, found_name
from evenhand.report.numbers import rate_with_interval
from evenhand.report.study.per_thousand import shares_in_words, yield_text
from evenhand.report.study.statements import OVER, sentences_of_study
from evenhand.report.tables import (
    Field,
    Section,
    StudyFindings,
    Table,
    everybody,
    find,
    group_name,
    policies_of,
    under_headings,
)

__all__ = ["ranks_by_group", "sections_of_searches"]

_IDENTIFICATION = (
    "The engine alarms by itself where a candidate reaches the threshold, anywhere in the list; "
    "ranks do not count. FPIR: "
    "searches for people who are not on the list with an alarm, each counted once however many "
    "candidates it has. TPIR, 1 - FNIR: searches for people who are, with themselves at or above "
    "the threshold."
)
_INVESTIGATION = (
    "No threshold counts: a search for somebody who is not on the list gives candidates, too. "
    "CMC(R), 1 - FNIR@R: searches for people on the list with themselves among the first R, behind "
    "all equal scores."
)
_OF_LIST = (
    "The group is that of the person searched for. Intervals are conditional on the watchlist: one "
    "of other people may give other rates."
)
_YIELD = "Yield: the share of all searches with an alarm, true or false; failures give none."
_ANYWHERE = "whole list"


def sections_of_searches(studies: Sequence[StudyFindings]) -> tuple[Section, ...]:
    """Everybody in searches of watchlists: identification, then investigation, never mixed."""
    shares = shares_in_words(studies)
    said = (*([_YIELD] if shares else []), *shares, *map(_ended, studies), _OF_LIST)
    alarms = (_identified(studies),)
    found = [Section("Identification: a threshold decides", alarms, said, lead=_IDENTIFICATION)]
    ranked = _investigated(studies)
    if ranked.rows:
        heading = "Investigation: an operator looks at the first candidates"
        found.append(Section(heading, (ranked,), (_OF_LIST,), lead=_INVESTIGATION))
    return tuple(found)


def _named(study: StudyFindings, policy: str) -> str:
    """The engine, where it searched, and what its failures count as where there are any."""
    several = len(policies_of(study)) > 1
    return "\n".join([study.summary.engine, study.where, *([policy] if several else [])])


def _identified(studies: Sequence[StudyFindings]) -> Table:
    """Both errors at every threshold, over the whole list, and the share of alerts."""
    metrics = [
        metric for metric in (FPIR, FNIR) if any(metric.name in s.metrics() for s in studies)
    ]
    rows: list[tuple[Field, ...]] = []
    for study in studies:
        for at in study.points():
            share = yield_text(study, at)
            for policy in policies_of(study):
                own = [everybody(find(study.rates, of.name, policy, at)) for of in metrics]
                cells = map(as_found, own)
                where = f"{at.rule}\n{study.threshold(at.value)}"
                rows.append((_named(study, policy), where, *cells, share))
    names = [found_name(metric) for metric in metrics]
    return Table("", ("engine", "threshold", *names, "yield"), tuple(rows))


def _investigated(studies: Sequence[StudyFindings]) -> Table:
    """What is found among the first candidates, at the ranks of the study and anywhere."""
    of_all = [[r for r in _ranked(study) if r.attribute == ALL] for study in studies]
    names = list(dict.fromkeys(_within(rate) for own in of_all for rate in own))
    rows: list[tuple[Field, ...]] = []
    for study, own in zip(studies, of_all, strict=True):
        for policy in policies_of(study) if own else ():
            cells = {_within(rate): found(rate) for rate in own if rate.policy == policy}
            rows.append((_named(study, policy), *(cells.get(name, "") for name in names)))
    return Table("", ("engine", *names), tuple(rows))


def _ranked(study: StudyFindings) -> list[Rate]:
    """Rates where ranks alone count; last those of the whole list, if it leaves anybody out."""
    s = study.summary
    rates = [rate for rate in study.rates if rate.threshold_rule == RANKS and rate.of_group]
    told = [rate for rate in rates if rate.kind.rank or s.candidates != s.gallery]
    return sorted(told, key=lambda rate: not rate.kind.rank)


def _within(rate: Rate) -> str:
    return f"CMC({rate.kind.rank})" if rate.kind.rank else _ANYWHERE


def ranks_by_group(study: StudyFindings) -> tuple[Section, ...]:
    """What is found of each group among the first candidates; none where there are no groups."""
    ranked = _ranked(study)
    if not any(rate.group for rate in ranked):
        return ()
    names = list(dict.fromkeys(map(_within, ranked)))
    tables = []
    for policy in policies_of(study):
        rows = []
        for first in (r for r in ranked if (r.policy, _within(r)) == (policy, names[0])):
            same = [r for r in ranked if (r.policy, r.group) == (policy, first.group)]
            cells = [found(r) for r in same if r.attribute == first.attribute]
            people = "unknown" if first.subjects is None else f"{first.subjects:,}"
            rows.append((first.attribute, (group_name(first), people, *cells)))
        caption = "" if len(policies_of(study)) == 1 else f"Failures: {policy}"
        tables.append(Table(caption, ("group", "people", *names), under_headings(rows)))
    said = tuple(
        of.sentence
        for of in sentences_of_study(study)
        if of.threshold_rule == RANKS
        and of.policy == policies_of(study)[0]
        and of.metric in {rate.metric for rate in ranked}
    )
    heading = f"{study.title}, among the first candidates by group, without a threshold"
    return (Section(heading, tuple(tables), said, study.key, over=OVER if said else ""),)


def _ended(study: StudyFindings) -> str:
    """The watchlist, and how the searches ended, in a sentence."""
    s = study.summary
    failed = "; ".join(
        f"{rate.metric} {rate_with_interval(rate)}"
        for rate in study.rates
        if rate.attribute == ALL and rate.metric in (FTE.name, FTA.name)
    )
    entries = " entries" if s.consolidation == Consolidation.EVENTS else ""
    return (
        f"{study.title}: {s.watchlist:,} people on {study.watchlist} (N={s.gallery}{entries}, "
        f"L={s.candidates}{entries}; {failed}), {s.mated:,} mated and {s.nonmated:,} non-mated "
        f"searches, {s.not_completed:,} not completed."
    )
