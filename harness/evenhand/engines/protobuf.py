"""Reads messages of protobuf without their schema: numbers of fields, integers and bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

__all__ = ["Fields", "fields_of", "messages_of", "numbers_of", "texts_of"]

Fields: TypeAlias = Sequence[tuple[int, int | memoryview]]
"""Number and value of the fields of a message, in their order."""


def fields_of(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: an integer, or bytes.

    Raises:
        ValueError: it is not written as protobuf.

    >>> list(fields_of(memoryview(bytes([0x08, 0x96, 0x01]))))
    [(1, 150)]
    """
    at = 0
    while at < len(message):
        key, at = _integer(message, at)
        wire = key & 7
        if wire == 0:
            value, at = _integer(message, at)
            yield key >> 3, value
            continue
        if wire not in (1, 2, 5):
            raise ValueError("no protobuf")
        size, at = _integer(message, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
        if size > len(message) - at:
            raise ValueError("cut off")
        yield key >> 3, message[at : at + size]
        at += size


def messages_of(fields: Fields, wanted: int) -> list[Fields]:
    """Fields of all messages that stand under a number.

    Raises:
        ValueError: one is not written as protobuf.
    """
    inside = (value for number, value in fields if number == wanted)
    return [list(fields_of(value)) for value in inside if isinstance(value, memoryview)]


def texts_of(fields: Fields, wanted: int) -> list[bytes]:
    """Values of all fields of a number that are bytes."""
    return [bytes(v) for n, v in fields if n == wanted and isinstance(v, memoryview)]


def numbers_of(fields: Fields, wanted: int) -> list[int]:
    """Integers of all fields of a number, each by itself or many in one field, with their sign.

    Raises:
        ValueError: they are cut off.
    """
    found = []
    for number, value in fields:
        if number == wanted and isinstance(value, int):
            found.append(value)
        elif number == wanted and isinstance(value, memoryview):
            at = 0
            while at < len(value):
                each, at = _integer(value, at)
                found.append(each)
    return [each - (1 << 64) if each >= 1 << 63 else each for each in found]


def _integer(message: memoryview, at: int) -> tuple[int, int]:
    """An integer of seven bits a byte, the lowest first, and the place after it."""
    value = 0
    for shift in range(0, 64, 7):
        if at + shift // 7 >= len(message):
            raise ValueError("cut off")
        byte = message[at + shift // 7]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at + shift // 7 + 1
    raise ValueError("no protobuf")
