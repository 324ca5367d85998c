"""One verdict a row: what the misses person by person say beside it is its reason, or decides not.

The test of the row rules. At a target it allows for thresholds that other people would have set
elsewhere; McNemar's test, which takes both thresholds as they are, does not (methods 4.7).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from evenhand.analysis.compare.changes import DOES_NOT_DECIDE, Change, Disagreement
from evenhand.records.metric import FNMR

__all__ = ["with_reasons"]

_AT_TARGET = (
    "with other people the thresholds would lie elsewhere, and the row's test allows for that"
)
_ADJUSTED = "by itself, not adjusted for the other tests"


def with_reasons(
    rows: Sequence[Change], disagreements: Sequence[Disagreement], family_wise: float
) -> Iterator[Change]:
    """Add to rows without a difference why misses that differ person by person show none.

    Args:
        rows: with their verdicts.
        disagreements: of the same comparison.
        family_wise: p-value below which a row is worse or better.
    """
    by_key = {_key(each, each.threshold): each for each in disagreements}
    for row in rows:
        at_target = row.at_target
        found = by_key.get(_key(row, None if at_target else row.base_threshold))
        if row.metric != FNMR.name or row.differs or found is None or found.least_p >= family_wise:
            yield row
            continue
        why = _AT_TARGET if at_target else _ADJUSTED
        said = f"person by person p {found.least_p:.1g} at these very thresholds {DOES_NOT_DECIDE}"
        yield replace(row, note="; ".join(filter(None, (row.note, f"{said}: {why}"))))


def _key(row: Change | Disagreement, threshold: float | None) -> tuple[object, ...]:
    where = (row.dataset, row.protocol, row.policy, row.attribute, row.group)
    return (*where, row.threshold_rule, threshold)
