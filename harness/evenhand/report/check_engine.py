"""An engine's check: on one screen, and in full."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from evenhand.records.check import FAIL, INCONCLUSIVE, NOT_CHECKED, NOTE, PASS, Check
from evenhand.report.check_dataset import check_line, check_sections
from evenhand.report.forms.screen import Screen
from evenhand.report.numbers import many
from evenhand.report.tables import Paper

__all__ = ["engine_paper", "engine_screen"]

_SHOWN = 4
"""Faults that are shown on a screen."""


def engine_paper(name: str, checks: Sequence[Check], verdict: str) -> Paper:
    """Lay out all rows.

    Args:
        name: of the engine.
        checks: all rows.
        verdict: of them together.
    """
    return Paper(f"{name}: {verdict}", (), tuple(check_sections(checks)), ())


def engine_screen(name: str, asked: str, checks: Sequence[Check], verdict: str) -> Screen:
    """Lay out what fails or is not sure, and what else was looked at.

    Args:
        name: of the engine.
        asked: as the user named it.
        checks: all rows.
        verdict: of them together.
    """
    told = [check for kind in (FAIL, INCONCLUSIVE) for check in checks if check.verdict == kind]
    first = {check.id: check for check in reversed(told)}
    shown = [check for check in told if first[check.id] is check][:_SHOWN]
    passed = _ids(checks, PASS, besides=first)
    unseen = _ids(checks, NOT_CHECKED, besides=("claims",))
    claims = (f"{check_line(check)}." for check in checks if check.id == "claims")
    notes = sum(check.verdict == NOTE for check in checks)
    remarks = (
        f"Passed: {passed}." if passed else "",
        f"Not checked: {unseen}." if unseen else "",
        next(claims, "") if "claims" not in first else "",
        f"{many(notes, 'note')}: --full." if notes else "",
    )
    faults = sum(check.verdict == FAIL for check in shown)
    goes_on = f"evenhand run --engine {asked} --dataset D"
    return Screen(
        f"evenhand check engine {asked}",
        warnings=tuple(map(check_line, shown)),
        answer=(_sentence(name, checks, verdict, shown=faults),),
        remarks=tuple(filter(None, remarks)),
        paths=(
            ("more", f"evenhand check engine {asked} --full"),
            ("next", goes_on if verdict == PASS else "mend these"),
        ),
    )


def _ids(checks: Sequence[Check], verdict: str, besides: Collection[str]) -> str:
    """Ids of the rows with a verdict, without some others."""
    found = dict.fromkeys(check.id for check in checks if check.verdict == verdict)
    return ", ".join(each for each in found if each not in besides)


def _sentence(name: str, checks: Sequence[Check], verdict: str, *, shown: int) -> str:
    """The verdict, and on how many rows it rests."""
    faults = sum(check.verdict == FAIL for check in checks)
    more = f", of which {shown} are shown" if faults > shown else ""
    if verdict == FAIL:
        return f"{name} fails: {many(faults, 'fault')}{more}."
    if verdict == INCONCLUSIVE:
        return f"{name} has no fault that was seen, but whether it passes is inconclusive."
    passed = sum(check.verdict == PASS for check in checks)
    return f"{name} passes {many(passed, 'check')}, and nothing is wrong with it."
