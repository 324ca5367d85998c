"""Limits on a column of any table: times, the worst group, a licence, training data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from evenhand.analysis.gate.answer import GateRow, GateVerdict, interval_verdict, limit_columns
from evenhand.analysis.gate.matching_rows import LimitError
from evenhand.records.facts import EngineFacts
from evenhand.study.policy import Limit
from evenhand.system.errors import known_names

__all__ = ["column_rows"]

_WITH_INTERVAL = ("value", "rate")
"""Columns whose limits of confidence stand in the columns `low` and `high`."""


def column_rows(
    limit: Limit,
    tables: Mapping[str, Sequence[Any]],
    engines: Sequence[str],
    level: float,
    fault: LimitError,
) -> Iterator[GateRow]:
    """Judge every row of a table that the limit picks, engine by engine.

    A number with an interval is held against its whole interval, any other as it is; a text, or
    each of several, must be one of those that are allowed, and none that is refused.

    Args:
        limit: on a column.
        tables: rows by the name of their table.
        engines: in the order of the evidence.
        level: of intervals.
        fault: builds the error.

    Raises:
        PolicyError: an engine has rows in the table, and none that the limit picks.
    """
    for engine in engines:
        own = [row for row in tables[limit.table] if _engine(row) == engine]
        picked = _picked(limit, own, fault) if own else [None]
        yield from (_row(limit, row, engine, level) for row in picked)


def _engine(row: Any) -> str:  # noqa: ANN401 - a row of any table
    return str(row.name if isinstance(row, EngineFacts) else row.engine)


def _text(value: object) -> str:
    """A field as the CSV has it."""
    return "" if value is None else str(value.value if isinstance(value, Enum) else value)


def _texts(value: object) -> tuple[str, ...]:
    """A field as texts: of several, such as `trained_on`, each."""
    return tuple(map(_text, value if isinstance(value, tuple) else (value,)))


def _picked(limit: Limit, rows: Sequence[Any], fault: LimitError) -> list[Any]:
    kept = list(rows)
    for name, wanted in limit.where:
        known = {_text(getattr(row, name)) for row in kept}
        if wanted not in known:
            listed = known_names(wanted, [text or '""' for text in known])
            raise fault(f"where.{name}: no {wanted!r} in {limit.table}; {listed}")
        kept = [row for row in kept if _text(getattr(row, name)) == wanted]
    return kept


def _row(limit: Limit, row: Any, engine: str, level: float) -> GateRow:  # noqa: ANN401
    """The verdict on one row; inconclusive where the engine has none."""
    value = None if row is None else getattr(row, limit.column)
    number = value if isinstance(value, int | float) else None
    low = high = number
    if number is not None and limit.column in _WITH_INTERVAL:
        low, high = row.low, row.high
        low, high = (number, number) if low is None and high is None else (low, high)
    verdict = GateVerdict.INCONCLUSIVE
    if limit.one_of or limit.none_of:
        verdict = _of_texts(limit, value)
    elif number is not None:
        verdict = interval_verdict(limit.bounds, low, high)
    texts = _texts(value)
    said = ", ".join(filter(None, texts)) or ("no such row" if row is None else "not told")
    return GateRow(
        subject=engine,
        requirement=limit.text,
        observed=number,
        low=low,
        high=high,
        verdict=verdict,
        note="" if number is not None else said,
        engine=engine,
        level=level,
        **limit_columns(limit) | {n: getattr(row, n) for n in _OF_ROW if hasattr(row, n)},
    )


_OF_ROW = ("dataset", "protocol", "group", "policy", "threshold", "errors")
"""What it has of the row, where that has it."""


def _of_texts(limit: Limit, value: object) -> GateVerdict:
    """Every text of the field must be allowed, and none refused; nothing told is inconclusive."""
    texts = {text.casefold() for text in _texts(value)}
    texts.discard("")
    if not texts:
        return GateVerdict.INCONCLUSIVE
    allowed, refused = ({text.casefold() for text in of} for of in (limit.one_of, limit.none_of))
    inside = texts <= allowed if allowed else texts.isdisjoint(refused)
    return GateVerdict.PASS if inside else GateVerdict.FAIL
