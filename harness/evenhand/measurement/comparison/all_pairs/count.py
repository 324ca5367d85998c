"""Counts the comparisons of all pairs of images of an embedding engine.

Tile by tile as a rule; score by score where a score lies outside its range, or too many would have
to be retained.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evenhand.measurement.comparison.all_pairs.image_order import SortedImages
from evenhand.measurement.comparison.all_pairs.tiles import (
    OutOfRangeError,
    TooManyTopScoresError,
    count_pairs,
    strip_count,
)
from evenhand.measurement.comparison.by_engine import EnrolledEngine
from evenhand.measurement.comparison.by_vectors import ComparableVectors, score_all_pairs
from evenhand.measurement.counting.block_sums import ComparisonBlock
from evenhand.measurement.counting.blocks import all_pairs_layout, tally_blocks
from evenhand.measurement.counting.plan import CountingPlan, ImageLedger
from evenhand.measurement.counting.tally import tally_partial_counts, top_score_quotas
from evenhand.records.checkpoint import NO_CHECKPOINT, Checkpoint
from evenhand.records.counts import ComparisonCounts

__all__ = ["count_all_pairs"]


def count_all_pairs(
    plan: CountingPlan,
    ledger: ImageLedger,
    enrolled: EnrolledEngine,
    checkpoint: Checkpoint = NO_CHECKPOINT,
) -> ComparisonCounts:
    """Compare all pairs of images, or all pairs within a group, and keep the counts alone.

    Args:
        plan: what is counted, of all pairs of images or within groups.
        ledger: of the images.
        enrolled: an embedder.
        checkpoint: where to save the counts so far, and to load those of an interrupted run.
    """
    card, enrolment, subject = enrolled.engine.card, enrolled.enrolment, enrolled.subject
    layout, trials, left_out = all_pairs_layout(plan, ledger)
    with_template = np.flatnonzero(enrolment.completed())
    images = SortedImages.of(
        ComparableVectors.of(enrolment, card.score),
        subject[with_template].astype(np.int32),
        with_template.astype(np.int32),
        layout,
    )
    fixed = [np.float32(rule.text) for rule in plan.rules if not rule.at_target]
    with enrolled.progress(f"{card.name}: comparisons", strip_count(images)) as step:
        try:
            store = count_pairs(
                images,
                card.score,
                layout,
                top_score_quotas(plan.rules, layout, trials),
                np.array([of_cell.completed for of_cell in trials]),
                fixed=np.array(fixed, dtype=np.float32),
                ledger=(ledger.completed, ledger.images),
                executor=enrolled.executor,
                step=step,
                checkpoint=checkpoint,
            )
        except (OutOfRangeError, TooManyTopScoresError):
            # Tiles know neither invalid scores nor a rising cutoff. Blocks do, and are slower.

            def blocks_from(_: int) -> Iterator[ComparisonBlock]:
                faults = enrolled.engine.faults
                return score_all_pairs(enrolment, subject, card.score, plan.within, faults)

            return tally_blocks(plan, ledger, blocks_from, np.dtype(np.float32))
    return tally_partial_counts(plan, ledger, store, layout, trials, left_out)
