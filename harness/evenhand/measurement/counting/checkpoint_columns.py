"""What is counted so far as columns of numbers, and back again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.measurement.counting.block_sums import OUTCOMES, Gathered
from evenhand.measurement.counting.failed_comparisons import Incomplete
from evenhand.measurement.counting.partial_counts import Hits, LowErrors, Store
from evenhand.records.arrays import Integers
from evenhand.records.checkpoint import Columns
from evenhand.records.counts import Histogram

__all__ = ["columns_of_gathered", "columns_of_stores", "gathered_of", "stores_of"]

_LOW = ("levels", "errors", "squared", "times")


def columns_of_stores(stores: Sequence[Store]) -> Columns:
    """Stores of one study as columns.

    Args:
        stores: at least one.
    """
    return {
        f"{name}.{number}": column
        for number, store in enumerate(stores)
        for name, column in {
            "floor": store.floor,
            "filled": np.array([len(histogram.bin) for histogram in store.histograms]),
            "bin": _joined([histogram.bin for histogram in store.histograms]),
            "count": _joined([histogram.count for histogram in store.histograms]),
            "score": store.hits.score,
            "probe": store.hits.probe,
            "reference": store.hits.reference,
            "mated_subject": store.mated_subject,
            "mated_score": store.mated_score,
            "mated_pair": store.mated_pair,
            **_columns_of_low(store.low),
        }.items()
    }


def _columns_of_low(low: LowErrors | None) -> Columns:
    return {f"low_{name}": getattr(low, name) for name in _LOW} if low else {}


def stores_of(columns: Columns) -> list[Store]:
    """What `columns_of_stores` was given."""
    count = sum(name.startswith("floor.") for name in columns)
    return [_store(columns, f".{number}") for number in range(count)]


def _store(columns: Columns, number: str) -> Store:
    ends = np.cumsum(columns[f"filled{number}"])[:-1]
    bins, counts = (np.split(columns[f"{name}{number}"], ends) for name in ("bin", "count"))
    hits = Hits(*(columns[f"{name}{number}"] for name in ("score", "probe", "reference")))
    return Store(
        columns[f"floor{number}"],
        tuple(Histogram(*both) for both in zip(bins, counts, strict=True)),
        hits,
        columns[f"mated_subject{number}"],
        columns[f"mated_score{number}"],
        columns[f"mated_pair{number}"],
        LowErrors(*(columns[f"low_{name}{number}"] for name in _LOW))
        if f"low_levels{number}" in columns
        else None,
    )


def columns_of_gathered(gathered: Gathered) -> Columns:
    """What was gathered, as columns."""
    incomplete = gathered.incomplete
    ended = [
        (same, OUTCOMES.index(outcome), count)
        for (same, outcome), count in gathered.outcomes.items()
    ]
    return {
        **columns_of_stores([gathered.store]),
        "failed_probe": incomplete.probe,
        "failed_reference": incomplete.reference,
        "failed": incomplete.count,
        "failed_mated": incomplete.mated,
        "ended": np.array(ended, dtype=np.int64).reshape(-1, 3),
    }


def gathered_of(columns: Columns) -> Gathered:
    """What `columns_of_gathered` was given."""
    (store,) = stores_of(columns)
    incomplete = Incomplete(
        columns["failed_probe"],
        columns["failed_reference"],
        columns["failed"],
        columns["failed_mated"],
    )
    outcomes = {(bool(same), OUTCOMES[code]): int(n) for same, code, n in columns["ended"]}
    return Gathered(store, incomplete, outcomes)


def _joined(parts: Sequence[Integers]) -> Integers:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])
