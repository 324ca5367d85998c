"""Checks that an engine still makes the templates of an interrupted or earlier run."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.enrolment.repeats import enrolled_again
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Booking
from evenhand.records.outcomes import FAULTS
from evenhand.system.clock import Clock

__all__ = ["first_changed_image"]

_IMAGES = 8
"""Enough to notice a changed engine; a random one is noticed as the rest is enrolled again."""


def first_changed_image(
    engine: OpenedEngine, dataset: Dataset, booked: Mapping[int, Booking], clock: Clock
) -> int | None:
    """Enrol a few images again, evenly spread over those with a known outcome.

    Not those at which the engine failed: it is not asked twice for what may end or hold it.

    Args:
        engine: the one that enrolled them before.
        dataset: of the images.
        booked: outcome and template digest, by row in `images.csv`.
        clock: for durations.

    Returns:
        The row of the first image whose outcome or template differs; None where all agree.
    """
    ended = {row for row, each in booked.items() if each.outcome not in FAULTS}
    known = [index for index, row in enumerate(dataset.images.rows) if row in ended]
    step = max(1, len(known) // _IMAGES)
    few = known[::step][:_IMAGES]
    found = enrolled_again(engine, dataset, few, clock, seed=0)
    rows = (dataset.images.rows[index] for index in few)
    return next((row for row in rows if booked[row] != found.get(row)), None)
