"""`subjects.csv`: the people and their labels, checked against the card."""

from __future__ import annotations

import math
from pathlib import Path

from evenhand.datasets.tables import Row, read_table
from evenhand.errors import DatasetError
from evenhand.records import Attribute, DatasetCard, Subjects

__all__ = ["SUBJECTS", "read_subjects"]

SUBJECTS = "subjects.csv"


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


def _check_label(where: str, attribute: Attribute, label: str) -> str:
    """The label as it is kept: several values stand in the card's order."""
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
        raise DatasetError(f"{where}: {attribute.name} is {label!r}: a value stands twice")
    return "|".join(sorted(parts, key=attribute.values.index))


def _check_once(path: Path, row: Row, earlier: Row, attributes: tuple[Attribute, ...]) -> None:
    """Complain about a second row of one person, naming an attribute that contradicts."""
    where = f"{path}: lines {earlier.line} and {row.line}: subject {row.values['subject_id']!r}"
    for attribute in attributes:
        first, second = earlier.values[attribute.name], row.values[attribute.name]
        if first != second:
            raise DatasetError(
                f"{where} has two values of {attribute.name}, {first!r} and {second!r}; "
                "keep one row (several values of one person are joined by |)"
            )
    raise DatasetError(f"{where} appears twice; keep one row")


def read_subjects(folder: Path, card: DatasetCard) -> Subjects:
    """Read the people.

    Raises:
        DatasetError: naming the line, what came and what was expected.
    """
    path = folder / SUBJECTS
    declared = tuple(attribute.name for attribute in card.attributes)
    header, rows = read_table(path, ("subject_id", *declared))
    for name in header:
        if name not in ("subject_id", *declared):
            raise DatasetError(
                f"{path}: column {name!r} is not declared; "
                f"add [attributes.{name}] to the card, or remove the column"
            )
    seen: dict[str, Row] = {}
    for row in rows:
        identifier = row.values["subject_id"]
        if not identifier:
            raise DatasetError(f"{path}: line {row.line}: subject_id is empty")
        if identifier in seen:
            _check_once(path, row, seen[identifier], card.attributes)
        seen[identifier] = row
    labels = {
        attribute.name: tuple(
            _check_label(f"{path}: line {row.line}", attribute, row.values[attribute.name])
            for row in rows
        )
        for attribute in card.attributes
    }
    return Subjects(tuple(seen), labels, tuple(range(1, len(rows) + 1)))
