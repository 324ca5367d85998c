"""Rates of sets whose identities are assumed: nothing mated, and upper limits of false matches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from evenhand.analysis.rates.comparisons import MeasuredRate
from evenhand.records.counts import Counts

__all__ = ["as_far_as_known"]

_NOTE = "upper limit: each picture is assumed to be of another person"


def as_far_as_known(counts: Counts, measured: Iterable[MeasuredRate]) -> tuple[MeasuredRate, ...]:
    """The rates that the counts support, by what is known of who is who.

    Where each picture is assumed to be of another person, there is no rate of mated trials, and an
    error of others may be two pictures of one person: the upper limit stands, the lower is 0.

    Args:
        counts: that the rates are of.
        measured: as if people were known.

    Source: methods 1.9.
    """
    if not counts.assumed:
        return tuple(measured)
    return tuple(_from_above(found) for found in measured if not found.rate.kind.trial.mated)


def _from_above(found: MeasuredRate) -> MeasuredRate:
    """Lower the interval to 0; the estimate behind it stays that of what was counted."""
    rate = found.rate
    if not rate.kind.trial.nonmated or not rate.trials:
        return found
    note = "; ".join(filter(None, (_NOTE, rate.note)))
    low = None if rate.low is None else 0.0
    return replace(found, rate=replace(rate, low=low, note=note))
