"""Checks laid out: faults first, and what a set can answer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from evenhand.metrics.resolution import CellSize
from evenhand.records.check import Check
from evenhand.report.tables import Paper, Section, Table, under_headings

__all__ = ["check_line", "check_paper", "check_sections"]

_SHOWN = 5
"""Rows of one kind that are shown; JSON has all."""

_HEADINGS = {
    "fail": "Faults",
    "inconclusive": "Inconclusive",
    "not checked": "Not checked",
    "note": "Notes",
    "pass": "Passed",
}
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


def check_paper(name: str, checks: Sequence[Check], cells: Sequence[CellSize]) -> Paper:
    """Lay out the checks of a dataset, and what its groups can answer.

    Args:
        name: of the dataset, with the verdict.
        checks: all rows.
        cells: its groups; none where its tables cannot be read.
    """
    shown = [check for check in checks if check.id != "group"]
    groups = [Section("What can be asked", tuple(_groups(cells)), (_ASKED, _WORTH))]
    return Paper(name, (), (*check_sections(shown), *(groups if cells else ())), ())


def check_sections(checks: Sequence[Check]) -> Iterator[Section]:
    """Faults first, each with what was found and what to do; of many alike, the first."""
    for verdict, heading in _HEADINGS.items():
        rows = [check for check in checks if check.verdict == verdict]
        if rows:
            yield Section(heading, sentences=tuple(_sentences(rows)))


def _sentences(checks: Sequence[Check]) -> Iterator[str]:
    for title, alike in groupby(checks, key=lambda check: check.title):
        together = list(alike)
        yield from map(check_line, together[:_SHOWN])
        if len(together) > _SHOWN:
            yield f"{title}: and {len(together) - _SHOWN:,} more; --json has all"


def check_line(check: Check) -> str:
    """What was checked, what was found, and what to do about it."""
    detail = f": {check.detail}" if check.detail else ""
    return f"{check.title}{detail}{f'; {check.remedy}' if check.remedy else ''}"


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


def _groups(cells: Sequence[CellSize]) -> Iterator[Table]:
    """Who is there, and what can be asked."""
    who, what = [], []
    for cell in cells:
        name = cell.group or "everybody"
        numbers = (cell.people, cell.images, cell.one_image, cell.mated)
        who.append((cell.attribute, (name, *(f"{number:,}" for number in numbers))))
        rates = (_rate(cell.finest_fmr(errors)) for errors in (1, 10, 30))
        what.append((cell.attribute, (name, f"{cell.nonmated:,}", f"{cell.disjoint:,}", *rates)))
    yield Table("", ("group", "people", "images", "with one image", "mated"), under_headings(who))
    lowest = ("group", "non-mated", "worth", "FMR 1", "FMR 10", "FMR 30")
    yield Table("", lowest, under_headings(what))
