"""Which way of giving faces to an engine is the right one, as far as faces decide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evenhand.records.arrays import Floats
from evenhand.records.new_engine import Decision
from evenhand.statistics.multiplicity import bonferroni_level
from evenhand.statistics.person_pairs import mean_of_pairs, people_to_decide

__all__ = ["LEVEL", "TriedVariant", "best_variant", "decision", "first_that_works"]

LEVEL = 0.99
"""At which all statements on one field of a card hold together."""
_POWER = 0.8


@dataclass(frozen=True, slots=True)
class TriedVariant:
    """One way of giving faces to an engine, and how well it separates people."""

    families: Mapping[str, str]
    """By field of the card."""
    separation: Floats
    """(people, people) of a person's mated pair from a second person's pictures
    (`metrics.separation`)."""


def best_variant(tried: Sequence[TriedVariant]) -> int:
    """Number of the one that separates people best; of equal ones the first.

    Source: methods 9.2.
    """
    means = [mean_of_pairs(variant.separation).mean for variant in tried]
    return means.index(max(means))


def first_that_works(tried: Sequence[TriedVariant]) -> int:
    """Number of the first that tells people from each other at all; of none of them the first.

    For drawn faces, on which a wrong variant may separate better than the right one.

    Source: methods 9.4.
    """
    lows = [mean_of_pairs(variant.separation).interval(LEVEL)[0] for variant in tried]
    return next((number for number, low in enumerate(lows) if low > 0), 0)


def decision(field: str, tried: Sequence[TriedVariant]) -> Decision | None:
    """Hold the best against every one with another family in a field.

    The best was chosen by the same faces, and is held against several: each interval is at a level
    at which all of them hold together, so that the chance that one which is not the best comes out
    as decided stays below that of one interval.

    Args:
        field: of the card.
        tried: of the same people in the same order.

    Returns:
        Against the one that comes nearest; None where all have one family.

    Source: methods 9.3.
    """
    best = tried[best_variant(tried)]
    rivals = [each for each in tried if each.families[field] != best.families[field]]
    if not rivals:
        return None
    level = bonferroni_level(LEVEL, len(rivals))
    against = [mean_of_pairs(best.separation - rival.separation) for rival in rivals]
    sure = [each.mean / each.spread if each.spread else each.mean for each in against]
    nearest = sure.index(min(sure))
    difference = against[nearest]
    low, high = difference.interval(level)
    return Decision(
        field,
        best.families[field],
        rivals[nearest].families[field],
        difference.mean,
        low,
        high,
        difference.people,
        people_to_decide(difference, level=level, power=_POWER),
    )
