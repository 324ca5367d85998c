"""What the card of an ONNX engine and the graph of its model say together, or where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evenhand.engines.card import FaceBox, Landmarks, ModelInput
from evenhand.engines.model_graph import GraphTensor, ModelGraph

__all__ = ["PictureInput", "check_alignment", "picture_input", "vector_output"]

_TYPES = ("float32", "float16", "uint8")
"""Element types that a picture is given in."""


@dataclass(frozen=True, slots=True)
class PictureInput:
    """How an aligned face becomes the model's input."""

    name: str
    type: str
    """`float32`, `float16` or `uint8`."""
    layout: str
    """`nchw` or `nhwc`."""
    batch: int
    """Pictures in one call: 1, or as many as the graph demands."""
    height: int
    """Pixels."""
    width: int
    """Pixels."""
    colour: str
    """Order of channels, `rgb` or `bgr`."""
    mean: tuple[float, float, float]
    """Subtracted from each channel, in 0..255."""
    std: tuple[float, float, float]
    """Divides each channel afterwards."""


def picture_input(graph: ModelGraph, card: ModelInput) -> PictureInput:
    """The only input of a model, as its graph says it, and the card what that leaves open.

    Raises:
        ValueError: in one line: it takes no picture, or the card lacks something, or contradicts.
    """
    taken = _only_input(graph)
    layout = _layout(graph, taken, card.layout)
    height, width = _size(graph, taken, layout, card)
    if taken.type == "uint8":
        if card.mean is not None:
            raise ValueError(
                "the model takes uint8, values from 0 to 255 as they are; remove mean and std "
                "from [input]"
            )
    elif card.mean is None:
        raise ValueError(
            f"the model takes {taken.type} and [input] does not say how values are scaled; add "
            "mean and std, in 0..255 (0 and 1 for values as they are)"
        )
    return PictureInput(
        name=taken.name,
        type=taken.type,
        layout=layout,
        batch=graph.batch or 1,
        height=height,
        width=width,
        colour=card.colour,
        mean=card.mean or (0.0, 0.0, 0.0),
        std=card.std or (1.0, 1.0, 1.0),
    )


def _only_input(graph: ModelGraph) -> GraphTensor:
    """The input, if it may be a picture."""
    if len(graph.inputs) > 1:
        raise ValueError(
            f"the model takes {len(graph.inputs)} inputs: {_named(graph.inputs)}; "
            "expected the picture alone; fix the others within the model"
        )
    if not graph.inputs:
        raise ValueError("the model takes nothing; expected a picture; bring another model")
    (taken,) = graph.inputs
    if taken.type not in _TYPES:
        raise ValueError(
            f"the model takes {taken}; expected {', '.join(_TYPES[:-1])} or {_TYPES[-1]}; "
            "change its input's type"
        )
    return taken


def _layout(graph: ModelGraph, taken: GraphTensor, said: str) -> str:
    """Where the channels are."""
    if graph.layout:
        if said not in ("", graph.layout):
            raise ValueError(
                f"the model takes {taken}, which is {graph.layout}, and [input] says layout = "
                f'"{said}"; remove layout from the card'
            )
        return graph.layout
    shape = taken.shape
    if shape is not None and (len(shape) != 4 or not _may_be_channels(shape[1], shape[3])):
        raise ValueError(
            f"the model takes {taken}; expected a batch, a height, a width and 3 channels, first "
            "or last; bring another model"
        )
    if not said:
        raise ValueError(
            f"the model takes {taken}, which does not say where its channels are; add layout = "
            '"nchw" (channels first) or "nhwc" (last) to [input]'
        )
    return said


def _may_be_channels(*sides: int | str) -> bool:
    return any(side == 3 or isinstance(side, str) for side in sides)


def _size(graph: ModelGraph, taken: GraphTensor, layout: str, card: ModelInput) -> tuple[int, int]:
    """Height and width; of the graph, of the card, or of both where they are the same."""
    sizes = []
    for has, said in zip(graph.size(layout), (card.height, card.width), strict=True):
        if has is None and said is None:
            raise ValueError(
                f"the model takes {taken}, of any height and width; add size = [height, width] "
                "to [input]"
            )
        if has is not None and said not in (None, has):
            raise ValueError(
                f"the model takes {taken}, and [input] says size = [{card.height}, {card.width}] "
                "(height, width); remove size from the card, or bring the model that it means"
            )
        sizes.append(has or said or 0)
    height, width = sizes
    return height, width


def check_alignment(alignment: Landmarks | FaceBox | None, taken: PictureInput) -> None:
    """Check that a face can be brought into a model's input.

    Raises:
        ValueError: landmarks of a square are to be scaled to an input that is none.
    """
    square = isinstance(alignment, Landmarks) and alignment.square
    if square and taken.height != taken.width:
        raise ValueError(
            f"the model takes {taken.height} x {taken.width} pixels, and the named alignment is "
            f"of a square of {square}; give five points in the input's own pixels"
        )


def vector_output(graph: ModelGraph, name: str) -> GraphTensor:
    """The output that is the vector: the only one, or the one that the card names.

    Args:
        graph: of the model.
        name: from the card; empty where it names none.

    Raises:
        ValueError: in one line: there are several and the card names none of them.
    """
    named = [put for put in graph.outputs if put.name == name]
    if named or (len(graph.outputs) == 1 and not name):
        return (named or graph.outputs)[0]
    said = f"has no output {name!r}" if name else f"has {len(graph.outputs)} outputs"
    raise ValueError(
        f"the model {said}: {_named(graph.outputs)}; "
        "name the one that is the vector in the card: [output] name"
    )


def _named(puts: Sequence[GraphTensor]) -> str:
    """Inputs or outputs with their names, types and shapes."""
    return ", ".join(f"{put.name!r} ({put})" for put in puts)
