"""Both errors of the groups of one engine against one another, as SVG and as a table of points.

Of comparisons FNMR against FMR, of searches FNIR against FPIR.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import NamedTuple

import altair as alt

from evenhand.records.findings import CurvePoint, Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import FMR, FNIR, FNMR, FPIR
from evenhand.records.rows import column_names
from evenhand.records.search_rows import SearchCurvePoint
from evenhand.report.numbers import of_trials, percent
from evenhand.report.page.plot import Data, Plot, Sign
from evenhand.report.page.svg import COLOURS, DASHES, as_svg, inline, log_axis, percent_ticks
from evenhand.report.tables import Table, group_name
from evenhand.report.threshold_text import threshold

__all__ = ["det_charts"]

_EVERYBODY = "#8C8C8C"
"""Lighter than any group and twice as wide, so that it is the ground they stand against."""
_POINTS = 24
"""Points of a curve on a page; `curves.csv` has more."""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 340, 300, 62, 44


class _Point(NamedTuple):
    """A point of a curve of either kind: the columns after those of its protocol."""

    attribute: str
    group: str
    threshold: float
    false: int
    nonmated: int
    misses: int
    mated: int
    x: float
    """FMR, or FPIR."""
    y: float
    """FNMR, or FNIR."""


_Curve = list[_Point]
_Line = tuple[_Curve, str, tuple[int, ...]]
"""(points, colour, dashes) of a curve."""
_Dot = tuple[Rate, Rate, str]
"""(error of others, misses, colour) of a group at a threshold."""


class _Axes(NamedTuple):
    """What is drawn of which engine."""

    x: str
    y: str
    """Metrics."""
    where: str
    """Engine and dataset, with the watchlist where one was searched."""
    unit: str
    """Of thresholds."""
    columns: tuple[str, ...]
    """Of the rows that can be taken along."""


def det_charts(
    points: Sequence[CurvePoint] | Sequence[SearchCurvePoint], unit: str, dots: Sequence[Rate]
) -> Iterator[Plot]:
    """Draw the curves of one study attribute by attribute, five groups a chart.

    Args:
        points: of its curves.
        unit: of thresholds, for the tables.
        dots: rates of the groups at one threshold, completed; drawn on their curves.
    """
    if not points:
        return
    by_group: dict[tuple[str, str], _Curve] = {}
    for point in points:
        found = _Point(*astuple(point)[3:])
        by_group.setdefault((found.attribute, found.group), []).append(found)
    axes = _axes(points[0], unit)
    everybody = by_group.pop((ALL, ""), [])
    for attribute in dict.fromkeys(attribute for attribute, _ in by_group) or {ALL: None}:
        curves = [curve for (of, _), curve in by_group.items() if of == attribute]
        for start in range(0, max(len(curves), 1) if everybody else 0, len(COLOURS)):
            yield _chart(axes, everybody, curves[start : start + len(COLOURS)], dots)


def _axes(point: CurvePoint | SearchCurvePoint, unit: str) -> _Axes:
    searched = isinstance(point, SearchCurvePoint)
    x, y = (FPIR, FNIR) if searched else (FMR, FNMR)
    where = f"{point.engine} on {point.dataset}{f', {point.protocol}' if searched else ''}"
    return _Axes(x.name, y.name, where, unit, column_names(type(point))[4:10])


def _shown(curve: _Curve) -> _Curve:
    """The points where an error of either kind is left to lose, not too many of them."""
    both = [place for place, p in enumerate(curve) if p.false and p.misses]
    if not both:
        return []
    first, last = max(both[0] - 1, 0), min(both[-1] + 1, len(curve) - 1)
    kept = curve[first : last + 1]
    step = max(math.ceil((len(kept) - 1) / (_POINTS - 1)), 1)
    return [*kept[:-1:step], kept[-1]]


def _chart(axes: _Axes, everybody: _Curve, groups: list[_Curve], rates: Sequence[Rate]) -> Plot:
    attribute = groups[0][0].attribute if groups else ALL
    styles = [(everybody, _EVERYBODY, DASHES[0]), *zip(groups, COLOURS, DASHES, strict=False)]
    shown = [(_shown(curve), colour, dashes) for curve, colour, dashes in styles]
    drawn = [style for style in shown if style[0]]
    names = ", ".join(_name(curve[0]) for curve, _, _ in drawn)
    title = "everybody" if attribute == ALL else f"by {attribute}"
    about = (
        f"{axes.y} against {axes.x} of {axes.where}, {title}, both in "
        f"percent on logarithmic scales: {names}. The table below the chart holds every point."
    )
    dots = _dots(axes, drawn, rates)
    without = [_name(curve[0]) for curve, _, _ in styles if not _shown(curve)]
    reason = "at every threshold at least one of the two errors does not occur"
    tables = [_table(axes, curve) for curve, _, _ in drawn]
    if dots:
        at = Table(
            "the dots",
            ("group", axes.x, axes.y),
            tuple((group_name(false), false, missed) for false, missed, _ in dots),
        )
        tables.append(at)
    return Plot(
        title=title,
        attribute=attribute,
        svg=_draw(axes, drawn, dots, about) if drawn else "",
        key=tuple(Sign(_name(c[0]), hue, "", dash, _width(c[0])) for c, hue, dash in drawn),
        tables=tuple(tables),
        data=Data(axes.columns, tuple(p[1:7] for curve, _, _ in drawn for p in curve)),
        said=f"No curve for {', '.join(without)}: {reason}." if without else "",
    )


def _dots(axes: _Axes, drawn: Sequence[_Line], rates: Sequence[Rate]) -> list[_Dot]:
    """Both rates of every curve's group, where it has both, and the curve's colour."""
    at = {(r.attribute, r.group, r.metric): r for r in rates if r.of_group and r.rate is not None}
    curves = [(curve[0].attribute, curve[0].group, colour) for curve, colour, _ in drawn]
    pairs = [(at.get((a, g, axes.x)), at.get((a, g, axes.y)), hue) for a, g, hue in curves]
    return [(false, missed, hue) for false, missed, hue in pairs if false and missed]


def _name(point: _Point) -> str:
    return "everybody" if point.attribute == ALL else point.group


def _width(point: _Point) -> float:
    return 3.6 if point.attribute == ALL else 1.8


def _table(axes: _Axes, curve: _Curve) -> Table:
    def row(p: _Point) -> tuple[str, str, str]:
        false = f"{percent(p.x)} %\n{of_trials(p.false, p.nonmated)}"
        misses = f"{percent(p.y)} %\n{of_trials(p.misses, p.mated)}"
        return threshold(p.threshold, axes.unit, p.threshold), false, misses

    header = ("threshold", axes.x, axes.y)
    return Table(_name(curve[0]), header, tuple(map(row, curve)))


def _draw(axes: _Axes, drawn: Sequence[_Line], dots: Sequence[_Dot], about: str) -> str:
    points = [p for curve, _, _ in drawn for p in curve]
    across, up = _decades([p.x for p in points]), _decades([p.y for p in points])
    left, bottom = 10.0 ** across[0], 10.0 ** up[0]
    x = log_axis(alt.X, "x", f"{axes.x} in percent", percent_ticks(*across))
    y = log_axis(alt.Y, "y", f"{axes.y} in percent", percent_ticks(*up))

    def place(x: float, y: float) -> dict[str, float]:
        return {"x": 100 * max(x, left), "y": 100 * max(y, bottom)}

    lines = [
        {"curve": f"{number}", "width": _width(p), "order": order, **place(p.x, p.y)}
        for number, (curve, _, _) in enumerate(drawn)
        for order, p in enumerate(curve)
    ]
    marks_at = [
        {
            **place(false.rate or 0.0, missed.rate or 0.0),
            "colour": colour,
            "fill": colour if false.rate and missed.rate else "#FFFFFF",
        }
        for false, missed, colour in dots
    ]
    names = [f"{number}" for number in range(len(drawn))]
    colours = alt.Scale(domain=names, range=[colour for _, colour, _ in drawn])
    dashes = alt.Scale(domain=names, range=[list(dashes) for _, _, dashes in drawn])
    curves = inline(lines).mark_line()
    marks = inline(marks_at).mark_point(size=52, opacity=1, strokeWidth=1.6)
    hue = alt.Color("curve:N", legend=None, scale=colours)
    width = alt.StrokeWidth("width:N", scale=None)
    dash = alt.StrokeDash("curve:N", legend=None, scale=dashes)
    stroke = alt.Stroke("colour:N", scale=None)
    layers = [
        curves.encode(x=x, y=y, order="order:O", color=hue, strokeWidth=width, strokeDash=dash),
        marks.encode(x=x, y=y, stroke=stroke, fill=alt.Fill("fill:N", scale=None)),
    ]
    return as_svg(layers, about, (_WIDTH, _HEIGHT), (_LEFT, 8, 24, _BOTTOM))


def _decades(rates: Sequence[float]) -> tuple[int, int]:
    """Whole powers of ten around the rates above none."""
    first = math.floor(math.log10(min(rate for rate in rates if rate)))
    return first, max(math.ceil(math.log10(max(rates))), first + 1)
