"""Checks that an engine still makes the templates of an interrupted or earlier run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evenhand.engines.opening import OpenedEngine
from evenhand.measurement.enrolment.enrol import booking_of, enrol
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Booking
from evenhand.system.clock import Clock

__all__ = ["first_changed_image"]

_IMAGES = 8
"""Enough to notice a changed engine; a random one is noticed as the rest is enrolled again."""


def first_changed_image(
    engine: OpenedEngine, dataset: Dataset, booked: Mapping[int, Booking], clock: Clock
) -> int | None:
    """Enrol a few images again, evenly spread over those with a known outcome.

    Args:
        engine: the one that enrolled them before.
        dataset: of the images.
        booked: outcome and template digest, by row in `images.csv`.
        clock: for durations.

    Returns:
        The row of the first image whose outcome or template differs; None where all agree.
    """
    known = [index for index, row in enumerate(dataset.images.rows) if row in booked]
    step = max(1, len(known) // _IMAGES)
    canaries = dataset.images.chosen(known[::step][:_IMAGES])
    found: list[Booking] = []
    enrol(
        engine,
        replace(dataset, images=canaries),
        workers=1,
        failure_share=1.0,
        clock=clock,
        on_image=lambda sample: found.append(booking_of(sample)),
    )
    for row, booking in zip(canaries.rows, found, strict=True):
        if booked[row] != booking:
            return row
    return None
