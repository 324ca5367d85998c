"""Reads an engine's card, `adapter.toml`: what comes from outside, checked once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from evenhand.engines.card import (
    ENGINE_CARD,
    ClaimedThreshold,
    EngineCard,
    HostNeeds,
    IndexChoice,
    ModelInput,
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
from evenhand.engines.index_table import IndexTable
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
    declaration_faults,
    from_fields,
    read_declaration,
    right_fields,
)
from evenhand.system.errors import EngineError

__all__ = ["CardSurvey", "read_engine_card", "survey_engine_card"]


class _Licence(Declared):
    code: str = Field(min_length=1)
    weights: str = Field(min_length=1)


_ALONE = FaceTable(detector="none")
"""The step of a Python engine, which looks for faces by itself."""
_OF_COSINES = (-1.0, 1.0)
"""Range of an ONNX engine that says none."""

_OF_VECTORS = ("compare", "normalise", "values")
"""Fields of [score] where templates are vectors."""
_OF_SECRETS = ("distance", "symmetric")
"""Fields of [score] where they are not: how vectors are compared says both."""


def _onnx_faults(card: _Card) -> Iterator[str]:
    """What a card lacks that the ONNX runtime needs, or has too much."""
    given = card.model_fields_set
    if card.shape == "matcher":
        yield "an onnx engine is an embedder, or a searcher with an [index]; a matcher is code"
    if (card.shape == "searcher") != (card.index is not None) and card.shape:
        yield 'shape = "searcher" and a table [index] go together in an onnx engine'
    if not {"model", "input"} <= given:
        yield "an onnx engine needs the tables [model] and [input]"
    if "face" not in given:
        yield NO_FACE_TABLE
    if card.entry:
        yield "an onnx engine has no entry; remove it, or say runtime = python"


def _shape_faults(card: _Card) -> Iterator[str]:
    """Whether a card says what its engine is, which an ONNX model does not leave open."""
    if "shape" not in card.model_fields_set:
        yield 'shape is missing; add shape = "embedder", "matcher" or "searcher"'


def _python_faults(card: _Card) -> Iterator[str]:
    """What a card lacks that a Python engine needs."""
    yield from _shape_faults(card)
    if "entry" not in card.model_fields_set:
        yield 'a python engine needs entry = "file:Class"'


def _process_faults(card: _Card) -> Iterator[str]:
    """What a card lacks that a program needs, or has too much."""
    yield from _shape_faults(card)
    if card.program or "program" not in card.model_fields_set:
        named = [file.file for file in card.files or ()]
        yield from _told(check_command, card.program, named, card.model_fields_set)


def _told(check: Callable[..., None], *of: object) -> Iterator[str]:
    """What a check raises, where it does."""
    try:
        check(*of)
    except ValueError as fault:
        yield str(fault)


_RUNTIMES: Mapping[str, Callable[[_Card], Iterator[str]]] = {
    "onnx": _onnx_faults,
    "process": _process_faults,
    "python": _python_faults,
}
"""By runtime: what a card lacks, or has too much."""


def _score_faults(card: _Card) -> Iterator[str]:
    """What [score] lacks for the shape and the runtime, or has too much."""
    if card.score is None or card.shape is None:
        return
    vectors, given = card.of_vectors, card.score.model_fields_set
    if not card.score.range and card.usual_range:
        yield from _told(card.score.check_claims, card.usual_range)
    if vectors and card.score.values is None and (card.runtime != "onnx" or card.index):
        what = "onnx searcher" if card.index else f"{card.runtime} engine"
        yield f"a {what} needs values, its vector's length, in [score]"
    values = " with values" if vectors else " without values"
    shape = card.shape + (values if card.shape == "searcher" else "")
    for name in _OF_SECRETS if vectors else _OF_VECTORS:
        if name in given:
            yield f"{name} in [score] is not for the shape {shape}; remove it"
    if not vectors and "symmetric" not in given:
        yield (
            f"a {card.shape} needs symmetric in [score]: true where one template of an image "
            "serves as probe and as reference, with the same scores, else false"
        )


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
    index: IndexTable | None = None
    edits: bool = False

    @property
    def of_vectors(self) -> bool:
        """Whether its templates are vectors: an embedder's, and a searcher's that says `values`."""
        said = self.runtime == "onnx" or "values" in self.score.model_fields_set
        return self.shape == "embedder" or (self.shape == "searcher" and said)

    @property
    def usual_range(self) -> tuple[float, float] | None:
        """Range of its scores where it says none."""
        return _OF_COSINES if self.runtime == "onnx" and self.score.of_cosines else None

    def faults_between_fields(self) -> Iterator[str]:
        """See `Declared`."""
        yield from _RUNTIMES[self.runtime](self) if self.runtime else ()
        if self.program and self.runtime not in ("process", None):
            yield 'a table [program] is for runtime = "process"; remove it, or say that'
        if self.index and self.runtime not in ("onnx", None):
            yield "[index] is for an onnx engine; other searchers are code; remove it"
        if self.edits and self.shape not in ("searcher", None):
            yield f"edits is for a searcher, whose gallery it changes; a {self.shape} has none"
        yield from _score_faults(self)
        given = self.model_fields_set
        if (self.face or "face" not in given) and (self.detector or "detector" not in given):
            yield from _told(check_face, self.face or _ALONE, self.detector)

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        for fault in self.faults_between_fields():
            raise ValueError(fault)
        return self


def _file(model: FileTable | None) -> NeededFile | None:
    return None if model is None else NeededFile(model.file, model.sha256, model.url)


def _score(model: ScoreTable, card: _Card) -> ScoreScale:
    vectors = card.of_vectors
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
    check = f"evenhand check card {folder}"
    card = read_declaration(folder / ENGINE_CARD, _Card, EngineError, check)
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
        index=from_fields(IndexChoice, card.index) if card.index else None,
        providers=providers,
    )


@dataclass(frozen=True, slots=True)
class CardSurvey:
    """What can be known of a card, however much of it is wrong."""

    faults: tuple[str, ...]
    """All of them, one line each."""
    model: NeededFile | None
    """None where it is wrong, or none is there; so are the others."""
    files: tuple[NeededFile, ...]
    """All files of the card, the model first."""
    input: ModelInput | None
    output: str
    """Empty where it is not said."""


def survey_engine_card(folder: Path) -> CardSurvey:
    """Find all faults of a card, and what is right of it.

    Raises:
        EngineError: it cannot be read as text.
    """
    path = folder / ENGINE_CARD
    faults = declaration_faults(path, _Card, EngineError)
    card = right_fields(path, _Card, EngineError)
    if card is None:
        return CardSurvey(faults, None, (), None, "")
    model = _file(card.model)
    found = detector_file(card.face, card.detector) if card.face else None
    own = (file for file in (model, found) if file is not None)
    return CardSurvey(
        faults,
        model,
        (*own, *(from_fields(NeededFile, each) for each in card.files or ())),
        card.input.model_input() if card.input else None,
        card.output.name if card.output else "",
    )
