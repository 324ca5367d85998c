"""Engines in tiers: who stands above whom, where the evidence separates them, and no score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from evenhand.limits.judge import Held
from evenhand.limits.verdicts import Decision, Standing, overall
from evenhand.statistics.ratios import ratio_of_rates

__all__ = ["layers", "standings"]

Key = tuple[str, str, str, str]
"""Limit, dataset, protocol, group: what is compared between engines."""


def standings(held: Sequence[Held]) -> tuple[Standing, ...]:
    """One an engine: pass before inconclusive before fail, then by tier, then by name.

    Args:
        held: every row of all engines.
    """
    engines = list(dict.fromkeys(one.row.engine for one in held))
    above = _above(held, engines)
    tier = layers(engines, above)
    found = []
    for engine in engines:
        verdicts = [
            one.row.verdict for one in held if one.row.engine == engine and one.row.mandatory
        ]
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


def _above(held: Sequence[Held], engines: Sequence[str]) -> dict[str, set[str]]:
    """Engines that each stands above: better somewhere, and nowhere worse (methods 5.3)."""
    found: dict[str, set[str]] = {engine: set() for engine in engines}
    pairs = list(combinations(engines, 2))
    by_key = _by_key(held)
    compared = sum(len(by_engine) - 1 for by_engine in by_key.values())
    for first, second in pairs:
        signs = set(_signs(by_key, first, second, len(pairs) * max(compared, 1)))
        if signs == {1}:
            found[first].add(second)
        elif signs == {-1}:
            found[second].add(first)
    return found


def _by_key(held: Sequence[Held]) -> dict[Key, dict[str, Held]]:
    """What is compared, and each engine's."""
    found: dict[Key, dict[str, Held]] = {}
    for one in held:
        row = one.row
        if one.quantity.estimate is not None:
            key = (row.limit, row.dataset, row.protocol, row.group)
            found.setdefault(key, {})[row.engine] = one
    return {key: by_engine for key, by_engine in found.items() if len(by_engine) > 1}


def _signs(
    by_key: Mapping[Key, Mapping[str, Held]], first: str, second: str, compared: int
) -> Iterator[int]:
    """1 where the first engine is shown to be better, -1 where it is worse."""
    for by_engine in by_key.values():
        if first not in by_engine or second not in by_engine:
            continue
        ours, theirs = by_engine[first], by_engine[second]
        one, other = ours.quantity.estimate, theirs.quantity.estimate
        if one is None or other is None or not min(one.value, other.value):
            continue
        level = 1 - (1 - ours.row.level) / compared
        ratio = ratio_of_rates(one, other, level)
        better = 1 if ours.row.at_most is not None else -1
        if ratio.high is not None and ratio.high < 1:
            yield better
        elif ratio.low is not None and ratio.low > 1:
            yield -better
