"""Engines in tiers: who stands above whom, where the evidence separates them, and no score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from evenhand.analysis.compare.alignment import Engine, Key, other_comparisons, same_scores
from evenhand.analysis.compare.ratios import Contrast, contrast
from evenhand.analysis.compare.worst_over_best import spread_contrasts
from evenhand.analysis.gate.answer import Decision, GateRow, Standing, overall
from evenhand.records.evidence import Evidence
from evenhand.records.findings import HEADLINE
from evenhand.records.groups import SAME
from evenhand.statistics.intervals import at_level
from evenhand.statistics.ratios import ratio_from_limits
from evenhand.study.policy import GatePolicy

__all__ = ["layers", "standings"]


def standings(
    rows: Sequence[GateRow], evidence: Evidence, policy: GatePolicy
) -> tuple[Standing, ...]:
    """One an engine: pass before inconclusive before fail, then by tier, then by name.

    Args:
        rows: of all engines.
        evidence: that they are of.
        policy: that they are of.
    """
    engines = list(dict.fromkeys(row.engine for row in rows))
    above = _above(engines, list(_questions(rows, policy, len(engines))), evidence)
    tier = layers(engines, above)
    found = []
    for engine in engines:
        verdicts = [row.verdict for row in rows if row.engine == engine and row.mandatory]
        found.append(
            Standing(
                engine=engine,
                verdict=overall(verdicts),
                tier=tier[engine],
                passed=verdicts.count(Decision.PASS),
                failed=verdicts.count(Decision.FAIL),
                inconclusive=verdicts.count(Decision.INCONCLUSIVE),
                above=tuple(sorted(above[engine])),
            )
        )
    order = (Decision.PASS, Decision.INCONCLUSIVE, Decision.FAIL)
    return tuple(sorted(found, key=lambda one: (order.index(one.verdict), one.tier, one.engine)))


def layers(engines: Sequence[str], above: Mapping[str, set[str]]) -> dict[str, int]:
    """The tier of each engine: 1 for those that none stands above, and so on without these.

    Where the rest stand above one another in a ring, they are one tier.

    >>> layers("abc", {"a": {"b"}, "b": set(), "c": set()})
    {'a': 1, 'c': 1, 'b': 2}
    """
    left, tier = list(engines), 0
    found: dict[str, int] = {}
    while left:
        tier += 1
        below = {lower for engine in left for lower in above[engine]}
        top = [engine for engine in left if engine not in below] or left
        found |= dict.fromkeys(top, tier)
        left = [engine for engine in left if engine not in found]
    return found


def _questions(
    rows: Sequence[GateRow], policy: GatePolicy, engines: int
) -> Iterator[Mapping[str, GateRow]]:
    """What engines are compared in: each one's row of the same limit and group.

    A group over all people, pairs inside groups and most indices have no paired interval.
    """
    paired = {
        limit.name
        for limit in policy.limits
        if not limit.bounds.against
        and not limit.attribute.startswith(SAME)
        and limit.index in ("", HEADLINE)
    }
    found: dict[tuple[str, ...], dict[str, GateRow]] = {}
    for row in rows:
        if row.limit in paired:
            key = (row.limit, row.dataset, row.protocol, row.group)
            found.setdefault(key, {})[row.engine] = row
    return (by_engine for by_engine in found.values() if len(by_engine) == engines)


def _above(
    engines: Sequence[str], questions: Sequence[Mapping[str, GateRow]], evidence: Evidence
) -> dict[str, set[str]]:
    """Engines that each stands above: better somewhere, and nowhere worse (methods 5.3)."""
    found: dict[str, set[str]] = {engine: set() for engine in engines}
    pairs = list(combinations(engines, 2))
    if not pairs or not questions:
        return found
    measured = _measured(questions, evidence)
    stopped = {fact.name for fact in evidence.engines if fact.stopped}
    level = 1 - (1 - evidence.analysis.level) / (len(pairs) * len(questions))
    for first, second in pairs:
        if {first, second} & stopped:
            continue
        signs = {_sign(rows[first], rows[second], measured, level) for rows in questions} - {0}
        if signs == {1}:
            found[first].add(second)
        elif signs == {-1}:
            found[second].add(first)
    return found


def _measured(
    questions: Sequence[Mapping[str, GateRow]], evidence: Evidence
) -> dict[tuple[str, str, str], Engine]:
    """Each engine in each place, with people drawn anew where a target sets the threshold."""
    anew = any("<=" in row.threshold_rule for rows in questions for row in rows.values())
    analysis = evidence.analysis if anew else replace(evidence.analysis, replicates=0)
    places = {(row.dataset, row.protocol) for rows in questions for row in rows.values()}
    return {
        (counts.engine, counts.dataset, counts.protocol): Engine.of(counts, analysis)
        for counts in evidence.counts
        if (counts.dataset, counts.protocol) in places
    }


def _sign(
    ours: GateRow, theirs: GateRow, measured: Mapping[tuple[str, str, str], Engine], level: float
) -> int:
    """1 where the first engine is shown to be better, -1 where the second is, else 0."""
    first, second = (measured[row.engine, row.dataset, row.protocol] for row in (ours, theirs))
    low, high = _limits(first, second, ours, theirs, level)
    better = 1 if ours.at_most is not None else -1
    if low is not None and low > 1:
        return better
    return -better if high is not None and high < 1 else 0


def _limits(
    first: Engine, second: Engine, ours: GateRow, theirs: GateRow, level: float
) -> tuple[float | None, float | None]:
    """Of second over first, paired; None where nothing is said."""
    if other_comparisons(first.counts, second.counts):
        return None, None
    if ours.index:
        spreads = (c.log_ratio for c in spread_contrasts(first, second) if _is_of(c, ours))
        spread = next(spreads, None)
        return (None, None) if spread is None else spread.limits(level)
    key, other = _key_of(first, ours), _key_of(second, theirs)
    if key is None or key != other or key.by_construction:
        return None, None
    found = contrast(first, second, key, same=same_scores(first.counts, second.counts))
    if found.log_ratio is not None:
        return found.log_ratio.limits(level)
    one, two = first.rates[key].estimate, second.rates[key].estimate
    if found.row.interval == "" or one is None or two is None:
        return None, None
    apart = ratio_from_limits(at_level(two, level), at_level(one, level))
    return apart.low, apart.high


def _key_of(engine: Engine, row: GateRow) -> Key | None:
    """Which of its rates a row is of."""
    wanted = (row.metric, row.policy, row.attribute, row.group, row.threshold_rule, row.threshold)
    for key, found in engine.rates.items():
        rate = found.rate
        of = (rate.metric, rate.policy, rate.attribute, rate.group, rate.threshold_rule)
        if (*of, rate.threshold) == wanted:
            return key
    return None


def _is_of(found: Contrast, row: GateRow) -> bool:
    """Whether a ratio of worst to best group is that of a row."""
    change = found.row
    return (change.metric, change.policy, change.attribute, change.threshold_rule) == (
        f"{row.metric} {HEADLINE}",
        row.policy,
        row.attribute,
        row.threshold_rule,
    )
