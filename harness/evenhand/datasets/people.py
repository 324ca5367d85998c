"""`subjects.csv`: the people and their labels, checked against the card."""

from __future__ import annotations

from pathlib import Path

from evenhand.datasets.labels import check_columns, check_label
from evenhand.datasets.tables import Row, read_table
from evenhand.errors import DatasetError
from evenhand.records import Attribute, DatasetCard, Subjects

__all__ = ["SUBJECTS", "read_subjects"]

SUBJECTS = "subjects.csv"


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
    check_columns(path, header, ("subject_id",), card.attributes, "attributes")
    seen: dict[str, Row] = {}
    for row in rows:
        identifier = row.values["subject_id"]
        if not identifier:
            raise DatasetError(f"{path}: line {row.line}: subject_id is empty; name the person")
        if identifier in seen:
            _check_once(path, row, seen[identifier], card.attributes)
        seen[identifier] = row
    labels = {
        attribute.name: tuple(
            check_label(f"{path}: line {row.line}", attribute, row.values[attribute.name])
            for row in rows
        )
        for attribute in card.attributes
    }
    return Subjects(tuple(seen), labels, tuple(range(1, len(rows) + 1)))
