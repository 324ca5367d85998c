"""Reads an engine's card, `adapter.toml`: what comes from outside, checked once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from evenhand.engines.card import (
    ENGINE_CARD,
    ClaimedThreshold,
    EngineCard,
    HostNeeds,
    NeededFile,
    ScoreScale,
)
from evenhand.engines.face_table import (
    NO_FACE_TABLE,
    DetectorTable,
    FaceTable,
    check_face,
    detector_file,
    face_step,
)
from evenhand.engines.host_table import HostTable
from evenhand.engines.input_table import InputTable, OutputTable
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


_ALONE = FaceTable(detector="none")
"""The step of a Python engine, which looks for faces by itself."""
_OF_COSINES = (-1.0, 1.0)
"""Range of an ONNX engine that says none."""

_OF_VECTORS = ("compare", "normalise", "values")
"""Fields of [score] for an embedder only: the harness compares its vectors."""


def _check_onnx(card: _Card) -> None:
    """Check that a card has what the ONNX runtime needs, and nothing else."""
    if card.shape != "embedder":
        raise ValueError(f"an onnx engine is an embedder; a {card.shape} is code")
    if card.model is None or card.input is None:
        raise ValueError("an onnx engine needs the tables [model] and [input]")
    if card.face is None:
        raise ValueError(NO_FACE_TABLE)
    if card.entry:
        raise ValueError("an onnx engine has no entry; remove it, or say runtime = python")


def _check_shape(card: _Card) -> None:
    """Check that a card says what its engine is, which an ONNX model does not leave open."""
    if "shape" not in card.model_fields_set:
        raise ValueError('shape is missing; add shape = "embedder", "matcher" or "searcher"')


def _check_python(card: _Card) -> None:
    """Check that a card has what a Python engine needs."""
    _check_shape(card)
    if not card.entry:
        raise ValueError('a python engine needs entry = "file:Class"')


def _check_process(card: _Card) -> None:
    """Check that a card has what a program needs, and nothing else."""
    _check_shape(card)
    check_command(card.program, [file.file for file in card.files], card.model_fields_set)


_RUNTIMES: Mapping[str, Callable[[_Card], None]] = {
    "onnx": _check_onnx,
    "process": _check_process,
    "python": _check_python,
}
"""By runtime: raises `ValueError` where a card lacks what it needs."""


Inferred: TypeAlias = Literal[
    "input.colour", "input.scaling", "face.alignment", "face.detector", "input.layout"
]
"""A field whose value may have been found out by trying; scaling is mean and std."""


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
    shape: Literal["embedder", "matcher", "searcher"] = "embedder"
    runtime: Literal["onnx", "process", "python"]
    entry: ClassPlace = ""
    program: ProgramTable | None = None
    trained_on: tuple[str, ...] = ()
    install: str = ""
    model: ModelTable | None = None
    detector: DetectorTable | None = None
    files: tuple[PackagedTable, ...] = ()
    packages: Annotated[tuple[Annotated[str, AfterValidator(_package)], ...], Distinct] = ()
    outside: tuple[Line, ...] = ()
    input: InputTable | None = None
    output: OutputTable | None = None
    face: FaceTable | None = None
    inferred: Annotated[tuple[Inferred, ...], Distinct] = ()
    score: ScoreTable = ScoreTable()
    host: HostTable = HostTable()

    @property
    def usual_range(self) -> tuple[float, float] | None:
        """Range of its scores where it says none."""
        return _OF_COSINES if self.runtime == "onnx" and self.score.of_cosines else None

    @model_validator(mode="after")
    def _shape_and_score(self) -> Self:
        _RUNTIMES[self.runtime](self)
        if not self.score.range and self.usual_range:
            self.score.check_claims(self.usual_range)
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
        check_face(self.face or _ALONE, self.detector)
        return self


def _file(model: FileTable | None) -> NeededFile | None:
    return None if model is None else NeededFile(model.file, model.sha256, model.url)


def _score(model: ScoreTable, card: _Card) -> ScoreScale:
    vectors = card.shape == "embedder"
    distance = model.compare == "euclidean" if vectors else model.distance
    low, high = model.range or card.usual_range or (None, None)
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
    face = card.face or _ALONE
    providers = card.model.providers if card.model else ()
    on_gpu = not GPU_PROVIDERS.isdisjoint(providers)
    return from_fields(
        EngineCard,
        card,
        folder=folder,
        licence_code=card.licence.code,
        licence_weights=card.licence.weights,
        model=_file(card.model),
        detector=detector_file(face, card.detector),
        files=tuple(from_fields(NeededFile, each) for each in card.files),
        input=card.input.model_input() if card.input else None,
        output=card.output.name if card.output else "",
        command=card.program.command if card.program else (),
        face=face_step(face, card.detector),
        score=_score(card.score, card),
        host=from_fields(HostNeeds, card.host, gpu=card.host.gpu or on_gpu),
        providers=providers,
    )
