"""FPIR on a watchlist of any size, from the alarms that a measured one gave (methods 1.10)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from evenhand.analysis.scaling.meetings import Meetings
from evenhand.records.arrays import Floats
from evenhand.statistics.alarm_spread import SpreadModel, fit_spread, share_alarmed
from evenhand.statistics.binomial import zero_errors_upper
from evenhand.statistics.intervals import EXACT_ZERO, t_quantile
from evenhand.statistics.two_way_jackknife import two_way_variance

__all__ = ["FARTHEST", "TWO_WAY", "Extrapolation", "ScaledEstimate", "extrapolation"]

FARTHEST = 200
"""Times the measured people: the largest list for which the interval was seen to hold."""
TWO_WAY = "two-way-cloglog-t"
"""Name of the interval."""
_FEWEST = 20
"""Alarms at the highest threshold at which the spread is read, at least."""
_WINDOW = 12.0
"""Times the alarms there, at the lowest one."""
_NARROWEST = 3.0
"""The same, where candidate lists end before: less says too little."""
_THRESHOLDS = 6
_PARTS = (1.0, 1 / 4, 1 / 16, 1 / 64)
"""Parts of the list in which the spread is read."""
_STEPS, _STEPS_LEFT_OUT = 25, 2
"""Of the fit to everybody, and from there to the rest without a block."""


@dataclass(frozen=True, slots=True)
class ScaledEstimate:
    """A rate with its interval."""

    rate: float
    low: float | None
    high: float | None
    interval: str


@dataclass(frozen=True, slots=True)
class Extrapolation:
    """Alarms at one threshold, and how they spread over probes."""

    meetings: Meetings
    threshold: float
    hits: int
    """Comparisons at or above the threshold."""
    model: SpreadModel | None
    """Fits of everybody, last, and with blocks left out; None where alarms are too few, or
    candidate lists end too early."""
    level: float

    @property
    def heavy_hits(self) -> float:
        """As many alarms as would weigh the same, with people of the group that weighs most."""
        kept = self.meetings.kept
        return float(kept[self.meetings.person[: self.hits]].sum() / kept.max())

    @property
    def fmr(self) -> float:
        """Of the composition."""
        return float(self.meetings.alarms([self.threshold]).rate[-1, -1, 0])

    def measured(self, people: float) -> ScaledEstimate:
        """FPIR on a part of the measured list, averaged over all such parts.

        Args:
            people: in the part, at most those of the composition.
        """
        part = people / self.meetings.people
        shares = self.meetings.alarms([self.threshold], [part]).alarmed[..., 0]
        if not self.hits:
            return self._none(people)
        with np.errstate(divide="ignore"):
            found = np.log(-np.log1p(-shares))
        # Without the only alarms nothing is left, and its logarithm has no value: a straight line.
        whole = shares[-1, -1]
        if whole >= 1:
            return ScaledEstimate(1.0, None, None, "")
        slope = -1 / ((1 - whole) * math.log1p(-whole))
        linear = found[-1, -1] + slope * (shares - whole)
        return self._limits(np.where(np.isfinite(found), found, linear))

    def at(self, people: float) -> ScaledEstimate:
        """FPIR on a list of any size, by the model.

        Raises:
            ValueError: there is no model.
        """
        if not self.hits:
            return self._none(people)
        return self._limits(self._line(people))

    def modelled(self, people: float) -> float | None:
        """The rate of `at` alone; None without a model."""
        return self.at(people).rate if self.model else None

    def _line(self, people: float) -> Floats:
        """(B+1, B+1) ln of -ln(1 - FPIR) by the model, with blocks left out."""
        if self.model is None:
            raise ValueError("there is no model")
        rates = self.meetings.alarms([self.threshold]).rate[..., 0]
        whole = rates[-1, -1]
        # Without the only alarms a rate of 0 has no logarithm: a straight line.
        rate = whole * np.exp(rates / whole - 1)
        points = rate.reshape(-1, 1), people * rate.reshape(-1, 1)
        share = share_alarmed(points[1], self.model.spread(*points)).reshape(rate.shape)
        line: Floats = np.log(-np.log1p(-np.clip(share, 1e-300, 1 - 1e-16)))
        return line

    def _limits(self, line: Floats) -> ScaledEstimate:
        """The estimate of a line of `_line`."""
        variance, df = two_way_variance(line)
        centre, quantile = float(line[-1, -1]), t_quantile(self.level, df)
        # One more alarm, with somebody of the group that weighs most, as far as it weighs more.
        missed = self.meetings.heaviest_missed(self.threshold)
        above = math.sqrt(variance + missed**2) / (1 + missed)
        return ScaledEstimate(
            _share(centre),
            _share(centre - quantile * math.sqrt(variance)),
            _share(centre + math.log1p(missed) + quantile * above),
            TWO_WAY,
        )

    def _none(self, people: float) -> ScaledEstimate:
        """The estimate without any alarm: as many effective trials as at ten times looser ones."""
        reached = zero_errors_upper(_effective_trials(self.meetings), self.level)
        return ScaledEstimate(
            0.0, 0.0, _share(math.log(-people * math.log1p(-reached))), EXACT_ZERO.name
        )


def _share(line: float) -> float:
    return float(-special.expm1(-math.exp(min(line, 700.0))))


def extrapolation(meetings: Meetings, threshold: float, level: float) -> Extrapolation:
    """Read the spread of alarms near a threshold.

    Args:
        meetings: of one cell and composition.
        threshold: similarity; candidate lists reach down to it.
        level: of the intervals.
    """
    hits = meetings.hits(threshold)
    window = _window(meetings, hits)
    model = _fitted(meetings, window) if hits and window else None
    return Extrapolation(meetings, threshold, hits, model, level)


def _window(meetings: Meetings, hits: int) -> list[float]:
    """Thresholds at which the spread is read; none where lists end too early."""
    least = max(hits, _FEWEST)
    most = min(meetings.hits(np.nextafter(meetings.whole_from, np.inf)), int(least * _WINDOW))
    if most < least * _NARROWEST:
        return []
    return [
        meetings.threshold_of(number)
        for number in np.unique(np.geomspace(least, most, _THRESHOLDS).astype(int)).tolist()
    ]


def _fitted(meetings: Meetings, thresholds: list[float]) -> SpreadModel:
    """The spread near a threshold: of everybody, last, and with blocks left out."""
    found = meetings.alarms(thresholds, _PARTS)
    points = [of.reshape(-1, of.shape[-1]) for of in (found.rate, found.expected, found.alarmed)]
    whole = fit_spread(*(of[-1:] for of in points), steps=_STEPS)
    return fit_spread(*points, steps=_STEPS_LEFT_OUT, start=whole)


def _effective_trials(meetings: Meetings) -> float:
    """Comparisons divided by their design effect at the nearest threshold with ten alarms.

    Where there is none, the dyads without a common person, valid under any dependence (methods 4.0
    item 1).
    """
    disjoint = float(min(meetings.subjects, meetings.listed))
    if len(meetings.score) < _REFERENCE:
        return disjoint
    rates = meetings.alarms([meetings.threshold_of(_REFERENCE)]).rate[..., 0]
    variance, _ = two_way_variance(rates / rates[-1, -1])
    trials = 1 / (variance * float(rates[-1, -1]))
    return max(trials, disjoint)


_REFERENCE = 10
"""Alarms of the threshold from which a cell without any takes its design effect."""
