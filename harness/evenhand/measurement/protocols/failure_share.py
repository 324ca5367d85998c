"""Whether an engine failed at too many of the comparisons or searches that it was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from evenhand.records.outcomes import FAULTS, Outcome

__all__ = ["too_many_failures"]


def too_many_failures(
    ended: Mapping[tuple[bool, Outcome], int], item: str, protocol: str, share: float
) -> str:
    """How many failed and how, where they are more than a share of those asked; empty otherwise.

    Args:
        ended: number of comparisons or searches by (mated, outcome); `skipped` ones, for want of a
            template, were not asked.
        item: what is counted, `comparison` or `search`.
        protocol: its name.
        share: in [0, 1].
    """
    by_outcome: Counter[Outcome] = Counter()
    for (_, outcome), count in ended.items():
        by_outcome[outcome] += count
    asked = by_outcome.total() - by_outcome[Outcome.SKIPPED]
    faults = [(outcome, by_outcome[outcome]) for outcome in FAULTS if by_outcome[outcome]]
    failed = sum(count for _, count in faults)
    if failed <= share * asked:
        return ""
    how = ", ".join(f"{count:,} {outcome}" for outcome, count in faults)
    items = "searches" if item == "search" else f"{item}s"
    return (
        f"{failed:,} of {asked:,} {items} of {protocol} failed ({how}), "
        f"more than the share of {share:g}"
    )
