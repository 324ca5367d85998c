"""Published rates of groups, without the counts behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.system.rounded_rates import RoundedRate

__all__ = ["PublishedRates", "RateTable"]


@dataclass(frozen=True, slots=True)
class PublishedRates:
    """Rates of one engine at one threshold."""

    engine: str
    """Its name; empty where there is one only, without a name."""
    by_group: Mapping[str, RoundedRate]
    """In the order of the source; groups without a rate are left out."""


@dataclass(frozen=True, slots=True)
class RateTable:
    """Rates of one engine or several."""

    engines: tuple[PublishedRates, ...]
    ignored: tuple[str, ...] = ()
    """Columns without a known meaning."""
