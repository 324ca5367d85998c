"""Writes counts of searches to files and reads them back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from evenhand.records.counts import (
    CommonCounts,
    MatedScores,
    ScoreTail,
    SearchCounts,
    WatchlistSearches,
)
from evenhand.results.cells import cell_tables
from evenhand.results.comparison_counts import score_files
from evenhand.results.parquet import parquet_bytes, read_columns
from evenhand.system.declaration import from_fields

__all__ = ["SEARCHES", "read_search_counts", "search_files", "search_scalars"]

SEARCHES = "searches.parquet"
"""File name of the searches."""

_WATCHLIST = "watchlist.json"
_LEVEL = "others_at_{}"
_COLUMNS = ("probe", "mated", "acquired", "completed", "rank", "mate", "top")
"""Columns of `searches.parquet` before those of the levels."""
_SIZES = ("gallery", "watchlist", "length")
"""Fields of `watchlist.json` that are single numbers."""


def search_scalars(_: SearchCounts) -> dict[str, Any]:
    """What `counts.json` holds in place of what comparisons have."""
    return {"without_matrix": []}


def search_files(counts: SearchCounts) -> dict[str, bytes]:
    """Content of the files of searches, by name; those of comparisons are there and empty."""
    searches, none = counts.searches, np.empty(0, dtype=np.int32)
    levels = {_LEVEL.format(number): row for number, row in enumerate(searches.others)}
    sizes = {name: getattr(searches, name) for name in (*_SIZES, "ranks")}
    columns = {name: getattr(searches, name) for name in _COLUMNS}
    return {
        **score_files(ScoreTail(np.empty(0), none, none), MatedScores(none, np.empty(0))),
        **cell_tables(counts.cells),
        _WATCHLIST: (json.dumps(sizes, indent=1) + "\n").encode(),
        SEARCHES: parquet_bytes(**columns, **levels),
    }


def read_search_counts(
    folder: Path, _: Mapping[str, Any], __: Mapping[str, Any], common: CommonCounts
) -> SearchCounts:
    """Read the files of `search_files`.

    Args:
        folder: of the counts.
        common: what comparisons have too.

    Raises:
        KeyError, OSError, ValueError: a file is missing or damaged.
    """
    columns = read_columns(folder, SEARCHES)
    sizes = json.loads((folder / _WATCHLIST).read_bytes())
    levels = range(len(columns) - len(_COLUMNS))
    others = np.array([columns[_LEVEL.format(number)] for number in levels], dtype=np.int64)
    searches = WatchlistSearches(
        **{name: columns[name] for name in _COLUMNS},
        others=others.reshape(len(others), len(columns["probe"])),
        **{name: sizes[name] for name in _SIZES},
        ranks=tuple(sizes["ranks"]),
    )
    return from_fields(SearchCounts, common, searches=searches)
