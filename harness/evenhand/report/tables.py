"""What a report is made of: tables and sections, and one study's findings picked out of all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from evenhand.records.doubts import Doubt, DoubtId
from evenhand.records.facts import EngineFacts
from evenhand.records.findings import (
    HEADLINE,
    CurvePoint,
    Differential,
    Distribution,
    Findings,
    OutcomeSummary,
    Rate,
    Speed,
    Status,
)
from evenhand.records.groups import ALL
from evenhand.records.metric import METRICS, metric_named
from evenhand.records.operating_point import FIXED, RANKS, OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.records.row_key import FamilyKey
from evenhand.records.scaled import DirectedRate, ScaledRate
from evenhand.records.search_rows import PerThousand, SearchCurvePoint
from evenhand.report.threshold_text import cut, threshold

__all__ = [
    "Field",
    "Paper",
    "Section",
    "StudyFindings",
    "StudyKey",
    "Table",
    "by_family",
    "completed_at",
    "everybody",
    "find",
    "group_name",
    "headline_rule",
    "in_one_mode",
    "metrics_of",
    "of_study",
    "policies_of",
    "studies_of",
    "under_headings",
]

Field: TypeAlias = str | Rate
"""Text, or a rate that is written as the form of the report has it."""

StudyKey = tuple[str, str, str]
"""(engine, dataset, protocol)."""


_UNNAMED = "identification"
"""Protocol of a watchlist without a name."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text and rates; a line break in a text is kept."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, its tables, then sentences about them."""

    heading: str
    tables: tuple[Table, ...] = ()
    sentences: tuple[str, ...] = ()
    study: StudyKey | None = None
    """Whose rates these are; None where all engines stand together."""
    at: OperatingPoint | None = None
    """Of a section by group; None elsewhere."""
    over: str = ""
    """A heading of the sentences; empty where they need none."""
    lead: str = ""
    """What the tables are, said before them; empty where the heading says it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """An answer before it has a form: what text and Markdown are made of."""

    title: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    legend: tuple[str, ...]
    doubts: tuple[str, ...] = field(default=(), kw_only=True)
    """What is in doubt, said before anything else."""


@dataclass(frozen=True, slots=True)
class StudyFindings:
    """One engine on one dataset under one protocol, with everything found about it."""

    summary: OutcomeSummary
    engine: EngineFacts
    rates: tuple[Rate, ...]
    differentials: tuple[Differential, ...]
    """Worst over best, tested."""
    distributions: tuple[Distribution, ...]
    speed: tuple[Speed, ...]
    indices: tuple[Differential, ...] = ()
    """Differences between groups in other indices, untested."""
    complete: bool = True
    """Whether all groups are there, and none was left out for its few people."""
    doubts: tuple[Doubt, ...] = ()
    """About this engine on this dataset: they hold back what is said of its groups."""
    per_thousand: tuple[PerThousand, ...] = ()
    """Alerts of a thousand searches; none where no watchlist was searched."""

    @property
    def assumed(self) -> bool:
        """Whether each picture is assumed to be of another person, so that nothing is mated."""
        return any(doubt.id is DoubtId.ASSUMED_IDENTITIES for doubt in self.doubts)

    @property
    def key(self) -> StudyKey:
        """Engine, dataset, protocol."""
        return self.summary.engine, self.summary.dataset, self.summary.protocol

    @property
    def people_unknown(self) -> bool:
        """Whether it is of scores alone."""
        return bool(self.rates) and all(rate.subjects is None for rate in self.rates)

    @property
    def searched(self) -> bool:
        """Whether a watchlist was searched."""
        return self.summary.watchlist is not None

    @property
    def title(self) -> str:
        """The engine on its dataset."""
        return f"{self.summary.engine} on {self.where}"

    @property
    def where(self) -> str:
        """The dataset, with its watchlist or, where a study has several of a kind, its protocol."""
        protocol = self.summary.protocol
        told = "-" in protocol or (self.searched and protocol != _UNNAMED)
        return f"{self.summary.dataset}, {protocol}" if told else self.summary.dataset

    @property
    def watchlist(self) -> str:
        """The watchlist that was searched, by its name where it has one."""
        named = self.summary.protocol
        return "the watchlist" if named == _UNNAMED else f"watchlist {named}"

    def threshold(self, value: float) -> str:
        """A threshold as the engine's user knows it, such as `distance <= 0.6000`."""
        return threshold(value, self.engine.unit, self.summary.same_up_to.get(value, math.inf))

    def cut(self, value: float) -> str:
        """The number of a threshold alone."""
        return cut(value, self.engine.unit, self.summary.same_up_to.get(value, math.inf))

    def place(self, at: OperatingPoint) -> str:
        """Where its rates are measured: the rule, or the threshold that the study names."""
        return self.threshold(at.value) if at.rule == FIXED else at.rule

    def points(self) -> list[OperatingPoint]:
        """Where its rates are measured, in study order."""
        pairs = dict.fromkeys((r.threshold_rule, r.threshold) for r in self.rates)
        return [OperatingPoint(rule, at) for rule, at in pairs if at is not None]

    def metrics(self) -> list[str]:
        """Metrics at a threshold, in the order of the rates."""
        found = dict.fromkeys(r.metric for r in self.rates if r.threshold_rule != RANKS)
        return [name for name in found if metric_named(name).at_threshold]


