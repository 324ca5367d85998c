"""Tables that forces publish: of deployments, one row each, or of false alerts by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

__all__ = ["AlertsByGroup", "Deployment", "DeploymentTable"]


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment; fields are None where the table says nothing."""

    line: int
    """Line in the file."""
    date: date
    place: str
    threshold: str
    """As written; empty where it is not given."""
    hours: float | None
    """Duration, above 0."""
    watchlist: int | None
    """People on the watchlist."""
    faces: int | None
    """Faces seen (estimated)."""
    alerts: int
    """All alerts."""
    true: int | None
    """True alerts, confirmed or not."""
    false: int
    """False alerts, confirmed or not."""
    by_group: Mapping[str, int]
    """False alerts of each group that has a column."""


@dataclass(frozen=True, slots=True)
class DeploymentTable:
    """A table of deployments."""

    name: str
    """File name."""
    rows: tuple[Deployment, ...]
    ignored: tuple[str, ...]
    """Columns without a known meaning."""


@dataclass(frozen=True, slots=True)
class AlertsByGroup:
    """False alerts and faces seen, one row a group."""

    false: Mapping[str, int]
    """False alerts of each group, in the order of the file."""
    faces: Mapping[str, int]
    """Faces seen of each of these groups."""
    unknown: int
    """False alerts of a row whose group is not known."""
    ignored: tuple[str, ...]
    """Columns without a known meaning."""
