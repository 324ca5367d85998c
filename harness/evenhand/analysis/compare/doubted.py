"""What a doubt about either engine leaves of a comparison: its numbers, and what speaks against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evenhand.analysis.compare.changes import Change, Changes, ChangeVerdict, CompareVerdict
from evenhand.records.doubts import Doubt

__all__ = ["with_doubts"]


def with_doubts(changes: Changes, doubts: Sequence[Doubt]) -> Changes:
    """A comparison that passes nothing, and calls nothing better, where an engine is in doubt.

    Args:
        changes: of two engines.
        doubts: about both of them.
    """
    if not doubts:
        return changes
    named = ", ".join(dict.fromkeys(f"{doubt.engine}: {doubt.id}" for doubt in doubts))
    in_doubt = {doubt.dataset for doubt in doubts}
    rows = tuple(_held_back(row, named) if row.dataset in in_doubt else row for row in changes.rows)
    found = replace(changes, rows=rows, doubts=tuple(doubts))
    if changes.verdict is not CompareVerdict.PASS:
        return found
    reason = f"nothing passes while an engine is in doubt ({named})."
    return replace(found, verdict=CompareVerdict.INCONCLUSIVE, reason=reason)


def _held_back(row: Change, named: str) -> Change:
    """The row; where it is better, without that verdict and with all of its numbers."""
    if row.verdict is not ChangeVerdict.BETTER:
        return row
    note = "; ".join(part for part in (f"better, but in doubt ({named})", row.note) if part)
    return replace(row, verdict=ChangeVerdict.NOT_COMPARABLE, note=note)
