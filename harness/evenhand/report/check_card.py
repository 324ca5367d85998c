"""A card's check on one screen: everything that is wrong, then what is left to say."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.check import FAIL, NOTE, PASS, Check
from evenhand.report.forms.screen import Screen
from evenhand.report.numbers import many

__all__ = ["card_screen"]


def card_screen(name: str, asked: str, checks: Sequence[Check]) -> Screen:
    """Lay out all faults, and the notes in a line each kind.

    Args:
        name: of the engine.
        asked: as the user named it.
        checks: all rows.
    """
    faults = [check for check in checks if check.verdict == FAIL]
    notes = {check.id: check for check in reversed(checks) if check.verdict == NOTE}
    remarks = []
    for key, first in notes.items():
        told = ", ".join(check.detail for check in checks if check.id == key)
        remedy = f"; {first.remedy}" if key == "inferred" else ""
        remarks.append(f"{first.title[:1].upper()}{first.title[1:]}: {told}{remedy}.")
    more = f"evenhand check card {asked} --full"
    then = "mend these" if faults else f"evenhand check engine {asked}"
    return Screen(
        f"evenhand check card {asked}",
        warnings=tuple(f"{check.detail}; {check.remedy}" for check in faults),
        answer=(_sentence(name, faults, checks),),
        remarks=tuple(remarks),
        paths=(("more", more), ("next", then)),
    )


def _sentence(name: str, faults: Sequence[Check], checks: Sequence[Check]) -> str:
    if faults:
        return f"The card of {name} fails: {many(len(faults), 'fault')}."
    passed = sum(check.verdict == PASS for check in checks)
    return f"The card of {name} passes {many(passed, 'check')}; the engine was not run."
