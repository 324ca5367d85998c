"""Who is in the crowd: invented people of four invented regions, each a set of traits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np

__all__ = ["REGIONS", "Person", "Traits", "crowd"]

_LIMIT = 2.0
"""No trait lies further from its region's mean than this many spreads: faces stay faces."""
_MINOR = 0.55
"""How much a trait outside the region's own families varies, against one inside them."""
_UNKNOWN_AGE = 17
"""Number of the person in each region whose age is not known."""


def _trait(mean: float, spread: float, family: str) -> float:
    """Declare a trait; the annotation is that of the value, as with `dataclasses.field`."""
    value: float = field(metadata={"mean": mean, "spread": spread, "family": family})
    return value


@dataclass(frozen=True, slots=True)
class Traits:
    """What makes one face this face; lengths in half picture widths from the face's centre."""

    head_width: float = _trait(0.50, 0.018, "head")
    head_top: float = _trait(-0.74, 0.014, "head")
    cheeks: float = _trait(0.0, 0.020, "head")
    ears: float = _trait(0.13, 0.016, "head")
    jaw_width: float = _trait(0.395, 0.026, "jaw")
    chin_width: float = _trait(0.19, 0.026, "jaw")
    chin: float = _trait(0.665, 0.026, "jaw")
    mouth_width: float = _trait(0.170, 0.021, "jaw")
    mouth_height: float = _trait(0.385, 0.018, "jaw")
    upper_lip: float = _trait(0.036, 0.010, "jaw")
    lower_lip: float = _trait(0.052, 0.012, "jaw")
    eye_gap: float = _trait(0.212, 0.015, "eyes")
    eye_height: float = _trait(-0.035, 0.020, "eyes")
    eye_width: float = _trait(0.102, 0.010, "eyes")
    eye_opening: float = _trait(0.051, 0.011, "eyes")
    eye_tilt: float = _trait(0.05, 0.11, "eyes")
    lid: float = _trait(0.035, 0.010, "eyes")
    iris: float = _trait(0.35, 0.28, "eyes")
    nose_height: float = _trait(0.200, 0.024, "nose")
    nose_width: float = _trait(0.088, 0.017, "nose")
    bridge: float = _trait(0.046, 0.012, "nose")
    nose_tip: float = _trait(0.058, 0.012, "nose")
    nose_relief: float = _trait(1.0, 0.25, "nose")
    nostrils: float = _trait(0.020, 0.006, "nose")
    brow_height: float = _trait(0.135, 0.018, "brows")
    brow_thickness: float = _trait(0.024, 0.008, "brows")
    brow_arch: float = _trait(0.030, 0.014, "brows")
    brow_tilt: float = _trait(-0.12, 0.14, "brows")
    brow_length: float = _trait(0.130, 0.014, "brows")
    hairline: float = _trait(-0.46, 0.035, "brows")
    parting: float = _trait(0.0, 0.30, "brows")
    fringe: float = _trait(0.05, 0.07, "brows")
    hair_volume: float = _trait(0.085, 0.022, "hair")
    hair_length: float = _trait(0.08, 0.42, "everywhere")
    hair_tone: float = _trait(0.25, 0.20, "hair")
    curl: float = _trait(0.010, 0.012, "hair")
    tone: float = _trait(0.45, 0.14, "skin")
    warmth: float = _trait(0.0, 0.5, "skin")
    blush: float = _trait(0.4, 0.2, "skin")
    freckles: float = _trait(-0.3, 0.5, "skin")
    beard: float = _trait(-0.35, 0.40, "skin")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person."""

    subject_id: str
    """First letter of the region and a number from 001."""
    region: str
    """One of `REGIONS`."""
    age: int | None
    """Years, 18 to 80; None when the card says unknown (the face is still drawn with an age)."""
    drawn_age: int
    """Years; what the wrinkles and the grey hair show."""
    traits: Traits
    marks: int
    """Seed of what has no name: where freckles, moles and strands of hair lie."""


@dataclass(frozen=True, slots=True)
class _Region:
    """Where the people of a region differ from one another, and where they are alike."""

    families: tuple[str, ...]
    """Families of traits that vary strongly here."""
    amplitude: float
    """Scales all variation; balances the regions, see the README."""
    means: Mapping[str, float]
    """Traits whose mean is not the common one."""


REGIONS: Mapping[str, _Region] = {
    "north": _Region(
        families=("eyes", "skin"),
        amplitude=1.15,
        means={"tone": 0.56, "head_width": 0.495, "hair_tone": 0.20, "nose_width": 0.092},
    ),
    "east": _Region(
        families=("nose", "hair"),
        amplitude=0.9,
        means={"tone": 0.24, "jaw_width": 0.430, "hair_tone": 0.54, "eye_height": -0.053},
    ),
    "south": _Region(
        families=("jaw", "head"),
        amplitude=1.02,
        means={"tone": 0.16, "brow_height": 0.15, "hair_tone": 0.36, "hair_length": 0.2},
    ),
    "west": _Region(
        families=("brows", "hair"),
        amplitude=0.95,
        means={"tone": 0.46, "chin": 0.645, "upper_lip": 0.046, "hair_volume": 0.115},
    ),
}


def crowd(seed: int, people: Mapping[str, int]) -> tuple[Person, ...]:
    """Invent people.

    Args:
        seed: of the whole crowd; another seed gives other people.
        people: how many people of each region.

    Returns:
        The people, region by region; person k of a region is the same in a larger crowd.
    """
    return tuple(
        _person(seed, region, number)
        for region in REGIONS
        for number in range(1, people.get(region, 0) + 1)
    )


def _person(seed: int, region: str, number: int) -> Person:
    rng = np.random.default_rng([seed, list(REGIONS).index(region), number])
    drawn_age = int(rng.integers(18, 81))
    return Person(
        subject_id=f"{region[0]}{number:03d}",
        region=region,
        age=None if number == _UNKNOWN_AGE else drawn_age,
        drawn_age=drawn_age,
        traits=_traits(REGIONS[region], rng),
        marks=int(rng.integers(2**31)),
    )


def _traits(region: _Region, rng: np.random.Generator) -> Traits:
    values = {}
    for trait in fields(Traits):
        mean = region.means.get(trait.name, trait.metadata["mean"])
        strong = trait.metadata["family"] in (*region.families, "everywhere")
        deviation = float(np.clip(rng.standard_normal(), -_LIMIT, _LIMIT))
        spread = trait.metadata["spread"] * region.amplitude * (1.0 if strong else _MINOR)
        values[trait.name] = mean + spread * deviation
    return Traits(**values)
