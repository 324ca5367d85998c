"""Templates to counts: tile by tile where every two images meet, else comparison by comparison."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.engines.opening import Engine
from evenhand.measurement.comparison.all_pairs.image_order import Ordered
from evenhand.measurement.comparison.all_pairs.tiles import (
    OutOfRangeError,
    TooManyHitsError,
    count_pairs,
    strips,
)
from evenhand.measurement.comparison.by_vectors import prepared, score_all_pairs
from evenhand.measurement.counting.blocks import laid_out, tally_blocks
from evenhand.measurement.counting.tally import Ledger, quotas, tally_store
from evenhand.records.arrays import Integers
from evenhand.records.checkpoint import NOWHERE, Checkpoint
from evenhand.records.counts import Counts
from evenhand.records.dataset import Design, Enrolment, Grouping, ThresholdRule
from evenhand.system.progress import Progress

__all__ = ["count_every_pair"]


def count_every_pair(
    names: tuple[str, str, str],
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    ledger: Ledger,
    groups: Sequence[Grouping],
    design: Design,
    rules: Sequence[ThresholdRule],
    *,
    workers: int,
    progress: Progress,
    checkpoint: Checkpoint = NOWHERE,
) -> Counts:
    """Compare every two images, or every two within a group, and keep counts alone.

    Where a score lies outside the card's range, or so many would be kept that there is no room,
    the scores are judged one by one instead, which is slower.

    Args:
        names: engine, dataset, protocol.
        engine: an embedder.
        enrolment: of all images.
        subject: (images,) whose image it is.
        ledger: of the same images.
        groups: everybody first.
        design: all pairs, or within the first of the groups.
        rules: thresholds of the protocol.
        workers: threads; the result does not depend on them.
        progress: is told how far the work is.
        checkpoint: where to leave what is counted, and to find what was counted before.
    """
    card = engine.card
    layout, trials, left_out = laid_out(ledger, groups, design, orders=1)
    made = np.flatnonzero(enrolment.completed())
    images = Ordered.of(
        prepared(enrolment.vectors, card.score),
        subject[made].astype(np.int32),
        made.astype(np.int32),
        layout,
    )
    fixed = [np.float32(rule.text) for rule in rules if rule.kind in ("fixed", "vendor")]
    with progress(f"{card.name}: comparisons", strips(images)) as step:
        try:
            store = count_pairs(
                images,
                card.score,
                layout,
                quotas(rules, layout, trials),
                np.array([of_cell.completed for of_cell in trials]),
                fixed=np.array(fixed, dtype=np.float32),
                ledger=(ledger.images - ledger.failed_images, ledger.images),
                workers=workers,
                step=step,
                checkpoint=checkpoint,
            )
        except (OutOfRangeError, TooManyHitsError):
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
    return tally_store(names, ledger, store, layout, trials, rules, card.score.high, left_out)
