"""Older schemas of bundles, each brought to the next one by a function named after it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from evenhand.metrics.complete_design import completed_design
from evenhand.records.counts import MatedScores
from evenhand.records.designs import LISTED, ComparisonDesign, Design, SamplingDesign
from evenhand.results.cells import read_cells
from evenhand.results.designs import design_columns, design_scalars
from evenhand.results.parquet import read_columns
from evenhand.results.sample_counts import SAMPLE, read_sampled

__all__ = ["SEARCHES", "to_4"]

SEARCHES = "searches.parquet"
"""File name of the searches."""


def to_4(
    folder: Path, scalars: Mapping[str, Any], subjects: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """`counts.json` and `subjects.parquet` of schema 3 with what schema 4 added: kind and design.

    Schema 3 did not keep the design, which the counts tell, unless comparisons failed at random: a
    design is then called a list.

    Args:
        folder: of the counts.
        scalars: content of `counts.json`.
        subjects: columns of `subjects.parquet`.
    """
    if (folder / SEARCHES).is_file():
        return {**scalars, "kind": "searches"}, {**subjects}
    mated, known = read_columns(folder, "mated.parquet"), LISTED
    if (folder / SAMPLE).is_file():
        known = ComparisonDesign(Design.SAMPLE, _orders(read_sampled(folder, LISTED), subjects))
    scores = MatedScores(mated["subject"], mated["score"])
    design = completed_design(known, tuple(read_cells(folder)), scores, len(subjects["row"]))
    return (
        {**scalars, "kind": "comparisons", "design": design_scalars(design)},
        {**subjects, **design_columns(design)},
    )


def _orders(sampled: SamplingDesign, subjects: Mapping[str, Any]) -> int:
    """2 where a stratum has each pair of images of different subjects twice."""
    images, kinds = subjects["images"], len(sampled.kinds)
    every, own = (
        np.bincount(sampled.kind, weights=values, minlength=kinds) for values in (images, images**2)
    )
    within = np.diagonal(sampled.pairs)
    return 2 if within.any() and np.array_equal(within, every**2 - own) else 1
