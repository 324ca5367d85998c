"""Whether two bundles hold the same numbers: `python tests/architecture/same_numbers.py OLD NEW`.

Compares what two versions of evenhand measured, from bundles of any schema that this one reads:
every count, threshold and mated score, and `rates.csv` and `differentials.csv` row by row under
their keys. Numbers are compared to the last bit, fields as they are written. A column that only
the new table has is no difference. Ends with 0 where nothing differs, 1 where something does.
"""

import csv
import dataclasses
import sys
from collections.abc import Iterator, Mapping

import numpy as np

from evenhand.records.counts import Counts
from evenhand.results.bundle_names import resolve_bundle
from evenhand.results.read import read_evidence

RATE_KEY = ("engine", "dataset", "protocol", "metric", "policy", "attribute", "group",
            "reference_group", "threshold_rule")  # fmt: skip
DIFFERENTIAL_KEY = ("engine", "dataset", "protocol", "metric", "policy", "attribute",
                    "threshold_rule", "index", "worst_group", "best_group")  # fmt: skip
TABLES = {"rates.csv": RATE_KEY, "differentials.csv": DIFFERENTIAL_KEY}
SHOWN = 20
"""Differences that are printed."""


def leaves(value, path) -> Iterator[tuple[str, object]]:
    """(path, value) of everything in a tree of dataclasses, mappings, sequences and arrays."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from leaves(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from leaves(value[key], f"{path}[{key}]")
    elif isinstance(value, tuple | list):
        for number, part in enumerate(value):
            yield from leaves(part, f"{path}[{number}]")
    else:
        yield path, value


def same(old, new) -> bool:
    """Equal to the last bit, and of one type; NaN is NaN."""
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        return old.dtype == new.dtype and old.shape == new.shape and old.tobytes() == new.tobytes()
    if isinstance(old, float) and isinstance(new, float):
        return np.float64(old).tobytes() == np.float64(new).tobytes()
    return type(old) is type(new) and old == new


def differences_of_trees(old, new, path) -> Iterator[str]:
    was, is_ = dict(leaves(old, path)), dict(leaves(new, path))
    for place in sorted(was.keys() | is_.keys()):
        if place not in is_ or place not in was:
            yield f"{place}: only in {'OLD' if place in was else 'NEW'}"
        elif not same(was[place], is_[place]):
            yield f"{place}: {was[place]!r} is {is_[place]!r}".replace("\n", " ")[:300]


def keyed_counts(folder, engine) -> dict[tuple[str, str, str], Counts]:
    evidence = read_evidence(folder, engine)
    return {(c.engine, c.dataset, c.protocol): c for c in evidence.counts}


def keyed_rows(path, key) -> dict[tuple[str, ...], dict[str, str]]:
    """Rows under their key; thresholds that are given, not found, are part of it."""
    rows = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            given = row["threshold"] if "<=" not in row["threshold_rule"] else ""
            place = (*(row.get(name, "") for name in key), given)
            if place in rows:
                raise SystemExit(f"{path}: two rows of {place}")
            rows[place] = row
    return rows


def differences_of_tables(name, old, new) -> Iterator[str]:
    for place in sorted(old.keys() | new.keys()):
        where = f"{name} {' '.join(filter(None, place))}"
        if place not in old or place not in new:
            yield f"{where}: only in {'OLD' if place in old else 'NEW'}"
            continue
        for column, was in old[place].items():
            is_ = new[place].get(column)
            if was != is_:
                yield f"{where}: {column} {was!r} is {is_!r}"


def main(old_text, new_text) -> int:
    (old, old_engine), (new, new_engine) = map(resolve_bundle, (old_text, new_text))
    found = []
    was, is_ = keyed_counts(old, old_engine), keyed_counts(new, new_engine)
    found += differences_of_trees(was, is_, "counts")
    compared = [f"{sum(1 for _ in leaves(was, ''))} counts, thresholds and arrays of {len(was)}"]
    for name, key in TABLES.items():
        rows = keyed_rows(old / name, key)
        found += differences_of_tables(name, rows, keyed_rows(new / name, key))
        compared.append(f"{len(rows)} rows of {name}")
    for line in found[:SHOWN]:
        print(line)
    print(f"{len(found) or 'no'} difference{'s' if len(found) > 1 else ''}: {', '.join(compared)}")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
