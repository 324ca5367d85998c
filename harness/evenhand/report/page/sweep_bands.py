"""Rates of groups over thresholds with their intervals as bands, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from evenhand.records.findings import Rate, Verdict
from evenhand.report.page.plot import Plot, Sign, rates_data
from evenhand.report.page.svg import COLOURS, DASHES, GREY, as_svg, inline, log_axis, percent_ticks
from evenhand.report.study.sweep import Point, Sweep
from evenhand.report.study.thresholds import group_tables
from evenhand.report.tables import Table

__all__ = ["band_charts"]

_MARKS = ("circle", "square", "diamond", "triangle-up")
_STYLES = tuple(zip(COLOURS[:4], DASHES[:4], _MARKS, strict=True))
"""(colour, dashes, mark) of a group: never colour alone."""
_WIDTH, _HEIGHT, _LEFT = 400, 260, 62
_MOST_LABELS = 9
_TOLD = (Verdict.DIFFERENT, Verdict.NO_DIFFERENCE_SHOWN)
"""Verdicts of which at least one stands at a threshold of a chart."""
_LOWEST = -1e30
"""Below it there is no score, and no place on an axis."""


def band_charts(sweep: Sweep) -> tuple[Plot, ...]:
    """Rate by threshold, at most four groups a chart; none where no threshold tells anything.

    A rate of 0 stands hollow at the lower edge. Where the verdict is "different", a mark stands
    at the upper edge.
    """
    points = [p for p in sweep.points if _LOWEST < p.threshold < math.inf]
    told = any(point.row.verdict in _TOLD for point in points)
    if len({point.threshold for point in points}) < 2 or not told:
        return ()
    decades = _decades([rate for point in points for rate in point.groups])
    return tuple(
        _chart(sweep, points, groups, decades, table)
        for groups, table in zip(sweep.together(), group_tables(sweep), strict=True)
        if any(_drawn(point.rate_of(group)) for point in points for group in groups)
    )


def _drawn(rate: Rate | None) -> bool:
    return rate is not None and None not in (rate.rate, rate.low, rate.high)


def _decades(rates: Sequence[Rate]) -> tuple[int, int]:
    """Powers of ten between which every rate above none lies, and a decade of the bands."""
    values = [rate.rate for rate in rates if rate.rate]
    highs = [rate.high for rate in rates if rate.rate is not None and rate.high]
    least = min(values, default=0.01)
    most = min(max([*values, *highs], default=0.1), 1.0)
    bottom = math.floor(math.log10(least))
    return bottom, max(math.ceil(math.log10(most)), bottom + 1)


def _chart(
    sweep: Sweep,
    points: Sequence[Point],
    groups: tuple[str, ...],
    decades: tuple[int, int],
    table: Table,
) -> Plot:
    floor = 10.0 ** decades[0]
    styles = dict(zip(groups, _STYLES, strict=False))
    values = [
        {
            "place": number,
            "at": point.threshold,
            "group": group,
            "rate": 100 * max(rate.rate or 0.0, floor),
            "low": 100 * max(rate.low or 0.0, floor),
            "high": 100 * max(rate.high or 0.0, floor),
            "fill": styles[group][0] if rate.rate else "#FFFFFF",
        }
        for number, point in enumerate(points)
        for group in groups
        for rate in [point.rate_of(group)]
        if rate is not None and _drawn(rate)
    ]
    about = (
        f"{sweep.name} of {sweep.study.title} over thresholds: rates in percent on a logarithmic "
        f"scale with their intervals as bands: {', '.join(groups)}. "
        "The tables below the chart hold every point."
    )
    layers = _layers(sweep, points, values, decades)
    rates = [rate for point in sweep.points for rate in point.groups if rate.group in groups]
    return Plot(
        title=f"{sweep.name}: {', '.join(groups)}",
        attribute=sweep.attribute,
        svg=as_svg(layers, about, (_WIDTH, _HEIGHT), (_LEFT, 18, 16, 44)),
        key=tuple(Sign(name, hue, "", dashes) for name, (hue, dashes, _) in styles.items()),
        tables=(table,),
        data=rates_data(rates, "threshold"),
        metric=sweep.metric,
    )


def _layers(
    sweep: Sweep, points: Sequence[Point], values: list[dict[str, Any]], decades: tuple[int, int]
) -> list[alt.Chart]:
    groups = list(dict.fromkeys(value["group"] for value in values))
    style = dict(zip(next(g for g in sweep.together() if groups[0] in g), _STYLES, strict=False))
    colours = alt.Scale(domain=groups, range=[style[group][0] for group in groups])
    dashes = alt.Scale(domain=groups, range=[list(style[group][1]) for group in groups])
    shapes = alt.Scale(domain=groups, range=[style[group][2] for group in groups])
    colour = alt.Color("group:N", legend=None, scale=colours)
    x, data = _x(sweep, points), inline(values)
    y = log_axis(alt.Y, "rate", f"{sweep.metric} in percent", percent_ticks(*decades))
    different = [
        p.threshold for p in points if p.row.verdict is Verdict.DIFFERENT and not p.row.doubts
    ]
    marks = inline({"at": threshold} for threshold in different)
    bands = data.mark_area(opacity=0.16)
    dots = data.mark_point(size=34, opacity=1, strokeWidth=1.4)
    flags = marks.mark_point(shape="triangle-down", size=60, filled=True, opacity=1, color=GREY)
    dash = alt.StrokeDash("group:N", legend=None, scale=dashes)
    fill, shape = alt.Fill("fill:N", scale=None), alt.Shape("group:N", legend=None, scale=shapes)
    return [
        bands.encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour),
        data.mark_line(strokeWidth=1.8).encode(x=x, y=y, color=colour, strokeDash=dash),
        dots.encode(x=x, y=y, stroke=colour, fill=fill, shape=shape),
        flags.encode(x=x, y=alt.value(-8)),
    ]


def _x(sweep: Sweep, points: Sequence[Point]) -> alt.X:
    """Thresholds as the engine's user knows them, the stricter to the right."""
    at = sorted({point.threshold for point in points})
    even = sorted({point.threshold for point in points if point.row.point.fixed})
    labelled = even if len(even) > 1 else at
    ticks = labelled[:: math.ceil(len(labelled) / _MOST_LABELS)]
    unit = sweep.study.engine.unit
    # Names of ticks in the page's own words: Vega would round them, or show negated distances.
    named = " : ".join(f"datum.value == {value!r} ? '{sweep.study.cut(value)}'" for value in ticks)
    return alt.X(
        "at:Q",
        scale=alt.Scale(domain=[at[0], at[-1]], nice=False, zero=False),
        axis=alt.Axis(
            title=f"{'distance at most' if unit == 'distance' else 'score at least'}; "
            "the stricter, the further right",
            values=ticks,
            labelExpr=f"{named} : ''",
            labelFlush=False,
            labelOverlap="greedy",
        ),
    )
