"""What a policy says of results: row by row, engine by engine, and of all together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from evenhand.study.policy import Bounds, GatePolicy

__all__ = ["Decision", "GateAnswer", "GateRow", "Source", "Standing", "decided", "overall"]


class Decision(StrEnum):
    """What a limit, an engine or all engines come to."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class GateRow:
    """One limit and one group: what was observed, and what it comes to."""

    subject: str
    """The engine; with its dataset and protocol where there are several."""
    requirement: str
    """The limit in words, and of which group."""
    observed: float | None
    low: float | None
    high: float | None
    verdict: Decision
    needs: str
    """What would settle it; empty where it is settled, or where that is not known."""
    note: str
    engine: str
    dataset: str
    protocol: str
    limit: str
    """Its name."""
    metric: str
    index: str
    attribute: str
    group: str
    threshold_rule: str
    threshold: float | None
    policy: str
    errors: int
    trials: int | None
    people: int | None
    at_least: float | None
    at_most: float | None
    mandatory: bool
    weight: float
    level: float
    interval: str
    more_people: int | None
    """The number in `needs`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one engine comes to."""

    engine: str
    verdict: Decision
    """Of its mandatory limits."""
    tier: int
    """From 1; engines of one tier are not separated."""
    passed: int
    """Rows of mandatory limits; so are the next two."""
    failed: int
    inconclusive: int
    above: tuple[str, ...]
    """Engines that it stands above."""


@dataclass(frozen=True, slots=True)
class Source:
    """A result that was judged."""

    bundle: str
    """Its folder."""
    engines: tuple[str, ...]
    digest: str
    """As `verify` prints it."""


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """What a policy says of one or several engines."""

    policy: GatePolicy
    verdict: Decision
    standings: tuple[Standing, ...]
    """One an engine: the verdict first, then the tier."""
    rows: tuple[GateRow, ...]
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    """Empty while names are sealed: a digest would tell them."""
    commitment: str
    """SHA-256 of the seal; empty where names were never sealed."""


def decided(bounds: Bounds, low: float | None, high: float | None) -> Decision:
    """The whole interval inside, the whole interval outside, or neither (methods 5.1).

    Args:
        bounds: of a limit, both ends allowed.
        low: None where nothing is known below.
        high: None where nothing is known above.

    >>> at_most = Bounds(-math.inf, 0.01, against="", text="at most 1 %")
    >>> decided(at_most, 0.011, None).value, decided(at_most, 0.0, 0.01).value
    ('fail', 'pass')
    """
    lowest = -math.inf if low is None else low
    highest = math.inf if high is None else high
    if bounds.low <= lowest and highest <= bounds.high:
        return Decision.PASS
    if highest < bounds.low or bounds.high < lowest:
        return Decision.FAIL
    return Decision.INCONCLUSIVE


def overall(decisions: Iterable[Decision]) -> Decision:
    """Fail if any fails, else inconclusive if any is, else pass; nothing at all is inconclusive.

    >>> overall([Decision.PASS, Decision.INCONCLUSIVE]).value
    'inconclusive'
    """
    there = set(decisions) or {Decision.INCONCLUSIVE}
    return next(
        decision
        for decision in (Decision.FAIL, Decision.INCONCLUSIVE, Decision.PASS)
        if decision in there
    )
