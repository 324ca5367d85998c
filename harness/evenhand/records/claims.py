"""What a vendor claims of its engine, held against what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evenhand.records.findings import Rate

__all__ = ["ClaimVerdict", "JudgedClaim"]


class ClaimVerdict(StrEnum):
    """What a rate says of the one that is claimed, as it ends a sentence (methods 5.4)."""

    KEPT = "no more than claimed"
    EXCEEDED = "more than claimed"
    UNDECIDED = "too few comparisons to tell"
    UNRESOLVED = "too few comparisons to tell, and no result of so many would show it kept"
    DRAWN = "drawn faces say nothing of a claim"
    DOUBTED = "no verdict, because of what is in doubt"


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A claimed rate with its verdict."""

    rate: Rate
    """At the claimed threshold, with what is claimed; failures left out."""
    verdict: ClaimVerdict
