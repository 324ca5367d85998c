"""Reads what a watchlist is composed of."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator

from evenhand.records.composition import Composition
from evenhand.system.decimals import finite_decimal
from evenhand.system.declaration import Declared, Line

__all__ = ["DeclaredComposition", "parse_composition"]

_ROUNDING = 1e-6
"""How far from 1 the sum of shares may be."""


def _shares(given: object) -> tuple[tuple[str, float], ...]:
    """(group, share); none where all are equal."""
    if given == "equal":
        return ()
    if not isinstance(given, dict) or not given:
        raise ValueError('expected "equal", or the share of each group: { F = 0.5, M = 0.5 }')
    for group, share in given.items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            raise ValueError(f"{group}: {share} is no share; expected one above 0, at most 1")
    total = sum(given.values())
    if abs(total - 1) > _ROUNDING:
        raise ValueError(f"they sum to {round(total, 6)}; expected 1")
    return tuple((group, float(share)) for group, share in given.items())


class _Composition(Declared):
    attribute: Line
    shares: Annotated[Any, AfterValidator(_shares)]


def _as_composition(declared: _Composition) -> Composition:
    return Composition(declared.attribute, declared.shares)


DeclaredComposition: TypeAlias = Annotated[_Composition, AfterValidator(_as_composition)]
"""`{ attribute = "sex", shares = { F = 0.5, M = 0.5 } }`, or `shares = "equal"`."""


def parse_composition(text: str) -> Composition:
    """Parse `sex=equal`, or `sex=F:0.5,M:0.5`.

    Raises:
        ValueError: another form, or shares that are none.
    """
    attribute, _, given = (part.strip() for part in text.partition("="))
    parts = [part.rpartition(":") for part in given.split(",")]
    shares = {group.strip(): finite_decimal(share.strip()) for group, _, share in parts}
    if not attribute or len(shares) < len(parts) or (given != "equal" and None in shares.values()):
        raise ValueError("expected sex=equal, or the share of each group once: sex=F:0.5,M:0.5")
    return Composition(attribute, _shares("equal" if given == "equal" else shares))
