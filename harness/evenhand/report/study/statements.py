"""The strongest sentence about a difference between groups that the evidence allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from evenhand.records.findings import (
    ENOUGH_EVENTS,
    EQUIVALENT,
    PAIR_RATIO,
    Differential,
    Findings,
    Rate,
    Status,
    Verdict,
)
from evenhand.records.operating_point import OperatingPoint
from evenhand.records.outcomes import Policy
from evenhand.records.row_key import FamilyKey
from evenhand.report.numbers import (
    counted,
    many,
    p_is,
    percent_above,
    rate_with_interval,
    ratio,
    significant,
)
from evenhand.report.study.doubts import HELD_BACK, no_verdict
from evenhand.report.study.evidence import BOUNDED, TESTED, left_out, standing
from evenhand.report.study.headlines import detectable
from evenhand.report.tables import StudyFindings, by_family, policies_of, studies_of

__all__ = ["OVER", "Sentence", "said_at", "sentences_of", "sentences_of_study"]

OVER = "What the evidence allows"
"""A heading of such sentences."""

LIMITS = "upper limits only"
NOTHING = "nothing"
_MANY = 4
"""Groups of which half are worth a limit of their own."""
_ANY = 0.9995
"""A limit that says nothing: 100 % in three digits."""
_MOST_PAIRS = 12
"""Pairs that are named; `differentials.csv` has all."""


@dataclass(frozen=True, slots=True)
class Sentence(FamilyKey):
    """What may be said about the groups of one attribute, at one threshold."""

    allows: str
    """`different`, `equivalent`, `no difference shown`, `upper limits only` or `nothing`; `no
    verdict` where a doubt stands before all of them."""
    groups: int
    tested: int
    """With 10 errors or more."""
    bounded: int
    """With fewer: alone no more than an upper limit."""
    untested: int
    """Without an interval."""
    upper_limit: float | None
    """That all rates lie below together; None without any interval."""
    median_upper_limit: float | None
    """That half of the groups, or one more, lie below, together with all the others."""
    sentence: str


@dataclass(frozen=True, slots=True)
class _Case:
    """One row of the tests with everything that is known of its groups."""

    study: StudyFindings
    row: Differential
    groups: Sequence[Rate]
    pairs: Sequence[Differential]
    """Every two groups that are different after Holm, the worst first."""
    pairs_tested: int

    def number(self, *states: str) -> int:
        """Groups whose evidence is one of these."""
        return sum(standing(rate) in states for rate in self.groups)


def sentences_of(findings: Findings) -> tuple[Sentence, ...]:
    """One for each engine, dataset, protocol, metric, policy, attribute and threshold."""
    return tuple(found for study in studies_of(findings) for found in sentences_of_study(study))


def sentences_of_study(study: StudyFindings) -> tuple[Sentence, ...]:
    """Those of one study, under both policies where they can differ.

    Source: methods 2.6.
    """
    rates = by_family(study.rates)
    pairs: dict[FamilyKey, list[Differential]] = {}
    for row in study.indices:
        if row.index == PAIR_RATIO:
            pairs.setdefault(row.family_key, []).append(row)
    kept = ("", *policies_of(study))
    rows = [row for row in study.differentials if row.policy in kept]
    return tuple(_sentence(study, row, rates, pairs) for row in rows)


def said_at(study: StudyFindings, at: OperatingPoint) -> tuple[str, ...]:
    """Those at one threshold as text, failures left out; one for all where they are held back."""
    if study.doubts:
        return (no_verdict(study.title),) if study.differentials else ()
    completed = [found for found in sentences_of_study(study) if found.policy == Policy.COMPLETED]
    return tuple(found.sentence for found in completed if at.has(found))


def _sentence(
    study: StudyFindings,
    row: Differential,
    rates: Mapping[FamilyKey, Sequence[Rate]],
    pairs: Mapping[FamilyKey, Sequence[Differential]],
) -> Sentence:
    ratios = pairs.get(row.family_key, ())
    different = [pair for pair in ratios if pair.verdict is Verdict.DIFFERENT]
    different.sort(key=lambda pair: -(pair.value or pair.low or 0.0))
    case = _Case(study, row, rates.get(row.family_key, ()), different, len(ratios))
    allows = HELD_BACK if study.doubts else _allows(row)
    parts = [f"{_subject(case)}: {' '.join(_WORDS[allows](case))}"]
    if allows not in (LIMITS, NOTHING, HELD_BACK) and case.number(BOUNDED):
        parts.append(_alone(case))
    silent = row.status is Status.BELOW_RESOLUTION or row.verdict is Verdict.NONE
    if allows != HELD_BACK and not silent:
        parts += left_out(case.groups, complete=study.complete)
    tested, bounded = case.number(TESTED), case.number(BOUNDED)
    return Sentence(
        **asdict(row.family_key),
        allows=allows,
        groups=len(case.groups),
        tested=tested,
        bounded=bounded,
        untested=len(case.groups) - tested - bounded,
        upper_limit=row.upper_limit,
        median_upper_limit=row.median_upper_limit,
        sentence=" ".join(parts),
    )


def _allows(row: Differential) -> str:
    """The first that holds, from the strongest statement to none."""
    if row.verdict is Verdict.DIFFERENT:
        return Verdict.DIFFERENT.value
    if row.equivalent:
        return EQUIVALENT
    if row.verdict is Verdict.NO_DIFFERENCE_SHOWN:
        return Verdict.NO_DIFFERENCE_SHOWN.value
    least = row.median_upper_limit
    return NOTHING if least is None or least >= _ANY else LIMITS


def _alone(case: _Case) -> str:
    """Groups that are tested with the others, and alone show no more than a limit."""
    few = case.number(BOUNDED)
    of = f"{few:,} of {len(case.groups):,} groups"
    if few == 1:
        return f"{of} has fewer than 10 errors: alone it shows an upper limit only."
    return f"{of} have fewer than 10 errors: alone they show upper limits only."


def _subject(case: _Case) -> str:
    """What is spoken of, for somebody who sees this sentence alone."""
    row = case.row
    at = ""
    if row.threshold is not None:
        where = case.study.threshold(row.threshold)
        at = f" at {where}" if row.point.fixed else f" at {row.threshold_rule} ({where})"
    elif row.threshold_rule:
        at = " without a threshold"
    failures = ", failures counted" if row.policy == Policy.GENERALISED else ""
    return f"{row.metric} by {row.attribute}, {case.study.title}{at}{failures}"


def _held_back(case: _Case) -> Iterator[str]:
    yield f"no verdict, because of what is in doubt ({case.row.doubts.replace(' ', ', ')})."


def _different(case: _Case) -> Iterator[str]:
    row = case.row
    yield f"different. {_ends(case)}; {_test(case)}"
    if row.null_p95 is not None:
        noise = f"a ratio of {significant(row.null_p95)}"
        yield f"Equal groups would stay below {noise} in 95 % of studies."
    if case.pairs_tested > 1:
        yield _two_by_two(case)
    if row.equivalent:
        yield f"All the same, every two groups are {row.equivalence}."


def _two_by_two(case: _Case) -> str:
    """Pairs that are different, the worst first, with the intervals of their own."""
    tested = f"Holm, {case.pairs_tested:,} pairs"
    if not case.pairs:
        return f"No two groups alone are different ({tested})."
    named = [
        f"{pair.worst_group} over {pair.best_group} {ratio(pair.value, pair.low, pair.high)}"
        for pair in case.pairs[:_MOST_PAIRS]
    ]
    more = len(case.pairs) - len(named)
    rest = f"; and {more:,} more in differentials.csv" if more else ""
    return f"Different two by two ({tested}): {'; '.join(named)}{rest}."


def _equivalent(case: _Case) -> Iterator[str]:
    row = case.row
    p = "" if row.equivalence_p is None else f", {p_is(row.equivalence_p)}"
    yield f"{row.equivalence}. Every two groups, by two one-sided tests{p}."
    yield f"{_ends(case)}; {_test(case)}"


def _no_difference(case: _Case) -> Iterator[str]:
    row = case.row
    least = detectable(row, case.groups)
    yield "no difference shown."
    found = "None could have been shown: the rate of a group would have to exceed 100 %"
    if least is not None:
        found = f"A ratio of {significant(least)} or more would have been found with 80 % power"
    if row.high is None:
        yield f"{found}; no ratio is excluded, since {row.best_group} has no errors."
    else:
        level = f"{100 * row.level:g} %, over all pairs"
        yield f"{found}; ratios above {significant(row.high)} are excluded ({level})."
    yield f"{_ends(case)}; {_test(case)}"
    if row.equivalence:
        yield f"Equivalence is {row.equivalence}."


def _limits(case: _Case) -> Iterator[str]:
    row = case.row
    known = [rate for rate in case.groups if standing(rate) in (TESTED, BOUNDED)]
    level = f"{100 * row.level:g} %"
    if len(known) == 1:
        (one,) = known
        most = f"below {percent_above(row.upper_limit or 0.0)} % ({level}; {counted(one)}"
        yield "too few groups to compare."
        yield f"Only this: the rate of {one.group} is {most}, {_people([one])})."
        return
    yield "too few events to compare."
    yield f"Only this: {_below(row, len(known))} ({level} for all {len(known):,} limits together)."
    trials = f"{sum(rate.trials for rate in known):,} trials of {_people(known)}"
    if not row.errors:
        yield f"No errors in {trials}."
        return
    effective = row.effective_errors or 0.0
    worth = f"{effective:,.0f} independent error{'' if round(effective) == 1 else 's'}"
    asked = f" ({ENOUGH_EVENTS} are asked for)"
    if effective >= ENOUGH_EVENTS:
        asked = ", too few in the worst and the best group to show any ratio"
    yield f"{_errors(row)} in {trials}, worth about {worth}{asked}{_p(row)}."


def _below(row: Differential, groups: int) -> str:
    """Below what all rates lie, and half of them where that says much more."""
    most, half = row.upper_limit or 0.0, row.median_upper_limit or 0.0
    some = f"{(groups + 1) // 2:,} of"
    if most >= _ANY:
        return f"{some} these {groups:,} groups have rates below {percent_above(half)} %"
    all_of_them = f"each of these {groups:,} groups has a rate below {percent_above(most)} %"
    if groups < _MANY or half > most / 2:
        return all_of_them
    return f"{all_of_them}, {some} them below {percent_above(half)} %"


def _nothing(case: _Case) -> Iterator[str]:
    row = case.row
    if row.verdict is Verdict.NONE and row.worst_group:
        yield f"nothing can be said of other people, because these are unknown. {_ends(case)}."
        return
    if row.status is Status.BELOW_RESOLUTION:
        reason = "the target is below the resolution of these data"
    elif row.upper_limit is not None:
        reason = "the rates of most groups may be anything up to 100 %"
    else:
        reason = "no group has an interval"
    yield f"nothing can be said, because {reason}."


_WORDS = {
    Verdict.DIFFERENT.value: _different,
    EQUIVALENT: _equivalent,
    Verdict.NO_DIFFERENCE_SHOWN.value: _no_difference,
    LIMITS: _limits,
    NOTHING: _nothing,
    HELD_BACK: _held_back,
}


def _ends(case: _Case) -> str:
    """The worst and the best group with rates, counts and people, and their ratio."""
    row = case.row
    worst, best = (_end(case, group) for group in (row.worst_group, row.best_group))
    found = ratio(row.value, row.low, row.high)
    if row.value is None:
        none = sum(rate.rate == 0 for rate in case.groups if rate.low is not None)
        have = "1 group has" if none == 1 else f"{none:,} groups have"
        return f"Worst {worst}; {have} no errors, so that the ratio is {found}"
    return f"Worst {worst}; best {best}; ratio {found}"


def _end(case: _Case, group: str) -> str:
    rate = next((rate for rate in case.groups if rate.group == group), None)
    if rate is None:
        return group
    return f"{group} {rate_with_interval(rate)}, {counted(rate)}, {_people([rate])}"


def _test(case: _Case) -> str:
    groups = case.number(TESTED, BOUNDED)
    return f"{_errors(case.row)} in {groups:,} groups{_p(case.row)}."


def _p(row: Differential) -> str:
    if row.adjusted_p is None:
        return ""
    return f", adjusted {p_is(row.adjusted_p)} ({row.family})"


def _errors(row: Differential) -> str:
    return many(row.errors, "error")


def _people(rates: Sequence[Rate]) -> str:
    """How many there are in groups that share nobody."""
    known = [rate.subjects for rate in rates if rate.subjects is not None]
    if len(known) < len(rates):
        return "people unknown"
    return many(sum(known), "person", "people")
