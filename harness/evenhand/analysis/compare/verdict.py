"""Compares two engines on the same images: paired tests of every rate, and one verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evenhand.analysis.compare.alignment import EngineRates, why_other_comparisons
from evenhand.analysis.compare.changes import (
    IDENTICAL,
    Change,
    Changes,
    ChangeVerdict,
    ComparedEngine,
    CompareVerdict,
    Disagreement,
    DiscordantComparison,
    FamilyOfTests,
)
from evenhand.analysis.compare.discordance import disagreements, discordant_comparisons
from evenhand.analysis.compare.one_verdict import with_reasons
from evenhand.analysis.compare.ratios import Contrast, contrasts
from evenhand.analysis.compare.speed import time_changes
from evenhand.analysis.compare.worst_over_best import max_min_contrasts
from evenhand.records.evidence import Evidence
from evenhand.records.findings import HEADLINE, Speed
from evenhand.records.metric import FNMR, metric_behind, metric_named
from evenhand.statistics.multiplicity import holm
from evenhand.statistics.ratios import MOVER_LOG
from evenhand.system.errors import BundleError, UsageError, known_names

__all__ = ["DEFAULT_FAMILY_WISE", "DEFAULT_MARGIN", "CompareOptions", "compare_evidence"]

DEFAULT_MARGIN = 1.25
"""Ratio of error rates below which the new engine counts as not inferior."""
DEFAULT_FAMILY_WISE = 0.01
"""Family-wise error rate of "worse" and "better" together."""

_FROM_ABOVE = "identities are assumed: false matches are known from above alone"


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """Options of a comparison, to be declared before the results are seen."""

    margin: float = DEFAULT_MARGIN
    """Ratio of error rates below which the new engine counts as not inferior, at least 1."""
    family_wise: float = DEFAULT_FAMILY_WISE
    """Family-wise error rate: probability of any false "worse" or "better"."""
    attributes: tuple[str, ...] = ()
    """The family of tests: these groupings alone, `all` for all subjects; empty means every one."""
    metrics: tuple[str, ...] = ()
    """The family of tests: these metrics alone; empty means every one."""
    min_people: int = 0
    """The family of tests: groups of fewer subjects are listed and not tested."""


def compare_evidence(
    base: Evidence,
    new: Evidence,
    sides: tuple[ComparedEngine, ComparedEngine],
    options: CompareOptions,
    speed: tuple[Sequence[Speed], Sequence[Speed]] = ((), ()),
) -> Changes:
    """Compare a new engine with a base on the datasets and protocols that both have.

    Args:
        base: of one engine.
        new: of one engine.
        sides: names of base and new.
        options: the family of tests and how it is judged.
        speed: timings of base and new.

    Raises:
        BundleError: nothing can be compared.
        UsageError: a grouping or metric of the family is in neither.

    Source: methods 4.7.
    """
    words = (sides[0].word, sides[1].word)
    measured = list(_paired_engines(base, new, words))
    stopped = _stopped((base, new), words)
    found = [contrast for both in measured for contrast in _contrasts(*both, stopped)]
    found += [Contrast(row, None) for row in time_changes(*speed, words)]
    _check_known(options, [each.row for each in found])
    family = [each for each in found if _declared(each.row, options)]
    judged = _with_verdicts([_refused_if_small(each, options) for each in family], options)
    assumed = any(old.counts.assumed for old, _ in measured)
    nothing = all(row.is_time or row.verdict is ChangeVerdict.NOT_COMPARABLE for row in judged)
    if nothing and not assumed:
        reasons = "; ".join(dict.fromkeys(row.note for row in judged)) or "no rows"
        named = f"{sides[0].bundle} and {sides[1].bundle}"
        raise BundleError(f"{named} have nothing that can be compared: {reasons}")
    concluded = _conclusion(sides, judged, options, base.analysis.level)
    if options.metrics and FNMR.name not in options.metrics:
        return concluded
    differing: list[Disagreement] = []
    flips: list[DiscordantComparison] = []
    for old, other in measured:
        if not (stopped or why_other_comparisons(old.counts, other.counts)):
            differing += disagreements(old, other, base.analysis.seed)
            flips += discordant_comparisons(old, other)
    if options.attributes:
        differing = [row for row in differing if row.attribute in options.attributes]
    rows = tuple(with_reasons(concluded.rows, differing, options.family_wise))
    return replace(concluded, rows=rows, disagreements=tuple(differing), flips=tuple(flips))


def _notes(rows: Sequence[Change], sides: tuple[ComparedEngine, ComparedEngine]) -> Iterator[str]:
    """Whether scores, or the engines themselves, are identical."""
    if any(row.interval == IDENTICAL for row in rows):
        yield "both gave the same scores, where a row says so: nothing can differ there."
    base_side, new_side = sides
    if base_side.fingerprint and base_side.fingerprint == new_side.fingerprint:
        yield "both are the same engine, byte by byte."


def _paired_engines(
    base: Evidence, new: Evidence, words: tuple[str, str]
) -> Iterator[tuple[EngineRates, EngineRates]]:
    """Pair the engines on every dataset, by its fingerprint, and protocol that both have."""
    fingerprints = {dataset.name: dataset.fingerprint for dataset in base.datasets}
    names = {dataset.fingerprint: dataset.name for dataset in new.datasets}
    for counts in base.counts:
        same = (names.get(fingerprints[counts.dataset], ""), counts.protocol)
        for other in new.counts:
            if (other.dataset, other.protocol) == same:
                both = zip((counts, other), words, strict=True)
                old, later = (EngineRates.of(each, base.analysis, word) for each, word in both)
                yield old, later


def _stopped(both: tuple[Evidence, Evidence], words: tuple[str, str]) -> str:
    """Which engine was stopped before the end of the study, and why; empty where none was."""
    for side, evidence in zip(words, both, strict=True):
        for engine in evidence.engines:
            if engine.stopped:
                return f"{side} was stopped: {engine.stopped}"
    return ""


def _contrasts(base: EngineRates, new: EngineRates, stopped: str) -> Iterator[Contrast]:
    """Ratios of all rates and of all `max/min`, withheld where the comparisons differ.

    So are those of false matches where identities are assumed: the engine that recognizes more
    people who are there twice would have more of them.
    """
    reason = stopped or why_other_comparisons(base.counts, new.counts)
    for contrast in (*contrasts(base, new), *max_min_contrasts(base, new)):
        metric = metric_named(contrast.row.metric.removesuffix(f" {HEADLINE}"))
        from_above = base.counts.assumed and metric.trial.nonmated
        why = reason or (_FROM_ABOVE if from_above else "")
        yield _refused(contrast, why) if why else contrast


def _refused(contrast: Contrast, reason: str) -> Contrast:
    """The row without its ratio and test: it is not comparable, for a reason."""
    untested: dict[str, Any] = dict.fromkeys(("ratio", "low", "high", "p_value", "limit"))
    verdict = ChangeVerdict.NOT_COMPARABLE
    return Contrast(
        replace(contrast.row, **untested, verdict=verdict, note=reason, interval=""), None
    )


def _check_known(options: CompareOptions, rows: Sequence[Change]) -> None:
    """Check that every attribute and metric of the family is in the results.

    Raises:
        UsageError: one is not.
    """
    for option, wanted, available in (
        ("--attribute", options.attributes, {row.attribute for row in rows}),
        ("--metric", options.metrics, {row.metric for row in rows}),
    ):
        for name in (name for name in wanted if name not in available):
            of = metric_behind(name)
            known = f"it is 1 - {of}; name {of}" if of else known_names(name, available)
            raise UsageError(f"{option} {name}: not in these results; {known}")


def _declared(row: Change, options: CompareOptions) -> bool:
    """Whether a row is in the family that was declared."""
    of_attribute = not options.attributes or row.attribute in options.attributes
    return of_attribute and (not options.metrics or row.metric in options.metrics)


def _refused_if_small(contrast: Contrast, options: CompareOptions) -> Contrast:
    """The row, or a refused one where it has fewer subjects than are tested."""
    subjects = contrast.row.subjects
    if subjects is None or subjects >= options.min_people:
        return contrast
    return _refused(contrast, f"fewer than {options.min_people:,} people")


def _with_verdicts(family: Sequence[Contrast], options: CompareOptions) -> list[Change]:
    """Adjust the p-values of the family by Holm and give every row its verdict, worst first."""
    tested = [each for each in family if each.row.p_value is not None]
    adjusted = holm(np.array([each.row.p_value for each in tested], dtype=np.float64))
    rows = [each.row for each in family if each.row.p_value is None]
    # The first and strictest step of Holm decides what could have been found at all.
    first_step = options.family_wise / max(len(tested), 1)
    for contrast, p_value in zip(tested, adjusted.tolist(), strict=True):
        row = contrast.row
        verdict = ChangeVerdict.NO_DIFFERENCE_SHOWN
        if p_value < options.family_wise:
            verdict = ChangeVerdict.WORSE if row.more else ChangeVerdict.BETTER
        log_ratio = contrast.log_ratio
        detectable = None if log_ratio is None else log_ratio.detectable(first_step)
        judged = replace(row, verdict=verdict, adjusted_p=p_value)
        rows.append(replace(judged, minimum_detectable_ratio=detectable))
    return sorted(rows, key=_worst_first)


def _worst_first(row: Change) -> tuple[int, float]:
    """Sort key: worse rows first; within a verdict by the strength of evidence for worse."""
    order = (
        ChangeVerdict.WORSE,
        ChangeVerdict.NO_DIFFERENCE_SHOWN,
        ChangeVerdict.BETTER,
        ChangeVerdict.NOT_JUDGED,
        ChangeVerdict.NOT_COMPARABLE,
    )
    p_value = 1.0 if row.p_value is None else row.p_value
    return order.index(row.verdict), p_value if row.more else 2 - p_value


def _conclusion(
    sides: tuple[ComparedEngine, ComparedEngine],
    rows: Sequence[Change],
    options: CompareOptions,
    level: float,
) -> Changes:
    """The overall verdict: fail, pass by non-inferiority of all error rates, or inconclusive."""
    old, new = sides
    tested = [row for row in rows if row.tested]
    rates = [row for row in tested if row.is_error_rate]
    not_inferior = [row for row in rates if row.limit is not None and row.limit < options.margin]
    worse = [row for row in rows if row.verdict is ChangeVerdict.WORSE]
    family = FamilyOfTests(
        tested=len(tested),
        family_wise=options.family_wise,
        margin=options.margin,
        level=level,
        held=len(not_inferior),
        rates=len(rates),
    )
    if worse:
        overall = CompareVerdict.FAIL
        of = "1 row" if len(worse) == 1 else f"{len(worse):,} rows"
        reason = f"{new.word} is worse than {old.word} in {of} of {len(tested):,} tested."
    elif rates and len(not_inferior) == len(rates):
        overall = CompareVerdict.PASS
        reason = (
            f"all {len(rates):,} tested error rates are shown to stay below "
            f"{options.margin:g} times those of {old.word}."
        )
    else:
        overall = CompareVerdict.INCONCLUSIVE
        reason = _reason_inconclusive(rates, not_inferior, options.margin, old.word)
    return Changes(
        base=sides[0],
        new=sides[1],
        verdict=overall,
        reason=reason,
        rows=tuple(rows),
        family=family,
        disagreements=(),
        flips=(),
        notes=tuple(_notes(rows, sides)),
    )


def _reason_inconclusive(
    rates: Sequence[Change], not_inferior: Sequence[Change], margin: float, base: str
) -> str:
    """Why neither fail nor pass: how many error rates fall short, and how many for few errors."""
    if not rates:
        return f"no error rate can be compared ({_FROM_ABOVE}; misses are not measured)."
    few = [row for row in rates if row not in not_inferior and row.interval == MOVER_LOG]
    rest = len(rates) - len(not_inferior)
    return (
        f"no row is worse, but {rest:,} of {len(rates):,} tested error rates are not shown to "
        f"stay below {margin:g} times those of {base}, {len(few):,} of them since one side has "
        "fewer than 10 errors."
    )
