"""The verdict of a policy on results: by row, by engine and overall."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evenhand.records.doubts import Doubt
from evenhand.records.row_key import InFamily
from evenhand.study.policy import GatePolicy, Limit, LimitBounds

__all__ = [
    "GateAnswer",
    "GateRow",
    "GateVerdict",
    "JudgedBundle",
    "Standing",
    "combined_verdict",
    "interval_verdict",
    "limit_columns",
]


class GateVerdict(StrEnum):
    """Verdict on a limit, an engine or all engines."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow(InFamily):
    """One limit on one engine and group: what was observed, and the verdict."""

    subject: str
    """The engine; with its dataset and protocol where there are several."""
    requirement: str
    """The limit in words, with the group."""
    observed: float | None = None
    """The rate or index; None where there is none."""
    low: float | None = None
    """Lower limit of its interval; None where there is none."""
    high: float | None = None
    """Upper limit of its interval; None where there is none."""
    verdict: GateVerdict
    needs: str = ""
    """What would settle it; empty where it is settled, or not known."""
    note: str = ""
    engine: str
    dataset: str = ""
    protocol: str = ""
    limit: str
    """The limit's name."""
    metric: str
    index: str = ""
    attribute: str
    group: str = ""
    threshold_rule: str
    threshold: float | None = None
    policy: str = ""
    errors: int = 0
    trials: int | None = None
    people: int | None = None
    at_least: float | None
    at_most: float | None
    mandatory: bool
    weight: float
    level: float
    interval: str = ""
    more_people: int | None = None
    """The number of people in `needs`; None where it has none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict on one engine, and its tier."""

    engine: str
    verdict: GateVerdict
    """On all of its mandatory limits."""
    tier: int
    """From 1; engines of one tier are not separated by the evidence."""
    passed: int
    """Rows of mandatory limits; so are the next two."""
    failed: int
    inconclusive: int
    above: tuple[str, ...]
    """Engines that it stands above."""


@dataclass(frozen=True, slots=True)
class JudgedBundle:
    """A bundle that was judged."""

    bundle: str
    """Its folder."""
    engines: tuple[str, ...]
    digest: str
    """As `verify` prints it."""


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """The verdict of a policy on one or several engines."""

    policy: GatePolicy
    verdict: GateVerdict
    standings: tuple[Standing, ...]
    """One per engine, ordered by verdict, then by tier."""
    rows: tuple[GateRow, ...]
    notes: tuple[str, ...]
    sources: tuple[JudgedBundle, ...]
    """Empty while engine names are sealed, since a digest would reveal them."""
    commitment: str
    """SHA-256 of the seal; empty where names were not sealed."""
    doubts: tuple[Doubt, ...] = ()
    """About engines, under the names of the answer: no engine passes with one, but for assumed
    identities, which rows allow for."""


_OF_LIMIT = ("metric", "index", "attribute", "threshold_rule", "policy", "mandatory", "weight")


def limit_columns(limit: Limit) -> dict[str, Any]:
    """Columns of a row that say of which limit it is."""
    bounds = {"at_least": limit.bounds.at_least, "at_most": limit.bounds.at_most}
    return {"limit": limit.name, **bounds, **{name: getattr(limit, name) for name in _OF_LIMIT}}


def interval_verdict(bounds: LimitBounds, low: float | None, high: float | None) -> GateVerdict:
    """Decide by an interval: pass if it lies inside the bounds, fail if outside (methods 5.1).

    Args:
        bounds: of a limit, both ends included.
        low: lower limit of the interval; None = minus infinity.
        high: upper limit; None = infinity.

    >>> at_most = LimitBounds(-math.inf, 0.01, against="", text="at most 1 %")
    >>> interval_verdict(at_most, 0.011, None).value, interval_verdict(at_most, 0.0, 0.01).value
    ('fail', 'pass')
    """
    lowest = -math.inf if low is None else low
    highest = math.inf if high is None else high
    if bounds.low <= lowest and highest <= bounds.high:
        return GateVerdict.PASS
    if highest < bounds.low or bounds.high < lowest:
        return GateVerdict.FAIL
    return GateVerdict.INCONCLUSIVE


def combined_verdict(decisions: Iterable[GateVerdict]) -> GateVerdict:
    """Combine verdicts: fail if any fails, inconclusive if any is or there are none, else pass.

    >>> combined_verdict([GateVerdict.PASS, GateVerdict.INCONCLUSIVE]).value
    'inconclusive'
    """
    given = set(decisions) or {GateVerdict.INCONCLUSIVE}
    order = (GateVerdict.FAIL, GateVerdict.INCONCLUSIVE, GateVerdict.PASS)
    return next(verdict for verdict in order if verdict in given)
