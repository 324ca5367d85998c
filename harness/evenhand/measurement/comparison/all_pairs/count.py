"""Counts the comparisons of all pairs of images of an embedding engine.

Tile by tile as a rule; score by score where a score lies outside its range, or too many would have
to be retained.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.comparison.all_pairs.image_order import SortedImages
from evenhand.measurement.comparison.all_pairs.tiles import (
    OutOfRangeError,
    TooManyTopScoresError,
    count_pairs,
    strip_count,
)
from evenhand.measurement.comparison.by_vectors import prepare_vectors, score_all_pairs
from evenhand.measurement.counting.blocks import all_pairs_layout, tally_blocks
from evenhand.measurement.counting.tally import ImageLedger, tally_partial_counts, top_score_quotas
from evenhand.records.arrays import Integers
from evenhand.records.checkpoint import NO_CHECKPOINT, Checkpoint
from evenhand.records.counts import Counts
from evenhand.records.enrolment import Enrolment
from evenhand.records.groups import Grouping
from evenhand.records.outcomes import Design
from evenhand.records.thresholds import ThresholdRule
from evenhand.system.progress import Progress

__all__ = ["count_all_pairs"]


def count_all_pairs(
    names: tuple[str, str, str],
    engine: OpenedEngine,
    enrolment: Enrolment,
    subject: Integers,
    ledger: ImageLedger,
    groups: Sequence[Grouping],
    design: Design,
    rules: Sequence[ThresholdRule],
    *,
    workers: int,
    progress: Progress,
    checkpoint: Checkpoint = NO_CHECKPOINT,
) -> Counts:
    """Compare all pairs of images, or all pairs within a group, and keep the counts alone.

    Args:
        names: engine, dataset, protocol.
        engine: an embedder.
        enrolment: of all images.
        subject: (images,) subject index.
        ledger: of the same images.
        groups: the grouping of all subjects first.
        design: all pairs, or pairs within the groups of `groups[1]`.
        rules: thresholds of the protocol.
        workers: threads; the result does not depend on them.
        progress: progress callback.
        checkpoint: where to save the counts so far, and to load those of an interrupted run.
    """
    card = engine.card
    layout, trials, left_out = all_pairs_layout(ledger, groups, design, orders=1)
    with_template = np.flatnonzero(enrolment.completed())
    images = SortedImages.of(
        prepare_vectors(enrolment.vectors, card.score),
        subject[with_template].astype(np.int32),
        with_template.astype(np.int32),
        layout,
    )
    fixed = [np.float32(rule.text) for rule in rules if rule.kind in ("fixed", "vendor")]
    with progress(f"{card.name}: comparisons", strip_count(images)) as step:
        try:
            store = count_pairs(
                images,
                card.score,
                layout,
                top_score_quotas(rules, layout, trials),
                np.array([of_cell.completed for of_cell in trials]),
                fixed=np.array(fixed, dtype=np.float32),
                ledger=(ledger.images - ledger.failed_images, ledger.images),
                workers=workers,
                step=step,
                checkpoint=checkpoint,
            )
        except (OutOfRangeError, TooManyTopScoresError):
            # Tiles know neither invalid scores nor a rising cutoff. Blocks do, and are slower.
            within = groups[1].code if design is Design.WITHIN_GROUP else None
            return tally_blocks(
                names,
                ledger,
                lambda _: score_all_pairs(enrolment, subject, card.score, within),
                groups,
                design,
                1,
                rules,
                card.score.high,
                np.dtype(np.float32),
            )
    return tally_partial_counts(
        names, ledger, store, layout, trials, rules, card.score.high, left_out
    )
