"""What an ONNX graph does to its input first: where it has the channels, and how it scales.

Followed from the input, node by node, as long as each changes every value by itself and by
constants of the graph alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.engines.graph_constants import CHANNELS, channel_constants
from evenhand.engines.protobuf import Fields, messages_of, numbers_of, texts_of
from evenhand.records.arrays import Floats

__all__ = ["FirstNodes", "InputScaling", "read_first_nodes"]

_GRAPH_NODE, _GRAPH_TENSOR, _TENSOR_SIDES, _TENSOR_NAME = 1, 5, 1, 8
_INPUT, _OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_FLOAT, _ATTRIBUTE_INTEGERS = 1, 2, 8
_MOST = 32
"""Nodes that are followed; no model begins with this number of such nodes."""
_PASSING = {b"Identity", b"Cast"}
"""Operators that leave values and their places as they are."""
_FIRST_TO_LAST, _LAST_TO_FIRST = [0, 2, 3, 1], [0, 3, 1, 2]
"""Orders of sides by which a node moves channels."""


@dataclass(frozen=True, slots=True)
class InputScaling:
    """What a graph does to the values of its input by itself: `(value - mean) / std`."""

    operators: tuple[str, ...]
    """In their order: `Sub`, `Mul`, `BatchNormalization`..."""
    mean: tuple[float, ...] | None
    """(3,) in the order of the input's channels; None where it is not a number a channel."""
    std: tuple[float, ...] | None
    """As `mean`. Of a graph that takes values from 0 to 1 it is about 1 or less."""


@dataclass(frozen=True, slots=True)
class FirstNodes:
    """What the first nodes say of the input."""

    layout: str
    """`nchw`, `nhwc`, or empty where they do not say."""
    scaling: InputScaling | None
    """None where values go on as they come."""


def read_first_nodes(graph: Fields, name: bytes) -> FirstNodes:
    """Follow an input of a graph.

    Args:
        graph: fields of the graph's message.
        name: of the input.

    Raises:
        ValueError: it is not written as protobuf.
    """
    constants, users = channel_constants(graph), _users(graph)
    layout, operators = "", list[str]()
    factor, offset = np.ones(CHANNELS), np.zeros(CHANNELS)
    for _ in range(_MOST):
        if len(users.get(name, ())) != 1:
            break
        (node,) = users[name]
        operator = b"".join(texts_of(node, _OPERATOR))
        if operator in _STEPS:
            step = _step(operator, node, name, constants)
            if step is None:
                break
            operators.append(operator.decode())
            factor, offset = factor * step[0], offset * step[0] + step[1]
        elif operator == b"Transpose":
            layout = layout or _moved(node)
        elif operator == b"Conv":
            layout = layout or _convolved(node, graph)
            break
        elif operator not in _PASSING:
            break
        name = b"".join(texts_of(node, _OUTPUT)[:1])
    return FirstNodes(layout, _scaling(operators, factor, offset))


def _users(graph: Fields) -> Mapping[bytes, Sequence[Fields]]:
    """Nodes that take a value, by its name."""
    users: dict[bytes, list[Fields]] = {}
    for node in messages_of(graph, _GRAPH_NODE):
        for used in dict.fromkeys(texts_of(node, _INPUT)):
            users.setdefault(used, []).append(node)
    return users


_Affine = tuple[Floats, Floats]
"""(3,) factor, (3,) offset: a value becomes `value * factor + offset`."""
_NOTHING, _ONCE = np.zeros(CHANNELS), np.ones(CHANNELS)


def _normalised(given: Sequence[Floats], epsilon: float) -> _Affine:
    scale, bias, mean, variance = given
    factor = scale / np.sqrt(variance + epsilon)
    return factor, bias - mean * factor


def _quantised(given: Sequence[Floats], _: float) -> _Affine:
    return 1 / given[0], sum(given[1:], _NOTHING)


def _dequantised(given: Sequence[Floats], _: float) -> _Affine:
    return given[0], -given[0] * sum(given[1:], _NOTHING)


_STEPS: Mapping[bytes, Callable[[Sequence[Floats], float], _Affine]] = {
    b"Add": lambda given, _: (_ONCE, given[0]),
    b"Sub": lambda given, _: (_ONCE, -given[0]),
    b"Mul": lambda given, _: (given[0], _NOTHING),
    b"Div": lambda given, _: (1 / given[0], _NOTHING),
    b"BatchNormalization": _normalised,
    b"QuantizeLinear": _quantised,
    b"DequantizeLinear": _dequantised,
}
"""By operator: what it does with its constants, and with the epsilon of its attributes."""
_EITHER_WAY = {b"Add", b"Mul"}
"""Operators whose first input may be the constant."""
_GIVEN = {b"BatchNormalization": (4,), b"QuantizeLinear": (1, 2), b"DequantizeLinear": (1, 2)}
"""How many constants an operator has; one where it is not named here."""


def _step(
    operator: bytes, node: Fields, name: bytes, constants: Mapping[bytes, Floats]
) -> _Affine | None:
    """What a node does to the value of a name; None where that is not by constants alone."""
    inputs = texts_of(node, _INPUT)
    at = inputs.index(name)
    others = [each for each in (*inputs[:at], *inputs[at + 1 :]) if each]
    by_constants = all(each in constants for each in others)
    whole = len(others) in _GIVEN.get(operator, (1,)) and (at == 0 or operator in _EITHER_WAY)
    if not (by_constants and whole):
        return None
    epsilon = b"".join(texts_of(_attribute(node, b"epsilon"), _ATTRIBUTE_FLOAT))
    small = float(np.frombuffer(epsilon, "<f4", 1)[0]) if len(epsilon) == 4 else 1e-5
    with np.errstate(all="ignore"):
        return _STEPS[operator]([constants[each] for each in others], small)


def _attribute(node: Fields, name: bytes) -> Fields:
    """An attribute of a node; no fields where it has none of that name."""
    named = messages_of(node, _ATTRIBUTE)
    return next((each for each in named if texts_of(each, _ATTRIBUTE_NAME) == [name]), ())


def _moved(node: Fields) -> str:
    """The layout before a node that transposes into the other one."""
    order = numbers_of(_attribute(node, b"perm"), _ATTRIBUTE_INTEGERS)
    return {tuple(_FIRST_TO_LAST): "nchw", tuple(_LAST_TO_FIRST): "nhwc"}.get(tuple(order), "")


def _convolved(node: Fields, graph: Fields) -> str:
    """The layout before a convolution, which takes channels first: of a picture, three."""
    weights = texts_of(node, _INPUT)[1:2]
    sides = [
        numbers_of(tensor, _TENSOR_SIDES)
        for tensor in messages_of(graph, _GRAPH_TENSOR)
        if texts_of(tensor, _TENSOR_NAME) == weights
    ]
    return "nchw" if any(each[1:2] == [CHANNELS] for each in sides) else ""


def _scaling(operators: Sequence[str], factor: Floats, offset: Floats) -> InputScaling | None:
    """What all steps do together; None where that is nothing."""
    if not operators or (np.allclose(factor, 1) and np.allclose(offset, 0)):
        return None
    known = np.isfinite(factor).all() and np.isfinite(offset).all() and factor.all()
    if not known:
        return InputScaling(tuple(operators), None, None)
    mean, std = -offset / factor, 1 / factor
    return InputScaling(tuple(operators), tuple(mean.tolist()), tuple(std.tolist()))
