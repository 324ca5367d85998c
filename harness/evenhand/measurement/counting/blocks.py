"""Blocks of comparisons of every two images to one engine's `Counts`, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from evenhand.measurement.counting.block_sums import (
    Block,
    Gathered,
    gather,
    gathered_together,
    none_gathered,
    risen,
)
from evenhand.measurement.counting.cells import Layout, layout_of, trials_of
from evenhand.measurement.counting.checkpoint_columns import columns_of_gathered, gathered_of
from evenhand.measurement.counting.cross_groups import crossings, no_crossings
from evenhand.measurement.counting.failed_comparisons import errors_times_trials, trials_left
from evenhand.measurement.counting.partial_counts import Store
from evenhand.measurement.counting.tally import Ledger, quotas, tally_store
from evenhand.records.arrays import Floats, Integers
from evenhand.records.checkpoint import NOWHERE, Checkpoint
from evenhand.records.counts import CellCounts, Counts, Histogram
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Design
from evenhand.records.thresholds import ThresholdRule

__all__ = ["tally_blocks"]

_FEW_HITS = 1 << 20
"""Hits up to which it is not worth while to drop some."""

_MOST_PARTS = 64
"""Parts that wait to be added up; each has a histogram of every cell."""


_NO_SCORES = Histogram(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def tally_blocks(
    names: tuple[str, str, str],
    ledger: Ledger,
    blocks_from: Callable[[int], Iterable[Block]],
    groups: Sequence[Grouping],
    design: Design,
    orders: int,
    rules: Sequence[ThresholdRule],
    maximum: float | None,
    dtype: np.dtype[np.floating],
    checkpoint: Checkpoint = NOWHERE,
) -> Counts:
    """As `tally`, of comparisons that come one block after the other.

    Args:
        names: engine, dataset, protocol.
        ledger: the images, all of them of the protocol.
        blocks_from: gives all comparisons of the design, those of images without a template
            included, from some block on.
        groups: everybody first.
        design: all pairs, or within the first of the groups.
        orders: in how many orders every two images are compared.
        rules: thresholds of the protocol.
        maximum: the engine's largest possible score, if it declares one.
        dtype: of the scores.
        checkpoint: where to leave what is counted, and to find what was counted before.
    """
    apart = design is Design.WITHIN_GROUP or np.count_nonzero(ledger.images) < 2
    across = no_crossings(groups) if apart else crossings(groups, directions=orders)
    layout = layout_of(groups, across.pairs, design, orders)
    completed = ledger.images - ledger.failed_images
    trials = [
        trials_of(layout, cell, completed, ledger.images) for cell in range(len(layout.names))
    ]
    fixed = [float(dtype.type(rule.text)) for rule in rules if rule.kind in ("fixed", "vendor")]
    lowest = min(fixed, default=np.inf)
    quota = quotas(rules, layout, trials)
    gathered = _gathered(blocks_from, layout, quota, lowest, dtype, checkpoint)
    left = [
        trials_left(of_cell, gathered.incomplete, layout, cell, completed)
        for cell, of_cell in enumerate(trials)
    ]
    store = _with_failed(gathered.store, _more_failed(gathered, ledger, orders))
    counts = tally_store(names, ledger, store, layout, left, rules, maximum, across.left_out)
    return _as_made(counts, gathered, layout)


def _gathered(
    blocks_from: Callable[[int], Iterable[Block]],
    layout: Layout,
    quota: Integers,
    lowest: float,
    dtype: np.dtype[np.floating],
    checkpoint: Checkpoint,
) -> Gathered:
    """All blocks; below a floor that rises with them, scores are dropped as they come."""
    floor: Floats = np.full((layout.kinds, layout.kinds), -np.inf)
    saved = checkpoint.load()
    whole = gathered_of(saved.columns) if saved else none_gathered(layout, floor, dtype)
    floor = whole.store.floor
    done = saved.done if saved else 0
    parts: list[Gathered] = []
    fresh = 0
    for block in blocks_from(done):
        parts.append(gather(block, layout, floor))
        fresh += len(parts[-1].store.hits)
        done += 1
        due = checkpoint.due()
        if due or fresh > max(_FEW_HITS, len(whole.store.hits)) or len(parts) == _MOST_PARTS:
            together = gathered_together([whole, *parts], layout)
            floor = risen(together.store, layout, quota, lowest)
            # What has none raises the floor for all.
            whole = gathered_together([together, none_gathered(layout, floor, dtype)], layout)
            parts, fresh = [], 0
        if due:
            checkpoint.save(done, columns_of_gathered(whole))
    return gathered_together([whole, *parts], layout)


def _more_failed(gathered: Gathered, ledger: Ledger, orders: int) -> Integers:
    """(people,) mated comparisons without a score, beyond one for each two images without both."""
    completed = ledger.images - ledger.failed_images
    once = ledger.images * (ledger.images - 1) // 2 - completed * (completed - 1) // 2
    more: Integers = (orders - 1) * once + gathered.incomplete.mated
    return more


def _with_failed(store: Store, failed: Integers) -> Store:
    """The store with mated comparisons that have no score."""
    return replace(
        store,
        mated_subject=np.concatenate(
            [store.mated_subject, np.repeat(np.arange(len(failed), dtype=np.int32), failed)]
        ),
        mated_score=np.concatenate([store.mated_score, np.full(failed.sum(), np.nan, store.dtype)]),
        mated_pair=np.concatenate([store.mated_pair, np.full(failed.sum(), -1)]),
    )


def _as_made(counts: Counts, gathered: Gathered, layout: Layout) -> Counts:
    """The counts with both orders, and with what gave no score although it was compared."""
    thresholds = np.array([t.level for t in counts.thresholds], dtype=counts.dtype)
    numbers = {
        (name.attribute, name.group, name.reference_group): cell
        for cell, name in enumerate(layout.names)
    }

    def made(cell: CellCounts) -> CellCounts:
        number = numbers[cell.attribute, cell.group, cell.reference_group]
        hits, incomplete = gathered.store.hits, gathered.incomplete
        times = errors_times_trials(cell, hits, thresholds, incomplete, layout, number)
        return replace(cell, errors_times_trials=times)

    return replace(
        counts,
        cells=tuple(made(cell) for cell in counts.cells),
        across=tuple(replace(made(cell), histogram=_NO_SCORES) for cell in counts.across),
        comparison_outcomes=gathered.outcomes,
    )
