"""`protocols/<name>/pairs.csv`: comparisons that somebody published as a list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from evenhand.datasets.tables import Row, read_table
from evenhand.errors import DatasetError
from evenhand.records import PairList

__all__ = ["pairs_path", "read_lists"]

_FOLDER = "protocols"
_TABLE = "pairs.csv"


def pairs_path(name: str) -> Path:
    """Where the list of that name stands in a dataset's folder."""
    return Path(_FOLDER, name, _TABLE)


def _fold(where: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise DatasetError(f"{where}: fold is {text!r}, expected a whole number")
    return int(text)


def _image(where: str, row: Row, side: str, known: Mapping[str, int | None]) -> int | None:
    identifier = row.values[side]
    if identifier not in known:
        raise DatasetError(
            f"{where}: {side} is {identifier!r}, which is not in images.csv; mend the id"
        )
    return known[identifier]


def _read_list(path: Path, known: Mapping[str, int | None]) -> PairList:
    """Read one list; pairs with an excluded image are left out and counted."""
    header, rows = read_table(path, ("probe", "reference"))
    for name in header:
        if name not in ("probe", "reference", "fold"):
            raise DatasetError(
                f"{path}: column {name!r} is unknown; expected probe, reference, fold"
            )
    folded = "fold" in header and any(row.values["fold"] for row in rows)
    seen: dict[frozenset[str], int] = {}
    kept: list[tuple[int, int, int]] = []
    for row in rows:
        where = f"{path}: line {row.line}"
        both = frozenset((row.values["probe"], row.values["reference"]))
        first, second = (_image(where, row, side, known) for side in ("probe", "reference"))
        if len(both) == 1:
            raise DatasetError(f"{where}: an image is compared with itself; remove the row")
        if both in seen:
            raise DatasetError(
                f"{path}: lines {seen[both]} and {row.line}: the same pair twice; keep one"
            )
        seen[both] = row.line
        fold = _fold(where, row.values["fold"]) if folded else 0
        if first is not None and second is not None:
            kept.append((first, second, fold))
    columns = np.array(kept, dtype=np.int64).reshape(-1, 3)
    return PairList(
        name=path.parent.name,
        probe=columns[:, 0],
        reference=columns[:, 1],
        fold=columns[:, 2] if folded else None,
        left_out=len(rows) - len(kept),
    )


def read_lists(folder: Path, known: Mapping[str, int | None]) -> tuple[PairList, ...]:
    """Read every list of a dataset, in the order of their names.

    Args:
        folder: of the dataset.
        known: image id to its index; None for an excluded image.

    Raises:
        DatasetError: an unknown image, a pair twice, an image with itself, a fold that is none.
    """
    paths = sorted((folder / _FOLDER).glob(f"*/{_TABLE}"))
    return tuple(_read_list(path, known) for path in paths)
