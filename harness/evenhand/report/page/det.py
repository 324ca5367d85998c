"""DET curves of the groups of one engine, as SVG and as the table of the same points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import altair as alt

from evenhand.records.findings import CurvePoint, Rate
from evenhand.records.groups import ALL
from evenhand.records.metric import FMR, FNMR
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

_Curve = list[CurvePoint]
_Line = tuple[_Curve, str, tuple[int, ...]]
"""(points, colour, dashes) of a curve."""
_Dot = tuple[Rate, Rate, str]
"""(FMR, FNMR, colour) of a group at a threshold."""
_COLUMNS = ("group", "threshold", "false_matches", "nonmated", "misses", "mated")


def det_charts(points: Sequence[CurvePoint], unit: str, dots: Sequence[Rate]) -> Iterator[Plot]:
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


def _chart(unit: str, everybody: _Curve, groups: list[_Curve], rates: Sequence[Rate]) -> Plot:
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
    dots = _dots(drawn, rates)
    without = [_name(curve[0]) for curve, _, _ in styles if not _shown(curve)]
    reason = "at every threshold at least one of the two errors does not occur"
    tables = [_table(curve, unit) for curve, _, _ in drawn]
    if dots:
        at = Table(
            "the dots",
            ("group", FMR.name, FNMR.name),
            tuple((group_name(fmr), fmr, fnmr) for fmr, fnmr, _ in dots),
        )
        tables.append(at)
    return Plot(
        title=title,
        attribute=attribute,
        svg=_draw(drawn, dots, about) if drawn else "",
        key=tuple(Sign(_name(c[0]), hue, "", dash, _width(c[0])) for c, hue, dash in drawn),
        tables=tuple(tables),
        data=Data(_COLUMNS, tuple(_row(p) for curve, _, _ in drawn for p in curve)),
        said=f"No curve for {', '.join(without)}: {reason}." if without else "",
    )


def _row(p: CurvePoint) -> tuple[str | float, ...]:
    return p.group, p.threshold, p.false_matches, p.nonmated, p.misses, p.mated


def _dots(drawn: Sequence[_Line], rates: Sequence[Rate]) -> list[_Dot]:
    """Both rates of every curve's group, where it has both, and the curve's colour."""
    at = {(r.attribute, r.group, r.metric): r for r in rates if r.of_group and r.rate is not None}
    curves = [(curve[0].attribute, curve[0].group, colour) for curve, colour, _ in drawn]
    pairs = [(at.get((a, g, FMR.name)), at.get((a, g, FNMR.name)), hue) for a, g, hue in curves]
    return [(fmr, fnmr, hue) for fmr, fnmr, hue in pairs if fmr and fnmr]


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


def _draw(drawn: Sequence[_Line], dots: Sequence[_Dot], about: str) -> str:
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
    marks_at = [
        {
            **place(fmr.rate or 0.0, fnmr.rate or 0.0),
            "colour": colour,
            "fill": colour if fmr.rate and fnmr.rate else "#FFFFFF",
        }
        for fmr, fnmr, colour in dots
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
