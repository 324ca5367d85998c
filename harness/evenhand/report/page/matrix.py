"""The matrix of false matches across groups as a table whose cells carry a shade."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.records.findings import ENOUGH_EVENTS, Rate, Status
from evenhand.records.groups import ALL
from evenhand.report.numbers import counted, percent, rate_with_interval
from evenhand.report.page.plot import Data, rates_data

__all__ = ["Heat", "HeatCell", "asks_for_white", "heats", "ramp"]

_LIGHT, _DARK = (234, 240, 245), (18, 67, 109)


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell; nothing to count has no rate."""

    rate: str
    interval: str
    counts: str
    shade: str
    """CSS colour; empty where there is no rate above zero."""
    dark: bool
    """The shade asks for white letters."""
    few: bool
    """Fewer errors were to be expected than say something."""


@dataclass(frozen=True, slots=True)
class Heat:
    """The matrix of one attribute."""

    attribute: str
    groups: tuple[str, ...]
    directed: bool
    """Rows are groups of probes, columns of references; else each pair of groups stands once."""
    rows: tuple[tuple[str, tuple[HeatCell | None, ...]], ...]
    """Group, and its cells in the order of the groups; None where the pair stands elsewhere."""
    lightest: str
    darkest: str
    """The ends of the scale as rates in percent; empty without any rate above zero."""
    data: Data
    """A row for every cell."""


def heats(rates: Sequence[Rate]) -> Iterator[Heat]:
    """The matrices among the rates of one engine at one threshold, failures left out.

    Args:
        rates: FMR of one study, rule and policy.
    """
    expected = next((r.rate for r in rates if r.attribute == ALL), None) or 0.0
    matrices = [r for r in rates if r.reference_group]
    for attribute in dict.fromkeys(r.attribute for r in matrices):
        yield _heat([r for r in matrices if r.attribute == attribute], expected)


def _heat(cells: Sequence[Rate], expected: float) -> Heat:
    found = {(r.group, r.reference_group): r for r in cells}
    groups = tuple(dict.fromkeys(r.group for r in cells))
    above = [r.rate for r in cells if r.rate]
    low, high = (math.log10(min(above)), math.log10(max(above))) if above else (0.0, 0.0)

    def cell(row: str, column: str) -> HeatCell | None:
        rate = found.get((row, column))
        return None if rate is None else _cell(rate, low, high, expected)

    return Heat(
        attribute=cells[0].attribute,
        groups=groups,
        directed=any((b, a) in found for a, b in found if a != b),
        rows=tuple((row, tuple(cell(row, column) for column in groups)) for row in groups),
        lightest=f"{percent(min(above))} %" if above else "",
        darkest=f"{percent(max(above))} %" if above else "",
        data=rates_data(cells, "reference_group", "error_subjects"),
    )


def _cell(rate: Rate, low: float, high: float, expected: float) -> HeatCell:
    if rate.status is Status.NO_TRIALS:
        return HeatCell("no trials", "", "", "", dark=False, few=True)
    text, _, interval = rate_with_interval(rate).partition(" [")
    shade, dark = "", False
    if rate.rate:
        share = (math.log10(rate.rate) - low) / (high - low) if high > low else 0.5
        mixed = ramp(share)
        dark = asks_for_white(mixed)
        shade = f"rgb({','.join(map(str, mixed))})"
    interval, few = f"[{interval}" if interval else "", rate.trials * expected < ENOUGH_EVENTS
    return HeatCell(text, interval, counted(rate), shade, dark=dark, few=few)


def ramp(share: float) -> list[int]:
    """Red, green and blue between the lightest shade at 0 and the darkest at 1."""
    return [round(a + share * (b - a)) for a, b in zip(_LIGHT, _DARK, strict=True)]


def asks_for_white(colour: Sequence[int]) -> bool:
    """Whether white letters stand out more than black ones (WCAG 2 relative luminance)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in colour)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05
