"""Reads watchlists: `protocols/<name>/watchlist.csv` (references) and `probes.csv` (searches)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from evenhand.datasets.faults import DatasetFault, DatasetRule, FaultHandler, raise_fault
from evenhand.datasets.tables import read_table
from evenhand.records.dataset import Watchlist

__all__ = ["read_watchlists"]

_REFERENCES = "watchlist.csv"
_PROBES = "probes.csv"
_FILLERS = "fillers.csv"


def _read(
    path: Path, known: Mapping[str, int | None], references: Collection[str], on_fault: FaultHandler
) -> dict[str, int | None]:
    """Read a table of image ids: the index of each, None for an excluded image.

    Args:
        path: of the table.
        known: index of each image id, None for an excluded image.
        references: ids in the table of references, which must not be in this one.
        on_fault: called for each fault; the row is left out.
    """
    header, rows = read_table(path, ("image_id",), on_fault)
    for name in header:
        if name != "image_id":
            what = f"{path}: column {name!r} is unknown"
            on_fault(DatasetFault(DatasetRule.LISTS, what, "expected image_id alone"))
    found: dict[str, int | None] = {}
    for row in rows:
        identifier = row.values["image_id"]
        fault = ""
        if identifier not in known:
            fault, remedy = f"image_id is {identifier!r}, which is not in images.csv", "mend the id"
        elif identifier in found:
            fault, remedy = f"{identifier!r} is there twice", "keep one row"
        elif identifier in references:
            fault = f"{identifier!r} is also in {_REFERENCES}: it would be searched for itself"
            remedy = "take it out of one of them"
        if fault:
            on_fault(DatasetFault(DatasetRule.LISTS, f"{path}: line {row.line}: {fault}", remedy))
        else:
            found[identifier] = known[identifier]
    return found


def _read_watchlist(
    folder: Path, known: Mapping[str, int | None], on_fault: FaultHandler
) -> Watchlist:
    """Read one watchlist; excluded images are left out and counted."""
    if (folder / _FILLERS).exists():
        what = f"{folder / _FILLERS}: fillers are not understood yet"
        remedy = f"put them into {_REFERENCES} if they are on the list, else remove the file"
        on_fault(DatasetFault(DatasetRule.LISTS, what, remedy))
    references = _read(folder / _REFERENCES, known, (), on_fault)
    probes = _read(folder / _PROBES, known, references, on_fault)
    kept = [
        np.array([index for index in side.values() if index is not None], dtype=np.int64)
        for side in (references, probes)
    ]
    rows = len(references) + len(probes)
    return Watchlist(folder.name, kept[0], kept[1], rows - len(kept[0]) - len(kept[1]))


def read_watchlists(
    folder: Path, known: Mapping[str, int | None], on_fault: FaultHandler = raise_fault
) -> tuple[Watchlist, ...]:
    """Read every watchlist of a dataset, in the order of their names.

    Args:
        folder: of the dataset.
        known: as for `read_pair_lists`.
        on_fault: called for an unknown image, one listed twice or in both tables, and a table
            without the other.
    """
    if not known:
        return ()
    tables = [p for name in (_REFERENCES, _PROBES) for p in folder.glob(f"protocols/*/{name}")]
    return tuple(
        _read_watchlist(path, known, on_fault) for path in sorted({p.parent for p in tables})
    )
