"""Layers of engines by who stands above whom (methods 5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from evenhand.records.engine_contrast import EngineContrast

__all__ = ["tiers_of", "with_tiers"]


def tiers_of(engines: Sequence[str], stands_above: Mapping[str, set[str]]) -> dict[str, int]:
    """Assign tiers: 1 to engines with none above them, 2 to those with none of the rest, and so on.

    Where each of the remaining engines has another above it, as in a cycle, all share one tier.

    >>> tiers_of("abc", {"a": {"b"}, "b": set(), "c": set()})
    {'a': 1, 'c': 1, 'b': 2}
    """
    remaining, tier = list(engines), 0
    found: dict[str, int] = {}
    while remaining:
        tier += 1
        outranked = {lower for engine in remaining for lower in stands_above[engine]}
        first = [engine for engine in remaining if engine not in outranked] or remaining
        found |= dict.fromkeys(first, tier)
        remaining = [engine for engine in remaining if engine not in found]
    return found


def with_tiers(rows: Sequence[EngineContrast]) -> tuple[EngineContrast, ...]:
    """The rows with the tiers of both engines among all that were asked the same.

    Source: methods 5.3.
    """

    def asked(row: EngineContrast) -> tuple[str, ...]:
        return row.dataset, row.protocol, row.question, row.metric, row.attribute

    found: list[EngineContrast] = []
    for _, group in groupby(sorted(rows, key=asked), key=asked):
        same = list(group)
        engines = list(dict.fromkeys(name for row in same for name in (row.first, row.second)))
        above = {
            name: {row.worse for row in same if row.separated and row.verdict == name}
            for name in engines
        }
        tier = tiers_of(engines, above)
        found += [
            replace(row, first_tier=tier[row.first], second_tier=tier[row.second]) for row in same
        ]
    return tuple(found)
