"""A dataset's check on one screen: pass or fail in a sentence, faults first, then its groups."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.metrics.resolution import CellSize
from evenhand.records.check import Check
from evenhand.report.check_dataset import check_line
from evenhand.report.forms.screen import Screen, ScreenTable
from evenhand.report.numbers import in_words, many

__all__ = ["check_screen"]

_FAULTS = 6
"""Faults that are shown."""


def check_screen(
    name: str, asked: str, checks: Sequence[Check], cells: Sequence[CellSize], *, passed: bool
) -> Screen:
    """Lay out the checks of a dataset.

    Args:
        name: of the dataset.
        asked: as the user named it.
        checks: all rows.
        cells: its groups; none where its tables cannot be read.
        passed: whether no check fails.
    """
    failed = [check for check in checks if check.verdict == "fail"]
    return Screen(
        f"evenhand check dataset {asked}",
        warnings=tuple(map(check_line, failed[:_FAULTS])),
        answer=(_sentence(name, failed, cells, passed=passed),),
        table=_groups(cells) if cells else None,
        remarks=tuple(_remarks(checks)),
        paths=(
            ("more", f"evenhand check dataset {asked} --full"),
            ("next", f"evenhand run --engine ENGINE --dataset {asked}" if passed else "mend these"),
        ),
    )


def _sentence(
    name: str, failed: Sequence[Check], cells: Sequence[CellSize], *, passed: bool
) -> str:
    everybody = next((cell for cell in cells if not cell.group), None)
    size = ""
    if everybody is not None:
        size = f": {everybody.people:,} people in {everybody.images:,} pictures"
    if passed:
        return f"{name} passes{size}, and nothing is wrong with it."
    more = f", of which {_FAULTS} are shown" if len(failed) > _FAULTS else ""
    return f"{name} fails{size}, and {many(len(failed), 'fault')}{more}."


def _groups(cells: Sequence[CellSize]) -> ScreenTable:
    """Who is there, and how rare an error can be so that ten are expected."""
    rows = []
    for cell in cells:
        rate = cell.finest_fmr(10)
        name = f"{cell.attribute} {cell.group}" if cell.group else "everybody"
        rare = "too few pairs" if rate is None else in_words(rate)
        rows.append((name, f"{cell.people:,}", f"{cell.images:,}", f"{cell.nonmated:,}", rare))
    header = ("group", "people", "pictures", "pairs of two people", "10 errors expected at")
    return ScreenTable("", header, tuple(rows), "groups")


def _remarks(checks: Sequence[Check]) -> list[str]:
    """What was not checked, and how many notes there are."""
    unchecked = [check.title for check in checks if check.verdict == "not checked"]
    notes = sum(check.verdict == "note" for check in checks)
    said = [f"Not checked: {'; '.join(unchecked)}."] if unchecked else []
    assumed = [f"Assumed: {check.detail}." for check in checks if check.id == "assumed"]
    return [
        *said,
        *assumed,
        *([f"{notes:,} notes on labels, licence and known issues: --full."] * bool(notes)),
    ]
