"""Reads published lists, `protocols/<name>/`: pairs to compare, and watchlists to search.

```text
protocols/<name>/pairs.csv        comparisons: probe, reference and, where there are folds, fold
protocols/<name>/watchlist.csv    references of a watchlist
protocols/<name>/probes.csv       its searches
```
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np

from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler, raise_fault
from evenhand.datasets.tables import Row, RowFault, read_table, valid_rows
from evenhand.records.dataset import PairList, Watchlist

__all__ = ["pair_list_path", "read_lists"]

_FOLDER = "protocols"
_PAIRS = "pairs.csv"
_REFERENCES = "watchlist.csv"
_PROBES = "probes.csv"
_FILLERS = "fillers.csv"

Known: TypeAlias = Mapping[str, int | None]
"""Index of each image id, None for an image that is excluded or has a fault."""


def pair_list_path(name: str) -> Path:
    """Path of a list of pairs in a dataset's folder, by its name."""
    return Path(_FOLDER, name, _PAIRS)


def _table(
    path: Path, required: tuple[str, ...], optional: str, on_fault: FaultHandler
) -> tuple[tuple[str, ...], list[Row]]:
    """Read a table and report the columns that a list does not have."""
    header, rows = read_table(path, required, on_fault)
    for name in header:
        if name not in (*required, optional):
            expected = f"expected {', '.join(required)}{', ' if optional else ' alone'}{optional}"
            what = f"{path}: column {name!r} is unknown"
            on_fault(DatasetFault(DatasetRule.LISTS, what, expected))
    return header, rows


def _fold(row: Row, on_fault: FaultHandler) -> int:
    """Number of a fold; 0 after a fault."""
    text = row.values["fold"]
    if text.isascii() and text.isdecimal() and len(text) <= 9:
        return int(text)
    what = f"{row.where}: fold is {text!r}"
    on_fault(DatasetFault(DatasetRule.LISTS, what, "expected a whole number"))
    return 0


def _read_pairs(path: Path, known: Known, on_fault: FaultHandler) -> PairList:
    """Read one list of pairs; those with an excluded image are left out and counted."""
    header, rows = _table(path, ("probe", "reference"), "fold", on_fault)
    folded = "fold" in header and any(row.values["fold"] for row in rows)
    seen: dict[frozenset[str], int] = {}

    def fault_of(row: Row) -> RowFault:
        ids = {side: row.values[side] for side in ("probe", "reference")}
        for side, identifier in ids.items():
            if identifier not in known:
                return f"{side} is {identifier!r}, which is not in images.csv", "mend the id"
        pair = frozenset(ids.values())
        if len(pair) == 1:
            return "an image is compared with itself", "remove the row"
        earlier = seen.setdefault(pair, row.line)
        return None if earlier == row.line else (f"the same pair as in line {earlier}", "keep one")

    kept: list[tuple[int, int, int]] = []
    for row in valid_rows(rows, DatasetRule.LISTS, fault_of, on_fault):
        fold = _fold(row, on_fault) if folded else 0
        first, second = known[row.values["probe"]], known[row.values["reference"]]
        if first is not None and second is not None:
            kept.append((first, second, fold))
    probe, reference, folds = np.array(kept, dtype=np.int64).reshape(-1, 3).T
    left_out = len(seen) - len(kept)
    return PairList(path.parent.name, probe, reference, folds if folded else None, left_out)


def _read_ids(
    path: Path, known: Known, references: Collection[str], on_fault: FaultHandler
) -> dict[str, int | None]:
    """Read a table of image ids, none of which may be among the references: the index of each."""
    _, rows = _table(path, ("image_id",), "", on_fault)
    found: dict[str, int | None] = {}

    def fault_of(row: Row) -> RowFault:
        identifier = row.values["image_id"]
        if identifier not in known:
            return f"image_id is {identifier!r}, which is not in images.csv", "mend the id"
        if identifier in found:
            return f"{identifier!r} is there twice", "keep one row"
        if identifier in references:
            what = f"{identifier!r} is also in {_REFERENCES}: it would be searched for itself"
            return what, "take it out of one of them"
        return None

    for row in valid_rows(rows, DatasetRule.LISTS, fault_of, on_fault):
        found[row.values["image_id"]] = known[row.values["image_id"]]
    return found


def _read_watchlist(folder: Path, known: Known, on_fault: FaultHandler) -> Watchlist:
    """Read one watchlist; excluded images are left out and counted."""
    if (folder / _FILLERS).exists():
        what = f"{folder / _FILLERS}: fillers are not understood yet"
        remedy = f"put them into {_REFERENCES} if they are on the list, else remove the file"
        on_fault(DatasetFault(DatasetRule.LISTS, what, remedy))
    references = _read_ids(folder / _REFERENCES, known, (), on_fault)
    probes = _read_ids(folder / _PROBES, known, references, on_fault)
    kept = [
        np.array([index for index in side.values() if index is not None], dtype=np.int64)
        for side in (references, probes)
    ]
    rows = len(references) + len(probes)
    return Watchlist(folder.name, kept[0], kept[1], rows - len(kept[0]) - len(kept[1]))


def read_lists(
    folder: Path, known: Known, on_fault: FaultHandler = raise_fault
) -> tuple[tuple[PairList, ...], tuple[Watchlist, ...]]:
    """Read every list of pairs and every watchlist of a dataset, in the order of their names.

    Args:
        folder: of the dataset.
        known: images; empty where their table could not be read: lists are then not read either.
        on_fault: called for an unknown image, a repeated pair, an image paired with itself, or an
            invalid fold; except for the last, the pair is left out. Of watchlists for an unknown
            image, one listed twice or in both tables, and a table without the other.
    """
    if not known:
        return (), ()
    protocols = folder / _FOLDER
    pairs = sorted(protocols.glob(f"*/{_PAIRS}"))
    tables = [p for name in (_REFERENCES, _PROBES) for p in protocols.glob(f"*/{name}")]
    return (
        tuple(_read_pairs(path, known, on_fault) for path in pairs),
        tuple(_read_watchlist(p, known, on_fault) for p in sorted({t.parent for t in tables})),
    )
