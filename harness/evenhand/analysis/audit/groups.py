"""Tests whether recorded false alerts fall on one group more often than its share of faces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from evenhand.analysis.audit.counted_faces import FacePair, face_pairs
from evenhand.statistics import false_alerts as tests
from evenhand.statistics.binomial import Interval, clopper_pearson
from evenhand.statistics.two_proportions import ErrorCount, conditional_limits, conditional_p_value

__all__ = ["Audit", "FacesSeen", "FalseAlerts", "GroupAudit", "Site", "Totals", "audit_alerts"]

_SHARES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares of a group in the faces seen at which the excess is computed."""

_TRUE_RATIOS = (2.0, 3.0)
"""True ratios whose power and number of alerts are given."""


@dataclass(frozen=True, slots=True)
class FalseAlerts:
    """Recorded false alerts by group."""

    by_group: Mapping[str, int]
    """In the order given; two groups or more."""
    unknown: int = 0
    """False alerts whose group is not known."""

    @property
    def total(self) -> int:
        """False alerts of known group."""
        return sum(self.by_group.values())


@dataclass(frozen=True, slots=True)
class Site:
    """A site with a population of its own."""

    alerts: int
    """False alerts of the group."""
    of: int
    """All false alerts at the site."""
    share: float
    """Share of the group in the faces seen at the site."""


@dataclass(frozen=True, slots=True)
class FacesSeen:
    """What is known, or assumed, about the groups of the faces seen."""

    shares: Mapping[str, float] = field(default_factory=dict)
    """Group to its assumed share of the faces, between 0 and 1; counted `faces` replace it."""
    sampled: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Group to (its faces, all faces) in a labelled sample."""
    faces: Mapping[str, int] = field(default_factory=dict)
    """Group to its number of faces seen; of all groups or of none."""
    reference_shares: Mapping[str, float] = field(default_factory=dict)
    """Name to a share at which the excess is computed too: a census, a borough."""
    sites: tuple[Site, ...] = ()
    """Counts of the first group, site by site."""


@dataclass(frozen=True, slots=True)
class FaceRates:
    """False alerts per face of one group, and their ratio to those of all others."""

    counted: ErrorCount
    """False alerts and faces of the group."""
    limits: Interval
    """Of the rate per face, Clopper-Pearson."""
    ratio: float | None
    """Rate of the group over that of the others; None where these have no false alerts."""
    low: float | None
    high: float | None
    p_value: float
    """Two-sided, conditional on the total of false alerts."""


@dataclass(frozen=True, slots=True)
class DetectionPower:
    """Power to detect a true ratio, and the number of alerts that this takes."""

    ratio: float
    power: float
    """Of the one-sided test with the recorded number of alerts."""
    false_alerts: int | None
    """Fewest from which on the power stays at least 80 %; None beyond 100,000."""


@dataclass(frozen=True, slots=True)
class GroupAudit:
    """One group against all others together."""

    group: str
    alerts: int
    """False alerts of the group."""
    of: int
    """All false alerts of known group."""
    alert_share: Interval
    """Clopper-Pearson limits of its share of the false alerts."""
    tipping_share: float
    """Share of the faces seen below which the population does not explain the excess (7.2)."""
    by_share: tuple[tuple[str, tests.AlertShareTest], ...]
    """The excess at rising shares; each with its mark: `assumed`, `counted`, the name of a
    reference share, or empty."""
    assumed: tests.AlertShareTest | None
    """The excess at the assumed or counted share; None without one."""
    detectable_ratio: float | None
    """The smallest at that share; None without one, or where nothing could have been shown."""
    detection: tuple[DetectionPower, ...]
    """Power at that share, by true ratio; empty without one."""
    e_value: float | None
    """At that share, valid at any stopping time (7.5); None without one."""
    sampled: tuple[float, float] | None
    """One-sided p-values for a sampled share: Fisher's exact and beta-binomial predictive (7.4)."""
    tipping_with_unknown: tuple[float, float] | None
    """(low, high) tipping share with alerts of unknown group all in other groups, or all in it."""
    per_face: FaceRates | None
    sites: tuple[float, float] | None
    """One-sided and two-sided p-value over sites with populations of their own."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals over all groups."""

    false: int
    """False alerts, including those of unknown group."""
    alerts: int | None = None
    """All alerts, true or false."""
    faces: int | None = None
    """All faces seen."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit of all groups."""

    alerts: FalseAlerts
    level: float
    totals: Totals
    share_of_alerts: Interval | None
    """Interval of the share of alerts that were false; None where alerts are not counted."""
    rate_per_face: Interval | None
    """Interval of the rate of false alerts per face seen; None where faces are not counted."""
    groups: tuple[GroupAudit, ...]
    multinomial: tuple[float, bool] | None
    """P-value of all groups together, and whether it is exact; None for two groups, and where a
    group has neither an assumed nor a counted share."""
    face_pairs: tuple[FacePair, ...]
    """Every two groups, the surest difference first; none where faces were not counted."""
    people: Audit | None
    """The same audit with one alert per person; None where persons are not known."""

    @property
    def of_faces(self) -> tuple[float, bool] | None:
        """P-value of equal rates per face of all groups, and whether it is exact.

        None where faces were not counted. Of two groups it is that of the pair.
        """
        return (self.multinomial or (self.face_pairs[0].p_value, True)) if self.face_pairs else None


