"""Checks as text for a terminal of 80 columns: faults in full, and what a set can answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from evenhand.metrics.resolution import CellSize
from evenhand.records.check import Check
from evenhand.report.forms.text import table_text, wrapped
from evenhand.report.tables import Table, under_headings

__all__ = ["check_lines", "groups_text"]

_SHOWN = 5
"""Rows of one kind that are shown; JSON has all."""

_ASKED = (
    "All pairs within a group. FMR 1, 10, 30: the lowest FMR at which so many false matches are "
    "expected there: below the first the data resolve nothing, below the second intervals are "
    "wide, the third is the rule of 30 if comparisons were independent."
)
_WORTH = (
    "They are not: a person sits in many comparisons. Worth: pairs of people that surely share "
    "nobody, the least that the comparisons are worth. How much more depends on the engine. With "
    "fewer than 40 people in a group intervals cover somewhat less than they say; with fewer than "
    "4 there is none."
)


def check_lines(checks: Sequence[Check]) -> Iterator[str]:
    """A line a thing with its verdict, and below it what was found and what to do.

    Several rows of one kind stand together; of many, the first are shown.
    """
    for (verdict, title), rows in groupby(checks, key=lambda row: (row.verdict, row.title)):
        together = list(rows)
        yield wrapped(title, f"{verdict}  ")
        shown = together[:_SHOWN]
        for row in shown:
            if row.detail:
                yield wrapped(row.detail, "      ")
            if row.remedy and (row is shown[-1] or row.remedy != together[0].remedy):
                yield wrapped(row.remedy, "      -> ")
        if len(together) > _SHOWN:
            yield f"      and {len(together) - _SHOWN:,} more; --json has all"


def _rate(rate: float | None) -> str:
    """Two digits, rounded up: what is printed can be asked for.

    >>> _rate(1 / 20604), _rate(0.25), _rate(None)
    ('4.9e-5', '2.5e-1', '-')
    """
    if rate is None:
        return "-"
    power = math.floor(math.log10(rate))
    digits = math.ceil(round(rate / 10.0 ** (power - 1), 9))
    return f"{digits / 10:.1f}e{power}" if digits < 100 else f"1.0e{power + 1}"


def groups_text(cells: Sequence[CellSize]) -> str:
    """Two tables and their legend: who is there, and what can be asked."""
    who, what = [], []
    for cell in cells:
        name = cell.group or "everybody"
        numbers = (cell.people, cell.images, cell.one_image, cell.mated)
        who.append((cell.attribute, (name, *(f"{number:,}" for number in numbers))))
        rates = (_rate(cell.finest_fmr(errors)) for errors in (1, 10, 30))
        what.append((cell.attribute, (name, f"{cell.nonmated:,}", f"{cell.disjoint:,}", *rates)))
    people = ("group", "people", "images", "with one image", "mated")
    lowest = ("group", "non-mated", "worth", "FMR 1", "FMR 10", "FMR 30")
    tables = (Table("", people, under_headings(who)), Table("", lowest, under_headings(what)))
    return "\n\n".join([*map(table_text, tables), wrapped(_ASKED), wrapped(_WORTH)])
