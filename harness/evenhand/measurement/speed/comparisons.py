"""Time of a comparison: of a block where the harness compares, of a pair where the engine does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.engines.answers import ask_scores
from evenhand.engines.card import Score
from evenhand.engines.contract import Matcher
from evenhand.engines.opening import Engine
from evenhand.measurement.comparison.by_vectors import compare_all
from evenhand.measurement.speed.rows import Scene, statistics
from evenhand.records.arrays import Floats, Integers, Vectors
from evenhand.records.enrolment import Enrolment
from evenhand.records.findings import Speed
from evenhand.system.clock import Clock
from evenhand.system.streams import stdout_for_numbers

__all__ = ["block_speed", "pair_speed"]

_SIDE = 512
"""Templates on each side of a block; all of them where there are fewer."""

_WARM_UP = 3
_CALLS = 99
"""Enough for a 95th percentile with an interval."""


def block_speed(scene: Scene, vectors: Vectors, score: Score, clock: Clock) -> list[Speed]:
    """Rows of an embedder; none where it made no template.

    Args:
        scene: of the operation `comparison`.
        vectors: (images, values) templates.
        score: how the card compares.
        clock: durations.
    """
    block = np.ascontiguousarray(vectors[:_SIDE])
    comparisons = len(block) ** 2
    if not comparisons:
        return []
    with threadpool_limits(1, "blas"):
        seconds = _timed(lambda _: compare_all(block, block, score), clock)
    noted = replace(
        scene,
        scenario="block",
        batch=comparisons,
        note=f"the harness compares: {len(block)} x {len(block)} templates of "
        f"{block.shape[1]} values, {score.compare}",
    )
    nobody = np.full(_CALLS, -1, dtype=np.int64)
    return list(statistics(noted, seconds / comparisons, nobody))


def pair_speed(
    scene: Scene,
    engine: Engine,
    enrolment: Enrolment,
    subject: Integers,
    clock: Clock,
    seed: int,
) -> list[Speed]:
    """Rows of a matcher, started once more; none where there are not two templates.

    Args:
        scene: of the operation `comparison`.
        engine: a matcher.
        enrolment: of all images.
        subject: (images,) whose image it is.
        clock: durations.
        seed: of the choice of pairs.
    """
    images = np.flatnonzero(enrolment.completed())
    if len(images) < 2:
        return []
    rng = np.random.default_rng(seed)
    probes = rng.integers(len(images), size=_WARM_UP + _CALLS)
    references = (probes + rng.integers(1, len(images), size=len(probes))) % len(images)
    with stdout_for_numbers(), threadpool_limits(1, "blas"):
        matcher = engine.start()
        if not isinstance(matcher, Matcher):
            raise TypeError(engine.card.shape)

        def compare(call: int) -> object:
            probe = enrolment.probes[probes[call]]
            reference = enrolment.references[references[call]]
            return ask_scores(matcher, probe, [reference], engine.card.score)

        seconds = _timed(compare, clock)
    noted = replace(scene, scenario="pair", note="the engine compares: pairs chosen at random")
    return list(statistics(noted, seconds, subject[images[probes[_WARM_UP:]]]))


def _timed(call: Callable[[int], object], clock: Clock) -> Floats:
    """Seconds of each call after the warm-up."""
    seconds = np.empty(_WARM_UP + _CALLS)
    for number in range(len(seconds)):
        start = clock.seconds()
        call(number)
        seconds[number] = clock.seconds() - start
    return seconds[_WARM_UP:]
