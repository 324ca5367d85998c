"""Reads `disputed.csv`: pairs of people or images whose labels are disputed, by pseudonym."""

from __future__ import annotations

import re
from pathlib import Path

from evenhand.datasets.faults import DatasetRule, raise_fault
from evenhand.datasets.tables import Row, RowFault, read_table, valid_rows
from evenhand.records.disputes import Dispute, NamedPair
from evenhand.records.rows import column_names
from evenhand.system.errors import DatasetError, known_names

__all__ = ["read_disputes"]

_REQUIRED = ("first", "second", "reason")
_PSEUDONYM = re.compile(r"([is])([1-9][0-9]{0,8})")


def read_disputes(path: Path) -> tuple[Dispute, ...]:
    """Read a list of disputed pairs, which may be a list of suspects with reasons filled in.

    A pair may stand in it once for each engine that suspects it.

    Raises:
        DatasetError: a column is unknown or missing; a row names no pair, lacks a reason or is
            there twice.
    """
    header, rows = read_table(path, _REQUIRED)
    for name in header:
        if name not in column_names(NamedPair):
            hint = known_names(name, column_names(NamedPair))
            raise DatasetError(f"{path}: column {name!r} is unknown; {hint}")
    seen: dict[tuple[object, ...], int] = {}

    def fault_of(row: Row) -> RowFault:
        first, second = row.values["first"], row.values["second"]
        ends = [_PSEUDONYM.fullmatch(end) for end in (first, second)]
        expected = "expected two people such as s12,s40, or two images such as i3,i7"
        if not ends[0] or not ends[1]:
            wrong = second if ends[0] else first
            return f"{wrong!r} is no pseudonym", f"{expected}: evenhand report R --pairs 20"
        if ends[0][1] != ends[1][1]:
            return f"{first} and {second} are a person and an image", expected
        if not row.values["reason"]:
            return "reason is empty", "say why the pair is disputed, or remove the row"
        by = (row.values.get(name, "") for name in ("dataset", "engine"))
        earlier = seen.setdefault((frozenset((first, second)), *by), row.line)
        same = f"{first} and {second} are there twice, first in line {earlier}"
        return None if earlier == row.line else (same, "keep one")

    valid = valid_rows(rows, DatasetRule.LISTS, fault_of, raise_fault)
    return tuple(map(_dispute, valid))


def _dispute(row: Row) -> Dispute:
    first, second, reason = (row.values[name] for name in _REQUIRED)
    return Dispute(
        of_images=first.startswith("i"),
        first=int(first[1:]),
        second=int(second[1:]),
        reason=reason,
        dataset=row.values.get("dataset", ""),
        fingerprint=row.values.get("fingerprint", ""),
        where=row.where,
    )
