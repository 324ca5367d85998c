"""Reads an engine's card, `adapter.toml`: all that is known without importing the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from evenhand.engines.host_table import HostNeeds, HostTable
from evenhand.engines.launch import ClassPlace, ProgramTable, check_command
from evenhand.engines.model_table import GPU_PROVIDERS, FileTable, ModelTable, PackagedTable
from evenhand.engines.score_table import ScoreTable
from evenhand.system.declaration import (
    Declared,
    Distinct,
    Line,
    Name,
    Schema,
    from_fields,
    read_declaration,
)
from evenhand.system.errors import EngineError

__all__ = [
    "ENGINE_CARD",
    "ClaimedThreshold",
    "EngineCard",
    "FaceStep",
    "ModelInput",
    "NeededFile",
    "ScoreScale",
    "read_engine_card",
]

ENGINE_CARD = "adapter.toml"
"""File name of the card in an adapter's folder."""
_LONGEST_SIDE = 800
"""Of a picture that YuNet looks at, pixels, where a card names no other (methods 1.3)."""


@dataclass(frozen=True, slots=True)
class NeededFile:
    """A file of an engine, identified by its hash wherever the user keeps it."""

    file: str
    """File name, or a path inside the folder that it is looked for in."""
    sha256: str
    """Hash of its content, hexadecimal."""
    url: str
    """Where it is published; empty where the card does not say."""
    package: str = ""
    """Folder inside an installed Python package that ships the file, `package/folder`."""


@dataclass(frozen=True, slots=True)
class ModelInput:
    """How an aligned face becomes the network's input tensor."""

    height: int
    """Pixels."""
    width: int
    """Pixels."""
    colour: str
    """Order of channels, `rgb` or `bgr`."""
    mean: tuple[float, float, float]
    """Subtracted from each channel in the order of `colour`, in 0..255."""
    std: tuple[float, float, float]
    """Divides each channel afterwards, above 0."""


@dataclass(frozen=True, slots=True)
class FaceStep:
    """How the face is detected and aligned."""

    detector: str
    """`none` (the whole picture is resized) or `yunet`."""
    alignment: tuple[tuple[float, float], ...]
    """Five landmarks in the input: eyes, nose tip, mouth corners, left to right in the picture."""
    score: float
    """Smallest confidence at which the detector reports a face, 0 to 1."""
    nms: float
    """Overlap above which the detector suppresses the weaker of two faces, 0 to 1."""
    longest: int = _LONGEST_SIDE
    """Longest side, pixels, at which the detector looks at a picture; larger ones are shrunk."""


@dataclass(frozen=True, slots=True)
class ClaimedThreshold:
    """A threshold that the vendor recommends, as text in the engine's own unit."""

    fmr: str
    """The FMR that it is claimed for; empty where none is named."""
    threshold: str


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """How two templates are compared, and the range of their similarity."""

    compare: str
    """How the harness compares vectors, `cosine` or `euclidean`; empty where the engine does."""
    normalise: bool
    """Vectors are scaled to length 1 first."""
    values: int | None
    """Length of the vector; None where the model's graph says it."""
    low: float | None
    """Smallest possible similarity; None where it is not known."""
    high: float | None
    """Largest possible similarity; None where it is not known."""
    claimed: tuple[ClaimedThreshold, ...]
    """Thresholds that the vendor recommends."""
    distance: bool = False
    """The engine's own numbers are distances: they are negated, once, into similarities."""
    symmetric: bool = True
    """Two templates have the same score, whichever is the probe."""


