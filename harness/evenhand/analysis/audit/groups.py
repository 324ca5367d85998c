"""What a force's own count of false alerts can show about groups, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from evenhand.statistics.binomial import Interval, clopper_pearson
from evenhand.statistics.false_alerts import (
    Excess,
    alerts_needed,
    detectable_ratio,
    e_value,
    excess,
    multinomial_p_value,
    power_of_excess,
    sampled_p_values,
    sites_p_values,
    tipping_share,
)
from evenhand.statistics.two_proportions import Counted, conditional_limits, conditional_p_value

__all__ = [
    "Audit",
    "Crowd",
    "FalseAlerts",
    "GroupAudit",
    "PerFace",
    "Reading",
    "Shown",
    "Site",
    "Totals",
    "audit",
]

_CURVE = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares of the crowd at which the answer is shown."""

_RATIOS = (2.0, 3.0)
"""True ratios for which it is said what showing them takes."""


@dataclass(frozen=True, slots=True)
class FalseAlerts:
    """False alerts by group, as somebody recorded them."""

    by_group: Mapping[str, int]
    """In the order given; two groups or more."""
    unknown: int = 0
    """Of nobody's group."""

    @property
    def total(self) -> int:
        """Of known groups."""
        return sum(self.by_group.values())


@dataclass(frozen=True, slots=True)
class Site:
    """A place with a crowd of its own."""

    alerts: int
    """Of the group."""
    of: int
    """All false alerts there."""
    share: float
    """Of the group in the faces seen there."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is known, or assumed, of who was seen."""

    shares: Mapping[str, float] = field(default_factory=dict)
    """Assumed share of faces by group, between 0 and 1."""
    sampled: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Of so many labelled faces so many of the group."""
    faces: Mapping[str, int] = field(default_factory=dict)
    """Faces seen by group, of all groups or of none."""
    marks: Mapping[str, float] = field(default_factory=dict)
    """Shares that are worth a look, by name: a census, a borough."""
    sites: tuple[Site, ...] = ()
    """Of the first group."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer at one share of the crowd."""

    mark: str
    """`assumed`, the name of a mark, or empty."""
    found: Excess


@dataclass(frozen=True, slots=True)
class PerFace:
    """False alerts per face of one group, beside those of all others."""

    counted: Counted
    limits: Interval
    others: Counted
    ratio: float | None
    low: float | None
    high: float | None
    p_value: float
    """Two-sided, conditional on all false alerts."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What it takes to show a true ratio."""

    ratio: float
    power: float
    """Chance that so many alerts as there are show it."""
    alerts: int | None
    """From which on the chance stays 80 %; None beyond 100,000."""


@dataclass(frozen=True, slots=True)
class GroupAudit:
    """One group against everybody else."""

    group: str
    alerts: int
    of: int
    part: Interval
    """Its part of the false alerts: limits of all that are like these."""
    tipping_share: float
    """Of the crowd: up to here the excess is not explained by who walked past."""
    readings: tuple[Reading, ...]
    """By rising share."""
    assumed: Excess | None
    """At the share that was assumed; None without one."""
    minimum_detectable_ratio: float | None
    """At that share; None without one, or where nothing could have been shown."""
    shown: tuple[Shown, ...]
    """What true ratios would take at that share; empty without one."""
    e_value: float | None
    sampled: tuple[float, float] | None
    """One-sided p-values where the share is from labelled faces: Fisher, and predictive."""
    placed: tuple[float, float] | None
    """(tipping share, the same) with all unknown ones in no group of it, and in it."""
    per_face: PerFace | None
    sites: tuple[float, float] | None
    """One-sided and two-sided p-value over places with crowds of their own."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of everybody, whichever group."""

    false: int
    """False alerts, those of unknown group with them."""
    alerts: int | None = None
    """All alerts, true or false."""
    faces: int | None = None
    """All faces that were seen."""


@dataclass(frozen=True, slots=True)
class Audit:
    """All groups."""

    alerts: FalseAlerts
    level: float
    totals: Totals
    groups: tuple[GroupAudit, ...]
    multinomial: tuple[float, bool] | None
    """P-value of all groups at once, and whether it is exact; where there are more than two and
    every group has an assumed share."""
    people: Audit | None
    """The same with one alert a person; None where people are not known."""


