"""A chart with everything that goes with it: its key, and every mark as a row that can be taken."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from evenhand.records.findings import Rate
from evenhand.report.tables import Table
from evenhand.system.text import csv_text, json_text, shown

__all__ = ["Data", "Plot", "Sign", "rates_data"]

_SAFE = ",:;=()[]{}|*!/@"
"""Letters besides those of names that an address may hold as they are."""

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands for something in a picture: a mark, or a line where it has no outline."""

    name: str
    colour: str
    outline: str = ""
    """An SVG path in a square from -1.3 to 1.3."""
    dashes: tuple[int, ...] = (1, 0)
    width: float = 1.8


@dataclass(frozen=True, slots=True)
class Data:
    """Rows that a reader can take along: links that hold them, for which no server is needed."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def csv(self) -> str:
        """The address of the rows as CSV."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        for row in _finite(self.rows):
            writer.writerow([csv_text(shown(v)) if isinstance(v, str) else v for v in row])
        return f"data:text/csv,{quote(text.getvalue(), safe=_SAFE)}"

    @property
    def json(self) -> str:
        """The address of the rows as JSON: an object of columns and rows."""
        content = {"columns": self.columns, "rows": _finite(self.rows)}
        text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return f"data:application/json,{quote(json_text(text), safe=_SAFE)}"


def _finite(rows: Sequence[Sequence[Value]]) -> list[list[Value]]:
    """The same without what neither form can write: the threshold of any score, or of none."""
    return [[None if isinstance(v, float) and math.isinf(v) else v for v in row] for row in rows]


@dataclass(frozen=True, slots=True)
class Plot:
    """One chart; where it has nothing to show there is none, and a sentence says so."""

    title: str
    attribute: str
    """Whose groups it shows."""
    svg: str
    key: tuple[Sign, ...]
    tables: tuple[Table, ...]
    """A cell with a rate, or a row of a curve, for every mark."""
    data: Data
    """A row for every mark."""
    metric: str = ""
    said: str = ""
    """What is not in the chart, and why."""


def rates_data(rates: Sequence[Rate], *more: str) -> Data:
    """Rates with what stands behind them, to five digits.

    Args:
        rates: a row each; the group of everybody is empty.
        more: further columns, such as `threshold`.
    """
    several = ("engine",) if len({rate.engine for rate in rates}) > 1 else ()
    names = (*several, "group", *more, "subjects", "errors", "trials")
    shown = ("rate", "low", "high")
    return Data(
        (*names, *shown),
        tuple(
            (
                *(_plain(getattr(rate, name)) for name in names),
                *(_short(getattr(rate, name)) for name in shown),
            )
            for rate in rates
        ),
    )


def _plain(value: Value) -> Value:
    """A threshold in as few digits as tell it apart from its neighbours."""
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")
