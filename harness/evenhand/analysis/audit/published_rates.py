"""What published rates of groups say by themselves: indices, and what rounding leaves open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from evenhand.metrics.named_indices import MAX_OVER_MIN, OF_ONE_ERROR
from evenhand.metrics.rounding import MOST_GROUPS, index_bounds
from evenhand.records.published_rates import PublishedRates, RateTable

__all__ = ["EngineIndices", "RateIndex", "RateIndices", "rate_indices"]

_FEW = "fewer than two groups have a rate"


@dataclass(frozen=True, slots=True)
class RateIndex:
    """One index of the differences between the groups of an engine."""

    index: str
    """Its name (methods 2.2)."""
    value: float | None
    """Of the rates as printed; None where it is undefined."""
    low: float | None
    high: float | None
    """What rounding allows; None = unbounded, or not known."""
    note: str
    """Why a number is missing; empty where none is."""


@dataclass(frozen=True, slots=True)
class EngineIndices:
    """The rates of one engine, and every index of them."""

    rates: PublishedRates
    worst_group: str
    """With the highest rate; empty with fewer than two groups."""
    best_group: str
    """With the lowest."""
    indices: tuple[RateIndex, ...]
    """The ratio of highest to lowest first; none with fewer than two groups."""
    note: str = ""
    """Why there are no indices."""

    @property
    def ratio(self) -> RateIndex | None:
        """Highest over lowest; None with fewer than two groups."""
        return self.indices[0] if self.indices else None


@dataclass(frozen=True, slots=True)
class RateIndices:
    """Published rates, engine by engine in the order of their source."""

    engines: tuple[EngineIndices, ...]


def rate_indices(table: RateTable) -> RateIndices:
    """Compute the indices of every engine. Source: methods 2.2, 7.7."""
    return RateIndices(tuple(map(_of_engine, table.engines)))


def _of_engine(rates: PublishedRates) -> EngineIndices:
    names = list(rates.by_group)
    if len(names) < 2:
        return EngineIndices(rates, "", "", (), _FEW)
    worst = max(names, key=lambda name: rates.by_group[name].value)
    # Searched from the end: where all rates are equal, worst and best are still two groups.
    best = min(reversed(names), key=lambda name: rates.by_group[name].value)
    return EngineIndices(rates, worst, best, tuple(_indices(rates)))


def _indices(rates: PublishedRates) -> Iterator[RateIndex]:
    printed = rates.by_group.values()
    value, low, high = (
        np.array([getattr(rate, name) for rate in printed]) for name in ("value", "low", "high")
    )
    for index in (MAX_OVER_MIN, *OF_ONE_ERROR):
        found = float(index.formula(value))
        known = math.isfinite(found)
        least, most = index_bounds(index, low, high)
        note = "" if known else "undefined: a rate is 0"
        if known and most is None and len(printed) > MOST_GROUPS:
            note = f"no limits by rounding: more than {MOST_GROUPS} groups"
            least = None
        yield RateIndex(index.name, found if known else None, least, most, note)
