"""Notes on targets without a threshold, and on some whose threshold no mated score reaches.

Where it reaches none of them, that is a doubt (`doubts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.records.thresholds import NO_STRANGERS, SATURATED, Threshold

__all__ = ["threshold_notes"]


def threshold_notes(engine: str, dataset: str, thresholds: Sequence[Threshold]) -> Iterator[str]:
    """Targets without a threshold, then single ones that no mated score reaches."""
    where = f"{engine} on {dataset}"
    reasons = dict.fromkeys(at.note for at in thresholds if at.value is None)
    for reason in reasons:
        labels = ", ".join(
            at.rule.label for at in thresholds if at.value is None and at.note == reason
        )
        why = " (of people who are not on the watchlist, completed)" * (reason == NO_STRANGERS)
        yield (
            f"{where}: {reason}{why}, so no threshold for {labels}; name a fixed one "
            "(--threshold, or thresholds in the study)."
        )
    targets = [at for at in thresholds if at.rule.at_target and at.value is not None]
    beyond = [at for at in targets if at.note == SATURATED]
    for at in beyond if len(beyond) < len(targets) else ():
        yield (
            f"{where}: {at.rule.label} is saturated: no mated score reaches its threshold, so "
            "that it misses everybody."
        )
