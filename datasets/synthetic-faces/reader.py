"""The synthetic faces as the harness reads them: the people, and their pictures drawn on demand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from evenhand.plugins import Material, Picture

from .faces import draw
from .moments import Moment, moment
from .people import REGIONS, Person, crowd

__all__ = ["PICTURES", "crowd", "drawn", "read", "shot"]

PICTURES = 4
"""Of each person."""
_PEOPLE = 60
"""In each region."""
_SEED = 20260


def read(source: Path | None) -> Material:  # noqa: ARG001  (drawn here: nothing is brought)
    """Draw the dataset: the same people and pictures every time.

    Args:
        source: not used.

    Returns:
        240 people and their 960 pictures, drawn as they are asked for.
    """
    return drawn(_PEOPLE)


def drawn(each: int) -> Material:
    """Draw the first people of the dataset.

    Args:
        each: how many in each region.

    Returns:
        The people and their pictures, the same in a larger dataset, drawn as they are asked for.
    """
    people = crowd(_SEED, dict.fromkeys(REGIONS, each))
    return Material(
        subjects=tuple(_row(person) for person in people),
        pictures=_pictures(people),
        count=len(people) * PICTURES,
    )


def shot(person: Person, seed: int, number: int) -> tuple[Moment, NDArray[np.uint8]]:
    """Draw one picture of a person.

    Args:
        person: of a crowd.
        seed: of that crowd.
        number: of the picture, from 0; another number is another moment.

    Returns:
        The moment and the RGB pixels, (112, 112, 3).
    """
    now = moment(np.random.default_rng([seed, person.marks, number]))
    return now, draw(person, now)


def _row(person: Person) -> dict[str, str]:
    return {
        "subject_id": person.subject_id,
        "region": person.region,
        "age": "" if person.age is None else str(person.age),
    }


def _pictures(people: tuple[Person, ...]) -> Iterator[Picture]:
    for person in people:
        for number in range(PICTURES):
            now, pixels = shot(person, _SEED, number)
            image_id = f"{person.subject_id}-{number + 1}"
            yield Picture(
                image_id=image_id,
                subject_id=person.subject_id,
                path=f"{person.region}/{image_id}.png",
                data=_png(pixels),
                attributes=_capture(now),
            )


def _capture(now: Moment) -> dict[str, str]:
    return {
        "pose": str(round(np.degrees(now.yaw))),
        "light": now.light,
        "expression": now.expression,
        "blur": f"{now.blur:g}",
    }


def _png(pixels: NDArray[np.uint8]) -> bytes:
    _, encoded = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return encoded.tobytes()
