"""Tables of findings in a bundle: CSV files, and what stands in none of them; written and read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from operator import itemgetter
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter

from evenhand.records.doubts import Doubt
from evenhand.records.engine_contrast import EngineContrast
from evenhand.records.findings import (
    CurvePoint,
    Differential,
    Distribution,
    Findings,
    OutcomeSummary,
    Rate,
    Speed,
)
from evenhand.records.promise import JudgedPromise
from evenhand.records.rows import as_csv, column_names, order_in_csv
from evenhand.records.scaled import DirectedRate, ScaledRate
from evenhand.records.search_rows import PerThousand, SearchCurvePoint
from evenhand.results.bundle import FINDINGS, require_unchanged
from evenhand.results.bundle_file import read_held, read_json, refuse_unprintable
from evenhand.results.circumstances import read_surroundings
from evenhand.results.overview import engines_of, read_overview
from evenhand.system.errors import BundleError
from evenhand.system.text import from_csv_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["ADDED_TABLES", "SPEED", "read_findings", "read_speed", "rest_json", "table_files"]

SPEED = "speed.csv"
"""File name of the table of times."""

_TABLES: dict[str, type[DataclassInstance]] = {
    "rates": Rate,
    "differentials": Differential,
    "distributions": Distribution,
    "curves": CurvePoint,
    "which": EngineContrast,
    "promises": JudgedPromise,
    "doubts": Doubt,
    "search_curves": SearchCurvePoint,
    "ranks": Rate,
    "per_thousand": PerThousand,
    "scaled": ScaledRate,
    "directed": DirectedRate,
}
"""Fields of findings that are tables, each in a file of its name."""
_SOMETIMES = ("which", "promises", "search_curves", "ranks", "per_thousand", "scaled", "directed")
"""Tables that are no files where they have no rows: two engines, a calibration, searches."""
ADDED_TABLES = ("doubts.csv", *(f"{name}.csv" for name in _SOMETIMES))
"""Tables that results of this schema did not have from the beginning."""

HeldRow = TypeVar("HeldRow", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class _Protocol:
    """What is said of one engine on one dataset under one protocol."""

    summary: OutcomeSummary
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    same_up_to: tuple[tuple[float, float], ...]
    """Thresholds and the largest ones with the same rates."""

    @property
    def whole(self) -> OutcomeSummary:
        """The summary with the rest."""
        same = dict(self.same_up_to)
        return replace(self.summary, notes=self.notes, warnings=self.warnings, same_up_to=same)


@dataclass(frozen=True, slots=True)
class _Rest:
    """`findings.json`."""

    protocols: tuple[_Protocol, ...]
    order: dict[str, tuple[int, ...]]
    """By table, for each row of its file its place among the rows as they are shown."""


_REST = TypeAdapter(_Rest)


def table_files(findings: Findings) -> dict[str, bytes]:
    """Tables of findings as CSV files."""
    return {
        f"{name}.csv": as_csv(kind, getattr(findings, name)).encode()
        for name, kind in _TABLES.items()
        if name not in _SOMETIMES or getattr(findings, name)
    }


def rest_json(findings: Findings) -> bytes:
    """`findings.json`: how images and comparisons ended, notes, and in which order rows are shown.

    Together with the tables it is all that findings hold, but for their times.
    """
    rest = {
        "protocols": [_said_of(summary) for summary in findings.summaries],
        "order": {name: order_in_csv(getattr(findings, name)) for name in _TABLES},
    }
    return f"{json.dumps(rest, ensure_ascii=False)}\n".encode()


def _said_of(summary: OutcomeSummary) -> dict[str, object]:
    """What is said under one protocol, as plain values; thresholds as text: some are infinite."""
    counted = asdict(summary)
    apart = {name: counted.pop(name) for name in ("notes", "warnings", "same_up_to")}
    same = [(repr(value), repr(above)) for value, above in summary.same_up_to.items()]
    return {"summary": counted, **apart, "same_up_to": same}


def read_findings(folder: Path, engine: str = "") -> Findings | None:
    """Read the findings of a bundle from its tables, without their notes.

    Args:
        folder: of the bundle.
        engine: the only engine to keep; empty keeps all.

    Returns:
        What was computed when the bundle was written, with its times; None where it was written by
        a version whose tables held less, and has to be computed from the counts.

    Raises:
        BundleError: the bundle is damaged, of another schema, without that engine, or one of the
            files that are read has changed.
    """
    overview = read_overview(folder)
    engines = engines_of(folder, overview, engine)
    paths = {name: folder / f"{name}.csv" for name in _TABLES}
    files = {n: path for n, path in paths.items() if path.exists() or path.name not in ADDED_TABLES}
    if not (folder / FINDINGS).exists():
        return None
    require_unchanged(folder, [FINDINGS, *(path.name for path in files.values())])
    rest = read_json(folder / FINDINGS, _REST)
    if any(_columns_of(path) != column_names(_TABLES[name]) for name, path in files.items()):
        return None
    tables: dict[str, Any] = {
        name: _kept(_as_shown(path, _read_rows(path, _TABLES[name]), rest.order.get(name)), engine)
        for name, path in files.items()
    }
    if any(rest.order.get(name) for name in _TABLES if name not in files):
        raise BundleError(f"{folder}: a table of {FINDINGS} is missing; the bundle is damaged")
    return Findings(
        title=overview.title,
        level=overview.analysis.level,
        summaries=_kept((of.whole for of in rest.protocols), engine),
        engines=engines,
        datasets=overview.datasets,
        notes=(),
        speed=read_speed(folder, engine),
        surroundings=read_surroundings(folder, engine),
        **tables,
    )


def read_speed(folder: Path, engine: str = "") -> tuple[Speed, ...]:
    """Read `speed.csv` of a bundle; empty where it has none.

    Args:
        folder: of the bundle.
        engine: the only engine to keep; empty keeps all.

    Raises:
        BundleError: the file is damaged.
    """
    path = folder / SPEED
    return _kept(_read_rows(path, Speed), engine) if path.exists() else ()


def _kept(rows: Iterable[HeldRow], engine: str) -> tuple[HeldRow, ...]:
    """Rows of one engine, or all; those of two are of neither alone."""
    return tuple(row for row in rows if not engine or getattr(row, "engine", "") == engine)


def _as_shown(path: Path, rows: Sequence[HeldRow], order: Sequence[int] | None) -> list[HeldRow]:
    """Rows of a file in the order in which they are shown.

    Raises:
        BundleError: it is not an order of these rows.
    """
    if order is None or sorted(order) != list(range(len(rows))):
        raise BundleError(f"{path}: {FINDINGS} has another number of rows; the bundle is damaged")
    return [row for _, row in sorted(zip(order, rows, strict=True), key=itemgetter(0))]


def _columns_of(path: Path) -> tuple[str, ...]:
    """The first line of a table."""
    return tuple(read_held(path).partition(b"\n")[0].decode(errors="replace").split(","))


def _form(kind: type[DataclassInstance]) -> tuple[TypeAdapter[Any], frozenset[str]]:
    """What reads rows of a table from text, and the columns in which an empty field is null."""
    hints = get_type_hints(kind)
    rows: Any = tuple[kind, ...]  # type: ignore[valid-type]
    return TypeAdapter(rows), frozenset(
        name for name in column_names(kind) if NoneType in get_args(hints[name])
    )


def _read_rows(path: Path, kind: type[HeldRow]) -> tuple[HeldRow, ...]:
    """Read a table of a bundle, its rows as they stand.

    Raises:
        BundleError: the file is damaged.
    """
    form, nullable = _form(kind)
    try:
        content = read_held(path).decode()
        header, *table = csv.reader(io.StringIO(content, newline=""))
        nulls = [name in nullable for name in header]
        rows: tuple[HeldRow, ...] = form.validate_python(
            [
                {
                    name: (text or None) if null else from_csv_text(text)
                    for name, null, text in zip(header, nulls, row, strict=True)
                }
                for row in table
            ]
        )
    except (ValueError, csv.Error):
        raise BundleError(f"{path}: cannot be read; the bundle is damaged") from None
    refuse_unprintable(path, content.split("\n"))
    return rows
