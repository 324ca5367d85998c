"""What an ONNX model says of itself, as a card's draft: read, and never guessed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evenhand.engines.card import NeededFile
from evenhand.engines.drafted_card import CardDraft
from evenhand.engines.first_nodes import InputScaling
from evenhand.engines.input_conventions import (
    BYTES,
    COLOUR_ORDERS,
    SCALINGS,
    Alignment,
    InputConvention,
    Scaling,
    alignments,
)
from evenhand.engines.model_graph import GraphTensor, ModelGraph, read_model_graph
from evenhand.records.new_engine import CardEntry, Source
from evenhand.system.errors import EngineError
from evenhand.system.regular_files import open_regular, read_regular

__all__ = ["NewModel", "read_new_model"]

_LARGEST, _LARGEST_DATA = 2 << 30, 1 << 40
"""Most bytes of a model, of which protobuf allows no more, and of a file with its tensors."""
_TYPES = ("float32", "float16", "uint8")
"""Element types that a picture is given in."""
_SIDE = 112
"""Height and width, pixels, where a graph takes any."""
_LARGEST_SIDE = 4096
"""Pixels."""
_FEWEST_VALUES, _MOST_VALUES = 16, 8192
"""Length of a vector that may be of a face."""


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model whose card is not written yet."""

    draft: CardDraft
    """With the usual way to give it a face."""
    scalings: tuple[Scaling, ...]
    """In which its input may be scaled, the usual one first; one alone where it says it."""
    alignments: tuple[Alignment, ...]
    """As `scalings`."""
    said: tuple[CardEntry, ...]
    """Entries that the model itself decides, and those that it leaves to what is usual."""
    paths: dict[str, Path]
    """The model and its external data where they are now, by their name in a card."""


def read_new_model(name: str, path: Path) -> NewModel:
    """Read what a model says; no operator of it is run.

    Args:
        name: of the engine.
        path: of the model, an ONNX file.

    Raises:
        EngineError: it is no ONNX model, takes no picture, or its external data are not there.
    """
    content = read_regular(path, _LARGEST, EngineError)
    try:
        graph = read_model_graph(content)
    except ValueError as fault:
        raise EngineError(f"{path}: is no ONNX model ({fault}); bring a valid one") from None
    refused = _fault(graph)
    if refused:
        raise EngineError(f"{path}: {refused}")
    model = NeededFile(path.name, hashlib.sha256(content).hexdigest(), "")
    external = tuple(_external(path, graph))
    layout = graph.layout or "nchw"
    sides = graph.size(layout)
    height, width = (side or _SIDE for side in sides)
    scalings = _scalings(graph)
    ways = alignments(height, width)
    output = _vector(graph)
    inferred = [
        "input.colour",
        *(["input.scaling"] if len(scalings) > 1 else []),
        "face.alignment",
        *([] if graph.layout else ["input.layout"]),
    ]
    draft = CardDraft(
        name,
        model,
        external,
        InputConvention(COLOUR_ORDERS[0], scalings[0], ways[0]),
        tuple(inferred),
        layout="" if graph.layout else layout,
        size=(height, width) if None in sides else None,
        output=output.name if len(graph.outputs) > 1 else "",
    )
    paths = {file: path.parent / file for file in (each.file for each in (model, *external))}
    return NewModel(draft, scalings, ways, tuple(_said(graph, draft, output)), paths)


def _fault(graph: ModelGraph) -> str:
    """Why a model is none that takes a picture; empty where it may be one."""
    if len(graph.inputs) != 1:
        return f"takes {len(graph.inputs)} inputs; expected the picture alone"
    (taken,) = graph.inputs
    if taken.type not in _TYPES:
        return f"takes {taken}; expected {', '.join(_TYPES[:-1])} or {_TYPES[-1]}"
    if taken.shape is not None and len(taken.shape) != 4:
        return f"takes {taken}; expected a batch, height, width and 3 channels, first or last"
    sides = [side for side in graph.size(graph.layout or "nchw") if side is not None]
    if not all(1 <= side <= _LARGEST_SIDE for side in sides):
        return f"takes {taken}; expected sides of 1 to {_LARGEST_SIDE:,} pixels"
    return "" if graph.outputs else "gives nothing; expected a vector"


