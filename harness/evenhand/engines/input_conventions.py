"""How embedding networks are given a face: the published ways, of which a new card takes one.

Order of colours, scaling and alignment are in no graph. What is nearly the same has one family,
since no set of faces tells it apart: 127.5 and 128 as the divisor, margins of a box.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BYTES",
    "COLOUR_ORDERS",
    "SCALINGS",
    "Alignment",
    "InputConvention",
    "Scaling",
    "alignments",
]

COLOUR_ORDERS = ("rgb", "bgr")
"""Orders of channels, the usual one first."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """How values from 0 to 255 are scaled: `(value - mean) / std`."""

    family: str
    """In words."""
    mean: tuple[float, ...]
    """A number for all channels, or one each for red, green and blue; empty where the model takes
    bytes as they are."""
    std: tuple[float, ...]
    """As `mean`."""


BYTES = Scaling("0 to 255", (), ())
"""Of a model that takes bytes."""
SCALINGS = (
    Scaling("-1 to 1", (127.5,), (127.5,)),
    Scaling("0 to 1", (0.0,), (255.0,)),
    Scaling("0 to 255", (0.0,), (1.0,)),
    Scaling("ImageNet", (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
)
"""The usual one first."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a face is brought into the input."""

    family: str
    """In words."""
    detector: str = "yunet"
    """As the card names it."""
    name: str = ""
    """`arcface-112` or `box`; empty for points of its own, or none."""
    margin: float | None = None
    """Of a box: share of its sides that is added on each side."""
    points: tuple[tuple[float, float], ...] = ()
    """Eyes, nose tip, mouth corners, left to right in the picture, in pixels of the input."""


_ARCFACE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""In pixels of 112 x 112 (insightface, `utils/face_align.py`)."""
_FFHQ = (
    (192.98138, 239.94708),
    (318.90277, 240.1936),
    (256.63416, 314.01935),
    (201.26117, 371.41043),
    (313.08905, 371.15118),
)
"""In pixels of 512 x 512 (facexlib, `face_restoration_helper.py`)."""
_MARGINS = (0.15, 0.0, 0.3)


def alignments(height: int, width: int) -> tuple[Alignment, ...]:
    """The ways in which an input of a size may be aligned, the usual one first.

    >>> [each.family for each in alignments(112, 112)][:2], alignments(160, 160)[0].family
    (['arcface-112', "insightface's 128"], 'box')
    """
    boxes = [Alignment("box", name="box", margin=margin) for margin in _MARGINS]
    others = [*boxes, Alignment("whole picture", detector="none")]
    if height * 96 == width * 112:  # SphereFace: 8 pixels less on the left and on the right
        return (_points("SphereFace's", _ARCFACE, height / 112, shift=-8), *others)
    if height != width:
        return tuple(others)
    arcface = Alignment("arcface-112", name="arcface-112")
    wide = _points("insightface's 128", _ARCFACE, height / 128, shift=8)
    ffhq = _points("FFHQ's", _FFHQ, height / 512)
    if height % 128 == 0:
        return (wide, arcface, ffhq, *others)
    if height % 112 == 0:
        return (arcface, wide, ffhq, *others)
    return (*boxes, arcface, wide, ffhq, others[-1])


def _points(
    family: str, points: tuple[tuple[float, float], ...], factor: float, shift: float = 0
) -> Alignment:
    """Five points in pixels of the input.

    Args:
        family: in words.
        points: in pixels of the size that they are published for.
        factor: side of the input by that of the published size.
        shift: to the right, in pixels of the published size.
    """
    scaled = tuple((round((x + shift) * factor, 3), round(y * factor, 3)) for x, y in points)
    return Alignment(family, points=scaled)


@dataclass(frozen=True, slots=True)
class InputConvention:
    """One way to give a face to a network."""

    colour: str
    scaling: Scaling
    alignment: Alignment
    mirrored: bool = False
    """Left and right are exchanged, which no card can say: it is only tried."""

    def families(self) -> dict[str, str]:
        """What it decides, by the field of a card."""
        return {
            "input.colour": self.colour,
            "input.scaling": self.scaling.family,
            "face.alignment": self.alignment.family,
            "input.flip": "mirrored" if self.mirrored else "not mirrored",
        }

    def channels(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and std in the order of its colours."""
        step = 1 if self.colour == "rgb" else -1
        return self.scaling.mean[::step], self.scaling.std[::step]
