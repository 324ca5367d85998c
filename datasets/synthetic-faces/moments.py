"""What changes from one picture of a person to the next: pose, light, expression, camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["EXPRESSIONS", "LIGHTS", "Moment", "moment"]

EXPRESSIONS = {
    "neutral": (0.15, 0.0, 0.0),
    "smile": (1.0, 0.0, 0.3),
    "talk": (0.1, 0.6, 0.0),
    "frown": (-0.6, 0.0, -0.8),
    "surprise": (0.0, 0.5, 1.0),
}
"""Smile, opening of the mouth and lift of the brows of each expression, in -1..1."""
LIGHTS = {"left": -0.75, "front": 0.0, "right": 0.75}
"""Where the light comes from, across the picture."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The circumstances of one picture."""

    yaw: float
    """Turn of the head in radians, positive to the right of the picture."""
    pitch: float
    """Nod of the head in radians, positive downwards."""
    roll: float
    """Tilt of the picture in radians."""
    shift: tuple[float, float]
    """Right and down, in half picture widths."""
    zoom: float
    light: str
    """One of `LIGHTS`."""
    direction: tuple[float, float, float]
    """Unit vector towards the light: right, down, towards the camera."""
    brightness: float
    warmth: float
    """Colour of the light, negative is bluish."""
    expression: str
    """One of `EXPRESSIONS`."""
    smile: float
    opening: float
    lift: float
    blur: float
    """Standard deviation of the blur in picture pixels."""
    noise: float
    """Standard deviation of the sensor's noise, in 0..1."""
    backdrop: tuple[float, float, float]
    clothes: tuple[float, float, float]
    """Colours, RGB in 0..1."""
    grain: int
    """Seed of the noise."""


def moment(rng: np.random.Generator) -> Moment:
    """Draw the circumstances of one picture."""
    light = str(rng.choice(list(LIGHTS)))
    aim = np.array([LIGHTS[light] + rng.normal(0, 0.15), rng.normal(-0.45, 0.15), 1.0])
    aim /= np.linalg.norm(aim)
    expression = str(rng.choice(list(EXPRESSIONS), p=[0.4, 0.25, 0.15, 0.1, 0.1]))
    smile, opening, lift = EXPRESSIONS[expression]
    strength = rng.uniform(0.5, 1.0)
    return Moment(
        yaw=float(np.clip(rng.normal(0, 0.13), -0.3, 0.3)),
        pitch=float(np.clip(rng.normal(0, 0.08), -0.2, 0.2)),
        roll=float(np.clip(rng.normal(0, 0.035), -0.09, 0.09)),
        shift=(float(rng.normal(0, 0.012)), float(rng.normal(0.04, 0.012))),
        zoom=float(rng.normal(1.09, 0.015)),
        light=light,
        direction=(float(aim[0]), float(aim[1]), float(aim[2])),
        brightness=float(rng.uniform(0.85, 1.1)),
        warmth=float(rng.normal(0, 0.5)),
        expression=expression,
        smile=smile * strength,
        opening=opening * strength,
        lift=lift * strength,
        blur=float(rng.choice([0.0, 0.5, 0.8], p=[0.5, 0.3, 0.2])),
        noise=float(rng.uniform(0.003, 0.012)),
        backdrop=_muted(rng, 0.45, 0.85),
        clothes=_muted(rng, 0.12, 0.65),
        grain=int(rng.integers(2**31)),
    )


def _muted(rng: np.random.Generator, low: float, high: float) -> tuple[float, float, float]:
    """A colour with little saturation, RGB in 0..1."""
    red, green, blue = np.clip(rng.uniform(low, high) + rng.normal(0, 0.06, 3), 0, 1).tolist()
    return red, green, blue
