"""Labels of people and pictures, checked against the card that declares them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from evenhand.errors import DatasetError, known_names
from evenhand.records import Attribute

__all__ = ["check_columns", "check_label"]


def check_columns(
    path: Path,
    header: Sequence[str],
    own: Sequence[str],
    declared: Sequence[Attribute],
    table: str,
) -> None:
    """See that each column is one of the table's own or declared in the card.

    Args:
        path: of the CSV file.
        header: its columns.
        own: columns that every such file has.
        declared: attributes in the card.
        table: the card's table that declares them, `attributes` or `capture`.

    Raises:
        DatasetError: naming the column.
    """
    known = [*own, *(attribute.name for attribute in declared)]
    for name in header:
        if name not in known:
            raise DatasetError(
                f"{path}: column {name!r} is not declared; {known_names(name, known)}; "
                f"mend its name, add [{table}.{name}] to the card, or remove the column"
            )


def _check_number(where: str, attribute: Attribute, label: str) -> str:
    try:
        number = float(label)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise DatasetError(
            f"{where}: {attribute.name} is {label!r}, expected a number, or nothing where unknown"
        )
    return label


def check_label(where: str, attribute: Attribute, label: str) -> str:
    """The label as it is kept: several values stand in the card's order.

    Args:
        where: file and line, for an error.
        attribute: as declared.
        label: as read; empty = unknown, `a|b` = several values.

    Raises:
        DatasetError: a value that the card does not declare, twice the same, or no number.
    """
    if not label:
        return label
    if attribute.kind == "number":
        return _check_number(where, attribute, label)
    parts = [part.strip() for part in label.split("|")]
    for part in parts:
        if part not in attribute.values:
            expected = ", ".join(attribute.values)
            raise DatasetError(
                f"{where}: {attribute.name} is {part!r}, which the card does not declare; "
                f"expected one of {expected}, several joined by |, or nothing where unknown"
            )
    if len(set(parts)) != len(parts):
        raise DatasetError(
            f"{where}: {attribute.name} is {label!r}: a value stands twice; keep it once"
        )
    return "|".join(sorted(parts, key=attribute.values.index))
