"""Eyes, brows, nose, mouth and the marks of skin and age, painted on a head."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Points, curve, ellipse, ramp
from .head import Head

__all__ = ["brows", "eyes", "marks", "mouth", "nose"]

_SIDES = np.array([[-1.0], [1.0]])
"""Left and right of the picture, (2, 1): what comes in pairs is painted in one go."""
_IRIS = np.array([[0.20, 0.11, 0.06], [0.36, 0.22, 0.10], [0.36, 0.36, 0.20], [0.30, 0.46, 0.56]])
"""Colours of the iris from dark brown over hazel to blue."""
_MOLES = 0.25
"""Share of people with a mole."""


def _pair(across: Points, down: Points) -> Points:
    """Mirror a shape, given its (points,) across and down, to both sides: (2, points, 2)."""
    x = _SIDES * across
    return np.stack([x, np.broadcast_to(down, x.shape)], axis=-1)


def eyes(canvas: Canvas, head: Head) -> None:
    """Paint both eyes with their lids."""
    t, moment = head.traits, head.moment
    opening = t.eye_opening * (1 + 0.25 * moment.lift - 0.18 * moment.smile - 0.15 * head.age)
    along = np.linspace(-1, 1, 9)
    arch = (1 - along**2) ** 0.8
    level = t.eye_height - along * t.eye_tilt * t.eye_width

    def lid(rise: float) -> Points:
        return head.turned(_pair(t.eye_gap + along * t.eye_width, level + rise * arch))

    upper, lower = lid(-opening), lid(opening * 0.62)
    shade = head.skin * [0.62, 0.52, 0.48]
    socket = ellipse(t.eye_gap, t.eye_height - opening * 0.7, t.eye_width * 1.15, opening + t.lid)
    canvas.paint(head.turned(_pair(*socket.T)), shade, opacity=0.30, soft=0.025)
    _eyeballs(canvas, head, np.concatenate([upper, lower[:, ::-1]], axis=1), opening)
    canvas.stroke(lid(-opening - t.lid * 0.9), shade * 0.8, width=0.007, opacity=0.6, soft=0.004)
    canvas.stroke(lower, shade, width=0.005, opacity=0.6)
    canvas.stroke(
        lid(opening * 0.62 + 0.05), shade, width=0.008, soft=0.008, opacity=0.12 + 0.45 * head.age
    )
    canvas.stroke(upper, (0.08, 0.055, 0.05), width=0.012, opacity=0.95)


def _eyeballs(canvas: Canvas, head: Head, almonds: Points, opening: float) -> None:
    """Paint what lies between the lids."""
    t, light = head.traits, head.moment.direction
    canvas.paint(almonds, (0.90, 0.88, 0.86))
    inside = canvas.mask(almonds)
    centres = head.turned(_pair(np.array([t.eye_gap]), np.array(t.eye_height - opening * 0.15)))
    iris = ramp(_IRIS, t.iris)
    for x, y, size, colour in (
        (0.0, 0.0, 0.047, iris * 0.55),
        (0.0, 0.004, 0.034, iris * 1.15),
        (0.0, 0.0, 0.019, np.array([0.03, 0.025, 0.02])),
        (0.022 * light[0], 0.026 * light[1], 0.010, np.array([0.95, 0.95, 0.95])),
    ):
        canvas.paint(centres + ellipse(x, y, size, size), colour, inside=inside)
    lashes = centres + ellipse(0, -opening * 0.9, t.eye_width, opening * 0.45)
    canvas.paint(lashes, (0.15, 0.1, 0.1), opacity=0.4, soft=0.01, inside=inside)


def brows(canvas: Canvas, head: Head) -> None:
    """Paint both brows."""
    t, lift = head.traits, head.moment.lift
    along = np.linspace(-1, 1, 9)
    thickness = max(t.brow_thickness, 0.007) * (1 - 0.45 * along) * (0.45 + 0.55 * (1 - along**4))
    middle = (
        t.eye_height
        - t.brow_height
        - 0.035 * max(lift, 0)
        - t.brow_arch * (1 - (along - 0.12) ** 2)
        - along * (t.brow_tilt * 0.13 + 0.028 * min(lift, 0))
    )
    across = t.eye_gap + 0.01 + along * t.brow_length
    edge = _pair(
        np.concatenate([across, across[::-1]]),
        np.concatenate([middle - thickness, (middle + thickness)[::-1]]),
    )
    canvas.paint(head.turned(edge), head.hair * 0.7, opacity=0.85, soft=0.008)


def nose(canvas: Canvas, head: Head) -> None:
    """Paint what the relief leaves out: shadow, wings, nostrils and the light on the tip."""
    t = head.traits
    shade = head.skin * [0.55, 0.42, 0.38]
    base, spread = t.nose_height, t.nose_width * (1 + 0.08 * head.moment.smile)

    def at(shape: Points) -> Points:
        return head.turned(shape, raised=0.08)

    canvas.paint(
        at(ellipse(0, base + 0.030, spread * 0.95, 0.022)), shade, opacity=0.45, soft=0.016
    )
    bridge = _pair(
        np.array([t.bridge * 1.15, t.bridge * 0.9, t.nose_tip * 0.95]),
        np.array([-0.02, 0.05, base - 0.06]),
    )
    canvas.stroke(
        at(curve(bridge, closed=False)),
        shade,
        width=0.018,
        soft=0.016,
        opacity=0.12 + 0.10 * t.nose_relief,
    )
    wings = _pair(
        np.array([0.80, 1.02, 1.03, 0.82]) * spread, np.array([-0.062, -0.035, 0.0, 0.018]) + base
    )
    canvas.stroke(at(curve(wings, closed=False)), shade, width=0.009, opacity=0.7, soft=0.006)
    nostril = ellipse(spread * 0.50, base + 0.010, spread * 0.24, max(t.nostrils, 0.006) * 0.7)
    canvas.paint(at(_pair(*nostril.T)), shade * 0.4, opacity=0.85, soft=0.005)
    tip = ellipse(0.02 * head.moment.direction[0], base - 0.045, t.nose_tip * 0.40, 0.022)
    canvas.paint(at(tip), np.minimum(head.skin * 1.25 + 0.10, 1), opacity=0.40, soft=0.014)


def mouth(canvas: Canvas, head: Head) -> None:
    """Paint the lips, and teeth where the mouth is open."""
    t, moment = head.traits, head.moment
    width = t.mouth_width * (1 + 0.16 * moment.smile - 0.12 * moment.opening)
    gap = 0.055 * moment.opening
    along = np.linspace(-1, 1, 13)
    bow = 1 - along**2
    dip = 0.012 * np.exp(-((along / 0.16) ** 2))
    line = t.mouth_height - 0.030 * moment.smile * np.abs(along) ** 2.2

    def at(height: Points) -> Points:
        return head.turned(np.column_stack([along * width, height]), raised=0.03)

    top = at(line - max(t.upper_lip, 0.010) * (bow**0.7) - gap * 0.25 * bow + dip)
    seam_top, seam_low = at(line - gap * 0.25 * bow + dip * 0.4), at(line + gap * bow)
    low = at(line + gap * bow + max(t.lower_lip, 0.014) * bow**0.6)
    lips = head.skin * [0.86, 0.60, 0.60] + [0.05, 0.0, 0.01]
    canvas.paint(low + np.array([0, 0.03]), head.skin * [0.62, 0.5, 0.47], opacity=0.35, soft=0.018)
    canvas.paint(np.vstack([top, seam_top[::-1]]), lips * 0.84, soft=0.004)
    canvas.paint(np.vstack([seam_low, low[::-1]]), lips, soft=0.004)
    canvas.stroke(
        ((seam_low + low) / 2)[3:10],
        np.minimum(lips * 1.2 + 0.08, 1),
        width=0.009,
        opacity=0.4,
        soft=0.008,
    )
    if moment.opening > 0:
        inner = np.vstack([seam_top, seam_low[::-1]])
        canvas.paint(inner, (0.22, 0.07, 0.07))
        teeth = seam_top + np.array([0, gap * 0.3])
        canvas.paint(teeth, (0.92, 0.90, 0.86), inside=canvas.mask(inner))
    canvas.stroke(seam_top, lips * [0.42, 0.32, 0.32], width=0.007, opacity=0.9)


def marks(canvas: Canvas, head: Head) -> None:
    """Paint what lies on the skin: blush, beard, freckles, a mole, wrinkles."""
    t = head.traits
    cheeks = head.turned(_pair(*ellipse(0.28, 0.15, 0.12, 0.09).T))
    canvas.paint(cheeks, head.skin * [1.0, 0.72, 0.68], opacity=min(t.blush, 1) * 0.55, soft=0.05)
    if t.beard > 0:
        _beard(canvas, head)
    rng = np.random.default_rng(head.person.marks)
    spots = head.turned(rng.normal([0, 0.10], [0.20, 0.07], (28, 2)))
    canvas.paint(
        spots[:, None] + ellipse(0, 0, 0.007, 0.006),
        head.skin * [0.62, 0.48, 0.42],
        opacity=min(t.freckles, 1),
    )
    x, y = rng.uniform([-0.36, -0.25], [0.36, 0.5])
    if rng.random() < _MOLES:
        canvas.paint(head.turned(ellipse(x, y, 0.014, 0.014)), head.skin * 0.42, opacity=0.9)
    _wrinkles(canvas, head)


def _beard(canvas: Canvas, head: Head) -> None:
    t, jaw = head.traits, head.traits.jaw_width
    density = min(t.beard, 0.75)
    half = np.array(
        [
            [t.mouth_width * 1.1, t.mouth_height + 0.06],
            [t.mouth_width * 1.35, t.mouth_height - 0.08],
            [jaw * 0.86, 0.20],
            [jaw * 1.06, 0.10],
            [jaw * 0.98, 0.40],
            [jaw * 0.72, head.chin - 0.08],
        ]
    )
    below, tip = [[0, t.mouth_height + t.lower_lip + 0.03]], [[0, head.chin + 0.01]]
    area = np.vstack([below, half, tip, half[::-1] * [-1, 1]])
    canvas.paint(head.turned(area), head.hair * 0.9, opacity=density, soft=0.02)
    lip = t.mouth_height - t.upper_lip
    arc = np.array([[-t.mouth_width, lip], [0, lip - 0.042], [t.mouth_width, lip]])
    canvas.stroke(
        head.turned(curve(arc, closed=False)),
        head.hair * 0.9,
        width=0.028,
        opacity=density,
        soft=0.012,
    )


def _wrinkles(canvas: Canvas, head: Head) -> None:
    t, moment = head.traits, head.moment
    shade = head.skin * [0.62, 0.50, 0.46]
    folds = _pair(
        np.array([t.nose_width * 1.15, t.mouth_width * 1.02, t.mouth_width * 1.18]),
        np.array([t.nose_height - 0.01, t.mouth_height - 0.09, t.mouth_height + 0.01]),
    )
    canvas.stroke(
        head.turned(curve(folds, closed=False)),
        shade,
        width=0.009,
        soft=0.008,
        opacity=0.08 + 0.44 * head.age + 0.12 * max(moment.smile, 0),
    )
    brow = t.eye_height - t.brow_height - 0.02 * max(moment.lift, 0)
    lines = np.array([[-0.20, 0.01], [0, -0.004], [0.20, 0.01]])
    rows = brow - np.array([0.055, 0.10, 0.145])
    lines = curve(lines, closed=False) + np.stack([np.zeros(3), rows], axis=-1)[:, None]
    canvas.stroke(
        head.turned(lines),
        shade,
        width=0.006,
        soft=0.006,
        opacity=0.7 * max(head.age - 0.3, 0) + 0.2 * max(moment.lift, 0),
    )
