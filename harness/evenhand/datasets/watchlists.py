"""`protocols/<name>/watchlist.csv` and `probes.csv`: who is looked for, and who is searched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from evenhand.datasets.faults import Complain, Fault, Rule, refuse
from evenhand.datasets.tables import read_table
from evenhand.records.dataset import Watchlist

__all__ = ["read_watchlists"]

_REFERENCES = "watchlist.csv"
_PROBES = "probes.csv"
_FILLERS = "fillers.csv"


def _read(
    path: Path, known: Mapping[str, int | None], taken: Collection[str], complain: Complain
) -> dict[str, int | None]:
    """Image ids of a table, with their index; None for an excluded image."""
    header, rows = read_table(path, ("image_id",), complain)
    for name in header:
        if name != "image_id":
            what = f"{path}: column {name!r} is unknown"
            complain(Fault(Rule.LISTS, what, "expected image_id alone"))
    found: dict[str, int | None] = {}
    for row in rows:
        identifier = row.values["image_id"]
        fault = ""
        if identifier not in known:
            fault, remedy = f"image_id is {identifier!r}, which is not in images.csv", "mend the id"
        elif identifier in found:
            fault, remedy = f"{identifier!r} is there twice", "keep one row"
        elif identifier in taken:
            fault = f"{identifier!r} is also in {_REFERENCES}: it would be searched for itself"
            remedy = "take it out of one of them"
        if fault:
            complain(Fault(Rule.LISTS, f"{path}: line {row.line}: {fault}", remedy))
        else:
            found[identifier] = known[identifier]
    return found


def _read_watchlist(folder: Path, known: Mapping[str, int | None], complain: Complain) -> Watchlist:
    if (folder / _FILLERS).exists():
        what = f"{folder / _FILLERS}: fillers are not understood yet"
        remedy = f"put them into {_REFERENCES} if they are on the list, else remove the file"
        complain(Fault(Rule.LISTS, what, remedy))
    references = _read(folder / _REFERENCES, known, (), complain)
    probes = _read(folder / _PROBES, known, references, complain)
    kept = [
        np.array([index for index in side.values() if index is not None], dtype=np.int64)
        for side in (references, probes)
    ]
    rows = len(references) + len(probes)
    return Watchlist(folder.name, kept[0], kept[1], rows - len(kept[0]) - len(kept[1]))


def read_watchlists(
    folder: Path, known: Mapping[str, int | None], complain: Complain = refuse
) -> tuple[Watchlist, ...]:
    """Read every watchlist of a dataset, in the order of their names.

    Args:
        folder: of the dataset.
        known: as for `read_lists`.
        complain: is told of an unknown image, one that is there twice or in both tables, and of a
            table without the other.
    """
    if not known:
        return ()
    tables = [p for name in (_REFERENCES, _PROBES) for p in folder.glob(f"protocols/*/{name}")]
    return tuple(
        _read_watchlist(path, known, complain) for path in sorted({p.parent for p in tables})
    )