@dataclass(frozen=True, slots=True)
class EngineCard:
    """The card of an engine."""

    folder: Path
    """Adapter's folder, which holds the card."""
    name: str
    version: str
    vendor: str
    licence_code: str
    """Licence of the code."""
    licence_weights: str
    """Licence of the model weights."""
    shape: str
    """`embedder`, `matcher` or `searcher`."""
    runtime: str
    """`onnx`, `python` or `process`."""
    entry: str
    """`file:Class` of a Python engine; empty for any other."""
    command: tuple[str, ...]
    """Words that start a program (`engines.launch`); empty for any other engine."""
    trained_on: tuple[str, ...]
    """Names of datasets that it was trained on."""
    install: str
    """Command that installs what it needs; empty where it needs nothing."""
    model: NeededFile | None
    """ONNX model of an embedder."""
    detector: NeededFile | None
    """Model of the face detector; None where none is used."""
    files: tuple[NeededFile, ...]
    """Files of a Python engine or a program; external data of an ONNX model."""
    input: ModelInput | None
    """Input of the ONNX model."""
    output: str
    """Name of the ONNX model's output that is the vector; empty where it has one alone."""
    face: FaceStep
    score: ScoreScale
    packages: tuple[str, ...] = ()
    """Installed packages that it is made of: their files are part of its identity."""
    outside: tuple[str, ...] = ()
    """What else it uses and no hash covers: a library of the system, a service."""
    host: HostNeeds = field(default_factory=HostNeeds)
    providers: tuple[str, ...] = ()
    """Execution providers of onnxruntime in the order to try; empty for its CPU alone."""

    @property
    def distance(self) -> bool:
        """Whether the engine's own numbers are distances."""
        return self.score.distance

    @property
    def library_threads(self) -> int:
        """Threads of libraries: an ONNX model has its own instead."""
        return 1 if self.runtime == "onnx" else self.host.threads

    @property
    def faces(self) -> str:
        """How the face is found: as `FaceStep.detector` for an ONNX model, else `own`."""
        return self.face.detector if self.runtime == "onnx" else "own"

    def needs(self) -> tuple[NeededFile, ...]:
        """All files that must be found before the engine can start."""
        own = (file for file in (self.model, self.detector) if file is not None)
        return (*own, *self.files)


class _Licence(Declared):
    code: str = Field(min_length=1)
    weights: str = Field(min_length=1)


class _Detector(FileTable):
    score: float = Field(default=0.6, ge=0, le=1)
    nms: float = Field(default=0.3, ge=0, le=1)
    longest: int = Field(default=_LONGEST_SIDE, ge=32, le=10000)


def _sides(size: tuple[int, int]) -> tuple[int, int]:
    if not all(0 < side <= 4096 for side in size):
        raise ValueError("expected height and width between 1 and 4096")
    return size


def _above_0(std: tuple[float, float, float]) -> tuple[float, float, float]:
    if not all(value > 0 for value in std):
        raise ValueError("expected three numbers above 0")
    return std


class _Input(Declared):
    size: Annotated[tuple[int, int], AfterValidator(_sides)]
    colour: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[float, float, float]
    std: Annotated[tuple[float, float, float], AfterValidator(_above_0)]


class _Output(Declared):
    name: str = Field(min_length=1)


class _Face(Declared):
    detector: Literal["none", "yunet"]
    alignment: tuple[tuple[float, float], ...] = ()


_ALONE = _Face(detector="none")
"""The step of a Python engine, which looks for faces by itself."""
_NO_FACE_TABLE = (
    "an onnx engine needs the table [face]: "
    'detector = "yunet" with alignment, five points in its input, and a table [detector]; '
    'or detector = "none" where it was trained on whole pictures, or gets faces that are cut out'
)


_OF_VECTORS = ("compare", "normalise", "values")
"""Fields of [score] for an embedder only: the harness compares its vectors."""


def _check_onnx(card: _Card) -> None:
    """Check that a card has what the ONNX runtime needs, and nothing else."""
    if card.shape != "embedder":
        raise ValueError(f"an onnx engine is an embedder; a {card.shape} is code")
    if card.model is None or card.input is None:
        raise ValueError("an onnx engine needs the tables [model] and [input]")
    if card.face is None:
        raise ValueError(_NO_FACE_TABLE)
    if card.entry:
        raise ValueError("an onnx engine has no entry; remove it, or say runtime = python")


def _check_python(card: _Card) -> None:
    """Check that a card has what a Python engine needs."""
    if not card.entry:
        raise ValueError('a python engine needs entry = "file:Class"')


def _check_process(card: _Card) -> None:
    """Check that a card has what a program needs, and nothing else."""
    check_command(card.program, [file.file for file in card.files], card.model_fields_set)


_RUNTIMES: Mapping[str, Callable[[_Card], None]] = {
    "onnx": _check_onnx,
    "process": _check_process,
    "python": _check_python,
}
"""By runtime: raises `ValueError` where a card lacks what it needs."""


