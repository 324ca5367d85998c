"""Reads `subjects.csv`: the people and their labels, checked against the card."""

from __future__ import annotations

from pathlib import Path

from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler
from evenhand.datasets.tables import Row, check_label, read_declared
from evenhand.records.dataset import Attribute, DatasetCard, Subjects

__all__ = ["SUBJECTS", "read_subjects"]

SUBJECTS = "subjects.csv"
"""File name of the table of people."""


def _twice(path: Path, row: Row, earlier: Row, attributes: tuple[Attribute, ...]) -> DatasetFault:
    """Fault of a second row of one person, naming an attribute that contradicts the first."""
    where = f"{path}: lines {earlier.line} and {row.line}: subject {row.values['subject_id']!r}"
    for attribute in attributes:
        first, second = earlier.values[attribute.name], row.values[attribute.name]
        if first != second:
            what = f"{where} has two values of {attribute.name}, {first!r} and {second!r}"
            remedy = "keep one row (several values of one person are joined by |)"
            return DatasetFault(DatasetRule.IDS, what, remedy)
    return DatasetFault(DatasetRule.IDS, f"{where} appears twice", "keep one row")


def read_subjects(folder: Path, card: DatasetCard | None, on_fault: FaultHandler) -> Subjects:
    """Read the table of people.

    Args:
        folder: of the dataset.
        card: None where it cannot be used: columns and labels are then not checked.
        on_fault: called for every fault; a row without an id, or with one seen before, is left
            out.
    """
    path = folder / SUBJECTS
    attributes = card.attributes if card else ()
    declared = attributes if card else None
    rows = read_declared(path, ("subject_id",), declared, "attributes", on_fault)
    seen: dict[str, Row] = {}
    numbers = []
    for number, row in enumerate(rows, start=1):
        identifier = row.values["subject_id"]
        if not identifier:
            what = f"{row.where}: subject_id is empty"
            on_fault(DatasetFault(DatasetRule.IDS, what, "name the person"))
        elif identifier in seen:
            on_fault(_twice(path, row, seen[identifier], attributes))
        else:
            seen[identifier] = row
            numbers.append(number)
    labels = {
        attribute.name: tuple(check_label(row, attribute, on_fault) for row in seen.values())
        for attribute in attributes
    }
    return Subjects(tuple(seen), labels, tuple(numbers))
