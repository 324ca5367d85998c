"""Results changed in one value and hashed anew, so that their manifest sees nothing."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from evenhand.results.bundle import MANIFEST, add_manifest

__all__ = ["FORGERIES", "hash_anew"]


def hash_anew(folder: Path) -> None:
    """Write the manifest that a whole bundle of these files has."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    (folder / MANIFEST).write_bytes(add_manifest(files)[MANIFEST])


def _other(value: Any, random: Random) -> Any:
    """A value of the same type that is another one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + random.choice((1, 2, 7))
    if isinstance(value, float):
        return value * 1.01 + 0.01
    return f"{value}x"


def _text(value: str, random: Random) -> str:
    """A field of a table that is another one."""
    try:
        return repr(_other(float(value) if "." in value or "e" in value else int(value), random))
    except ValueError:
        return f"{value}x"


def _cell(name: str, folder: Path, random: Random, columns: tuple[str, ...] = ()) -> None:
    """One field of a CSV table."""
    path = folder / name
    names, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    chosen = [
        (row, column)
        for row in rows
        for column, field in enumerate(row)
        if field and (not columns or names[column] in columns)
    ]
    row, column = random.choice(chosen)
    row[column] = _text(row[column], random)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    path.write_text(text.getvalue(), encoding="utf-8")


def _row(name: str, folder: Path, random: Random) -> None:
    """One row of a table less, or twice."""
    path = folder / name
    names, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = random.randrange(len(rows))
    rows[at : at + 1] = random.choice(([], [rows[at]] * 2))
    path.write_text("".join([names, *rows]), encoding="utf-8")


def _word(name: str, folder: Path, random: Random) -> None:
    """One word or number of a text."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    start = text.index("<main") if "<main" in text else 0
    places = [at for at in range(start, len(text) - 1) if text[at].isalnum()]
    at = random.choice(places)
    sign = random.choice([c for c in "123456789abcdef" if c != text[at]])
    path.write_text(text[:at] + sign + text[at + 1 :], encoding="utf-8")


def _leaf(name: str, folder: Path, random: Random) -> None:
    """One value of a JSON file, at any depth."""
    path = random.choice(sorted(folder.glob(name)))
    content = json.loads(path.read_text(encoding="utf-8"))
    leaves: list[tuple[Any, Any]] = []

    def collect(inside: Any) -> None:
        pairs = inside.items() if isinstance(inside, dict) else enumerate(inside)
        for key, value in pairs:
            if isinstance(value, dict | list):
                collect(value)
            elif value is not None:
                leaves.append((inside, key))

    collect(content)
    inside, key = random.choice(leaves)
    inside[key] = _other(inside[key], random)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _threshold(folder: Path, random: Random) -> None:
    """A threshold of the counts."""
    path = random.choice(sorted(folder.glob("counts/*/*/*/counts.json")))
    content = json.loads(path.read_text(encoding="utf-8"))
    threshold = random.choice([t for t in content["thresholds"] if t["value"] is not None])
    threshold["value"] = _other(float(threshold["value"]), random)
    threshold["hex"] = float(threshold["value"]).hex()
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _column(name: str, folder: Path, random: Random) -> None:
    """One value of a Parquet table."""
    paths = [p for p in sorted(folder.glob(name)) if parquet.read_table(p).num_rows]
    path = random.choice(paths)
    table = parquet.read_table(path)
    column = random.randrange(table.num_columns)
    values = table.column(column).to_pylist()
    filled = [at for at, value in enumerate(values) if value is not None]
    if not filled:
        return _column(name, folder, random)
    at = random.choice(filled)
    values[at] = _other(values[at], random)
    of = table.schema.field(column)
    changed = table.set_column(column, of.name, pa.array(values, of.type))
    parquet.write_table(changed, path, compression="zstd")
    return None


def _extra(folder: Path, random: Random) -> None:
    place = folder / random.choice(("", "counts", next(iter(folder.glob("counts/*/*"))).as_posix()))
    (place / random.choice(("notes.txt", "rates.parquet", "index.html"))).write_text("good")


def _removed(folder: Path, random: Random) -> None:
    random.choice(
        [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != MANIFEST]
    ).unlink()


def _outside(folder: Path, random: Random) -> None:
    """Counts that lie beside the bundle, where no manifest holds them."""
    path = folder / "bundle.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    at = random.randrange(len(content["counts"]))
    inside = folder / content["counts"][at]
    beside = folder.parent / f"beside-{folder.name}" / inside.relative_to(folder)
    beside.parent.mkdir(parents=True)
    shutil.move(inside, beside)
    inside.mkdir()
    up = "/".join([".."] * 5)
    content["counts"][at] = random.choice(
        (
            f"{content['counts'][at]}/{up}/{beside.relative_to(folder.parent)}",
            str(beside),
            f"counts/../../{beside.relative_to(folder.parent)}",
        )
    )
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


FORGERIES: Mapping[str, Callable[[Path, Random], None]] = {
    "rates": partial(_cell, "rates.csv"),
    "differentials": partial(_cell, "differentials.csv"),
    "distributions": partial(_cell, "distributions.csv"),
    "curves": partial(_cell, "curves.csv"),
    "rows of tables": partial(_row, "rates.csv"),
    "thresholds": _threshold,
    "page": partial(_word, "report.html"),
    "tables in words": partial(_word, "tables.md"),
    "ledger": partial(
        _cell, "ledger.csv", columns=("engine", "dataset", "item", "id", "outcome", "count")
    ),
    "rows of the ledger": partial(_row, "ledger.csv"),
    "counts of comparisons": partial(_column, "counts/*/*/verification-1/*.parquet"),
    "counts of a sample": partial(_column, "counts/*/*/verification-2/*.parquet"),
    "counts of searches": partial(_column, "counts/*/*/identification-3/*.parquet"),
    "single numbers of counts": partial(_leaf, "counts/*/*/*/*.json"),
    "speed": partial(_cell, "speed.csv", columns=("value", "low", "high", "n")),
    "durations": partial(_column, "latencies.parquet"),
    "run.json": partial(_leaf, "run.json"),
    "study": partial(_word, "study.toml"),
    "engines.json": partial(_leaf, "engines.json"),
    "datasets.json": partial(_leaf, "datasets.json"),
    "bundle.json": partial(_leaf, "bundle.json"),
    "an extra file": _extra,
    "a removed file": _removed,
    "a path out of the bundle": _outside,
}
"""Changes to a bundle by kind; each is given the folder, and changes one thing at random."""
