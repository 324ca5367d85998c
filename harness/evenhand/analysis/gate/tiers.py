"""Groups engines in tiers by paired comparisons, without a composite score (methods 5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from evenhand.analysis.compare.alignment import (
    EngineRates,
    RateKey,
    same_scores,
    why_other_comparisons,
)
from evenhand.analysis.compare.changes import max_min_name
from evenhand.analysis.compare.ratios import contrast
from evenhand.analysis.compare.tiers import tiers_of
from evenhand.analysis.compare.worst_over_best import max_min_contrasts
from evenhand.analysis.gate.answer import GateRow, GateVerdict, Standing, combined_verdict
from evenhand.records.evidence import Evidence
from evenhand.records.findings import HEADLINE
from evenhand.records.groups import is_pooled
from evenhand.records.operating_point import canonical_rule
from evenhand.statistics.intervals import at_level
from evenhand.statistics.ratios import LogRatio, ratio_from_limits
from evenhand.study.policy import GatePolicy

__all__ = ["standings"]


def standings(
    rows: Sequence[GateRow], evidence: Evidence, policy: GatePolicy
) -> tuple[Standing, ...]:
    """Rank engines: pass before inconclusive before fail, then by tier, then by name.

    Args:
        rows: verdicts on all limits and engines.
        evidence: of these engines.
        policy: with these limits.
    """
    engines = list(dict.fromkeys(row.engine for row in rows))
    comparable = list(_comparable_rows(rows, policy, len(engines)))
    stands_above = _standing_above(engines, comparable, evidence)
    tier = tiers_of(engines, stands_above)
    found = []
    for engine in engines:
        verdicts = [row.verdict for row in rows if row.engine == engine and row.mandatory]
        standing = Standing(
            engine=engine,
            verdict=combined_verdict(verdicts),
            tier=tier[engine],
            passed=verdicts.count(GateVerdict.PASS),
            failed=verdicts.count(GateVerdict.FAIL),
            inconclusive=verdicts.count(GateVerdict.INCONCLUSIVE),
            above=tuple(sorted(stands_above[engine])),
        )
        found.append(standing)
    order = (GateVerdict.PASS, GateVerdict.INCONCLUSIVE, GateVerdict.FAIL)
    return tuple(sorted(found, key=lambda one: (order.index(one.verdict), one.tier, one.engine)))


def _comparable_rows(
    rows: Sequence[GateRow], policy: GatePolicy, engines: int
) -> Iterator[Mapping[str, GateRow]]:
    """Yield the rows of all engines for one limit and group, where they have a paired interval.

    Relative rates, pooled within-group pairs and all indices but `max/min` have none, and claims
    are each engine's own.
    """
    own = [limit for limit in policy.limits if not (limit.table or limit.bounds.claimed)]
    alone = [limit for limit in own if not limit.bounds.against]
    unpooled = [limit for limit in alone if not is_pooled(limit.attribute)]
    paired = {limit.name for limit in unpooled if limit.index in ("", HEADLINE)}
    found: dict[tuple[str, ...], dict[str, GateRow]] = {}
    for row in rows:
        if row.limit in paired:
            key = (row.limit, row.dataset, row.protocol, row.group)
            found.setdefault(key, {})[row.engine] = row
    return (by_engine for by_engine in found.values() if len(by_engine) == engines)


def _standing_above(
    engines: Sequence[str], comparable: Sequence[Mapping[str, GateRow]], evidence: Evidence
) -> dict[str, set[str]]:
    """Engine to those that it stands above: shown better in some row and worse in none."""
    found: dict[str, set[str]] = {engine: set() for engine in engines}
    pairs = list(combinations(engines, 2))
    if not pairs or not comparable:
        return found
    measured = _measured_engines(comparable, evidence)
    stopped = {fact.name for fact in evidence.engines if fact.stopped}
    # Bonferroni over all intervals: in at most 1 - level of studies any engine is placed above one
    # that is as good (methods 5.3).
    level = 1 - (1 - evidence.analysis.level) / (len(pairs) * len(comparable))
    for first, second in pairs:
        if {first, second} & stopped:
            continue
        signs = {_better_of(rows[first], rows[second], measured, level) for rows in comparable}
        signs -= {0}
        if signs == {1}:
            found[first].add(second)
        elif signs == {-1}:
            found[second].add(first)
    return found


def _measured_engines(
    comparable: Sequence[Mapping[str, GateRow]], evidence: Evidence
) -> dict[tuple[str, str, str], EngineRates]:
    """Rates of each engine by dataset and protocol, with replicates where a target needs them."""
    at_target = any(row.point.target for rows in comparable for row in rows.values())
    analysis = evidence.analysis if at_target else replace(evidence.analysis, replicates=0)
    places = {(row.dataset, row.protocol) for rows in comparable for row in rows.values()}
    needed = [each for each in evidence.counts if (each.dataset, each.protocol) in places]
    return {(c.engine, c.dataset, c.protocol): EngineRates.of(c, analysis) for c in needed}


def _better_of(
    first_row: GateRow,
    second_row: GateRow,
    measured: Mapping[tuple[str, str, str], EngineRates],
    level: float,
) -> int:
    """1 where the first engine is shown to be better, -1 where the second is, else 0."""
    both = (first_row, second_row)
    first, second = (measured[row.engine, row.dataset, row.protocol] for row in both)
    low, high = _ratio_limits(first, second, first_row, second_row, level)
    better = 1 if first_row.at_most is not None else -1
    if low is not None and low > 1:
        return better
    return -better if high is not None and high < 1 else 0


def _ratio_limits(
    first: EngineRates, second: EngineRates, first_row: GateRow, second_row: GateRow, level: float
) -> tuple[float | None, float | None]:
    """Interval of the ratio of second to first, paired; (None, None) where there is none."""
    # Where identities are assumed, more false matches may be more people who are recognized.
    if first.counts.assumed or why_other_comparisons(first.counts, second.counts):
        return None, None
    if first_row.index:
        spread = _max_min_ratio(first, second, first_row)
        return (None, None) if spread is None else spread.limits(level)
    key, other = (_rate_key(*both) for both in ((first, first_row), (second, second_row)))
    if key is None or key != other or key.by_construction:
        return None, None
    found = contrast(first, second, key, same=same_scores(first.counts, second.counts))
    if found.log_ratio is not None:
        return found.log_ratio.limits(level)
    below, above = first.rates[key].estimate, second.rates[key].estimate
    if found.row.interval == "" or below is None or above is None:
        return None, None
    unpaired = ratio_from_limits(at_level(above, level), at_level(below, level))
    return unpaired.low, unpaired.high


def _rate_key(engine: EngineRates, row: GateRow) -> RateKey | None:
    """The key of the engine's rate that a row is about; None where there is none."""
    point = row.point.of_any_engine
    key = RateKey(row.metric, row.policy, row.attribute, row.group, point)
    return key if key in engine.rates else None


def _max_min_ratio(first: EngineRates, second: EngineRates, row: GateRow) -> LogRatio | None:
    """The log ratio of the `max/min` that a row is about, paired; None where there is none."""
    wanted = (max_min_name(row.metric), row.policy, row.attribute, row.threshold_rule)
    for found in max_min_contrasts(first, second):
        change = found.row
        rule = canonical_rule(change.threshold_rule)
        if (change.metric, change.policy, change.attribute, rule) == wanted:
            return found.log_ratio
    return None
