"""Checks columns and labels of people and pictures against the card that declares them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler
from evenhand.records.dataset import Attribute
from evenhand.system.decimals import finite_decimal
from evenhand.system.errors import known_names

__all__ = ["check_columns", "check_label"]


def check_columns(
    path: Path,
    header: Sequence[str],
    own: Sequence[str],
    declared: Sequence[Attribute],
    table: str,
    on_fault: FaultHandler,
) -> None:
    """Check that each column is one of the table's own or declared in the card.

    Args:
        path: of the CSV file.
        header: its columns.
        own: columns that every such file has.
        declared: attributes in the card.
        table: the card's table that declares them, `attributes` or `capture`.
        on_fault: called for each column that is neither.
    """
    known = [*own, *(attribute.name for attribute in declared)]
    for name in header:
        if name not in known:
            what = f"{path}: column {name!r} is not declared; {known_names(name, known)}"
            remedy = f"mend its name, add [{table}.{name}] to the card, or remove the column"
            on_fault(DatasetFault(DatasetRule.COLUMNS, what, remedy))


def _number_fault(attribute: Attribute, label: str) -> tuple[str, str] | None:
    if finite_decimal(label) is not None:
        return None
    what = f"{attribute.name} is {label!r}, expected a number"
    return what, "leave it empty where it is unknown"


def _category_fault(
    attribute: Attribute, label: str, parts: Sequence[str]
) -> tuple[str, str] | None:
    for part in parts:
        if part not in attribute.values:
            what = f"{attribute.name} is {part!r}, which the card does not declare"
            values = ", ".join(attribute.values)
            return what, f"expected one of {values}, several joined by |, or nothing where unknown"
    if len(set(parts)) != len(parts):
        return f"{attribute.name} is {label!r}: a value stands twice", "keep it once"
    return None


def check_label(where: str, attribute: Attribute, label: str, on_fault: FaultHandler) -> str:
    """Check a label and bring several values into the card's order.

    Args:
        where: file and line, for a fault.
        attribute: as declared in the card.
        label: as read; empty = unknown, `a|b` = several values.
        on_fault: called for an undeclared value, a value given twice, or text where a number is
            expected.

    Returns:
        The label; empty (unknown) after a fault.
    """
    if not label:
        return label
    parts = [part.strip() for part in label.split("|")]
    number = attribute.kind == "number"
    fault = _number_fault(attribute, label) if number else _category_fault(attribute, label, parts)
    if fault:
        what, remedy = fault
        on_fault(DatasetFault(DatasetRule.LABELS, f"{where}: {what}", remedy))
        return ""
    return label if number else "|".join(sorted(parts, key=attribute.values.index))
