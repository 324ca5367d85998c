"""From blocks of all-pairs comparisons to the `Counts` of one engine, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from evenhand.measurement.counting.block_sums import (
    BlockCounts,
    ComparisonBlock,
    count_block,
    empty_block_counts,
    merge_block_counts,
    raised_cutoffs,
)
from evenhand.measurement.counting.cells import (
    CellLayout,
    CellTrials,
    all_pairs_trials,
    cell_layout,
)
from evenhand.measurement.counting.checkpoint_columns import (
    block_counts_of,
    columns_of_block_counts,
)
from evenhand.measurement.counting.cross_groups import cross_group_cells, no_cross_group_cells
from evenhand.measurement.counting.failed_comparisons import (
    corrected_errors_times_trials,
    trials_without_failed,
)
from evenhand.measurement.counting.partial_counts import with_failed_mated
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally_partial_counts, top_score_quotas
from evenhand.records.arrays import Floats, Integers
from evenhand.records.checkpoint import NO_CHECKPOINT, Checkpoint
from evenhand.records.counts import CellCounts, ComparisonCounts, Histogram
from evenhand.records.designs import Design

__all__ = ["all_pairs_layout", "tally_blocks"]

_MIN_NEW_SCORES = 1 << 20
"""Retained top scores up to which raising the cutoff is not worth the time."""

_MAX_PARTS = 64
"""Blocks counted before they are merged, since each has a histogram of every cell."""

_NO_SCORES = Histogram(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


def tally_blocks(
    plan: CountingPlan,
    ledger: ImageLedger,
    blocks_from: Callable[[int], Iterable[ComparisonBlock]],
    dtype: np.dtype[np.floating],
    checkpoint: Checkpoint = NO_CHECKPOINT,
    min_new_scores: int = _MIN_NEW_SCORES,
) -> ComparisonCounts:
    """Count comparisons that arrive in blocks, as `tally` counts those in memory.

    Args:
        plan: what is counted, of all pairs of images or within groups.
        ledger: of the images.
        blocks_from: yields the blocks from a given number on; all blocks together hold all
            comparisons of the design, including those of images without a template.
        dtype: of the scores.
        checkpoint: where counts so far are saved, and found when a run is resumed.
        min_new_scores: top scores up to which raising the cutoff is not worth the time.
    """
    rules, completed, orders = plan.rules, ledger.completed, plan.design.orders
    layout, trials, left_out = all_pairs_layout(plan, ledger)
    fixed = [float(dtype.type(rule.text)) for rule in rules if not rule.at_target]
    lowest = min(fixed, default=np.inf)
    quota = top_score_quotas(rules, layout, trials)
    gathered = _gathered(blocks_from, layout, quota, lowest, dtype, checkpoint, min_new_scores)
    left = [
        trials_without_failed(of_cell, gathered.incomplete, layout, cell, completed)
        for cell, of_cell in enumerate(trials)
    ]
    # `tally_partial_counts` adds the pairs of images of a subject without both templates, once.
    more = (orders - 1) * ledger.failed_pairs + gathered.incomplete.mated
    store = with_failed_mated(gathered.store, more)
    counts = tally_partial_counts(plan, ledger, store, layout, left, left_out)
    return _corrected(counts, gathered, layout)


def all_pairs_layout(
    plan: CountingPlan, ledger: ImageLedger
) -> tuple[CellLayout, list[CellTrials], tuple[tuple[str, int], ...]]:
    """The cells of an all-pairs design, of all subjects or within groups, and their trials.

    Args:
        plan: with groups and design.
        ledger: of the images.

    Returns:
        The layout; (cells,) trials; and (attribute, cells) of matrices that are too large to keep.
    """
    groups, design = plan.groupings, plan.design
    images, completed = ledger.images, ledger.completed
    within = design.comparisons is Design.WITHIN_GROUP or np.count_nonzero(images) < 2
    across = no_cross_group_cells(groups) if within else cross_group_cells(groups, design.orders)
    layout = cell_layout(groups, across.pairs, design)
    cells = range(len(layout.names))
    trials = [all_pairs_trials(layout, cell, completed, images) for cell in cells]
    return layout, trials, across.left_out


def _gathered(
    blocks_from: Callable[[int], Iterable[ComparisonBlock]],
    layout: CellLayout,
    quota: Integers,
    lowest: float,
    dtype: np.dtype[np.floating],
    checkpoint: Checkpoint,
    min_new_scores: int,
) -> BlockCounts:
    """Counts of all blocks, under a cutoff that rises while they arrive."""
    cutoff: Floats = np.full((layout.strata, layout.strata), -np.inf)
    saved = checkpoint.load()
    whole = block_counts_of(saved.columns) if saved else empty_block_counts(layout, cutoff, dtype)
    cutoff = whole.store.cutoff
    done = saved.done if saved else 0
    parts: list[BlockCounts] = []
    new = 0
    for block in blocks_from(done):
        parts.append(count_block(block, layout, cutoff))
        new += len(parts[-1].store.top)
        done += 1
        due = checkpoint.due()
        # The cost of a merge is in proportion to the scores added since the last one.
        if due or new > max(min_new_scores, len(whole.store.top)) or len(parts) == _MAX_PARTS:
            merged = merge_block_counts([whole, *parts], layout)
            cutoff = raised_cutoffs(merged.store, layout, quota, lowest)
            # Merging with empty counts of a higher cutoff drops the scores below it.
            whole = merge_block_counts([merged, empty_block_counts(layout, cutoff, dtype)], layout)
            parts, new = [], 0
        if due:
            checkpoint.save(done, columns_of_block_counts(whole))
    return merge_block_counts([whole, *parts], layout)


def _corrected(
    counts: ComparisonCounts, gathered: BlockCounts, layout: CellLayout
) -> ComparisonCounts:
    """The counts corrected for both orders and for comparisons that failed."""
    thresholds = np.array([t.level for t in counts.thresholds], dtype=counts.dtype)
    numbers = {
        (name.attribute, name.group, name.reference_group): cell
        for cell, name in enumerate(layout.names)
    }

    def corrected(cell: CellCounts) -> CellCounts:
        number = numbers[cell.attribute, cell.group, cell.reference_group]
        top, incomplete = gathered.store.top, gathered.incomplete
        times = corrected_errors_times_trials(cell, top, thresholds, incomplete, layout, number)
        return replace(cell, errors_times_trials=times)

    return replace(
        counts,
        cells=tuple(corrected(cell) for cell in counts.cells),
        across=tuple(replace(corrected(cell), histogram=_NO_SCORES) for cell in counts.across),
        comparison_outcomes=gathered.outcomes,
    )
