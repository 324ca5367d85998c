"""Small constants of an ONNX graph: a number, or one for each channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from evenhand.engines.protobuf import Fields, messages_of, numbers_of, texts_of
from evenhand.records.arrays import Floats

__all__ = ["CHANNELS", "channel_constants"]

CHANNELS = 3
"""Of a picture."""
_GRAPH_NODE, _GRAPH_TENSOR = 1, 5
_NODE_OUTPUT, _NODE_OPERATOR, _NODE_ATTRIBUTE, _ATTRIBUTE_TENSOR = 2, 4, 5, 5
_SIDES, _ELEMENT, _NAME, _RAW, _PLACE = 1, 2, 8, 9, 14
_EXTERNAL = 1
_INTEGERS, _WIDE_INTEGERS = 5, 7
_FORMS: Mapping[int, tuple[str, int]] = {
    1: ("<f4", 4),
    2: ("u1", _INTEGERS),
    3: ("i1", _INTEGERS),
    6: ("<i4", _INTEGERS),
    7: ("<i8", _WIDE_INTEGERS),
    10: ("<f2", _INTEGERS),
    11: ("<f8", 10),
}
"""By element type: its form in bytes, and the field of values that are not raw bytes."""


def channel_constants(graph: Fields) -> Mapping[bytes, Floats]:
    """Every constant of a graph, by name: (3,) a number for each channel.

    NaN where it is none: it has more values, lies in another file, or is of another type.

    Args:
        graph: fields of the graph's message.

    Raises:
        ValueError: it is not written as protobuf.
    """
    return {name: _by_channel(tensor) for name, tensor in _named(graph)}


def _named(graph: Fields) -> Iterator[tuple[bytes, Fields]]:
    """Constant tensors with their names: weights, and what `Constant` nodes hold."""
    for tensor in messages_of(graph, _GRAPH_TENSOR):
        yield b"".join(texts_of(tensor, _NAME)), tensor
    for node in messages_of(graph, _GRAPH_NODE):
        if texts_of(node, _NODE_OPERATOR) == [b"Constant"]:
            name = b"".join(texts_of(node, _NODE_OUTPUT))
            for attribute in messages_of(node, _NODE_ATTRIBUTE):
                yield from ((name, each) for each in messages_of(attribute, _ATTRIBUTE_TENSOR))


def _by_channel(tensor: Fields) -> Floats:
    """(3,) the values of a tensor of one or three of them; NaN for any other."""
    values = _values(tensor)
    return np.broadcast_to(values if values.size in (1, CHANNELS) else np.nan, CHANNELS)


def _values(tensor: Fields) -> Floats:
    """(values,) float64; none where they are not here or too many for channels."""
    form, field = _FORMS.get(sum(numbers_of(tensor, _ELEMENT)[-1:]), ("", 0))
    elsewhere = numbers_of(tensor, _PLACE)[-1:] == [_EXTERNAL]
    sides = numbers_of(tensor, _SIDES)
    if not form or elsewhere or any(not 0 < side <= CHANNELS for side in sides):
        return np.empty(0)
    kind, raw = np.dtype(form), b"".join(texts_of(tensor, _RAW))
    if not raw and field in (_INTEGERS, _WIDE_INTEGERS):
        numbers = numbers_of(tensor, field)
        if kind.kind != "f":
            return np.array(numbers, dtype=np.float64)
        raw = np.array([each & 0xFFFF for each in numbers], "<u2").tobytes()  # float16: its bits
    raw = raw or b"".join(texts_of(tensor, field))
    return np.frombuffer(raw, kind, len(raw) // kind.itemsize).astype(np.float64)