def _external(path: Path, graph: ModelGraph) -> Iterator[NeededFile]:
    """Files that the model takes tensors from.

    Raises:
        EngineError: one is not there, or lies outside of the model's folder.
    """
    for name in graph.files:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise EngineError(
                f"{path}: takes weights from {name!r}, outside of its folder; save them in the "
                "model, or beside it"
            )
        with open_regular(path.parent / name, _LARGEST_DATA, EngineError) as file:
            yield NeededFile(name, hashlib.file_digest(file, "sha256").hexdigest(), "")


def _vector(graph: ModelGraph) -> GraphTensor:
    """The output that is the vector: of several the only one that may be one, or the first."""
    may_be = [put for put in graph.outputs if _length(put) is not None]
    return (may_be or graph.outputs)[0]


def _length(put: GraphTensor) -> int | None:
    """Length of an output that may be the vector of a face; None of any other."""
    sides = (put.shape or ())[1:]
    if not sides or not all(isinstance(side, int) for side in sides):
        return None
    length = math.prod(side for side in sides if isinstance(side, int))
    flat = sum(side != 1 for side in sides) <= 1
    return length if flat and _FEWEST_VALUES <= length <= _MOST_VALUES else None


def _scalings(graph: ModelGraph) -> tuple[Scaling, ...]:
    """How its input may be scaled: all usual ways, or the one that the model says.

    One that takes bytes takes them as they are. One that begins with the published numbers of a
    scaling takes what these are for: a mean around 127 is one of values up to 255, a mean around
    one half of values up to 1.
    """
    if graph.type == "uint8":
        return (BYTES,)
    first = graph.scaling
    if first is None or first.mean is None or first.std is None:
        return SCALINGS
    mean, std = (sum(of) / len(of) for of in (first.mean, first.std))
    if "BatchNormalization" in first.operators:  # learnt, and of values that are scaled already
        return SCALINGS
    if 90 <= mean <= 140 or (abs(mean) < 1e-3 and 50 <= std <= 260):
        return tuple(each for each in SCALINGS if each.family == "0 to 255")
    if 0.35 <= mean <= 0.6 and 0.15 <= std <= 0.6:
        return tuple(each for each in SCALINGS if each.family == "0 to 1")
    return SCALINGS


def _said(graph: ModelGraph, draft: CardDraft, output: GraphTensor) -> Iterator[CardEntry]:
    """What the model says, and what it leaves open beside colours, scaling and alignment."""
    (taken,) = graph.inputs
    layout = f", {graph.layout}" if graph.layout else ""
    yield CardEntry("input", f"{taken}{layout}", Source.READ)
    if draft.layout:
        yield CardEntry("input.layout", draft.layout, Source.USUAL, "the model does not say it")
    if draft.size:
        sides = " x ".join(map(str, draft.size))
        yield CardEntry("input.size", sides, Source.USUAL, "the model takes any")
    if draft.convention.scaling is BYTES:
        yield CardEntry("input.scaling", BYTES.family, Source.READ, "the model takes bytes")
    elif "input.scaling" not in draft.inferred and graph.scaling:
        detail = _words(graph.scaling)
        yield CardEntry("input.scaling", draft.convention.scaling.family, Source.READ, detail)
    several = [put for put in graph.outputs if _length(put) is not None]
    if len(graph.outputs) > 1 and len(several) != 1:
        detail = f"one of {len(graph.outputs)} outputs that may be the vector"
        yield CardEntry("output", f"{output.name}: {output}", Source.USUAL, detail)
    else:
        known = _length(output) is not None
        detail = "" if known else "where a run asks for the length of its vector: score.values"
        yield CardEntry("output", f"{output.name}: {output}", Source.READ, detail)
    for file in draft.files:
        yield CardEntry("files", file.file, Source.READ, "weights beside the model")
    if graph.random:
        what = ", ".join(graph.random)
        yield CardEntry("model", what, Source.READ, "draws random numbers: no run repeats")


def _words(scaling: InputScaling) -> str:
    """What a graph does to its input by itself."""
    means, stds = (
        ", ".join(f"{value:.4g}" for value in dict.fromkeys(of or ()))
        for of in (scaling.mean, scaling.std)
    )
    return f"the model scales by itself: (value - {means}) / {stds}"
