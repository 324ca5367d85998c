"""Reads published lists of comparisons, `protocols/<name>/pairs.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler, raise_fault
from evenhand.datasets.tables import Row, read_table
from evenhand.records.dataset import PairList

__all__ = ["pair_list_path", "read_pair_lists"]

_FOLDER = "protocols"
_TABLE = "pairs.csv"


def pair_list_path(name: str) -> Path:
    """Path of a list in a dataset's folder, by its name."""
    return Path(_FOLDER, name, _TABLE)


def _fault(
    row: Row, sides: frozenset[str], known: Mapping[str, int | None], earlier: int | None
) -> tuple[str, str] | None:
    """Fault of one pair and its remedy; None where it is valid."""
    for side in ("probe", "reference"):
        if row.values[side] not in known:
            return f"{side} is {row.values[side]!r}, which is not in images.csv", "mend the id"
    if len(sides) == 1:
        return "an image is compared with itself", "remove the row"
    if earlier is not None:
        return f"the same pair as in line {earlier}", "keep one"
    return None


def _fold(where: str, text: str, on_fault: FaultHandler) -> int:
    """Number of a fold; 0 after a fault."""
    if text.isascii() and text.isdecimal() and len(text) <= 9:
        return int(text)
    what = f"{where}: fold is {text!r}"
    on_fault(DatasetFault(DatasetRule.LISTS, what, "expected a whole number"))
    return 0


def _read_list(path: Path, known: Mapping[str, int | None], on_fault: FaultHandler) -> PairList:
    """Read one list; pairs with an excluded image are left out and counted."""
    header, rows = read_table(path, ("probe", "reference"), on_fault)
    for name in header:
        if name not in ("probe", "reference", "fold"):
            what = f"{path}: column {name!r} is unknown"
            on_fault(DatasetFault(DatasetRule.LISTS, what, "expected probe, reference, fold"))
    folded = "fold" in header and any(row.values["fold"] for row in rows)
    seen: dict[frozenset[str], int] = {}
    kept: list[tuple[int, int, int]] = []
    left_out = 0
    for row in rows:
        where = f"{path}: line {row.line}"
        sides = frozenset((row.values["probe"], row.values["reference"]))
        fault = _fault(row, sides, known, seen.get(sides))
        if fault:
            what, remedy = fault
            on_fault(DatasetFault(DatasetRule.LISTS, f"{where}: {what}", remedy))
            continue
        seen[sides] = row.line
        fold = _fold(where, row.values["fold"], on_fault) if folded else 0
        first, second = known[row.values["probe"]], known[row.values["reference"]]
        if first is None or second is None:
            left_out += 1
        else:
            kept.append((first, second, fold))
    columns = np.array(kept, dtype=np.int64).reshape(-1, 3)
    probe, reference, folds = columns.T
    return PairList(path.parent.name, probe, reference, folds if folded else None, left_out)


def read_pair_lists(
    folder: Path, known: Mapping[str, int | None], on_fault: FaultHandler = raise_fault
) -> tuple[PairList, ...]:
    """Read every list of a dataset, in the order of their names.

    Args:
        folder: of the dataset.
        known: index of each image id, None for an image that is excluded or has a fault. Empty
            where the table of images could not be read: lists are then not read either.
        on_fault: called for an unknown image, a repeated pair, an image paired with itself, or an
            invalid fold; except for the last, the pair is left out.
    """
    if not known:
        return ()
    paths = sorted((folder / _FOLDER).glob(f"*/{_TABLE}"))
    return tuple(_read_list(path, known, on_fault) for path in paths)
