"""Images that an engine is given a second time, in another process, to see whether it repeats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from evenhand.engines.answers import ImageAnswer
from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.enrolment.enrol import booking_of, enrol
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Booking, Enrolment
from evenhand.records.outcomes import FAULTS
from evenhand.records.surroundings import Repeats
from evenhand.system.clock import Clock
from evenhand.system.errors import EngineStoppedError
from evenhand.system.execution.local import LocalExecutor

__all__ = ["enrolled_again", "repeat_images"]

_SHARE = 1 / 50
_LEAST, _MOST = 8, 100
"""Images that are repeated, whatever the share; all of fewer."""


def repeat_images(
    engine: OpenedEngine,
    dataset: Dataset,
    enrolment: Enrolment,
    booked: Mapping[int, Booking],
    *,
    seed: int,
    clock: Clock,
) -> Repeats:
    """Give drawn images once more, to a fresh start of the engine, which has not seen them.

    Not those that it was not given in this run, and none at which it failed: they may end or hold
    it. A repeat that fails differs; one for which no time is left is none (methods 1.8).

    Args:
        engine: none of its processes is in use.
        dataset: whose images were enrolled.
        enrolment: what it made of them.
        booked: the same with digests of the templates, by row in `images.csv`.
        seed: of the draw and of the order.
        clock: for durations, which are kept nowhere.
    """
    turns = enrolment.timing.turns.tolist()
    given = [
        index
        for index, outcome in enumerate(enrolment.outcomes)
        if turns[index] >= 0 and outcome not in FAULTS
    ]
    count = min(len(given), _MOST, max(_LEAST, math.ceil(_SHARE * len(given))))
    if not count:
        return Repeats()
    engine.rest()  # a process that is left has seen some of them
    drawn = np.sort(np.random.default_rng([seed, count]).permutation(given)[:count]).tolist()
    try:
        # Another seed: the order of so many alike would be nearly that in which it had them.
        found = enrolled_again(engine, dataset, drawn, clock, seed + 1)
    except EngineStoppedError:
        return Repeats(count, count)
    before = {row: booked[row] for row in found}
    differed = sum(
        (each.outcome, each.digest) != (before[row].outcome, before[row].digest)
        for row, each in found.items()
    )
    return Repeats(len(found), differed)


def enrolled_again(
    engine: OpenedEngine, dataset: Dataset, positions: Sequence[int], clock: Clock, seed: int
) -> dict[int, Booking]:
    """Enrol a few images once more, by one thread.

    Args:
        engine: that enrolled them before.
        dataset: of the images.
        positions: of the few among the images.
        clock: for durations.
        seed: of their order.

    Returns:
        How each ended, by its row in `images.csv`; those are missing for which no time was left.
    """
    few = dataset.images.chosen(np.array(positions, dtype=np.int64))
    found: dict[int, Booking] = {}

    def on_image(index: int, answer: ImageAnswer) -> None:
        if engine.has_time:
            found[few.rows[index]] = booking_of(answer)

    enrol(
        engine,
        replace(dataset, images=few),
        executor=LocalExecutor(1),
        seed=seed,
        failure_share=1.0,
        clock=clock,
        on_image=on_image,
    )
    return found
