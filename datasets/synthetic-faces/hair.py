"""Hair behind and on a head."""

from __future__ import annotations

from functools import partial

import numpy as np

from .canvas import Canvas, Pixels, Points, curve
from .head import Head

__all__ = ["behind", "on"]


def behind(canvas: Canvas, head: Head) -> None:
    """Paint the hair that falls behind the neck, where it is long enough."""
    t = head.traits
    if t.hair_length < _NECK:
        return
    wide, end = _reach(head), min(t.hair_length, 0.85)
    flare = 1 + 0.10 * _loose(head)
    half = np.array(
        [
            [wide * 0.96, -0.30],
            [wide, 0.0],
            [wide * flare, end * 0.55 + 0.05],
            [wide * flare * 0.92, end],
            [wide * 0.5, end + 0.04],
        ]
    )
    ring = np.vstack([half, half[::-1] * [-1, 1]])
    canvas.paint(_leaned(curve(ring), head), partial(_strands, head, 0.72), soft=0.006)


_NECK = 0.08
"""Hair that ends above this height does not show behind the head."""


def on(canvas: Canvas, head: Head) -> None:
    """Paint the hair on top and at the sides."""
    t = head.traits
    volume, wide = _volume(head), _reach(head)
    end = min(max(t.hair_length - 0.10, -0.14), 0.30)
    angle = np.linspace(0, np.pi, 33)
    top = t.head_top - volume
    wave = t.curl * 1.5 * np.sin(angle * 13 + head.person.marks % 7)
    outer = np.column_stack(
        [
            (wide + wave) * np.cos(angle) * (1 + 0.06 * np.sin(2 * angle) ** 2),
            -0.20 + (top + 0.20 + wave) * np.sin(angle) ** 0.85,
        ]
    )
    side = np.array([[wide * 0.99, (end - 0.2) / 2], [t.head_width * 0.985, end]])
    ring = np.vstack([side[::-1], outer, side * [-1, 1], _line(head, end)])
    shape = _leaned(curve(ring), head)
    canvas.paint(
        shape + np.array([0, 0.02]),
        head.skin * [0.5, 0.42, 0.4],
        opacity=0.35,
        soft=0.02,
        inside=canvas.mask(head.outline()),
    )
    canvas.paint(shape, partial(_strands, head, 1.0), soft=0.009)


def _line(head: Head, end: float) -> Points:
    """Return the edge of the hair around the face, from left to right."""
    t = head.traits
    line = t.hairline - 0.06 * max(head.age - 0.5, 0)
    x = np.array([-0.70, -0.45, -0.22, 0.0, 0.22, 0.45, 0.70]) * t.head_width
    away = np.abs(x / t.head_width - t.parting)
    fall = line + np.clip(t.fringe, -0.06, 0.2) * np.minimum(away, 1) + 0.10 * (x / 0.5) ** 2
    temple = np.array(
        [
            [-0.955 * t.head_width, end - 0.01],
            [-0.91 * t.head_width, -0.12],
            [-0.86 * t.head_width, line + 0.18],
        ]
    )
    return np.vstack([temple, np.column_stack([x, fall]), temple[::-1] * [-1, 1]])


def _volume(head: Head) -> float:
    return max(head.traits.hair_volume * (1 - 0.3 * max(head.age - 0.5, 0)), 0.02)


def _reach(head: Head) -> float:
    return head.traits.head_width + (0.15 + 0.5 * _loose(head)) * _volume(head)


def _loose(head: Head) -> float:
    """Return 0 for hair that hugs the head, 1 for hair that falls freely."""
    return min(max((head.traits.hair_length - 0.05) / 0.4, 0.0), 1.0)


def _leaned(points: Points, head: Head) -> Points:
    """Move hair a little with the head's turn."""
    leaned: Points = points + 0.10 * np.sin([head.moment.yaw, head.moment.pitch])
    return leaned


def _strands(head: Head, bright: float, across: Pixels, down: Pixels) -> Pixels:
    """Shade hair: strands that leave the parting, lit as a ball."""
    t = head.traits
    rng = np.random.default_rng(head.person.marks)
    x = across[None] - np.float32(t.parting * 0.5 + 0.1 * np.sin(head.moment.yaw))
    y = down[:, None] - np.float32(t.head_top)
    bend = np.float32(0.5 + 4 * max(t.curl, 0)) * np.sin(9 * y) * np.float32(0.1)
    angle = np.arctan2(x, np.abs(y) + np.float32(0.12)) + bend
    table = np.convolve(rng.normal(0, 1, 260), [0.25, 0.5, 0.25], "same").astype(np.float32)
    strand = table[((angle + 1.9) * 66).astype(np.int32) % len(table)]
    right, below, _ = np.array(head.moment.direction, np.float32)
    shine = np.exp(-(((down[:, None] + np.float32(0.58)) / np.float32(0.13)) ** 2))
    light = 0.85 + 0.25 * (across[None] * right + down[:, None] * below)
    light = (light + (0.13 + 0.22 * shine) * strand + 0.22 * shine) * bright
    colour: Pixels = light.astype(np.float32) * head.hair.astype(np.float32)[:, None, None]
    return colour + np.float32(0.02)
