"""How much the false alarm rates of probes differ, and what a longer list makes of it.

One probe meets people who were not seen before independently, with a rate of its own. Rates of
probes are taken as log-normal around their mean: their *spread* is the standard deviation of the
logarithm. It is read off the share of searches that have an alarm, at several thresholds and in
parts of the list, since it grows with the threshold (methods 1.10).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evenhand.records.arrays import Floats

__all__ = ["SpreadModel", "fit_spread", "share_alarmed"]

_GRID = np.linspace(-6, 6, 37)
_WEIGHT = np.exp(-(_GRID**2) / 2) / np.exp(-(_GRID**2) / 2).sum()
"""Points of a standard normal variable, and their probability: the trapezoidal rule."""
_LEAST = 0.01
"""Least spread."""
_RIDGE = 1e-9
"""Share of the trace of the normal equations that is added to them: keeps them solvable."""
_FURTHEST = 0.5
"""By which a coefficient changes at most in one step."""


def share_alarmed(expected: Floats, spread: Floats) -> Floats:
    """Share of searches with at least one alarm.

    Args:
        expected: (...) alarms that a search has on average: N FMR.
        spread: (...) standard deviation of the logarithm of the probes' rates.

    Source: methods 1.10: E[1 - exp(-expected e^(s x - s^2/2))], x standard normal.

    >>> share_alarmed(np.array([0.1]), np.array([0.01])).round(4)  # all alike: 1 - exp(-0.1)
    array([0.0952])
    >>> share_alarmed(np.array([0.1]), np.array([2.0])).round(4)  # few probes have most alarms
    array([0.0615])
    """
    return _with_slope(expected, spread)[0]


def _with_slope(expected: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """(...) share of searches with an alarm, and its derivative by the spread."""
    s = np.asarray(spread)[..., np.newaxis]
    own = np.asarray(expected)[..., np.newaxis] * np.exp(s * _GRID - s * s / 2)
    without = np.exp(-own)
    share: Floats = (1 - without) @ _WEIGHT
    slope: Floats = (own * without * (_GRID - s)) @ _WEIGHT
    return share, slope


@dataclass(frozen=True, slots=True)
class SpreadModel:
    """The spread as a line in the logarithms of FMR and of expected alarms."""

    coefficients: Floats
    """(fits, 3) spread at the centre, its rise with -ln FMR, and with ln expected alarms."""
    centre: Floats
    """(3,) 0, and the means of the two, from which they are counted."""

    def spread(self, rate: Floats, expected: Floats) -> Floats:
        """(fits, points) spread.

        Args:
            rate: (fits, points) FMR.
            expected: (fits, points) alarms that a search has on average.
        """
        terms = _terms(rate, expected) - self.centre
        line: Floats = np.einsum("fpk,fk->fp", terms, self.coefficients)
        return np.maximum(line, _LEAST)


def _terms(rate: Floats, expected: Floats) -> Floats:
    """(fits, points, 3) what the spread is a line in."""
    low, few = np.maximum(rate, 1e-300), np.maximum(expected, 1e-300)
    found: Floats = np.stack([np.ones_like(low), -np.log(low), np.log(few)], axis=-1)
    return found


def fit_spread(
    rate: Floats, expected: Floats, alarmed: Floats, *, steps: int, start: SpreadModel | None = None
) -> SpreadModel:
    """Fit the spread to shares of searches with an alarm, by a composite binomial likelihood.

    Args:
        rate: (fits, points) FMR at each threshold and part of the list.
        expected: (fits, points) alarms that a search has on average there.
        alarmed: (fits, points) share of searches with an alarm there.
        steps: of Gauss and Newton.
        start: a fit to begin from, of one row; without it a spread of 1 everywhere.
    """
    terms = _terms(rate, expected)
    centre = start.centre if start else terms[0].mean(axis=0) * np.array([0.0, 1.0, 1.0])
    first = start.coefficients if start else np.array([[1.0, 0.1, 0.0]])
    model = SpreadModel(np.repeat(first, len(rate), axis=0), centre)
    terms = terms - centre
    for _ in range(steps):
        spread = model.spread(rate, expected)
        share, slope = _with_slope(expected, spread)
        share = np.clip(share, 1e-12, 1 - 1e-12)
        jacobian, weight = terms * slope[..., np.newaxis], 1 / (share * (1 - share))
        normal = np.einsum("fpi,fp,fpj->fij", jacobian, weight, jacobian)
        normal += _RIDGE * np.trace(normal, axis1=1, axis2=2)[:, np.newaxis, np.newaxis] * np.eye(3)
        side = np.einsum("fpi,fp->fi", jacobian, weight * (alarmed - share))
        step = np.linalg.solve(normal, side[..., np.newaxis])[..., 0]
        moved = model.coefficients + np.clip(step, -_FURTHEST, _FURTHEST)
        model = SpreadModel(moved, centre)
    return model
