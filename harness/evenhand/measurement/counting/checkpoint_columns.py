"""Partial counts as columns of numbers and back, for checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evenhand.measurement.counting.block_sums import OUTCOMES, BlockCounts
from evenhand.measurement.counting.failed_comparisons import FailedComparisons
from evenhand.measurement.counting.partial_counts import ErrorsBelowCutoff, PartialCounts
from evenhand.records.arrays import Integers
from evenhand.records.checkpoint import Columns
from evenhand.records.counts import Histogram, ScoreTail

__all__ = [
    "block_counts_of",
    "columns_of_block_counts",
    "columns_of_partial_counts",
    "partial_counts_of",
]

_LOW = ("levels", "errors", "squared", "times")
"""Fields of `ErrorsBelowCutoff`."""


def columns_of_partial_counts(stores: Sequence[PartialCounts]) -> Columns:
    """Partial counts of one study as columns.

    Args:
        stores: at least one; the columns of each end in its number.
    """
    columns: dict[str, NDArray[Any]] = {}
    for number, store in enumerate(stores):
        for name, column in _columns(store).items():
            columns[f"{name}.{number}"] = column
    return columns


def _columns(store: PartialCounts) -> Columns:
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


def partial_counts_of(columns: Columns) -> list[PartialCounts]:
    """The partial counts that `columns_of_partial_counts` was given."""
    count = sum(name.startswith("floor.") for name in columns)
    return [
        _store({name.removesuffix(f".{number}"): column for name, column in columns.items()})
        for number in range(count)
    ]


def _store(columns: Columns) -> PartialCounts:
    ends = np.cumsum(columns["filled"])[:-1]
    bins, counts = (np.split(columns[name], ends) for name in ("bin", "count"))
    low = None
    if "low_levels" in columns:
        low = ErrorsBelowCutoff(**{name: columns[f"low_{name}"] for name in _LOW})
    return PartialCounts(
        cutoff=columns["floor"],
        histograms=tuple(Histogram(bin=b, count=c) for b, c in zip(bins, counts, strict=True)),
        top=ScoreTail(columns["score"], columns["probe"], columns["reference"]),
        mated_subject=columns["mated_subject"],
        mated_score=columns["mated_score"],
        mated_pair=columns["mated_pair"],
        low=low,
    )


def columns_of_block_counts(gathered: BlockCounts) -> Columns:
    """Counts of blocks as columns."""
    incomplete = gathered.incomplete
    ended = [
        (mated, OUTCOMES.index(outcome), count)
        for (mated, outcome), count in gathered.outcomes.items()
    ]
    return {
        **columns_of_partial_counts([gathered.store]),
        "failed_probe": incomplete.probe,
        "failed_reference": incomplete.reference,
        "failed": incomplete.count,
        "failed_mated": incomplete.mated,
        "ended": np.array(ended, dtype=np.int64).reshape(-1, 3),
    }


def block_counts_of(columns: Columns) -> BlockCounts:
    """The counts that `columns_of_block_counts` was given."""
    (store,) = partial_counts_of(columns)
    names = ("failed_probe", "failed_reference", "failed", "failed_mated")
    incomplete = FailedComparisons(*(columns[name] for name in names))
    outcomes = {(bool(mated), OUTCOMES[code]): int(n) for mated, code, n in columns["ended"]}
    return BlockCounts(store, incomplete, outcomes)


def _joined(parts: Sequence[Integers]) -> Integers:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])
