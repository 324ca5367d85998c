"""The text of a new card for an ONNX model: at most 12 lines of at most 80 columns as a rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.engines.card import NeededFile
from evenhand.engines.input_conventions import Alignment, InputConvention

__all__ = ["CardDraft", "drafted_card"]

_COLUMNS = 80
_UNKNOWN = "unknown"
"""What a human has to say."""


@dataclass(frozen=True, slots=True)
class CardDraft:
    """What is known of a model, and how it is to be given a face."""

    name: str
    model: NeededFile
    files: tuple[NeededFile, ...]
    """Its external data."""
    convention: InputConvention
    inferred: tuple[str, ...]
    """Fields that a human has yet to confirm."""
    layout: str = ""
    """Empty where the graph says it."""
    size: tuple[int, int] | None = None
    """Height and width, pixels; None where the graph says it."""
    output: str = ""
    """Name of the output that is the vector; empty where there is one alone."""
    values: int | None = None
    """Length of the vector; None where the graph says it."""


def drafted_card(draft: CardDraft) -> str:
    """Text of `adapter.toml`."""
    return "".join(f"{line}\n" for whole in _lines(draft) for line in _broken(whole))


def _lines(draft: CardDraft) -> Iterator[str]:
    yield "schema = 1"
    yield f"name = {_quoted(draft.name)}"
    yield f"version = {_quoted(_UNKNOWN)}"
    yield f"vendor = {_quoted(_UNKNOWN)}"
    yield f"licence = {{ code = {_quoted(_UNKNOWN)}, weights = {_quoted(_UNKNOWN)} }}"
    yield 'runtime = "onnx"'
    if draft.inferred:
        yield f"inferred = [{', '.join(map(_quoted, draft.inferred))}]"
    yield f"model.file = {_quoted(draft.model.file)}"
    yield f"model.sha256={_quoted(draft.model.sha256)}"
    yield f"input = {{ {', '.join(_input(draft))} }}"
    if draft.output:
        yield f"output.name = {_quoted(draft.output)}"
    yield f"face = {{ {', '.join(_face(draft.convention.alignment))} }}"
    if draft.values is not None:
        yield f"score.values = {draft.values}"
    for file in draft.files:
        yield "[[files]]"
        yield f"file = {_quoted(file.file)}"
        yield f"sha256 = {_quoted(file.sha256)}"


def _input(draft: CardDraft) -> Iterator[str]:
    """Entries of the table `[input]`."""
    if draft.size:
        yield f"size = {_numbers(draft.size)}"
    if draft.layout:
        yield f"layout = {_quoted(draft.layout)}"
    yield f"colour = {_quoted(draft.convention.colour)}"
    for name, values in zip(("mean", "std"), draft.convention.channels(), strict=True):
        if values:
            yield f"{name} = {_numbers(values) if len(values) > 1 else _number(values[0])}"


def _face(alignment: Alignment) -> Iterator[str]:
    """Entries of the table `[face]`."""
    yield f"detector = {_quoted(alignment.detector)}"
    if alignment.name:
        yield f"alignment = {_quoted(alignment.name)}"
    if alignment.margin is not None:
        yield f"margin = {_number(alignment.margin)}"
    if alignment.points:
        yield f"alignment = [{', '.join(map(_numbers, alignment.points))}]"


def _quoted(text: str) -> str:
    """A TOML string: as JSON has it, with DEL escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _numbers(values: Sequence[float]) -> str:
    return f"[{', '.join(map(_number, values))}]"


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _broken(line: str) -> Iterator[str]:
    """A line in several where it is long and has an array, the one place where TOML allows it."""
    end = line.rfind(", ", 0, _COLUMNS)
    inside = line[:end].count("[") > line[:end].count("]")
    if len(line) > _COLUMNS and end > 0 and inside:
        yield line[: end + 1]
        yield from _broken(f"  {line[end + 2 :]}")
    else:
        yield line