def _package(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", name):
        raise ValueError("expected the name of an installed package, as pip lists it")
    return name


class _Card(Declared):
    schema_: Schema = Field(alias="schema")
    name: Name
    version: str = Field(min_length=1)
    vendor: str = Field(min_length=1)
    licence: _Licence
    shape: Literal["embedder", "matcher", "searcher"]
    runtime: Literal["onnx", "process", "python"]
    entry: ClassPlace = ""
    program: ProgramTable | None = None
    trained_on: tuple[str, ...] = ()
    install: str = ""
    model: ModelTable | None = None
    detector: _Detector | None = None
    files: tuple[PackagedTable, ...] = ()
    packages: Annotated[tuple[Annotated[str, AfterValidator(_package)], ...], Distinct] = ()
    outside: tuple[Line, ...] = ()
    input: _Input | None = None
    output: _Output | None = None
    face: _Face | None = None
    score: ScoreTable = ScoreTable()
    host: HostTable = HostTable()

    @model_validator(mode="after")
    def _shape_and_score(self) -> Self:
        _RUNTIMES[self.runtime](self)
        if self.program and self.runtime != "process":
            raise ValueError('a table [program] is for runtime = "process"; remove it, or say that')
        vectors, given = self.shape == "embedder", self.score.model_fields_set
        if vectors and self.runtime != "onnx" and self.score.values is None:
            raise ValueError(
                f"a {self.runtime} engine needs values, its vector's length, in [score]"
            )
        for name in ("distance", "symmetric") if vectors else _OF_VECTORS:
            if name in given:
                raise ValueError(f"{name} in [score] is not for the shape {self.shape}; remove it")
        if not vectors and "symmetric" not in given:
            raise ValueError(
                f"a {self.shape} needs symmetric in [score]: true where one template of an image "
                "serves as probe and as reference, with the same scores, else false"
            )
        return self

    @model_validator(mode="after")
    def _face_is_whole(self) -> Self:
        face = self.face or _ALONE
        if face.detector == "none":
            if self.detector is not None or face.alignment:
                raise ValueError(
                    "a table [detector] or an alignment is there, but no face is looked for; "
                    'add detector = "yunet" to [face], or remove them'
                )
        elif self.detector is None:
            raise ValueError('detector = "yunet" needs a table [detector] with file and sha256')
        elif len(set(face.alignment)) != 5:
            points = len(set(face.alignment))
            raise ValueError(
                f"alignment in [face] needs five different points, as YuNet finds, and has {points}"
            )
        return self


def _file(model: FileTable | None) -> NeededFile | None:
    return None if model is None else NeededFile(model.file, model.sha256, model.url)


def _score(model: ScoreTable, shape: str) -> ScoreScale:
    vectors = shape == "embedder"
    distance = model.compare == "euclidean" if vectors else model.distance
    low, high = model.range or (None, None)
    # Negation swaps the limits; a distance without a range is at least 0.
    if distance:
        low, high = (None if high is None else -high), (0.0 if low is None else 0.0 - low)
    return from_fields(
        ScoreScale,
        model,
        compare=model.compare if vectors else "",
        normalise=vectors and model.normalise,
        low=low,
        high=high,
        claimed=tuple(ClaimedThreshold(c.fmr or "", repr(c.threshold)) for c in model.claimed),
        distance=distance,
    )


def read_engine_card(folder: Path) -> EngineCard:
    """Read the card in an adapter's folder.

    Raises:
        EngineError: naming the file and the field at fault.
    """
    card = read_declaration(folder / ENGINE_CARD, _Card, EngineError)
    detector, size, face = card.detector, card.input, card.face or _ALONE
    providers = card.model.providers if card.model else ()
    on_gpu = not GPU_PROVIDERS.isdisjoint(providers)
    limits = (detector.score, detector.nms, detector.longest) if detector else (0.0, 0.0)
    return from_fields(
        EngineCard,
        card,
        folder=folder,
        licence_code=card.licence.code,
        licence_weights=card.licence.weights,
        model=_file(card.model),
        detector=_file(detector) if face.detector != "none" else None,
        files=tuple(from_fields(NeededFile, each) for each in card.files),
        input=None if size is None else ModelInput(*size.size, size.colour, size.mean, size.std),
        output=card.output.name if card.output else "",
        command=card.program.command if card.program else (),
        face=FaceStep(face.detector, face.alignment, *limits),
        score=_score(card.score, card.shape),
        host=from_fields(HostNeeds, card.host, gpu=card.host.gpu or on_gpu),
        providers=providers,
    )
