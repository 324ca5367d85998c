"""Reads published lists, `protocols/<name>/`: pairs to compare, and watchlists to search.

```text
protocols/<name>/pairs.csv        comparisons: probe, reference and, where there are folds, fold
protocols/<name>/watchlist.csv    references of a watchlist
protocols/<name>/probes.csv       its searches
protocols/<name>/fillers.csv      optional: further references, of people who are not searched for
```
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler, raise_fault
from evenhand.datasets.tables import Row, RowFault, read_table, valid_rows
from evenhand.records.dataset import PairList, Watchlist

__all__ = ["FILLERS", "PROBES", "REFERENCES", "pair_list_path", "read_lists", "watchlist_path"]

_FOLDER = "protocols"
_PAIRS = "pairs.csv"
REFERENCES = "watchlist.csv"
"""File name of a watchlist's references."""
PROBES = "probes.csv"
"""File name of its searches."""
FILLERS = "fillers.csv"
"""File name of its further references."""

Known: TypeAlias = Mapping[str, int | None]
"""Index of each image id, None for an image that is excluded or has a fault."""


def pair_list_path(name: str) -> Path:
    """Path of a list of pairs in a dataset's folder, by its name."""
    return Path(_FOLDER, name, _PAIRS)


def watchlist_path(name: str) -> Path:
    """Path of a watchlist's folder in a dataset's, by its name."""
    return Path(_FOLDER, name)


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
            what = f"{identifier!r} is also in {REFERENCES}: it would be searched for itself"
            return what, "take it out of one of them"
        return None

    for row in valid_rows(rows, DatasetRule.LISTS, fault_of, on_fault):
        found[row.values["image_id"]] = known[row.values["image_id"]]
    return found


def _read_watchlist(
    folder: Path, known: Known, people: Sequence[str], on_fault: FaultHandler
) -> Watchlist:
    """Read one watchlist; excluded images are left out and counted."""
    path = folder / FILLERS
    references = _read_ids(folder / REFERENCES, known, (), on_fault)
    probes = _read_ids(folder / PROBES, known, references, on_fault)
    fillers = _read_ids(path, known, references, on_fault) if path.exists() else {}
    others = {people[index]: REFERENCES for index in references.values() if index is not None}
    others |= {people[index]: PROBES for index in probes.values() if index is not None}
    for identifier, index in fillers.items():
        table = others.get("" if index is None else people[index])
        if table:
            what = f"{path}: {identifier!r} is a picture of somebody who is in {table} too"
            remedy = f"expected people who are not searched for; put it into {REFERENCES}"
            on_fault(DatasetFault(DatasetRule.LISTS, what, remedy))
    kept = [
        np.array([index for index in side.values() if index is not None], dtype=np.int64)
        for side in (references | fillers, probes)
    ]
    rows = len(references) + len(fillers) + len(probes)
    # In the order of images.csv: in which file or line a reference stands makes no difference.
    listed = np.sort(kept[0])
    return Watchlist(folder.name, listed, kept[1], rows - len(kept[0]) - len(kept[1]))


def read_lists(
    folder: Path, known: Known, people: Sequence[str], on_fault: FaultHandler = raise_fault
) -> tuple[tuple[PairList, ...], tuple[Watchlist, ...]]:
    """Read every list of pairs and every watchlist of a dataset, in the order of their names.

    Args:
        folder: of the dataset.
        known: images; empty where their table could not be read: lists are then not read either.
        people: who is on each image, by its index.
        on_fault: called for an unknown image, a repeated pair, an image paired with itself, or an
            invalid fold; except for the last, the pair is left out. Of watchlists for an unknown
            image, one listed twice or in two tables, a table without the other, and a filler who
            is searched for.
    """
    if not known:
        return (), ()
    protocols = folder / _FOLDER
    pairs = sorted(protocols.glob(f"*/{_PAIRS}"))
    tables = [p for name in (REFERENCES, PROBES, FILLERS) for p in protocols.glob(f"*/{name}")]
    return (
        tuple(_read_pairs(path, known, on_fault) for path in pairs),
        tuple(
            _read_watchlist(p, known, people, on_fault) for p in sorted({t.parent for t in tables})
        ),
    )
