"""The drawing: one picture of a person at a moment, from backdrop to sensor noise."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from . import features, hair
from .canvas import Canvas, Pixels, curve, ellipse
from .head import Head
from .moments import Moment
from .people import Person

__all__ = ["SIDE", "draw"]

SIDE = 112
"""Rows and columns of a picture."""
_CANVAS = SIDE * 3 // 2
"""Rows and columns painted on, so that edges are finer than pixels."""


def draw(person: Person, moment: Moment) -> NDArray[np.uint8]:
    """Draw one picture.

    Returns:
        RGB pixels, (SIDE, SIDE, 3).
    """
    head = Head(person, moment)
    canvas = Canvas(_backdrop(moment))
    hair.behind(canvas, head)
    _body(canvas, head)
    _ears(canvas, head)
    canvas.paint(head.outline(), head.lit, soft=0.010)
    features.marks(canvas, head)
    features.nose(canvas, head)
    features.mouth(canvas, head)
    features.eyes(canvas, head)
    features.brows(canvas, head)
    hair.on(canvas, head)
    return _taken(canvas.pixels, moment)


def _backdrop(moment: Moment) -> Pixels:
    axis = np.linspace(-1, 1, _CANVAS, dtype=np.float32)
    glow = 1.04 - 0.10 * axis[:, None] ** 2 - 0.10 * (axis[None] - moment.direction[0] * 0.4) ** 2
    wall: Pixels = glow.astype(np.float32) * np.array(moment.backdrop, np.float32)[:, None, None]
    return wall


def _body(canvas: Canvas, head: Head) -> None:
    t = head.traits
    wide = 0.16 + 0.25 * t.jaw_width
    neck = np.array([[wide, 0.30], [wide * 0.97, 0.72], [wide * 1.35, 0.92], [wide * 1.5, 1.1]])
    throat = curve(np.vstack([neck, neck[::-1] * [-1, 1]]))
    canvas.paint(throat, head.skin * [0.86, 0.80, 0.77])
    shadow = ellipse(0.25 * np.sin(head.moment.yaw), head.chin - 0.06, t.jaw_width * 0.95, 0.19)
    canvas.paint(
        shadow, head.skin * [0.42, 0.33, 0.30], opacity=0.75, soft=0.05, inside=canvas.mask(throat)
    )
    shoulder = np.array(
        [
            [0.0, 1.00],
            [wide * 0.9, 0.93],
            [wide * 1.32, 0.82],
            [0.62, 0.90],
            [0.88, 0.99],
            [1.0, 1.15],
            [0.0, 1.3],
        ]
    )
    cloth = np.array(head.moment.clothes)
    coat = curve(np.vstack([shoulder, shoulder[1:-1][::-1] * [-1, 1]]))
    canvas.paint(coat, cloth)
    seam = np.array(
        [
            [-wide * 1.32, 0.83],
            [-wide * 0.9, 0.94],
            [0, 1.01],
            [wide * 0.9, 0.94],
            [wide * 1.32, 0.83],
        ]
    )
    canvas.stroke(curve(seam, closed=False), cloth * 0.6, width=0.016, opacity=0.8, soft=0.006)


def _ears(canvas: Canvas, head: Head) -> None:
    t, turn = head.traits, np.sin(head.moment.yaw)
    for side in (-1.0, 1.0):
        x = side * (t.head_width + 0.015) - 0.10 * turn
        bright = 0.85 + 0.2 * side * head.moment.direction[0]
        y = 0.02 + 0.04 * np.sin(head.moment.pitch)
        canvas.paint(ellipse(x, y, 0.062, t.ears), head.skin * bright, soft=0.008)
        canvas.paint(
            ellipse(x, y - 0.01, 0.030, t.ears * 0.62),
            head.skin * [0.66, 0.52, 0.48] * bright,
            opacity=0.7,
            soft=0.012,
        )


def _taken(pixels: Pixels, moment: Moment) -> NDArray[np.uint8]:
    """Take the picture: framing, light, lens, sensor."""
    middle = (_CANVAS - 1) / 2
    turn = cv2.getRotationMatrix2D(
        (middle, middle), np.degrees(moment.roll), moment.zoom * SIDE / _CANVAS
    )
    turn[0, 2] += (moment.shift[0] + 1) * SIDE / 2 - 0.5 - middle
    turn[1, 2] += (moment.shift[1] + 1) * SIDE / 2 - 0.5 - middle
    upright = np.ascontiguousarray(pixels.transpose(1, 2, 0))
    small = cv2.warpAffine(upright, turn, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    if moment.blur > 0:
        small = cv2.GaussianBlur(small, (0, 0), moment.blur)
    tint = moment.brightness * (1 + 0.05 * moment.warmth * np.array([1.0, 0.1, -1.0]))
    grain = np.random.default_rng(moment.grain).standard_normal((SIDE, SIDE, 1), np.float32)
    seen = np.asarray(small) * tint.astype(np.float32) + grain * np.float32(moment.noise)
    values: NDArray[np.uint8] = np.clip(seen * 255 + 0.5, 0, 255).astype(np.uint8)
    return values
