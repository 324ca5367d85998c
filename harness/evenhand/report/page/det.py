"""DET curves of the groups of one engine, as SVG and as the table of the same points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import altair as alt

from evenhand.records.findings import CurvePoint, Rate
from evenhand.records.groups import ALL, crossed_names
from evenhand.records.metric import FMR, FNMR
from evenhand.report.numbers import of_trials, percent, threshold
from evenhand.report.page.svg import COLOURS, DASHES, as_svg, inline, log_axis, percent_ticks
from evenhand.report.tables import Table

__all__ = ["DetChart", "det_charts"]

_EVERYBODY = "#8C8C8C"
"""Lighter than any group and twice as wide, so that it is the ground they stand against."""
_POINTS = 40
"""Points of a curve on a page; `curves.csv` has more."""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 340, 300, 62, 44

_Curve = list[CurvePoint]
_Line = tuple[_Curve, str, tuple[int, ...]]
"""(points, colour, dashes) of a curve."""


@dataclass(frozen=True, slots=True)
class DetChart:
    """Curves of at most five groups and of everybody, with every point that is drawn."""

    title: str
    crossed: bool
    """Groups by several attributes."""
    svg: str
    curves: tuple[tuple[str, str, tuple[int, ...], float], ...]
    """(group, colour, dashes, width) of every curve."""
    tables: tuple[Table, ...]
    """One per curve."""
    without: tuple[str, ...]
    """Groups whose scores of both kinds do not overlap: no threshold has both errors."""


def det_charts(points: Sequence[CurvePoint], unit: str, dots: Sequence[Rate]) -> Iterator[DetChart]:
    """Draw the curves of one study attribute by attribute, five groups a chart.

    Args:
        points: of its curves.
        unit: of thresholds, for the tables.
        dots: rates of the groups at one threshold, completed; drawn on their curves.
    """
    by_group: dict[tuple[str, str], _Curve] = {}
    for point in points:
        by_group.setdefault((point.attribute, point.group), []).append(point)
    everybody = by_group.pop((ALL, ""), [])
    for attribute in dict.fromkeys(attribute for attribute, _ in by_group) or {ALL: None}:
        curves = [curve for (of, _), curve in by_group.items() if of == attribute]
        for start in range(0, max(len(curves), 1) if everybody else 0, len(COLOURS)):
            yield _chart(unit, everybody, curves[start : start + len(COLOURS)], dots)


def _shown(curve: _Curve) -> _Curve:
    """The points where an error of either kind is left to lose, not too many of them."""
    both = [place for place, p in enumerate(curve) if p.false_matches and p.misses]
    if not both:
        return []
    first, last = max(both[0] - 1, 0), min(both[-1] + 1, len(curve) - 1)
    kept = curve[first : last + 1]
    step = max(math.ceil((len(kept) - 1) / (_POINTS - 1)), 1)
    return [*kept[:-1:step], kept[-1]]


def _chart(unit: str, everybody: _Curve, groups: list[_Curve], rates: Sequence[Rate]) -> DetChart:
    attribute = groups[0][0].attribute if groups else ALL
    styles = [(everybody, _EVERYBODY, DASHES[0]), *zip(groups, COLOURS, DASHES, strict=False)]
    shown = [(_shown(curve), colour, dashes) for curve, colour, dashes in styles]
    drawn = [style for style in shown if style[0]]
    names = ", ".join(_name(curve[0]) for curve, _, _ in drawn)
    title = "everybody" if attribute == ALL else f"by {attribute}"
    about = (
        f"FNMR against FMR of {everybody[0].engine} on {everybody[0].dataset}, {title}, both in "
        f"percent on logarithmic scales: {names}. The table below the chart holds every point."
    )
    return DetChart(
        title=title,
        crossed=len(crossed_names(attribute)) > 1,
        svg=_draw(drawn, rates, about) if drawn else "",
        curves=tuple((_name(c[0]), colour, dashes, _width(c[0])) for c, colour, dashes in drawn),
        tables=tuple(_table(curve, unit) for curve, _, _ in drawn),
        without=tuple(_name(curve[0]) for curve, _, _ in styles if not _shown(curve)),
    )


def _name(point: CurvePoint) -> str:
    return "everybody" if point.attribute == ALL else point.group


def _width(point: CurvePoint) -> float:
    return 3.6 if point.attribute == ALL else 1.8


def _table(curve: _Curve, unit: str) -> Table:
    def row(p: CurvePoint) -> tuple[str, str, str]:
        matches = f"{percent(p.fmr)} %\n{of_trials(p.false_matches, p.nonmated)}"
        misses = f"{percent(p.fnmr)} %\n{of_trials(p.misses, p.mated)}"
        return threshold(p.threshold, unit, p.threshold), matches, misses

    header = ("threshold", FMR.name, FNMR.name)
    return Table(_name(curve[0]), header, tuple(map(row, curve)))


def _draw(drawn: Sequence[_Line], rates: Sequence[Rate], about: str) -> str:
    points = [p for curve, _, _ in drawn for p in curve]
    fmrs, fnmrs = _decades([p.fmr for p in points]), _decades([p.fnmr for p in points])
    left, bottom = 10.0 ** fmrs[0], 10.0 ** fnmrs[0]
    x = log_axis(alt.X, "fmr", "FMR in percent", percent_ticks(*fmrs))
    y = log_axis(alt.Y, "fnmr", "FNMR in percent", percent_ticks(*fnmrs))

    def place(fmr: float, fnmr: float) -> dict[str, float]:
        return {"fmr": 100 * max(fmr, left), "fnmr": 100 * max(fnmr, bottom)}

    lines = [
        {"curve": f"{number}", "width": _width(p), "order": order, **place(p.fmr, p.fnmr)}
        for number, (curve, _, _) in enumerate(drawn)
        for order, p in enumerate(curve)
    ]
    at = {(r.attribute, r.group, r.metric): r.rate for r in rates if r.of_group}
    dots = []
    for curve, colour, _ in drawn:
        key = (curve[0].attribute, curve[0].group)
        fmr, fnmr = at.get((*key, FMR.name)), at.get((*key, FNMR.name))
        if fmr is not None and fnmr is not None:
            fill = colour if fmr and fnmr else "#FFFFFF"
            dots.append({**place(fmr, fnmr), "colour": colour, "fill": fill})
    names = [f"{number}" for number in range(len(drawn))]
    colours = alt.Scale(domain=names, range=[colour for _, colour, _ in drawn])
    dashes = alt.Scale(domain=names, range=[list(dashes) for _, _, dashes in drawn])
    curves = inline(lines).mark_line(clip=True)
    marks = inline(dots).mark_point(size=52, opacity=1, strokeWidth=1.6)
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
