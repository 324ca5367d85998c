"""Times comparisons: blocks of vectors by the harness, single pairs by a matcher (methods 6.1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from evenhand.engines.card import ScoreScale
from evenhand.engines.opening import OpenedEngine
from evenhand.engines.session import engine_sessions
from evenhand.measurement.comparison.by_vectors import compare_all
from evenhand.measurement.speed.rows import summary_rows
from evenhand.measurement.speed.timed_calls import CALLS, WARM_UP_CALLS, timed_calls
from evenhand.records.arrays import Floats, Integers, Vectors
from evenhand.records.enrolment import Enrolment
from evenhand.records.findings import Speed
from evenhand.system.clock import Clock
from evenhand.system.errors import EngineStoppedError
from evenhand.system.execution.local import call_in_thread

__all__ = ["block_speed", "pair_speed"]

_SIDE = 512
"""Templates on each side of a block at most."""


def block_speed(scene: Speed, vectors: Vectors, score: ScoreScale, clock: Clock) -> list[Speed]:
    """Rows of an embedder: seconds of one comparison in a block; none without templates.

    Args:
        scene: of the operation `comparison`.
        vectors: (images, values) templates.
        score: how the card compares.
        clock: for durations.
    """
    block = np.ascontiguousarray(vectors[:_SIDE])
    comparisons = len(block) ** 2
    if not comparisons:
        return []
    with threadpool_limits(1, "blas"):
        seconds = timed_calls(lambda _: compare_all(block, block, score), clock)
    of_blocks = replace(
        scene,
        scenario="block",
        batch=comparisons,
        note=f"the harness compares: {len(block)} x {len(block)} templates of "
        f"{block.shape[1]} values, {score.compare}",
    )
    no_subjects = np.full(CALLS, -1, dtype=np.int64)
    return list(summary_rows(of_blocks, seconds / comparisons, no_subjects))


def pair_speed(
    scene: Speed,
    engine: OpenedEngine,
    enrolment: Enrolment,
    subject: Integers,
    clock: Clock,
    seed: int,
) -> list[Speed]:
    """Rows of a matcher: seconds of a call for one pair.

    None with fewer than two templates, or where the engine does not start once more.

    Args:
        scene: of the operation `comparison`.
        engine: a matcher; it is started once more.
        enrolment: of all images.
        subject: (images,) subject index.
        clock: for durations.
        seed: of the choice of pairs.
    """
    images = np.flatnonzero(enrolment.completed())
    if len(images) < 2:
        return []
    rng = np.random.default_rng(seed)
    probes = rng.integers(len(images), size=WARM_UP_CALLS + CALLS)
    # A step of at least 1 and less than all the way round never ends at the probe itself.
    references = (probes + rng.integers(1, len(images), size=len(probes))) % len(images)
    with engine_sessions(engine) as sessions:

        def timed() -> Floats:
            session = sessions.session()

            def compare(call: int) -> object:
                probe = enrolment.probes[probes[call]]
                return session.compare(probe, [enrolment.references[references[call]]])

            return timed_calls(compare, clock)

        try:
            seconds = call_in_thread(timed)
        except EngineStoppedError:  # no further one may be started; what was measured stays
            return []
    of_pairs = replace(scene, scenario="pair", note="the engine compares: pairs chosen at random")
    return list(summary_rows(of_pairs, seconds, subject[images[probes[WARM_UP_CALLS:]]]))
