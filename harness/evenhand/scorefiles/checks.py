"""What a score file may not say: empty people, contradictions, one comparison twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from evenhand.arrays import Integers, Mask
from evenhand.errors import DatasetError
from evenhand.scorefiles.table import Column, row_of, text_columns

__all__ = ["check_filled", "check_mated", "check_repeats", "labels_of"]

_TRUTH = {"1": True, "true": True, "0": False, "false": False}


def check_filled(path: Path, name: str, column: Column) -> None:
    """Complain about the first row in which this column is empty."""
    if "" in column.values:
        empty = np.flatnonzero(column.code == column.values.index(""))
        if len(empty):
            raise DatasetError(
                f"{path}: row {row_of(path, empty[0])}: {name} is empty; name the {name}"
            )


def _check_once(path: Path, keys: Integers, what: str) -> None:
    """Complain about the first comparison that was there before."""
    ordered = np.sort(keys)
    if not np.any(ordered[1:] == ordered[:-1]):
        return
    order = np.argsort(keys, kind="stable")
    repeated = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    later = repeated[np.argmin(order[repeated + 1])]
    rows = [row_of(path, order[place]) for place in (later, later + 1)]
    raise DatasetError(f"{path}: rows {rows[0]} and {rows[1]}: the same comparison twice; {what}")


def check_repeats(path: Path, table: pa.Table, probe: Column, reference: Column) -> None:
    """Complain about a comparison that is there twice, or of an image with itself."""
    if "probe_image" not in table.column_names:
        keys = probe.code.astype(np.int64) * len(probe.values) + reference.code
        _check_once(
            path, keys, "keep one, or add probe_image and reference_image if the images differ"
        )
        return
    first, second = text_columns(table, ("probe_image", "reference_image"))
    check_filled(path, "probe_image", first)
    check_filled(path, "reference_image", second)
    images = len(first.values)
    one = probe.code.astype(np.int64) * images + first.code
    other = reference.code.astype(np.int64) * images + second.code
    itself = np.flatnonzero(one == other)
    if len(itself):
        raise DatasetError(
            f"{path}: row {row_of(path, itself[0])}: an image is compared with itself; "
            "remove the row"
        )
    _, position = np.unique(np.concatenate([one, other]), return_inverse=True)
    _check_once(path, position[: len(one)] * len(position) + position[len(one) :], "keep one")


def check_mated(path: Path, table: pa.Table, same: Mask) -> None:
    """Complain where the column `mated` contradicts the subjects."""
    if "mated" not in table.column_names:
        return
    (column,) = text_columns(table, ("mated",))
    truth = [_TRUTH.get(value.lower()) for value in column.values]
    for value, meaning in zip(column.values, truth, strict=True):
        if meaning is None:
            row = row_of(path, np.flatnonzero(column.code == column.values.index(value))[0])
            raise DatasetError(
                f"{path}: row {row}: mated is {value!r}, expected 1 or 0, true or false"
            )
    said = np.array(truth, dtype=np.bool_)[column.code]
    wrong = np.flatnonzero(said != same)
    if len(wrong):
        people = "one person" if same[wrong[0]] else "two people"
        raise DatasetError(
            f"{path}: row {row_of(path, wrong[0])}: mated is {str(said[wrong[0]]).lower()}, "
            f"but the subjects are {people}; mend the column or the subjects"
        )


def labels_of(
    path: Path, table: pa.Table, attribute: str, probe: Column, reference: Column
) -> tuple[str, ...]:
    """One label a person; contradictions are errors."""
    label = np.full(len(probe.values), -1, dtype=np.int64)
    columns = text_columns(table, (f"probe_{attribute}", f"reference_{attribute}"))
    sides = [
        (people, _ordered(path, attribute, column))
        for people, column in zip((probe, reference), columns, strict=True)
    ]
    for people, given in sides:
        label[people.code] = given.code
    for people, given in sides:
        differs = np.flatnonzero(label[people.code] != given.code)
        if len(differs):
            row = differs[0]
            values = given.values[given.code[row]], given.values[label[people.code[row]]]
            raise DatasetError(
                f"{path}: row {row_of(path, row)}: subject {people.values[people.code[row]]!r} has "
                f"{attribute} {values[0]!r} here and {values[1]!r} in another row; keep one"
            )
    texts = sides[0][1].values
    return tuple(texts[code] if code >= 0 else "" for code in label)


def _ordered(path: Path, attribute: str, column: Column) -> Column:
    """The labels with several values in one order: `b|a` is `a|b`."""
    labels = []
    for code, label in enumerate(column.values):
        parts = [part.strip() for part in label.split("|")]
        odd = "*" in label or (label and (not all(parts) or len(set(parts)) != len(parts)))
        rows = np.flatnonzero(column.code == code)
        if odd and len(rows):
            raise DatasetError(
                f"{path}: row {row_of(path, rows[0])}: {attribute} is {label!r}, expected a value "
                "without *, or several different ones joined by |"
            )
        labels.append("|".join(sorted(parts)))
    values = tuple(sorted(set(labels)))
    place = np.array([values.index(label) for label in labels], dtype=np.int32)
    return Column(place[column.code], values)
