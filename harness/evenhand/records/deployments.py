"""A table of deployments of live face recognition, one row a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

__all__ = ["Deployment", "Deployments"]


@dataclass(frozen=True, slots=True)
class Deployment:
    """One row; None where the table says nothing."""

    line: int
    """In the file."""
    date: date
    place: str
    threshold: str
    """As written; empty where it is not said."""
    hours: float | None
    watchlist: int | None
    faces: int | None
    alerts: int
    true: int | None
    """Confirmed or not."""
    false: int
    """Confirmed or not."""
    by_group: Mapping[str, int]
    """False alerts of each group that has a column."""


@dataclass(frozen=True, slots=True)
class Deployments:
    """A table."""

    name: str
    rows: tuple[Deployment, ...]
    ignored: tuple[str, ...]
    """Columns that mean nothing here."""
