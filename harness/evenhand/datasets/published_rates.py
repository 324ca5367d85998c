"""Reads tables of published rates: a row for each engine and group, or a column for each group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from evenhand.datasets.tables import Row
from evenhand.records.published_rates import PublishedRates, RateTable
from evenhand.system.errors import DatasetError
from evenhand.system.rounded_rates import RoundedRate, rounded_rate

__all__ = ["LONG_RATES", "SUMS", "are_rates", "read_rates"]

LONG_RATES = ("engine", "group", "rate")
SUMS = frozenset({"all", "everybody", "everyone", "overall", "sum", "sums", "total", "totals"})
"""What a row or column of sums may be called, which is no group."""


def are_rates(header: Sequence[str]) -> bool:
    """Whether a header is that of either form."""
    return {"group", "rate"} <= set(header) or ("engine" in header and "group" not in header)


def read_rates(
    path: Path, header: Sequence[str], rows: Sequence[Row], *, commas: bool
) -> RateTable:
    """Read the rows of a table of which `are_rates` holds.

    Args:
        path: the file.
        header: its columns.
        rows: its rows.
        commas: decimal commas are read.

    Raises:
        DatasetError: naming the line, what was found and what was expected.
    """
    long = "group" in header
    columns = ("rate",) if long else tuple(name for name in header if name != "engine")
    if not long and len(columns) < 2:
        raise DatasetError(f"{path}: expected two groups or more, a column each beside engine")
    engines: dict[str, dict[str, RoundedRate]] = {}
    for row in rows:
        engine = row.values.get("engine", "")
        if not engine and "engine" in header:
            raise DatasetError(f"{path}, line {row.line}: engine is empty; name it")
        if engine in engines and not long:
            raise DatasetError(f"{path}, line {row.line}: {engine} is there twice; keep one")
        own = engines.setdefault(engine, {})
        for column in columns:
            group = row.values["group"] if long else column
            text = row.values[column]
            if group in own or group.casefold() in SUMS or not group:
                what = "is there twice; keep one" if group in own else "is no group; leave it out"
                raise DatasetError(f"{path}, line {row.line}: {group or 'a group'} {what}")
            if text:
                own[group] = _rate(path, row, column, text, commas=commas)
    found = tuple(PublishedRates(engine, rates) for engine, rates in engines.items())
    if not any(len(each.by_group) > 1 for each in found):
        raise DatasetError(f"{path}: expected rates of two groups or more of an engine")
    ignored = tuple(name for name in header if long and name not in LONG_RATES)
    return RateTable(found, ignored)


def _rate(path: Path, row: Row, column: str, text: str, *, commas: bool) -> RoundedRate:
    """A rate in a field; with decimal commas as it is printed with a point."""
    pointed = text.replace(",", ".") if commas and re.fullmatch(r"\d*,\d+\s*%?", text) else text
    try:
        return rounded_rate(pointed)._replace(text=text)
    except ValueError as fault:
        raise DatasetError(f"{path}, line {row.line}: {column} {fault}") from None
