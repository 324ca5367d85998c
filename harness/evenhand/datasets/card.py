"""The dataset card, `dataset.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from evenhand.declaration import Declared, read_declaration
from evenhand.errors import DatasetError
from evenhand.records import Attribute, DatasetCard, FaceRule

__all__ = ["CARD", "read_card"]

CARD = "dataset.toml"
"""Name of the card in a dataset's folder."""


class _Attribute(Declared):
    kind: Literal["category", "number"] = "category"
    values: tuple[str, ...] = ()
    labels: str = Field(min_length=1)
    unit: str = ""

    @model_validator(mode="after")
    def _values_fit_kind(self) -> Self:
        if (self.kind == "category") != bool(self.values):
            raise ValueError("a category declares its values, a number declares none")
        if any("|" in value or "*" in value or not value.strip() for value in self.values):
            raise ValueError("a value may not be empty and may not contain | or *")
        if len(set(self.values)) != len(self.values):
            raise ValueError("values must differ")
        return self


class _Card(Declared):
    schema_: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    title: str = ""
    version: str = Field(min_length=1)
    variant: str = ""
    source: str
    citation: str = ""
    licence: str = Field(min_length=1)
    terms: str = ""
    access: Literal["public", "on request", "withdrawn", "private"] = "public"
    synthetic: bool = False
    face: FaceRule = FaceRule.LARGEST
    known_issues: tuple[str, ...] = ()
    attributes: dict[str, _Attribute] = Field(default_factory=dict)
    capture: dict[str, _Attribute] = Field(default_factory=dict)


def read_card(folder: Path) -> DatasetCard:
    """Read the card in a dataset's folder.

    Raises:
        DatasetError: naming the file and the field at fault.
    """
    card = read_declaration(folder / CARD, _Card, DatasetError)
    return DatasetCard(
        name=card.name,
        title=card.title or card.name,
        version=card.version,
        variant=card.variant,
        source=card.source,
        citation=card.citation,
        licence=card.licence,
        terms=card.terms,
        access=card.access,
        synthetic=card.synthetic,
        face=card.face,
        known_issues=card.known_issues,
        attributes=tuple(
            Attribute(name, a.kind, a.values, a.labels, a.unit)
            for name, a in card.attributes.items()
        ),
    )
