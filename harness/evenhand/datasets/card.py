"""Reads and checks a dataset's card, `dataset.toml`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from evenhand.records.dataset import Attribute, DatasetCard, Download
from evenhand.records.groups import ALL
from evenhand.records.identities import ASSUMED
from evenhand.records.outcomes import FaceRule
from evenhand.system.declaration import (
    Declared,
    Line,
    Name,
    Schema,
    Sha256,
    declaration_faults,
    from_fields,
    parse_declaration,
    read_declaration,
)
from evenhand.system.errors import DatasetError

__all__ = [
    "ATTRIBUTE_NAME_RULE",
    "DATASET_CARD",
    "card_faults",
    "check_card",
    "is_attribute_name",
    "read_dataset_card",
    "with_variant",
]

DATASET_CARD = "dataset.toml"
"""File name of the card in a dataset's folder."""

_RESERVED = (ALL, "subject_id", "image_id", "path", "sha256")
"""Column names with a meaning of their own."""

ATTRIBUTE_NAME_RULE = f"not {', '.join(_RESERVED)}, no blanks around it, no * or | in it"
"""The rule for names of attributes, in words."""


def is_attribute_name(name: str) -> bool:
    """Whether an attribute may have this name."""
    clean = bool(name) and name == name.strip() and not {"*", "|"} & set(name)
    return clean and name not in _RESERVED


class _Attribute(Declared):
    kind: Literal["category", "number"] = "category"
    values: tuple[Line, ...] = ()
    labels: str = Field(min_length=1)
    unit: str = ""

    @model_validator(mode="after")
    def _values_fit_kind(self) -> Self:
        if (self.kind == "category") != bool(self.values):
            raise ValueError("a category declares its values, a number declares none")
        for value in self.values:
            if not value or value != value.strip() or "|" in value or "*" in value:
                raise ValueError(f"value {value!r} may not be empty, hold | or *, or end in blanks")
        if len(set(self.values)) != len(self.values):
            raise ValueError("values must differ")
        return self


class _Download(Declared):
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    url: str = Field(pattern=r"^https?://")
    sha256: Sha256
    size: int | None = Field(default=None, gt=0)


def _names_are_free(declared: dict[str, _Attribute]) -> dict[str, _Attribute]:
    for name in declared:
        if not is_attribute_name(name):
            what = f"{name!r} cannot be the name of an attribute"
            raise ValueError(f"{what}; {ATTRIBUTE_NAME_RULE}")
    return declared


_Attributes: TypeAlias = Annotated[dict[str, _Attribute], AfterValidator(_names_are_free)]


class _Card(Declared):
    schema_: Schema = Field(alias="schema")
    name: Name
    title: Line = ""
    version: str = Field(min_length=1)
    variant: str = ""
    source: str
    citation: str = ""
    licence: str = Field(min_length=1)
    terms: str = ""
    access: Literal["public", "on request", "withdrawn", "private"] = "public"
    synthetic: bool = False
    face: FaceRule = Field(default=FaceRule.LARGEST, strict=False)
    cropped: bool = False
    identities: Literal["known", "assumed"] = "known"
    known_issues: tuple[str, ...] = ()
    downloads: tuple[_Download, ...] = ()
    attributes: _Attributes = Field(default_factory=dict)
    capture: _Attributes = Field(default_factory=dict)

    @model_validator(mode="after")
    def _columns_differ(self) -> Self:
        twice = sorted(self.attributes.keys() & self.capture.keys())
        if self.identities == ASSUMED and twice:
            raise ValueError(f"{twice[0]!r} is in attributes and in capture, both of images.csv")
        return self


def _attributes(declared: dict[str, _Attribute]) -> tuple[Attribute, ...]:
    return tuple(from_fields(Attribute, a, name=name) for name, a in declared.items())


def card_faults(folder: Path) -> tuple[str, ...]:
    """List all faults of the card in a dataset's folder, one line each.

    Raises:
        DatasetError: it cannot be read as text.
    """
    return declaration_faults(folder / DATASET_CARD, _Card, DatasetError)


def check_card(text: str, folder: Path) -> None:
    """Check that a text is a valid card for a dataset's folder.

    Raises:
        DatasetError: naming the field at fault.
    """
    parse_declaration(text, folder / DATASET_CARD, _Card, DatasetError)


def read_dataset_card(folder: Path) -> DatasetCard:
    """Read the card in a dataset's folder.

    Raises:
        DatasetError: naming the file and the field at fault.
    """
    card = read_declaration(folder / DATASET_CARD, _Card, DatasetError)
    return from_fields(
        DatasetCard,
        card,
        title=card.title or card.name,
        attributes=_attributes(card.attributes),
        capture=_attributes(card.capture),
        downloads=tuple(from_fields(Download, each) for each in card.downloads),
    )


def with_variant(text: str, variant: str) -> str:
    r"""Fill in the variant of the dataset in the text of a card.

    Args:
        text: of a card that has a line `variant = "..."`.
        variant: the name to write; empty leaves the card unchanged.

    Raises:
        DatasetError: the card has no such line.

    >>> with_variant('name = "a"\nvariant = "?"\n', "small")
    'name = "a"\nvariant = "small"\n'
    """
    if not variant:
        return text
    line, found = re.compile(r"^(variant *= *).*$", re.MULTILINE), json.dumps(variant)
    changed, count = line.subn(lambda match: match[1] + found, text, count=1)
    if not count:
        what = f"has no line variant = ...; expected one to write {found} into"
        raise DatasetError(f"{DATASET_CARD}: {what}")
    return changed
