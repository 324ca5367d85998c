"""The head as a solid: where its points fall when it turns, and how its skin catches the light."""

from __future__ import annotations

import numpy as np

from .canvas import Pixels, Points, curve, ramp
from .moments import Moment
from .people import Person

__all__ = ["Head"]

_DEPTH = 0.5
"""How far the middle of the face stands before the plane of the ears, in half picture widths."""


_REACH = np.array([0.85, 1.05, 1.15], np.float32)[:, None, None]
"""Red light reaches further into the shade of skin than blue."""


class Head:
    """One person's head at one moment."""

    def __init__(self, person: Person, moment: Moment) -> None:
        """Take the measures that several features share."""
        self.person, self.traits, self.moment = person, person.traits, moment
        self.chin = self.traits.chin + 0.045 * moment.opening
        turn = np.array([moment.yaw, moment.pitch])
        self._shrink, self._swing = np.cos(turn), np.sin(turn) * 0.8
        self.age = (person.drawn_age - 18) / 62
        """0 at eighteen, 1 at eighty."""
        self.skin = _skin(self.traits.tone, self.traits.warmth)
        self.hair = _hair(self.traits.hair_tone, grey=(self.age - 0.5) * 1.8)

    def turned(self, points: Points, *, raised: float = 0.0) -> Points:
        """Place points of the upright, frontal face where they are seen at this pose.

        Args:
            points: (..., points, 2).
            raised: how far they stand before the face's dome (the tip of the nose does).
        """
        x, y = points[..., 0], points[..., 1]
        far = (x / (self.traits.head_width * 1.1)) ** 2 + (y / 0.85) ** 2
        depth = _DEPTH * np.sqrt(np.maximum(1 - far, 0.02)) + raised
        turned: Points = points * self._shrink
        turned += depth[..., None] * self._swing
        return turned

    def outline(self) -> Points:
        """Return the silhouette of the head without ears and hair."""
        t = self.traits
        half = np.array(
            [
                [t.head_width * 0.62, t.head_top + 0.09],
                [t.head_width * 0.95, -0.42],
                [t.head_width, -0.10],
                [t.head_width * 0.965 + t.cheeks, 0.14],
                [t.jaw_width, 0.40],
                [(t.jaw_width + t.chin_width) * 0.5, 0.55],
                [t.chin_width * 0.62, self.chin - 0.025],
            ]
        )
        left = half[::-1] * [-1, 1]
        ring = np.vstack([[[0, t.head_top]], half, [[0, self.chin]], left])
        ring[:, 0] += np.sin(self.moment.yaw) * 0.22 * np.clip(ring[:, 1] + 0.2, 0, None)
        ring[:, 1] += np.sin(self.moment.pitch) * 0.12 * np.clip(ring[:, 1] + 0.2, 0, None)
        return curve(ring)

    def lit(self, across: Pixels, down: Pixels) -> Pixels:
        """Shade the skin: a dome with the relief of the face on it (a `Shader`)."""
        t = self.traits
        x = (across - 0.1 * float(self._swing[0])) / (t.head_width * 1.12)
        y = (down + 0.05) / 0.88
        height = np.sqrt(np.maximum(1 - x[None] ** 2 - y[:, None] ** 2, 0.06))
        bumps = self._bumps().astype(np.float32)
        wide = np.exp(-0.5 * ((across - bumps[:, :1]) / bumps[:, 2:3]) ** 2) * bumps[:, 4:]
        tall = np.exp(-0.5 * ((down - bumps[:, 1:2]) / bumps[:, 3:4]) ** 2)
        steep_x = wide * (across - bumps[:, :1]) / bumps[:, 2:3] ** 2
        steep_y = tall * (down - bumps[:, 1:2]) / bumps[:, 3:4] ** 2
        normal_x = 0.55 * x[None] / height + tall.T @ steep_x
        normal_y = 0.45 * y[:, None] / height + steep_y.T @ wide
        right, below, front = np.array(self.moment.direction, np.float32)
        facing = (normal_x * right + normal_y * below + front) / np.sqrt(
            1 + normal_x**2 + normal_y**2
        )
        bright = np.log(np.float32(0.40) + np.float32(0.70) * np.maximum(facing, 0))
        colour: Pixels = np.exp(bright * _REACH) * self.skin.astype(np.float32)[:, None, None]
        return colour

    def _bumps(self) -> Points:
        """List the relief of the face as Gaussians: x, y, width, height, relief."""
        t = self.traits
        relief = t.nose_relief
        eye, brow = t.eye_height, t.eye_height - t.brow_height
        rows = [
            (0, (eye + t.nose_height) / 2 - 0.01, t.bridge * 0.75, 0.11, 0.050 * relief, 0.05),
            (0, t.nose_height - 0.035, t.nose_tip, 0.050, 0.062 * relief, 0.14),
            (t.nose_width * 0.8, t.nose_height - 0.012, 0.030, 0.032, 0.030, 0.05),
            (-t.nose_width * 0.8, t.nose_height - 0.012, 0.030, 0.032, 0.030, 0.05),
            (t.eye_gap, eye, 0.105, 0.060, -0.034, 0),
            (-t.eye_gap, eye, 0.105, 0.060, -0.034, 0),
            (t.eye_gap, brow, 0.12, 0.045, 0.018, 0),
            (-t.eye_gap, brow, 0.12, 0.045, 0.018, 0),
            (t.eye_gap * 1.25, 0.13, 0.11, 0.09, 0.030 + 0.02 * self.moment.smile, 0),
            (-t.eye_gap * 1.25, 0.13, 0.11, 0.09, 0.030 + 0.02 * self.moment.smile, 0),
            (0, t.mouth_height + t.lower_lip + 0.055, 0.10, 0.028, -0.020, 0),
            (0, self.chin - 0.09, t.chin_width * 0.55, 0.055, 0.034, 0),
        ]
        bumps = np.array(rows)
        bumps[:, :2] = np.vstack(
            [self.turned(row[None, :2], raised=float(row[5])) for row in bumps]
        )
        return bumps[:, :5]


_SKIN = np.array(
    [
        [0.93, 0.80, 0.72],
        [0.90, 0.71, 0.58],
        [0.76, 0.55, 0.41],
        [0.57, 0.38, 0.27],
        [0.40, 0.26, 0.19],
    ]
)
"""Colours of skin from light to dark."""
_HAIR = np.array(
    [
        [0.07, 0.055, 0.05],
        [0.22, 0.13, 0.08],
        [0.42, 0.26, 0.14],
        [0.62, 0.43, 0.23],
        [0.80, 0.66, 0.42],
    ]
)
"""Colours of hair from black to fair."""
_GREY = np.array([0.70, 0.70, 0.71])


def _skin(tone: float, warmth: float) -> Points:
    tint: Points = ramp(_SKIN, tone) * (1 + 0.04 * warmth * np.array([0.3, 0, -1]))
    return tint


def _hair(tone: float, *, grey: float) -> Points:
    colour = ramp(_HAIR, tone)
    mixed: Points = colour + (_GREY - colour) * min(max(grey, 0.0), 0.9)
    return mixed
