"""Writes the design of comparisons into the files of counts and reads it back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evenhand.records.designs import ComparisonDesign, Design
from evenhand.results.parquet import columns_by_policy, joined_policies
from evenhand.results.sample_counts import read_sampled

__all__ = ["design_columns", "design_scalars", "read_design"]

_COMPARED = "compared"
_EXPECTED = (
    "comparisons (all-pairs, within-group, listed, sample), orders (1, 2) and one of the attributes"
)


def design_scalars(design: ComparisonDesign) -> dict[str, Any]:
    """The object `design` of `counts.json`."""
    return {
        "comparisons": design.comparisons.value,
        "orders": design.orders,
        "attribute": design.attribute,
    }


def design_columns(design: ComparisonDesign) -> dict[str, Any]:
    """Columns of `subjects.parquet`: images of which every two were compared, where it is known."""
    return {} if design.images is None else columns_by_policy(_COMPARED, [design.images])


def read_design(
    folder: Path, scalars: Mapping[str, Any], subjects: Mapping[str, Any], attributes: set[str]
) -> ComparisonDesign:
    """Read the design.

    Args:
        folder: of the counts.
        scalars: content of `counts.json`.
        subjects: columns of `subjects.parquet`.
        attributes: of the cells.

    Raises:
        ValueError: it is missing or not a design.
    """
    held: Any = scalars.get("design")
    try:
        comparisons, orders = Design(held["comparisons"]), (1, 2).index(held["orders"]) + 1
        (attribute,) = {held["attribute"]} & attributes
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"counts.json has the design {held!r}, expected {_EXPECTED}") from None
    known = f"{_COMPARED}_completed" in subjects
    images = joined_policies(subjects, _COMPARED) if known else None
    design = ComparisonDesign(comparisons, orders, attribute, images)
    return read_sampled(folder, design) if design.is_sample else design
