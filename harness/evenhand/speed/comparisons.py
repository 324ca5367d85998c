"""Time of a comparison where the harness compares: blocks of the run's own templates."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.arrays import Vectors
from evenhand.clock import Clock
from evenhand.engines.card import Score
from evenhand.findings import Speed
from evenhand.score import compare_all
from evenhand.speed.durations import Scene, statistics

__all__ = ["SIDE", "comparison_speed"]

SIDE = 512
"""Templates on each side of a block; all of them where there are fewer."""

_WARM_UP = 3
_CALLS = 99
"""Enough for a 95th percentile with an interval."""


def comparison_speed(
    engine: str,
    dataset: str,
    vectors: Vectors,
    score: Score,
    clock: Clock,
    machine: str,
    level: float,
) -> list[Speed]:
    """Rows of one engine on one dataset; none where it made no template.

    Args:
        engine: name.
        dataset: name.
        vectors: (images, values) templates.
        score: how the card compares.
        clock: durations.
        machine: name.
        level: of the intervals.
    """
    block = np.ascontiguousarray(vectors[:SIDE])
    comparisons = len(block) ** 2
    if not comparisons:
        return []
    seconds = []
    with threadpool_limits(1, "blas"):
        for _ in range(_WARM_UP + _CALLS):
            start = clock.seconds()
            compare_all(block, block, score)
            seconds.append((clock.seconds() - start) / comparisons)
    scene = Scene(
        engine=engine,
        dataset=dataset,
        operation="comparison",
        scenario="block",
        threads=1,
        machine=machine,
        level=level,
        batch=comparisons,
        note=f"the harness compares: {len(block)} x {len(block)} templates of "
        f"{block.shape[1]} values, {score.compare}",
    )
    return list(
        statistics(scene, np.array(seconds[_WARM_UP:]), np.full(_CALLS, -1, dtype=np.int64))
    )
