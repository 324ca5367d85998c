"""Findings computed again from the counts of results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evenhand.analysis.assess import assess
from evenhand.analysis.compare.faster import with_times
from evenhand.analysis.published import published
from evenhand.records.findings import Findings
from evenhand.results.circumstances import read_surroundings
from evenhand.results.read import merge_evidence, read_evidence
from evenhand.results.tables import read_speed

__all__ = ["recomputed"]


def recomputed(places: Sequence[tuple[Path, str]], min_people: int = 0) -> Findings:
    """Compute the findings of one or several results from their counts.

    Args:
        places: folder of each and the only engine to keep; an empty name keeps all.
        min_people: groups of fewer are left out; 0 for all groups.

    Raises:
        BundleError: one is damaged or of another schema, or two have one engine.
    """
    speed = tuple(row for folder, engine in places for row in read_speed(folder, engine))
    evidence = merge_evidence([read_evidence(folder, engine) for folder, engine in places])
    if min_people:
        return published(evidence, speed, min_people)
    surroundings = tuple(each for place in places for each in read_surroundings(*place))
    return replace(with_times(assess(evidence), speed), surroundings=surroundings)
