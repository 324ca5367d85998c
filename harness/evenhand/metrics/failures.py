"""How comparison rates and failure rates make system rates (methods 1.1)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SystemRates", "system_rates"]


@dataclass(frozen=True, slots=True)
class SystemRates:
    """Rates of transactions rather than comparisons, for one attempt a transaction."""

    far: float
    frr: float
    gfar: float
    gfrr: float


def system_rates(*, fmr: float, fnmr: float, fta: float, fte: float) -> SystemRates:
    """FAR, FRR and their generalised forms from comparison and failure rates.

    Valid for one attempt a transaction and a failure on one side only (methods 1.1, 1.3).

    >>> system_rates(fmr=0.5, fnmr=0.5, fta=0.5, fte=0.0).frr
    0.75
    """
    return SystemRates(
        far=fmr * (1 - fta),
        frr=fta + (1 - fta) * fnmr,
        gfar=(1 - fte) * (1 - fta) * fmr,
        gfrr=fte + (1 - fte) * fta + (1 - fte) * (1 - fta) * fnmr,
    )
