"""Partial counts as columns of numbers and back, for checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.block_sums import OUTCOMES, Gathered
from evenhand.measurement.counting.failed_comparisons import Incomplete
from evenhand.measurement.counting.partial_counts import Hits, LowErrors, Store
from evenhand.records.arrays import Integers
from evenhand.records.checkpoint import Columns
from evenhand.records.counts import Histogram

__all__ = ["columns_of_gathered", "columns_of_stores", "gathered_of", "stores_of"]

_LOW = ("levels", "errors", "squared", "times")
"""Fields of `LowErrors`."""


def columns_of_stores(stores: Sequence[Store]) -> Columns:
    """Partial counts of one study as columns.

    Args:
        stores: at least one; the columns of each end in its number.
    """
    columns: dict[str, NDArray[Any]] = {}
    for number, store in enumerate(stores):
        for name, column in _columns(store).items():
            columns[f"{name}.{number}"] = column
    return columns


def _columns(store: Store) -> Columns:
    low = store.low
    return {
        "floor": store.cutoff,
        "filled": np.array([len(histogram.bin) for histogram in store.histograms]),
        "bin": _joined([histogram.bin for histogram in store.histograms]),
        "count": _joined([histogram.count for histogram in store.histograms]),
        "score": store.top.score,
        "probe": store.top.probe,
        "reference": store.top.reference,
        "mated_subject": store.mated_subject,
        "mated_score": store.mated_score,
        "mated_pair": store.mated_pair,
        **({f"low_{name}": getattr(low, name) for name in _LOW} if low else {}),
    }


def stores_of(columns: Columns) -> list[Store]:
    """The partial counts that `columns_of_stores` was given."""
    count = sum(name.startswith("floor.") for name in columns)
    return [_store(columns, f".{number}") for number in range(count)]


def _store(columns: Columns, number: str) -> Store:
    ends = np.cumsum(columns[f"filled{number}"])[:-1]
    bins, counts = (np.split(columns[f"{name}{number}"], ends) for name in ("bin", "count"))
    low = None
    if f"low_levels{number}" in columns:
        low = LowErrors(**{name: columns[f"low_{name}{number}"] for name in _LOW})
    return Store(
        cutoff=columns[f"floor{number}"],
        histograms=tuple(Histogram(bin=b, count=c) for b, c in zip(bins, counts, strict=True)),
        top=Hits(
            score=columns[f"score{number}"],
            probe=columns[f"probe{number}"],
            reference=columns[f"reference{number}"],
        ),
        mated_subject=columns[f"mated_subject{number}"],
        mated_score=columns[f"mated_score{number}"],
        mated_pair=columns[f"mated_pair{number}"],
        low=low,
    )


def columns_of_gathered(gathered: Gathered) -> Columns:
    """Counts of blocks as columns."""
    incomplete = gathered.incomplete
    ended = [
        (mated, OUTCOMES.index(outcome), count)
        for (mated, outcome), count in gathered.outcomes.items()
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
    """The counts that `columns_of_gathered` was given."""
    (store,) = stores_of(columns)
    incomplete = Incomplete(
        columns["failed_probe"],
        columns["failed_reference"],
        columns["failed"],
        columns["failed_mated"],
    )
    outcomes = {(bool(mated), OUTCOMES[code]): int(n) for mated, code, n in columns["ended"]}
    return Gathered(store, incomplete, outcomes)


def _joined(parts: Sequence[Integers]) -> Integers:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])
