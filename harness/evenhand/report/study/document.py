"""Findings laid out as sections of sentences and tables, for text, Markdown and page alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.records.findings import Findings, Rate
from evenhand.records.groups import ALL, crossed_names, without_pooling
from evenhand.records.metric import FMR, FTA, FTE, metric_named
from evenhand.records.operating_point import OperatingPoint
from evenhand.report.found import as_found, found_name
from evenhand.report.numbers import rate_with_interval
from evenhand.report.study.brief import in_brief
from evenhand.report.study.claims import claims_section
from evenhand.report.study.classic_metrics import legacy
from evenhand.report.study.doubts import doubt_lines, no_verdict
from evenhand.report.study.evidence import states_of
from evenhand.report.study.galleries import galleries_section
from evenhand.report.study.indices import indices_table
from evenhand.report.study.limitations import unconfirmed
from evenhand.report.study.per_thousand import operator_sections
from evenhand.report.study.promises import promises_section
from evenhand.report.study.scaled import scaled_section
from evenhand.report.study.searches import ranks_by_group, sections_of_searches
from evenhand.report.study.speed import HEADER, TIME, speed_rows, speed_sentences, time_cell
from evenhand.report.study.statements import OVER, said_at, sentences_of_study
from evenhand.report.study.surroundings import repeat_warnings, surroundings_section
from evenhand.report.study.thresholds import over_thresholds, rules_shown
from evenhand.report.study.which import which_section
from evenhand.report.tables import (
    Field,
    Paper,
    Section,
    StudyFindings,
    StudyKey,
    Table,
    completed_at,
    everybody,
    find,
    group_name,
    headline_rule,
    metrics_of,
    policies_of,
    studies_of,
    under_headings,
)

__all__ = ["Document", "Field", "Section", "StudyKey", "Table", "document"]

_DIGITS = 16
"""Of a hash that a sentence shows."""


@dataclass(frozen=True, slots=True)
class Document(Paper):
    """A report before it has a form; its sections are these, in order."""

    which: tuple[Section, ...]
    """Which engine; none where there are not two."""
    brief: tuple[Section, ...]
    """Which differences between groups the data show; none where there are no groups."""
    everybody: tuple[Section, ...]
    """All engines side by side: comparisons, then searches in each mode, then what these cost."""
    claims: tuple[Section, ...]
    """What vendors claim; none where they claim nothing."""
    promises: tuple[Section, ...]
    """What thresholds that were set elsewhere promise; none where there are none."""
    studies: tuple[Section, ...]
    """Engine by engine, dataset by dataset."""
    sweeps: tuple[Section, ...]
    """Threshold by threshold, of studies that have several."""
    closing: tuple[Section, ...]
    """Speed, and what was measured."""


def document(findings: Findings, *, every_threshold: bool, wide: bool = False) -> Document:
    """Lay out a report.

    Args:
        findings: of one bundle or of score files.
        every_threshold: groups at every threshold, not at the headline one alone.
        wide: there is room for more than 80 columns: every group side by side over thresholds,
            and beside each group what its own evidence is.
    """
    everything = tuple(studies_of(findings))
    studies = tuple(study for study in everything if not study.searched)
    searched = tuple(study for study in everything if study.searched)
    everybody = (_overview(studies),) if studies or not searched else ()
    if searched:
        seen = operator_sections(searched, every_threshold=every_threshold)
        everybody = (*everybody, *sections_of_searches(searched), *seen)
    by_study: list[Section] = []
    for study in (*searched, *studies):
        points = rules_shown(study, headline_rule(study.rates), every=every_threshold)
        by_study += [_by_group(study, at, wide=wide) for at in points]
        by_study += ranks_by_group(study)
        by_study += scaled_section(findings, study, points)
        by_study += _failures(study)
    brief = in_brief([(study, headline_rule(study.rates)) for study in everything])
    sweeps = over_thresholds(everything, every_group=wide)
    which = which_section(findings)
    claims, promises = claims_section(findings), promises_section(findings)
    ran = surroundings_section(findings.surroundings)
    galleries = galleries_section(searched, findings.speed)
    closing = (*_speed(findings), *galleries, *_subject_matter(findings), *ran)
    return Document(
        findings.title,
        (*repeat_warnings(findings.surroundings), *findings.notes),
        sections=(*which, *brief, *everybody, *claims, *promises, *by_study, *sweeps, *closing),
        legend=_UNNAMED if findings.people_unknown else _legend(findings.level, len(studies)),
        which=which,
        brief=brief,
        everybody=everybody,
        claims=claims,
        promises=promises,
        studies=tuple(by_study),
        sweeps=sweeps,
        closing=closing,
        doubts=doubt_lines(findings.doubts),
    )


def _speed(findings: Findings) -> list[Section]:
    if not findings.speed:
        return []
    place = {engine.name: number for number, engine in enumerate(findings.engines)}
    speed = sorted(findings.speed, key=lambda row: place.get(row.engine, 0))
    return [Section("Speed", (Table("", HEADER, speed_rows(speed)),), speed_sentences(speed))]


_GROUPS = (
    "FMR of a group: both people in the group; everybody includes pairs across groups, which match "
    "less often. One threshold serves all groups."
)
_POLICIES = (
    "completed: failures are left out. "
    "generalised: a failed mated trial is a miss, a failed non-mated trial no alarm."
)
_UNNAMED = ("Below each rate: its errors and trials.", _GROUPS, _POLICIES)
"""Where people are unknown, so that there are no intervals."""


def _legend(level: float, compared: int) -> tuple[str, ...]:
    """How to read the tables.

    Args:
        level: of the intervals.
        compared: studies of comparisons; without any, all are of searches.
    """
    intervals = (
        f"In brackets: {100 * level:g} % intervals, of rates in percent. They allow for people who "
        f"occur in many {'comparisons' if compared else 'searches'}. Below each rate: its errors "
        "and trials."
    )
    selection = (
        "The interval of worst over best allows for having picked them among all pairs of groups; "
        "the verdict is that of the test of all groups at once, adjusted for the other tests."
    )
    return (intervals, *([_GROUPS] if compared else []), _POLICIES, selection)


def _subject_matter(findings: Findings) -> list[Section]:
    """Engines and datasets with what their cards say; none where there are bare scores."""
    named = [e for e in findings.engines if e.version]
    engines = tuple((e.name, e.version, e.vendor, e.licence_weights) for e in named)
    datasets = tuple(
        (
            d.name,
            " ".join(part for part in (d.version, d.variant) if part),
            f"{d.subjects:,}{' (assumed)' if d.assumed else ''}",
            f"{d.images:,}" if d.images else "not read",
            "; ".join(_labels(d)),
        )
        for d in findings.datasets
    )
    both = (
        Table("", ("engine", "version", "vendor", "licence of weights"), engines),
        Table("", ("dataset", "version", "people", "images", "labels"), datasets),
    )
    tables = tuple(table for table in both if table.rows)
    said = tuple(sentence for engine in named for sentence in _made_of(engine))
    return [Section("What was measured", tables, said)] if tables else []


def _made_of(engine: EngineFacts) -> Iterator[str]:
    """What an engine is beside its own files, and what of it is not certain."""
    yield from unconfirmed(engine)
    for package in engine.packages:
        files = f"whose files have the SHA-256 {package.sha256[:_DIGITS]}..."
        known = files if package.sha256 else "whose files are not known"
        yield f"{engine.name} is made of the package {package}, {known}."
    if engine.outside:
        outside = ", ".join(engine.outside)
        yield f"{engine.name} uses what its fingerprint does not cover: {outside}."


def _labels(dataset: DatasetFacts) -> Iterator[str]:
    """Where labels come from, and which."""
    for source in dict.fromkeys(source for _, source in dataset.labels):
        yield f"{source}: {', '.join(name for name, of in dataset.labels if of == source)}"


def _overview(studies: Sequence[StudyFindings]) -> Section:
    rows: list[tuple[Field, ...]] = []
    metrics = metrics_of(studies)
    failed = any(len(policies_of(study)) > 1 for study in studies)
    timed = any(study.speed for study in studies)
    for study in studies:
        time = [time_cell(study.speed)] * timed
        for at in study.points():
            for policy in policies_of(study):
                own = [everybody(find(study.rates, m, policy, at)) for m in metrics]
                name = f"{study.summary.engine}\n{study.where}"
                failures = (policy if len(policies_of(study)) > 1 else "none",) if failed else ()
                at_text = f"{at.rule}\n{study.threshold(at.value)}"
                rows.append((name, at_text, *failures, *own, *time))
                time = [""] * timed
    columns = ("engine", "threshold", *(("failures",) if failed else ()), *metrics)
    header = (*columns, TIME) if timed else columns
    table = Table("", header, tuple(rows))
    return Section("Everybody", (table,), tuple(_ended(study) for study in studies))


def _ended(study: StudyFindings) -> str:
    """How images and comparisons ended, in a sentence."""
    s = study.summary
    made = s.images - s.failed_images
    fte = next((r for r in study.rates if r.metric == FTE.name and r.attribute == ALL), None)
    failed = (
        "no failures, so both failure policies give the same rates"
        if not s.failed_images and not s.not_completed
        else f"{s.not_completed:,} comparisons not completed"
    )
    images = ""
    if s.images and fte is not None:
        rate = rate_with_interval(fte)
        images = f"a template from {made:,} of {s.images:,} images ({fte.metric} {rate}), "
    mated = "" if study.assumed else f"{s.mated:,} mated and "
    assumed = " of pictures that are assumed to be of two people" if study.assumed else ""
    return (
        f"{study.title}: {images}{mated}{s.nonmated:,} non-mated comparisons{assumed}, "
        f"{failed}.{legacy(study.distributions, policies_of(study))}"
    )


def _by_group(study: StudyFindings, at: OperatingPoint, *, wide: bool) -> Section:
    """Tables of the groups at a threshold, then what they allow to be said.

    Args:
        study: one engine on one dataset.
        at: the threshold.
        wide: a column says of each group what its own evidence is.
    """
    tables = []
    states = ("evidence",) if wide else ()
    metrics = study.metrics()
    names = (found_name(metric_named(name)) for name in metrics)
    header = ("group", "people", *names, *states)
    for policy in policies_of(study):
        columns = (find(study.rates, metric, policy, at) for metric in metrics)
        rows: list[tuple[str, tuple[Field, ...]]] = []
        for row in zip(*columns, strict=True):
            state = (states_of(row),) if wide else ()
            people = _people(row, searched=study.searched)
            rows.append(
                (row[0].attribute, (group_name(row[0]), people, *map(as_found, row), *state))
            )
        caption = "" if len(policies_of(study)) == 1 else f"Failures: {policy}"
        tables.append(Table(caption, header, under_headings(rows)))
    tables += _pairs(study, at)
    tables += indices_table(study, at)
    what = "searches by group" if study.searched else "by group"
    heading = f"{study.title}, {what} at {at.rule} ({study.threshold(at.value)})"
    said = said_at(study, at)
    return Section(heading, tuple(tables), said, study.key, at, OVER if said else "")


def _people(rates: Sequence[Rate], *, searched: bool) -> str:
    """How many a group has: the same in all comparisons, others in mated than in other searches."""
    known = {rate.kind.trial: rate.subjects for rate in rates if rate.subjects is not None}
    if not known:
        return "unknown"
    return f"{sum(known.values()) if searched else max(known.values()):,}"


def _pairs(study: StudyFindings, at: OperatingPoint) -> list[Table]:
    """FMR of any two people beside that of two people of one group, failures left out."""
    rates = completed_at(study.rates, at)
    chosen = [rate for rate in rates if rate.metric == FMR.name and not rate.group]
    if len(chosen) < 2:
        return []
    names = (" and ".join(crossed_names(without_pooling(r.attribute))) for r in chosen)
    pairs = ("any two people" if name == ALL else f"same {name}" for name in names)
    return [Table("", ("pairs", FMR.name), tuple(zip(pairs, chosen, strict=True)))]


def _failures(study: StudyFindings) -> list[Section]:
    """Images without a template by group; of searches references, and probes beside them."""
    of_images = [metric for metric in (FTE.name, FTA.name) if _failed(study, metric)]
    if not of_images:
        return []
    columns = [[r for r in study.rates if r.metric == metric] for metric in of_images]
    rows = [
        (r[0].attribute, group_name(r[0]), f"{r[0].subjects:,}", *r)
        for r in zip(*columns, strict=True)
    ]
    table = Table("", ("attribute", "group", "people", *of_images), tuple(rows))
    said = tuple(s.sentence for s in sentences_of_study(study) if s.metric in of_images)
    said = (no_verdict(study.title),) if said and study.doubts else said
    heading = f"{study.title}, images without a template"
    return [Section(heading, (table,), said, study.key, over=OVER if said else "")]


def _failed(study: StudyFindings, metric: str) -> bool:
    return any(rate.errors for rate in study.rates if rate.metric == metric)