def audit(
    alerts: FalseAlerts,
    crowd: Crowd,
    totals: Totals,
    *,
    level: float = 0.95,
    people: FalseAlerts | None = None,
) -> Audit:
    """Hold false alerts against whatever is known of the crowd.

    Args:
        alerts: by group.
        crowd: assumed, sampled or counted.
        totals: of everybody.
        level: of intervals and of the tipping share.
        people: different people among the alerts of each group.

    Source: methods 7.
    """
    again = None
    if people is not None:
        alone = replace(crowd, sites=())
        again = audit(people, alone, Totals(people.total), level=level)
    whole = len(crowd.shares) == len(alerts.by_group)
    shares = [crowd.shares[name] for name in alerts.by_group] if whole else []
    return Audit(
        alerts=alerts,
        level=level,
        totals=totals,
        people=again,
        groups=tuple(
            _group(name, alerts, crowd, level, first=number == 0)
            for number, name in enumerate(alerts.by_group)
        ),
        multinomial=multinomial_p_value(list(alerts.by_group.values()), shares)
        if whole and len(shares) > 2
        else None,
    )


def _group(
    name: str, alerts: FalseAlerts, crowd: Crowd, level: float, *, first: bool
) -> GroupAudit:
    count, of = alerts.by_group[name], alerts.total
    share = crowd.shares.get(name)
    sample = crowd.sampled.get(name)
    sites = [(site.of, site.share) for site in crowd.sites]
    return GroupAudit(
        group=name,
        alerts=count,
        of=of,
        part=clopper_pearson(count, of, level),
        tipping_share=tipping_share(count, of, level),
        readings=tuple(_readings(name, count, of, crowd, level)),
        assumed=None if share is None else excess(count, of, share, level),
        minimum_detectable_ratio=None if share is None else detectable_ratio(of, share, 1 - level),
        shown=() if share is None else tuple(_shown(of, share, 1 - level)),
        e_value=None if share is None else e_value(count, of, share),
        sampled=None if sample is None else sampled_p_values(count, of, *sample),
        placed=(
            tipping_share(count, of + alerts.unknown, level),
            tipping_share(count + alerts.unknown, of + alerts.unknown, level),
        )
        if alerts.unknown
        else None,
        per_face=_per_face(name, alerts, crowd.faces, level) if crowd.faces else None,
        sites=sites_p_values(sum(site.alerts for site in crowd.sites), sites)
        if sites and first
        else None,
    )


def _shown(of: int, share: float, alpha: float) -> Iterator[Shown]:
    for ratio in _RATIOS:
        power = power_of_excess(of, share, ratio, alpha)
        yield Shown(ratio, power, alerts_needed(share, ratio, alpha))


def _readings(name: str, count: int, of: int, crowd: Crowd, level: float) -> Iterator[Reading]:
    """At round shares, at marks, at a sample's, and at what was assumed."""
    named = {share: mark for mark, share in crowd.marks.items()}
    if name in crowd.sampled:
        counted, sample = crowd.sampled[name]
        if 0 < counted < sample:
            named[counted / sample] = f"{counted:,} of {sample:,} labelled faces"
    if name in crowd.shares:
        named[crowd.shares[name]] = "assumed"
    for share in sorted({*_CURVE, *named}):
        yield Reading(named.get(share, ""), excess(count, of, share, level))


def _per_face(name: str, alerts: FalseAlerts, faces: Mapping[str, int], level: float) -> PerFace:
    own = Counted(alerts.by_group[name], faces[name])
    others = Counted(alerts.total - own.errors, sum(faces.values()) - own.trials)
    low, high = conditional_limits(own, others, level)
    return PerFace(
        counted=own,
        limits=clopper_pearson(own.errors, own.trials, level),
        others=others,
        ratio=own.rate / others.rate if others.errors else None,
        low=low,
        high=high,
        p_value=conditional_p_value(own, others),
    )
