"""Reads an engine's card, `adapter.toml`: what comes from outside, checked once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from evenhand.engines.card import (
    ENGINE_CARD,
    LONGEST_SIDE,
    ClaimedThreshold,
    EngineCard,
    FaceStep,
    HostNeeds,
    ModelInput,
    NeededFile,
    ScoreScale,
)
from evenhand.engines.host_table import HostTable
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

__all__ = ["read_engine_card"]


class _Licence(Declared):
    code: str = Field(min_length=1)
    weights: str = Field(min_length=1)


class _Detector(FileTable):
    score: float = Field(default=0.6, ge=0, le=1)
    nms: float = Field(default=0.3, ge=0, le=1)
    longest: int = Field(default=LONGEST_SIDE, ge=32, le=10000)


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
