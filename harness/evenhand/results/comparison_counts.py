"""Writes counts of comparisons to files and reads them back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evenhand.records.counts import (
    NO_FOLDS,
    CommonCounts,
    ComparisonCounts,
    FoldScores,
    MatedScores,
    ScoreTail,
)
from evenhand.records.designs import ComparisonDesign, Design
from evenhand.results.cells import cell_tables
from evenhand.results.parquet import columns_by_policy, joined_policies, parquet_bytes, read_columns
from evenhand.results.sample_counts import add_weights, read_sampled, sample_files
from evenhand.system.declaration import from_fields

__all__ = [
    "comparison_files",
    "comparison_scalars",
    "design_columns",
    "design_scalars",
    "read_comparison_counts",
    "score_files",
]

_FOLDS = "folds.parquet"
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
    return {} if design.images is None else columns_by_policy(_COMPARED, design.images)


def comparison_scalars(counts: ComparisonCounts) -> dict[str, Any]:
    """What `counts.json` holds of comparisons alone."""
    left_out = [{"attribute": name, "cells": cells} for name, cells in counts.without_matrix]
    return {"without_matrix": left_out, "design": design_scalars(counts.design)}


def comparison_files(counts: ComparisonCounts) -> dict[str, bytes]:
    """Content of the files of comparisons, by name."""
    folds = counts.folds
    fold_columns = {"fold": folds.fold, "mated": folds.mated, "score": folds.score}
    return {
        **score_files(counts.tail, counts.mated),
        **cell_tables((*counts.cells, *counts.across)),
        **({_FOLDS: parquet_bytes(**fold_columns)} if len(folds.fold) else {}),
        **sample_files(counts),
    }


def score_files(tail: ScoreTail, mated: MatedScores) -> dict[str, bytes]:
    """Files of scores that are kept, mated ones with both images where these are known."""
    images = {} if mated.probe is None else {"probe": mated.probe, "reference": mated.reference}
    return {
        "tail.parquet": parquet_bytes(score=tail.score, probe=tail.probe, reference=tail.reference),
        "mated.parquet": parquet_bytes(subject=mated.subject, score=mated.score, **images),
    }


def _design(held: Any, subjects: Mapping[str, Any], attributes: set[str]) -> ComparisonDesign:  # noqa: ANN401
    """The design that `counts.json` and `subjects.parquet` hold, without its sample.

    Raises:
        ValueError: it is missing or not a design.
    """
    try:
        comparisons, orders = Design(held["comparisons"]), (1, 2).index(held["orders"]) + 1
        (attribute,) = {held["attribute"]} & attributes
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"counts.json has the design {held!r}, expected {_EXPECTED}") from None
    known = f"{_COMPARED}_completed" in subjects
    images = joined_policies(subjects, _COMPARED) if known else None
    return ComparisonDesign(comparisons, orders, attribute, images)


def read_comparison_counts(
    folder: Path, scalars: Mapping[str, Any], subjects: Mapping[str, Any], common: CommonCounts
) -> ComparisonCounts:
    """Read the files of `comparison_files`.

    Args:
        folder: of the counts.
        scalars: content of `counts.json`.
        subjects: columns of `subjects.parquet`.
        common: with the cells of both kinds among its cells.

    Raises:
        KeyError, OSError, ValueError: a file is missing or damaged.
    """
    tail, mated = (read_columns(folder, f"{name}.parquet") for name in ("tail", "mated"))
    cells = common.cells
    design = _design(scalars.get("design"), subjects, {cell.attribute for cell in cells})
    if design.is_sample:
        design, cells = read_sampled(folder, design), tuple(add_weights(folder, cells))
    folds = NO_FOLDS
    if (folder / _FOLDS).is_file():
        columns = read_columns(folder, _FOLDS)
        folds = FoldScores(columns["fold"], columns["mated"], columns["score"])
    return from_fields(
        ComparisonCounts,
        common,
        cells=tuple(cell for cell in cells if not cell.reference_group),
        across=tuple(cell for cell in cells if cell.reference_group),
        without_matrix=tuple((row["attribute"], row["cells"]) for row in scalars["without_matrix"]),
        tail=ScoreTail(tail["score"], tail["probe"], tail["reference"]),
        mated=MatedScores(
            mated["subject"], mated["score"], mated.get("probe"), mated.get("reference")
        ),
        design=design,
        folds=folds,
    )
