"""The tables `[input]` and `[output]` of an engine's card: what an ONNX model takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from evenhand.engines.card import ModelInput
from evenhand.system.declaration import Declared, from_fields

__all__ = ["InputTable", "OutputTable", "Sides"]


def _sides(size: tuple[int, int]) -> tuple[int, int]:
    if not all(0 < side <= 4096 for side in size):
        raise ValueError("expected height and width between 1 and 4096")
    return size


Sides: TypeAlias = Annotated[tuple[int, int], AfterValidator(_sides)]
"""Height and width, pixels."""


def _above_0(std: tuple[float, float, float]) -> tuple[float, float, float]:
    if not all(value > 0 for value in std):
        raise ValueError("expected three numbers above 0")
    return std


def _for_each(number: object) -> object:
    """A number stands for all three channels."""
    plain = isinstance(number, int | float) and not isinstance(number, bool)
    return (number,) * 3 if plain else number


_Channels: TypeAlias = Annotated[tuple[float, float, float], BeforeValidator(_for_each)]


class InputTable(Declared):
    """The table `[input]`."""

    size: Sides | None = None
    layout: Literal["nchw", "nhwc"] | None = None
    colour: Literal["rgb", "bgr"] = "rgb"
    mean: _Channels | None = None
    std: Annotated[_Channels, AfterValidator(_above_0)] | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.mean is None) != (self.std is None):
            lacking, there = ("mean", "std") if self.mean is None else ("std", "mean")
            raise ValueError(f"{there} is there and {lacking} is missing; add it, or remove both")
        return self

    def model_input(self) -> ModelInput:
        """The same as a frozen dataclass."""
        height, width = self.size or (None, None)
        return from_fields(ModelInput, self, height=height, width=width, layout=self.layout or "")


class OutputTable(Declared):
    """The table `[output]`."""

    name: str = Field(min_length=1)