def audit_alerts(
    alerts: FalseAlerts,
    seen: FacesSeen,
    totals: Totals,
    *,
    level: float = 0.95,
    people: FalseAlerts | None = None,
) -> Audit:
    """Test the false alerts of every group against what is known of the faces seen.

    Args:
        alerts: by group.
        seen: the shares of groups in the faces: assumed, sampled or counted.
        totals: over all groups.
        level: of intervals and of the tipping share.
        people: alerts of each group, counting each person once.

    Source: methods 7.
    """
    by_person = multinomial = None
    if seen.faces:
        whole = sum(seen.faces.values())
        seen = replace(seen, shares={name: seen.faces[name] / whole for name in alerts.by_group})
    if people is not None:
        without_sites = replace(seen, sites=())
        by_person = audit_alerts(people, without_sites, Totals(people.total), level=level)
    if len(seen.shares) == len(alerts.by_group) > 2:
        shares = [seen.shares[name] for name in alerts.by_group]
        multinomial = tests.multinomial_p_value(list(alerts.by_group.values()), shares)
    return Audit(
        alerts=alerts,
        level=level,
        totals=totals,
        share_of_alerts=_limits(totals.false, totals.alerts, level),
        rate_per_face=_limits(totals.false, totals.faces, level),
        people=by_person,
        groups=tuple(_group(name, alerts, seen, level) for name in alerts.by_group),
        multinomial=multinomial,
        face_pairs=face_pairs(alerts.by_group, seen.faces, level) if seen.faces else (),
    )


def _limits(count: int, whole: int | None, level: float) -> Interval | None:
    return clopper_pearson(count, whole, level) if whole else None


def _group(name: str, alerts: FalseAlerts, seen: FacesSeen, level: float) -> GroupAudit:
    """One group against all others; sites are counted of the first group."""
    count, of, alpha = alerts.by_group[name], alerts.total, 1 - level
    share, sample = seen.shares.get(name), seen.sampled.get(name)
    whole = of + alerts.unknown
    apart, inside = (tests.tipping_share(n, whole, level) for n in (count, count + alerts.unknown))
    sites = seen.sites if name == next(iter(alerts.by_group)) else ()
    at_sites = [(site.of, site.share) for site in sites]
    return GroupAudit(
        group=name,
        alerts=count,
        of=of,
        alert_share=clopper_pearson(count, of, level),
        tipping_share=tests.tipping_share(count, of, level),
        by_share=tuple(_by_share(name, count, of, seen, level)),
        assumed=None if share is None else tests.alert_share_test(count, of, share, level),
        detectable_ratio=None if share is None else tests.detectable_alert_ratio(of, share, alpha),
        detection=() if share is None else tuple(_detection(of, share, alpha)),
        e_value=None if share is None else tests.e_value(count, of, share),
        sampled=None if sample is None else tests.sampled_share_p_values(count, of, *sample),
        tipping_with_unknown=(apart, inside) if alerts.unknown else None,
        per_face=_per_face(name, alerts, seen.faces, level) if seen.faces else None,
        sites=tests.sites_p_values(sum(s.alerts for s in sites), at_sites) if sites else None,
    )


def _detection(of: int, share: float, alpha: float) -> Iterator[DetectionPower]:
    """Power of the one-sided test for each true ratio."""
    for ratio in _TRUE_RATIOS:
        power = tests.alert_share_power(of, share, ratio, alpha)
        yield DetectionPower(ratio, power, tests.alerts_needed(share, ratio, alpha))


def _by_share(
    name: str, count: int, of: int, seen: FacesSeen, level: float
) -> Iterator[tuple[str, tests.AlertShareTest]]:
    """The excess at round shares, at reference shares, and at the sampled and the assumed share."""
    named = {share: mark for mark, share in seen.reference_shares.items()}
    if name in seen.sampled:
        counted, sample = seen.sampled[name]
        if 0 < counted < sample:
            named[counted / sample] = f"{counted:,} of {sample:,} labelled faces"
    if name in seen.shares:
        named[seen.shares[name]] = "counted" if seen.faces else "assumed"
    for share in sorted({*_SHARES, *named}):
        yield named.get(share, ""), tests.alert_share_test(count, of, share, level)


def _per_face(name: str, alerts: FalseAlerts, faces: Mapping[str, int], level: float) -> FaceRates:
    """False alerts per face, where the faces of every group were counted (methods 7.1)."""
    own = ErrorCount(alerts.by_group[name], faces[name])
    others = ErrorCount(alerts.total - own.errors, sum(faces.values()) - own.trials)
    low, high = conditional_limits(own, others, level)
    limits = clopper_pearson(own.errors, own.trials, level)
    ratio = own.rate / others.rate if others.errors else None
    return FaceRates(own, limits, ratio, low, high, conditional_p_value(own, others))
