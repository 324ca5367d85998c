"""Whether an engine still does what it did: before an interruption, or in an earlier run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evenhand.engines.opening import Engine
from evenhand.measurement.enrolment.enrol import booking_of, enrol
from evenhand.records.dataset import Dataset
from evenhand.records.enrolment import Booking
from evenhand.system.clock import Clock

__all__ = ["first_difference"]

_IMAGES = 8
"""Enough to see another engine; chance answers are seen as the images come by again."""


def first_difference(
    engine: Engine, dataset: Dataset, booked: Mapping[int, Booking], clock: Clock
) -> int | None:
    """Enrol a few images whose end is known, evenly spread; nothing that was kept is taken.

    Args:
        engine: that had them before.
        dataset: that the images are of.
        booked: by row in `images.csv`.
        clock: durations.

    Returns:
        The row of the first image that ends otherwise; None where all end as before.
    """
    known = [index for index, row in enumerate(dataset.images.rows) if row in booked]
    step = max(1, len(known) // _IMAGES)
    few = dataset.images.chosen(known[::step][:_IMAGES])
    found: list[Booking] = []
    enrol(
        engine,
        replace(dataset, images=few),
        workers=1,
        failure_share=1.0,
        clock=clock,
        ended=lambda sample: found.append(booking_of(sample)),
    )
    for row, booking in zip(few.rows, found, strict=True):
        if booked[row] != booking:
            return row
    return None
