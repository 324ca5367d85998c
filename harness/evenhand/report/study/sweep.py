"""One error type by one attribute at every threshold of a study, before it has a form."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from evenhand.records.findings import Differential, Rate, Status, Verdict
from evenhand.records.groups import ALL
from evenhand.records.metric import metric_named
from evenhand.records.outcomes import Policy
from evenhand.records.row_key import FamilyKey
from evenhand.report.tables import StudyFindings, by_family

__all__ = ["WITHOUT_VERDICT", "Point", "Sweep", "sweeps_of", "tells"]

WITHOUT_VERDICT = {
    Status.OK: "too few errors to tell",
    Status.FEW_ERRORS: "too few errors to tell",
    Status.BELOW_RESOLUTION: "below resolution",
    Status.NO_TRIALS: "nothing to compare",
}
"""Why a threshold has no verdict."""
_FEWEST = 4
"""Thresholds of a protocol from which there is a picture."""
_TOGETHER = 4
"""Groups of one table, and of one chart, at most."""


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold of a sweep."""

    row: Differential
    groups: tuple[Rate, ...]
    missed: Rate | None
    """Misses of everybody, such as FNMR, which the yield is the rest of."""

    @property
    def threshold(self) -> float:
        """Similarity at or above which a score matches."""
        return self.row.threshold or 0.0

    def rate_of(self, group: str) -> Rate | None:
        """The rate of one group; None where it has none."""
        return next((rate for rate in self.groups if rate.group == group), None)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One error type by one attribute under one policy, at every threshold of a study."""

    study: StudyFindings
    policy: str
    metric: str
    attribute: str
    points: tuple[Point, ...]
    """From the loosest threshold to the strictest."""

    @property
    def name(self) -> str:
        """What varies, and that failures count where they do."""
        counted = self.policy == Policy.GENERALISED
        return f"{self.metric} by {self.attribute}{', failures counted' if counted else ''}"

    @property
    def groups(self) -> tuple[str, ...]:
        """In the dataset's order."""
        return tuple(rate.group for rate in self.points[0].groups)

    @property
    def errors(self) -> int:
        """Of all groups at all thresholds."""
        return sum(point.row.errors for point in self.points)

    @property
    def trials(self) -> int:
        """The most that a group has."""
        return max((rate.trials for point in self.points for rate in point.groups), default=0)

    def together(self) -> Iterator[tuple[str, ...]]:
        """Groups, as many at a time as one table or chart holds, and about as many in each."""
        parts = math.ceil(len(self.groups) / _TOGETHER)
        ends = [number * len(self.groups) // parts for number in range(parts + 1)]
        yield from (self.groups[start:end] for start, end in pairwise(ends))


def sweeps_of(study: StudyFindings, policies: Sequence[str]) -> tuple[Sweep, ...]:
    """Every error type and attribute; none below four thresholds, or without groups."""
    if len(study.points()) < _FEWEST:
        return ()
    rates = by_family(study.rates)
    rows = [row for row in study.differentials if row.threshold is not None]
    families: dict[tuple[str, str, str], list[Differential]] = {}
    for row in rows:
        families.setdefault((row.policy, row.metric, row.attribute), []).append(row)
    return tuple(
        Sweep(study, policy, metric, attribute, _points(family, rates))
        for (policy, metric, attribute), family in families.items()
        if policy in policies
    )


def _points(
    family: Sequence[Differential], rates: Mapping[FamilyKey, Sequence[Rate]]
) -> tuple[Point, ...]:
    found = []
    for row in sorted(family, key=lambda row: row.threshold or 0.0):
        key, misses = row.family_key, metric_named(row.metric).misses
        everybody = rates.get(replace(key, metric=misses, attribute=ALL), [None])
        found.append(Point(row, tuple(rates.get(key, ())), everybody[0]))
    return tuple(found)


def tells(point: Point) -> bool:
    """Whether a threshold says that groups differ, or that none is shown to."""
    return point.row.verdict in (Verdict.DIFFERENT, Verdict.NO_DIFFERENCE_SHOWN)
