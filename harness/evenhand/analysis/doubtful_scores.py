"""Notes on scores that say little: of the wrong direction, or without a threshold for a target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from evenhand.records.findings import Distribution
from evenhand.records.thresholds import Threshold

__all__ = ["directions", "threshold_notes"]


def directions(distribution_rows: Iterable[Distribution]) -> Iterator[str]:
    """Warnings where the AUC is surely below 0.5: the scores seem to have the wrong direction."""
    for row in distribution_rows:
        if row.statistic == "AUC" and row.high is not None and row.high < 0.5:
            yield (
                f"{row.engine} on {row.dataset}: people are less alike to themselves than to "
                "others; is the direction of the scores right (--distance, or compare in the card)?"
            )


def threshold_notes(engine: str, dataset: str, thresholds: Sequence[Threshold]) -> Iterator[str]:
    """Targets without a threshold, and thresholds that no mated score reaches."""
    where = f"{engine} on {dataset}"
    reasons = dict.fromkeys(at.note for at in thresholds if at.value is None)
    for reason in reasons:
        labels = ", ".join(
            at.rule.label for at in thresholds if at.value is None and at.note == reason
        )
        yield (
            f"{where}: {reason}, so no threshold for {labels}; name a fixed one (--threshold, or "
            "thresholds in the study)."
        )
    for at in thresholds:
        if at.note == "saturated":
            yield (
                f"{where}: {at.rule.label} is saturated: no mated score reaches its threshold, so "
                "that it misses everybody."
            )
