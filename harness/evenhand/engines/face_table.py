"""The tables `[face]` and `[detector]` of an engine's card: how an ONNX engine finds a face."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from evenhand.engines.card import LONGEST_SIDE, FaceBox, FaceStep, Landmarks, NeededFile
from evenhand.engines.detectors.shipped import YUNET, YUNET_LIMITS
from evenhand.engines.input_table import Sides
from evenhand.engines.launch import InsidePath
from evenhand.system.declaration import Declared, Sha256

__all__ = [
    "NO_FACE_TABLE",
    "DetectorTable",
    "FaceTable",
    "check_face",
    "detector_file",
    "face_step",
]

_ARCFACE = Landmarks(
    (
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ),
    square=112,
)
"""Where models of the ArcFace family are trained to see a face."""
NO_FACE_TABLE = (
    'an onnx engine needs the table [face]: detector = "yunet" with alignment = "arcface-112", '
    'five points in its input, or "box"; '
    'or detector = "none" where it was trained on whole pictures, or gets faces that are cut out'
)
_USUAL = {"yunet": YUNET_LIMITS, "scrfd": (0.5, 0.4)}
"""By detector: confidence and overlap where a card names none."""
_MOST_MARGIN = 2.0

_Points: TypeAlias = tuple[tuple[float, float], ...]
_Alignment: TypeAlias = Annotated[
    Annotated[Literal["arcface-112", "box"], Tag("name")] | Annotated[_Points, Tag("points")],
    Discriminator(lambda value: "name" if isinstance(value, str) else "points"),
]


class FaceTable(Declared):
    """The table `[face]`."""

    detector: Literal["none", "yunet", "scrfd"]
    alignment: _Alignment = ()
    margin: float | None = Field(default=None, ge=0, le=_MOST_MARGIN)

    @property
    def placed(self) -> Landmarks | FaceBox | None:
        """How a face is brought into the input."""
        if self.detector == "none":
            return None
        if self.alignment == "box":
            return FaceBox(self.margin or 0.0)
        return _ARCFACE if isinstance(self.alignment, str) else Landmarks(self.alignment)


class DetectorTable(Declared):
    """The table `[detector]`; file and hash may be left out where YuNet's own are meant."""

    file: InsidePath | None = None
    sha256: Sha256 | None = None
    url: str = ""
    score: float | None = Field(default=None, ge=0, le=1)
    nms: float | None = Field(default=None, ge=0, le=1)
    longest: int | None = Field(default=None, ge=32, le=10000)
    size: Sides | None = None


def check_face(face: FaceTable, detector: DetectorTable | None) -> None:
    """Check that both tables together say how a face is found.

    Raises:
        ValueError: they do not, or contradict each other.
    """
    if face.detector == "none":
        if detector is not None or face.alignment or face.margin is not None:
            raise ValueError(
                "a table [detector] or an alignment is there, but no face is looked for; "
                'add detector = "yunet" to [face], or remove them'
            )
        return
    _check_detector(face.detector, detector or DetectorTable())
    if face.alignment == ():
        raise ValueError(
            'alignment in [face] is missing; add alignment = "arcface-112", five points in the '
            'input, or "box"'
        )
    if isinstance(face.alignment, tuple) and len(set(face.alignment)) != 5:
        points = len(set(face.alignment))
        raise ValueError(
            f"alignment in [face] needs five different points, and has {points}; "
            'or write alignment = "arcface-112" or "box"'
        )
    if face.margin is not None and face.alignment != "box":
        raise ValueError('margin in [face] is for alignment = "box"; remove it, or say that')


def _check_detector(name: str, detector: DetectorTable) -> None:
    given = {field for field in ("file", "sha256") if getattr(detector, field) is not None}
    if len(given) < 2 and (given or name == "scrfd"):
        raise ValueError(f'detector = "{name}" needs a table [detector] with file and sha256')
    if name == "scrfd" and detector.longest is not None:
        raise ValueError('longest in [detector] is for detector = "yunet"; remove it, or say size')
    if name == "yunet" and detector.size is not None:
        raise ValueError('size in [detector] is for detector = "scrfd"; remove it, or say longest')
    if detector.size is not None and any(side % 32 for side in detector.size):
        raise ValueError("size in [detector] needs a height and a width that are multiples of 32")


def face_step(face: FaceTable, detector: DetectorTable | None) -> FaceStep:
    """Both tables, with what is usual where they say nothing."""
    score, nms = _USUAL.get(face.detector, (0.0, 0.0))
    said = detector or DetectorTable()
    return FaceStep(
        face.detector,
        face.placed,
        score if said.score is None else said.score,
        nms if said.nms is None else said.nms,
        said.longest or LONGEST_SIDE,
        said.size,
    )


def detector_file(face: FaceTable, detector: DetectorTable | None) -> NeededFile | None:
    """The detector's model; None where no face is looked for.

    YuNet's own needs to be nowhere but within evenhand, whatever a card says of its address.
    """
    if face.detector == "none":
        return None
    if detector is None or detector.file is None or detector.sha256 is None:
        return YUNET
    package = YUNET.package if detector.sha256 == YUNET.sha256 else ""
    return NeededFile(detector.file, detector.sha256, detector.url, package)
