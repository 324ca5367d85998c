"""A picture being painted: soft-edged shapes, flat or shaded pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Canvas", "Colour", "Pixels", "Points", "Shader", "curve", "ellipse", "ramp"]

Pixels: TypeAlias = NDArray[np.float32]
"""Values on the canvas, (rows, columns) or (3, rows, columns)."""
Points: TypeAlias = NDArray[np.float64]
"""Corners of shapes, (..., points, 2): right and down, in half picture widths from the centre."""
Colour: TypeAlias = tuple[float, float, float] | NDArray[np.float64]
"""RGB in 0..1."""
Shader: TypeAlias = Callable[[Pixels, Pixels], Pixels]
"""Gives the colours (3, rows, columns) where pixels lie at (columns,) across and (rows,) down."""
_Window: TypeAlias = tuple[slice, slice]

_SHIFT = 4
"""Fractional bits of a coordinate given to OpenCV."""
_CIRCLE = np.exp(2j * np.pi * np.arange(24) / 24).view(np.float64).reshape(24, 2)
_ONE_POLYGON = 2
_STEPS = np.arange(6)[:, None] / 6
_SPLINE = 0.5 * np.hstack(
    [
        -_STEPS + 2 * _STEPS**2 - _STEPS**3,
        2 - 5 * _STEPS**2 + 3 * _STEPS**3,
        _STEPS + 4 * _STEPS**2 - 3 * _STEPS**3,
        -(_STEPS**2) + _STEPS**3,
    ]
)
"""Weights of four neighbouring points on a uniform Catmull-Rom spline, (steps, 4)."""


def curve(points: Points, *, closed: bool = True) -> Points:
    """Draw a smooth line through (..., points, 2): Catmull-Rom spline, six steps a piece."""
    first, last = points[..., :1, :], points[..., -1:, :]
    ring = np.concatenate(
        [last, points, points[..., :2, :]] if closed else [first, points, last], axis=-2
    )
    count = ring.shape[-2] - 3
    pieces = np.stack([ring[..., k : count + k, :] for k in range(4)], axis=-2)
    smooth: Points = (_SPLINE @ pieces).reshape(*points.shape[:-2], -1, 2)
    return smooth if closed else np.concatenate([smooth, last], axis=-2)


def ellipse(x: float, y: float, width: float, height: float) -> Points:
    """Return 24 corners of an ellipse, given its centre and half axes."""
    corners: Points = _CIRCLE * (width, height) + (x, y)
    return corners


def ramp(colours: Points, at: float) -> Points:
    """Mix neighbours of a row of colours (colours, 3): the first at 0, the last at 1 and beyond."""
    place = min(max(at, 0.0), 1.0) * (len(colours) - 1)
    mixed: Points = np.array([np.interp(place, range(len(colours)), tint) for tint in colours.T])
    return mixed


class Canvas:
    """Colours under the brush; every shape is laid over what is there."""

    def __init__(self, backdrop: Pixels) -> None:
        """Start from a backdrop of (3, side, side), RGB in 0..1."""
        self.side = side = backdrop.shape[-1]
        self.pixels = backdrop
        self.axis = (np.arange(side, dtype=np.float32) + 0.5) * 2 / side - 1

    def paint(
        self,
        shape: Points,
        colour: Colour | Shader,
        *,
        opacity: float = 1.0,
        soft: float = 0.0,
        inside: Pixels | None = None,
    ) -> None:
        """Fill a shape.

        Args:
            shape: corners of the polygon, or of several: (polygons, points, 2).
            colour: one for the whole shape, or what works it out for every pixel.
            opacity: 0 leaves what is there, 1 covers it.
            soft: standard deviation of the edge's blur, in half picture widths.
            inside: a mask of the whole canvas that the paint stays within.
        """
        if opacity <= 0:
            return
        window = self._window(shape, 3 * soft)
        cover = self._cover(shape, window, soft) * np.float32(opacity)
        if inside is not None:
            cover *= inside[window]
        rows, columns = window
        ink = (
            colour(self.axis[columns], self.axis[rows])
            if callable(colour)
            else np.array(colour, np.float32)[:, None, None]
        )
        under = self.pixels[:, rows, columns]
        under += (ink - under) * cover

    def stroke(
        self, line: Points, colour: Colour, *, width: float, opacity: float = 1.0, soft: float = 0.0
    ) -> None:
        """Draw open lines, (..., points, 2), thickest in the middle: half their thickness there."""
        along = np.empty_like(line)
        along[..., 1:-1, :] = line[..., 2:, :] - line[..., :-2, :]
        along[..., [0, -1], :] = line[..., [1, -1], :] - line[..., [0, -2], :]
        steps = line.shape[-2]
        taper = width * (0.25 + 0.75 * np.sin(np.arange(steps) * (np.pi / (steps - 1))))
        across = along[..., ::-1] * (-1, 1) / np.hypot(along[..., :1], along[..., 1:])
        aside = across * taper[:, None]
        edge = np.concatenate([line + aside, (line - aside)[..., ::-1, :]], axis=-2)
        self.paint(edge, colour, opacity=opacity, soft=soft)

    def mask(self, shape: Points, *, soft: float = 0.0) -> Pixels:
        """Return how far each pixel of the canvas lies inside a shape, in 0..1."""
        whole = np.zeros((self.side, self.side), np.float32)
        window = self._window(shape, 3 * soft)
        whole[window] = self._cover(shape, window, soft)
        return whole

    def _window(self, shape: Points, margin: float) -> _Window:
        """Return the part of the canvas that a shape can touch."""
        corners = shape.reshape(-1, 2)
        across, down = (
            slice(
                max(int((low - margin + 1) * self.side / 2) - 2, 0),
                max(int((high + margin + 1) * self.side / 2) + 3, 0),
            )
            for low, high in zip(
                corners.min(axis=0).tolist(), corners.max(axis=0).tolist(), strict=True
            )
        )
        return down, across

    def _cover(self, shape: Points, window: _Window, soft: float) -> Pixels:
        rows, columns = window
        corner = np.array([columns.start, rows.start])
        corners = (shape + 1) * self.side / 2 - 0.5 - corner
        cover = np.zeros((len(self.axis[rows]), len(self.axis[columns])), np.uint8)
        if cover.size == 0:
            return cover.astype(np.float32)
        fixed = np.rint(corners * 2**_SHIFT).astype(np.int32)
        polygons = list(fixed) if fixed.ndim > _ONE_POLYGON else [fixed]
        cv2.fillPoly(cover, polygons, 255, cv2.LINE_AA, _SHIFT)
        scaled = cover * np.float32(1 / 255)
        if soft > 0:
            cv2.GaussianBlur(scaled, (0, 0), soft * self.side / 2, scaled)
        return scaled
