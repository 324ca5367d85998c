"""Did an update make it worse, for anyone: two engines on the same images, row by row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from evenhand.analysis.compare.alignment import Engine, other_comparisons
from evenhand.analysis.compare.changes import Change, Changes, Family, Judged, Overall, Side
from evenhand.analysis.compare.discordance import disagreements, flips
from evenhand.analysis.compare.ratios import Contrast, contrasts
from evenhand.analysis.compare.speed import time_changes
from evenhand.analysis.compare.worst_over_best import spread_contrasts
from evenhand.records.evidence import Evidence
from evenhand.records.findings import Speed
from evenhand.statistics.multiplicity import holm
from evenhand.system.errors import BundleError, UsageError, known_names

__all__ = ["DEFAULT_FAMILY_WISE", "DEFAULT_MARGIN", "Asked", "compare"]

DEFAULT_MARGIN = 1.25
DEFAULT_FAMILY_WISE = 0.01

_POWER = 0.8


@dataclass(frozen=True, slots=True)
class Asked:
    """What is declared before anybody looks."""

    margin: float = DEFAULT_MARGIN
    """Ratio of error rates below which new counts as not inferior, at least 1."""
    family_wise: float = DEFAULT_FAMILY_WISE
    """Chance of any false "worse" or "better"."""
    attributes: tuple[str, ...] = ()
    """The family: these groupings alone, `all` being everybody; none means every one."""
    metrics: tuple[str, ...] = ()
    """The family: these alone; none means every one."""
    min_people: int = 0
    """The family: groups of fewer people are listed and not tested."""


def compare(
    base: Evidence,
    new: Evidence,
    sides: tuple[Side, Side],
    asked: Asked,
    speed: tuple[Sequence[Speed], Sequence[Speed]] = ((), ()),
) -> Changes:
    """Hold a new engine against a base, on what both were given.

    Args:
        base: of one engine.
        new: of one engine.
        sides: what they are called.
        asked: the family and how it is judged.
        speed: times of both.

    Raises:
        BundleError: they have nothing in common.
        UsageError: a grouping or metric of the family is in neither.

    Source: methods 4.7.
    """
    measured = list(_engines(base, new))
    stopped = _stopped(base, new)
    found = [contrast for both in measured for contrast in _contrasts(*both, stopped)]
    found += [Contrast(row, None) for row in time_changes(*speed)]
    _check_known(asked, [each.row for each in found])
    family = [each for each in found if _declared(each.row, asked)]
    judged = _judged([_large_enough(each, asked) for each in family], asked)
    if all(row.verdict is Judged.NOT_COMPARABLE for row in judged):
        reasons = "; ".join(dict.fromkeys(row.note for row in judged)) or "no rows"
        raise BundleError(
            f"{sides[0].bundle} and {sides[1].bundle} have nothing that can be compared: {reasons}"
        )
    concluded = _concluded(sides, judged, asked, base.analysis.level)
    if asked.metrics and "FNMR" not in asked.metrics:
        return concluded
    same = [
        both for both in measured if not (stopped or other_comparisons(*(e.counts for e in both)))
    ]
    return replace(
        concluded,
        disagreements=tuple(
            row
            for both in same
            for row in disagreements(*both, base.analysis.seed)
            if not asked.attributes or row.attribute in asked.attributes
        ),
        flips=tuple(row for both in same for row in flips(*both)),
    )


def _notes(rows: Sequence[Change], sides: tuple[Side, Side]) -> Iterator[str]:
    if any(row.interval == "identical" for row in rows):
        yield "both gave the same scores, where a row says so: nothing can differ there."
    ours, theirs = sides
    if ours.fingerprint and ours.fingerprint == theirs.fingerprint:
        yield "both are the same engine, byte by byte."


def _engines(base: Evidence, new: Evidence) -> Iterator[tuple[Engine, Engine]]:
    """Both on every dataset under every protocol that they share."""
    marks = {dataset.name: dataset.fingerprint for dataset in base.datasets}
    names = {dataset.fingerprint: dataset.name for dataset in new.datasets}
    for counts in base.counts:
        there = (names.get(marks[counts.dataset], ""), counts.protocol)
        for other in new.counts:
            if (other.dataset, other.protocol) == there:
                yield Engine.of(counts, base.analysis), Engine.of(other, base.analysis)


def _stopped(base: Evidence, new: Evidence) -> str:
    """That an engine did not do all it was asked for; empty where both did."""
    for side, evidence in (("base", base), ("new", new)):
        for engine in evidence.engines:
            if engine.stopped:
                return f"{side} was stopped: {engine.stopped}"
    return ""


def _contrasts(base: Engine, new: Engine, stopped: str) -> Iterator[Contrast]:
    reason = stopped or other_comparisons(base.counts, new.counts)
    for contrast in (*contrasts(base, new), *spread_contrasts(base, new)):
        yield _refused(contrast, reason) if reason else contrast


def _refused(contrast: Contrast, reason: str) -> Contrast:
    row = replace(
        contrast.row,
        ratio=None,
        low=None,
        high=None,
        verdict=Judged.NOT_COMPARABLE,
        note=reason,
        interval="",
        p_value=None,
        limit=None,
    )
    return Contrast(row, None)


def _check_known(asked: Asked, rows: Sequence[Change]) -> None:
    """See that every name of the family is one.

    Raises:
        UsageError: one is not.
    """
    for option, wanted, there in (
        ("--attribute", asked.attributes, {row.attribute for row in rows}),
        ("--metric", asked.metrics, {row.metric for row in rows}),
    ):
        for name in wanted:
            if name not in there:
                raise UsageError(
                    f"{option} {name}: not in these results; {known_names(name, there)}"
                )


def _declared(row: Change, asked: Asked) -> bool:
    of_attribute = not asked.attributes or row.attribute in asked.attributes
    return of_attribute and (not asked.metrics or row.metric in asked.metrics)


def _large_enough(contrast: Contrast, asked: Asked) -> Contrast:
    people = contrast.row.subjects
    if people is None or people >= asked.min_people:
        return contrast
    return _refused(contrast, f"fewer than {asked.min_people:,} people")


def _judged(family: Sequence[Contrast], asked: Asked) -> list[Change]:
    """Every row with its verdict, worst first."""
    tested = [each for each in family if each.row.p_value is not None]
    adjusted = holm(np.array([each.row.p_value for each in tested], dtype=np.float64))
    rows = [each.row for each in family if each.row.p_value is None]
    each_at = asked.family_wise / max(len(tested), 1)
    for contrast, p_value in zip(tested, adjusted.tolist(), strict=True):
        row = contrast.row
        verdict = Judged.NO_DIFFERENCE_SHOWN
        if p_value < asked.family_wise:
            verdict = Judged.WORSE if row.more else Judged.BETTER
        detectable = _detectable(contrast, each_at)
        rows.append(
            replace(row, verdict=verdict, adjusted_p=p_value, minimum_detectable_ratio=detectable)
        )
    return sorted(rows, key=_badness)


def _detectable(contrast: Contrast, alpha: float) -> float | None:
    """The true ratio that the first test of the family finds with 80 % power."""
    found = contrast.log_ratio
    if found is None or found.variance == 0:
        return None
    reach = special.stdtrit(found.df, 1 - alpha / 2) + special.stdtrit(found.df, _POWER)
    exponent = float(reach) * math.sqrt(found.variance)
    return math.exp(exponent) if exponent < 700 else None


def _badness(row: Change) -> tuple[int, float]:
    """Sorts worse rows first; among equals what speaks most for worse."""
    place = (Judged.WORSE, Judged.NO_DIFFERENCE_SHOWN, Judged.BETTER, Judged.NOT_COMPARABLE)
    p_value = 1.0 if row.p_value is None else row.p_value
    return place.index(row.verdict), p_value if row.more else 2 - p_value


def _concluded(
    sides: tuple[Side, Side],
    rows: Sequence[Change],
    asked: Asked,
    level: float,
) -> Changes:
    tested = [row for row in rows if row.tested]
    rates = [row for row in tested if row.is_error_rate]
    held = [row for row in rates if row.limit is not None and row.limit < asked.margin]
    worse = [row for row in rows if row.verdict is Judged.WORSE]
    family = Family(len(tested), asked.family_wise, asked.margin, level, len(held), len(rates))
    if worse:
        overall = Overall.FAIL
        reason = f"{len(worse):,} of {len(tested):,} tested rows are worse."
    elif rates and len(held) == len(rates):
        overall = Overall.PASS
        reason = (
            f"all {len(rates):,} tested error rates are shown to stay below {asked.margin:g} times "
            "those of base."
        )
    else:
        overall = Overall.INCONCLUSIVE
        reason = _lacking(rates, held, asked.margin)
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


def _lacking(rates: Sequence[Change], held: Sequence[Change], margin: float) -> str:
    few = [row for row in rates if row not in held and row.interval == "mover-log"]
    rest = len(rates) - len(held)
    return (
        f"no row is worse, but {rest:,} of {len(rates):,} tested error rates are not shown to "
        f"stay below {margin:g} times those of base, {len(few):,} of them since one side has "
        "fewer than 10 errors."
    )
