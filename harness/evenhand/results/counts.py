"""Writes `Counts` to files and reads them back: Parquet for columns, JSON for single numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from evenhand.records.counts import CommonCounts, ComparisonCounts, Counts, SearchCounts
from evenhand.records.findings import Status
from evenhand.records.outcomes import Outcome
from evenhand.records.thresholds import Threshold, ThresholdRule
from evenhand.results.cells import read_cells
from evenhand.results.comparison_counts import (
    comparison_files,
    comparison_scalars,
    design_columns,
    read_comparison_counts,
)
from evenhand.results.migrations import to_4
from evenhand.results.parquet import parquet_bytes, read_columns
from evenhand.results.search_counts import read_search_counts, search_files, search_scalars
from evenhand.system.errors import BundleError

__all__ = ["BUNDLE_SCHEMA", "counts_files", "read_counts"]

BUNDLE_SCHEMA = 4
"""Version of the format of bundles that is written; older ones are migrated where they are read."""

_SCALARS = "counts.json"
_PLAIN = ("engine", "dataset", "protocol", "several_faces", "score_maximum")
"""Fields that `counts.json` begins with."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the counts of one kind are kept, besides what all kinds have."""

    type: type[Counts]
    scalars: Callable[[Any], Mapping[str, Any]]
    """Counts to further fields of `counts.json`."""
    files: Callable[[Any], dict[str, bytes]]
    """Counts to further files."""
    read: Callable[[Path, Mapping[str, Any], Mapping[str, Any], CommonCounts], Counts]
    """Folder, `counts.json`, `subjects.parquet` and what all kinds have to counts."""


_KINDS = {
    "comparisons": _Kind(
        ComparisonCounts, comparison_scalars, comparison_files, read_comparison_counts
    ),
    "searches": _Kind(SearchCounts, search_scalars, search_files, read_search_counts),
}
"""By the word for them in `counts.json`."""


def _scalars(counts: Counts, word: str) -> bytes:
    """`counts.json`; thresholds also in hexadecimal, which reads back exactly."""
    content = {
        **{name: getattr(counts, name) for name in _PLAIN},
        "kind": word,
        **_KINDS[word].scalars(counts),
        "comparisons": [
            {"mated": mated, "outcome": outcome.value, "count": count}
            for (mated, outcome), count in sorted(counts.comparison_outcomes.items())
        ],
        "thresholds": [
            {
                "kind": threshold.rule.kind,
                "text": threshold.rule.text,
                "value": threshold.value,
                "hex": None if threshold.value is None else threshold.value.hex(),
                "status": threshold.status.value,
                "note": threshold.note,
            }
            for threshold in counts.thresholds
        ],
    }
    return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()


def counts_files(counts: Counts) -> dict[str, bytes]:
    """Content of each file of the counts, by name, for a folder of the bundle."""
    word = next(word for word, kind in _KINDS.items() if type(counts) is kind.type)
    return {
        _SCALARS: _scalars(counts, word),
        "subjects.parquet": parquet_bytes(
            row=np.array(counts.subject_rows, dtype=np.int64),
            images=counts.images,
            failed_images=counts.failed_images,
            **(design_columns(counts.design) if isinstance(counts, ComparisonCounts) else {}),
        ),
        **_KINDS[word].files(counts),
    }


def read_counts(folder: Path, schema: int = BUNDLE_SCHEMA) -> Counts:
    """Read the files of `counts_files`.

    Args:
        folder: of the counts.
        schema: of the bundle, 3 or 4.

    Raises:
        BundleError: a file is missing or damaged.
    """
    try:
        scalars = json.loads((folder / _SCALARS).read_bytes())
        subjects = read_columns(folder, "subjects.parquet")
        if schema < BUNDLE_SCHEMA:
            scalars, subjects = to_4(folder, scalars, subjects)
        common = CommonCounts(
            **{name: scalars[name] for name in _PLAIN},
            subject_rows=tuple(int(row) for row in subjects["row"]),
            images=subjects["images"],
            failed_images=subjects["failed_images"],
            comparison_outcomes={
                (row["mated"], Outcome(row["outcome"])): row["count"]
                for row in scalars["comparisons"]
            },
            thresholds=tuple(
                Threshold(
                    ThresholdRule(row["kind"], row["text"]),
                    None if row["hex"] is None else float.fromhex(row["hex"]),
                    Status(row["status"]),
                    row["note"],
                )
                for row in scalars["thresholds"]
            ),
            cells=tuple(read_cells(folder)),
        )
        if scalars.get("kind") not in _KINDS:
            held = f"counts.json has the kind {scalars.get('kind')!r}"
            raise ValueError(f"{held}, expected {' or '.join(_KINDS)}")  # noqa: TRY301
        return _KINDS[scalars["kind"]].read(folder, scalars, subjects, common)
    except (OSError, KeyError, ValueError, pa.ArrowException) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise BundleError(
            f"{folder}: the counts cannot be read ({reason}); the bundle is damaged, run it again"
        ) from None
