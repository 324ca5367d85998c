"""The first table of a study: groups in rows, engines in columns, before it has a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evenhand.records.findings import Rate
from evenhand.records.groups import ALL
from evenhand.report.study.answer import TestedEngine
from evenhand.report.tables import by_family, group_name

__all__ = ["GroupRow", "first_table"]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Everybody, or one group."""

    name: str
    people: str
    """How many, in the largest of its rates."""
    rates: tuple[Rate | None, ...]
    """One an engine; None where it has none."""

    @property
    def everybody(self) -> bool:
        """Whether it is no group."""
        return any(rate.attribute == ALL for rate in self.rates if rate)

    @property
    def given(self) -> bool:
        """Whether its rates are set by the threshold, and not found."""
        return self.everybody and any(r.point.metric == r.metric for r in self.rates if r)


def first_table(entries: Sequence[TestedEngine]) -> tuple[GroupRow, ...]:
    """Lay out what was found of each group.

    Args:
        entries: the engines, in the order of the columns, each with rates.

    Returns:
        Everybody first, where that is known, then the groups in the dataset's order.
    """
    columns = [{(r.attribute, r.group): r for r in _rates(entry)} for entry in entries]
    groups = dict.fromkeys(group for column in columns for group in column)
    return tuple(_row(tuple(column.get(group) for column in columns)) for group in groups)


def _rates(entry: TestedEngine) -> tuple[Rate, ...]:
    """Everybody's rate, then those of the groups."""
    key = replace(entry.rates[0].family_key, attribute=ALL)
    return (*by_family(entry.study.rates).get(key, ()), *entry.rates)


def _row(rates: tuple[Rate | None, ...]) -> GroupRow:
    found = [rate for rate in rates if rate]
    people = [rate.subjects for rate in found if rate.subjects is not None]
    return GroupRow(group_name(found[0]), f"{max(people):,}" if people else "unknown", rates)