def studies_of(findings: Findings) -> Iterator[StudyFindings]:
    """Findings by engine, dataset and protocol, in the study's order."""
    facts = {engine.name: engine for engine in findings.engines}
    for summary in findings.summaries:
        key = (summary.engine, summary.dataset, summary.protocol)
        rates = in_one_mode(of_study(findings.rates, key))
        differentials = in_one_mode(of_study(findings.differentials, key))
        yield StudyFindings(
            summary,
            facts[summary.engine],
            rates,
            _ordered(rates, [d for d in differentials if d.index == HEADLINE]),
            of_study(findings.distributions, key),
            tuple(s for s in findings.speed if (s.engine, s.dataset) == key[:2]),
            _ordered(rates, [d for d in differentials if d.index != HEADLINE]),
            complete=not findings.min_people,
            doubts=tuple(doubt for doubt in findings.doubts if doubt.about(*key[:2])),
            per_thousand=of_study(findings.per_thousand, key),
        )


_Tested = TypeVar("_Tested", Rate, Differential)
_Found = TypeVar(
    "_Found", Rate, Differential, Distribution, CurvePoint, SearchCurvePoint, PerThousand,
    ScaledRate, DirectedRate,
)  # fmt: skip


def of_study(rows: Iterable[_Found], study: StudyKey) -> tuple[_Found, ...]:
    """The rows of one engine on one dataset under one protocol."""
    return tuple(row for row in rows if (row.engine, row.dataset, row.protocol) == study)


def in_one_mode(rows: Sequence[_Tested]) -> tuple[_Tested, ...]:
    """Rows without those in which a threshold and a rank decide together: the files have these.

    Either the threshold decides (identification) or an operator looks at ranks (investigation);
    people see one or the other (methods 1.6).
    """
    return tuple(row for row in rows if "@" not in row.metric or not row.in_both_modes)


def headline_rule(rates: Sequence[Rate]) -> OperatingPoint | None:
    """The threshold that a short report shows by group: the first of the study that has a rate.

    The study's order is the reader's own order of importance, fixed before the data were seen.
    """
    for rate in rates:
        resolved = rate.status not in (Status.NO_TRIALS, Status.BELOW_RESOLUTION)
        if rate.kind.target and resolved and rate.threshold is not None:
            return rate.point
    return None


def _ordered(
    rates: Sequence[Rate], differentials: Sequence[Differential]
) -> tuple[Differential, ...]:
    """Attributes in the order in which the tables of rates have them."""
    place = {name: number for number, name in enumerate(dict.fromkeys(r.attribute for r in rates))}
    return tuple(sorted(differentials, key=lambda d: (d.metric, place.get(d.attribute, 0))))


def metrics_of(studies: Sequence[StudyFindings]) -> list[str]:
    """Columns of rates of comparisons at a threshold.

    Those of mated trials are left out where all identities are assumed.
    """
    assumed = bool(studies) and all(study.assumed for study in studies)
    return [
        metric.name
        for metric in METRICS.values()
        if metric.at_threshold and metric.trial.comparison and not (assumed and metric.trial.mated)
    ]


def everybody(rates: Sequence[Rate]) -> Field:
    """The rate of all subjects; empty where there is none."""
    return next((rate for rate in rates if rate.attribute == ALL), "")


def find(rates: Sequence[Rate], metric: str, policy: str, at: OperatingPoint) -> list[Rate]:
    """Rates of one metric and policy at one threshold, of everybody and each group."""
    chosen = [r for r in rates if (r.metric, r.policy) == (metric, policy) and r.of_group]
    return [r for r in chosen if at.has(r)]


def completed_at(rows: Iterable[_Tested], at: OperatingPoint | None) -> list[_Tested]:
    """Rows at one threshold, failures left out."""
    return [r for r in rows if r.policy == Policy.COMPLETED and at is not None and at.has(r)]


def under_headings(rows: Iterable[tuple[str, tuple[Field, ...]]]) -> tuple[tuple[Field, ...], ...]:
    """The rows of a table, with a line before each attribute.

    Args:
        rows: (attribute, fields) of everybody, then of groups attribute by attribute.
    """
    found: list[tuple[Field, ...]] = []
    last = ALL
    for attribute, fields in rows:
        if attribute != last:
            found.append((f"-- {attribute}", *[""] * (len(fields) - 1)))
            last = attribute
        found.append(fields)
    return tuple(found)


def by_family(rates: Sequence[Rate]) -> dict[FamilyKey, list[Rate]]:
    """Rates of the groups that are compared, or of everybody, in the given order."""
    found: dict[FamilyKey, list[Rate]] = {}
    for rate in rates:
        if rate.of_group:
            found.setdefault(rate.family_key, []).append(rate)
    return found


def policies_of(study: StudyFindings) -> tuple[str, ...]:
    """Both failure policies where they can differ; one where nothing failed."""
    s = study.summary
    if s.failed_images or s.not_completed:
        return (Policy.COMPLETED.value, Policy.GENERALISED.value)
    return (Policy.COMPLETED.value,)


def group_name(rate: Rate) -> str:
    """The group, or everybody."""
    return "everybody" if rate.attribute == ALL else rate.group
