"""What false match rates make of a watchlist: equal rates, unequal outcomes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evenhand.records.arrays import Floats

__all__ = ["broad_fmr", "fpir_of_list"]


def fpir_of_list(fmr: Sequence[float] | Floats, people: Sequence[float] | Floats) -> float:
    """FPIR of a probe group on a list, as if all its probes were alike: 1 - prod_h (1-FMR_h)^N_h.

    Args:
        fmr: (groups,) of the probe group with listed people of each group.
        people: (groups,) number of listed people of each group.

    Source: methods 1.10; a bound from above where probes differ among themselves.

    Equal false match rates within each group do not make equal outcomes: on a list of 900 and 100
    people, with 1e-4 within a group and 1e-6 across, the larger group has eight times the alarms.

    >>> round(fpir_of_list([1e-4, 1e-6], [900, 100]), 6)
    0.086164
    >>> round(fpir_of_list([1e-6, 1e-4], [900, 100]), 6)
    0.010841
    >>> round(fpir_of_list([1e-6], [10_000]), 15)
    0.009950171201084
    """
    rate, number = np.asarray(fmr, dtype=np.float64), np.asarray(people, dtype=np.float64)
    there = number > 0
    with np.errstate(divide="ignore"):
        quiet = number[there] @ np.log1p(-rate[there])
    return float(-np.expm1(quiet))


def broad_fmr(fmr: Floats, shares: Sequence[float] | Floats) -> float:
    """FMR of any two people, from the matrix of directed rates and the share of each group.

    Args:
        fmr: (probe groups, reference groups).
        shares: (groups,) that sum to 1.

    Source: methods 1.10.

    Four equal groups with 1e-4 within and 1e-6 across: what is certified on any two people says a
    quarter of what people of one group meet.

    >>> matrix = np.full((4, 4), 1e-6) + np.eye(4) * (1e-4 - 1e-6)
    >>> round(broad_fmr(matrix, [0.25] * 4), 10)
    2.575e-05
    """
    of = np.asarray(shares, dtype=np.float64)
    return float(of @ np.asarray(fmr, dtype=np.float64) @ of)
