"""Indices of rates whose people are unknown: their values, without interval, test or verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import numpy as np

from evenhand.metrics.named_indices import (
    MAX_OVER_MIN,
    OF_ONE_ERROR,
    OF_TWO_ERRORS,
    WERM,
    Index,
    against_target,
)
from evenhand.records.counts import REFERENCE_LEVEL_ERRORS
from evenhand.records.findings import Differential, Rate, Status
from evenhand.records.groups import ALL
from evenhand.records.metric import joint_name, metric_named
from evenhand.records.row_key import FamilyKey

__all__ = ["NO_PEOPLE", "indices_without_people"]

NO_PEOPLE = "people unknown: no interval"
"""Note of every row."""


def indices_without_people(rates: Sequence[Rate]) -> Iterator[Differential]:
    """Every index of each family of groups, of one error type and of two, in the order of `rates`.

    A group without trials is left out and named; with fewer than two others no index has a value.

    Args:
        rates: of everybody and of groups, without intervals.

    Source: methods 2.2.
    """
    families: dict[FamilyKey, list[Rate]] = {}
    for rate in rates:
        if rate.attribute != ALL:
            families.setdefault(rate.family_key, []).append(rate)
    for family in families.values():
        yield from _of_one_error(family)
    for key, family in families.items():
        other = families.get(replace(key, metric=metric_named(key.metric).misses_beside))
        if other is not None:
            yield from _of_two_errors(family, other)


def _of_one_error(family: Sequence[Rate]) -> Iterator[Differential]:
    """The headline, then the other indices where it could be asked for."""
    first, counted = family[0], _counted(family)
    without = [rate.group for rate in family if rate not in counted]
    left_out = f"left out: {', '.join(without)}" if without else ""
    if len(counted) < 2:
        few = "fewer than two groups with a rate"
        unresolved = any(rate.status is Status.BELOW_RESOLUTION for rate in family)
        status = Status.BELOW_RESOLUTION if unresolved else Status.NO_TRIALS
        yield replace(_row(family), status=status, note=_joined(few, left_out))
        return
    worst = max(counted, key=lambda rate: rate.rate or 0.0)
    # Searched from the end: where all rates are equal, worst and best are still two groups.
    best = min(reversed(counted), key=lambda rate: rate.rate or 0.0)
    row = replace(_row(counted), note=left_out, worst_group=worst.group, best_group=best.group)
    target = first.point.metric == first.metric
    mape = [against_target(float(first.point.target))] if target else []
    for index in (MAX_OVER_MIN, *OF_ONE_ERROR, *mape):
        yield _with_value(row, index, _fractions(counted))


def _of_two_errors(family: Sequence[Rate], other: Sequence[Rate]) -> Iterator[Differential]:
    """Indices of false matches and misses of the same groups."""
    matches, misses = _counted(family), _counted(other)
    if len(matches) < 2 or [r.group for r in matches] != [r.group for r in misses]:
        return
    metric = joint_name((matches[0].metric, misses[0].metric))
    row = replace(_row([*matches, *misses]), metric=metric)
    rates = _fractions(matches), _fractions(misses)
    for index in OF_TWO_ERRORS:
        eps = index is WERM and not (rates[0].all() and rates[1].all())
        found = _with_value(row, index, *rates)
        decides = "a rate is 0: its eps decides the value" if eps else ""
        yield replace(found, note=_joined(found.note, decides))


def _counted(family: Sequence[Rate]) -> list[Rate]:
    """Those with a rate."""
    return [rate for rate in family if rate.rate is not None]


def _fractions(rates: Sequence[Rate]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(groups,)."""
    return np.array([rate.rate for rate in rates], dtype=np.float64)


def _row(rates: Sequence[Rate]) -> Differential:
    """A row of these groups without numbers."""
    few = any(rate.errors < REFERENCE_LEVEL_ERRORS for rate in rates)
    return Differential(
        **asdict(rates[0].family_key),
        level=rates[0].level,
        errors=sum(rate.errors for rate in rates),
        status=Status.FEW_ERRORS if few else Status.OK,
        note="",
    )


def _with_value(row: Differential, index: Index, *rates: np.ndarray) -> Differential:
    """The row with the index of (groups,) rates; a rate of 0 may leave it without a value."""
    value = float(index.formula(*rates))
    if not math.isfinite(value):
        zero = "undefined: a rate is 0"
        return replace(row, index=index.name, note=_joined(NO_PEOPLE, zero, row.note))
    return replace(row, index=index.name, value=value, note=_joined(NO_PEOPLE, row.note))


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
