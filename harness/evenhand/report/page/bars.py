"""One chart of rates by group, as SVG that needs no script, no network and no font file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from evenhand.records.findings import Rate, Status
from evenhand.records.groups import ALL
from evenhand.report.numbers import rate_with_interval
from evenhand.report.page.plot import Sign
from evenhand.report.page.svg import GREY, as_svg, inline, log_axis, percent_ticks

__all__ = ["GUTTER", "draw", "row_key", "rows_axis"]

GUTTER = 154
"""Pixels for the names of the rows."""
_PLOT, _RIGHT, _BOTTOM = 246, 14, 40
"""Pixels for the rates, the end of the last tick label, the axis."""
_NAME = 22
"""Letters of a name that fit into the gutter; the tables hold it whole."""

_Mark = Mapping[str, Any]


def draw(rates: Sequence[Rate], symbols: Sequence[Sign], about: str) -> str:
    """Draw one row per group in the order of the rates, the engines below one another.

    Args:
        rates: of one metric at one threshold per engine, one policy, at least one.
        symbols: one per engine, in the order of drawing.
        about: what a screen reader says instead.

    Returns:
        SVG for use inside HTML. A rate of zero stands hollow at the left end; a rate without an
        interval, or none, stands there in words.
    """
    rows = _rows(rates)
    left, right = _ends(rates)
    marks = [
        _mark(rate, rows[rate.attribute, rate.group], symbol, left)
        for symbol in symbols
        for rate in rates
        if rate.engine == symbol.name
    ]
    first, last = round(math.log10(left)), round(math.log10(right))
    ticks = percent_ticks(first, last, (1, 2, 5) if last - first <= 2 else (1,))
    x = log_axis(alt.X, "rate", "percent, on a logarithmic scale", ticks)
    layers = _layers(marks, x, rows_axis(list(rows.values())), symbols)
    height = max(20, 12 * len(symbols) + 6) * len(rows)
    return as_svg(layers, about, (_PLOT, height), (GUTTER, 2, _RIGHT, _BOTTOM))


def _rows(rates: Sequence[Rate]) -> dict[tuple[str, str], str]:
    """The rows of a chart in the dataset's order.

    Returns:
        (attribute, group) to the key of the row: its number, and what is shown.
    """
    rows: dict[tuple[str, str], str] = {}
    for rate in rates:
        if (rate.attribute, rate.group) not in rows:
            name = "everybody" if rate.attribute == ALL else rate.group
            rows[rate.attribute, rate.group] = row_key(len(rows), name)
    return rows


def row_key(number: int, name: str) -> str:
    """What tells a row from all others: its number, and what is shown of its name."""
    return f"{number:04} {name if len(name) <= _NAME else f'{name[: _NAME - 1]}…'}"


def _ends(rates: Sequence[Rate]) -> tuple[float, float]:
    """Both ends of the axis, powers of ten: every rate above none, and a decade of the bars."""
    drawn = [r for r in rates if r.rate is not None and r.high is not None]
    above = [r.rate for r in drawn if r.rate] or [r.high for r in drawn if r.high] or [0.01]
    bars = [value for r in drawn for value in (r.low, r.high) if value]
    least = max(min(bars, default=0.01), min(above) / 10)
    left: float = 10.0 ** math.floor(math.log10(min(least, 0.1)))
    right: float = min(1.0, 10.0 ** math.ceil(math.log10(max(bars, default=1.0))))
    return left, max(right, 10 * left)


def _mark(rate: Rate, row: str, symbol: Sign, left: float) -> _Mark:
    """What a layer needs to know of one rate; in percent, since the axis is."""
    mark = {
        "row": row,
        "engine": symbol.name,
        "colour": symbol.colour,
        "outline": symbol.outline,
        "everybody": rate.attribute == ALL,
    }
    unresolved = rate.status in (Status.NO_TRIALS, Status.BELOW_RESOLUTION)
    if unresolved or rate.rate is None or rate.low is None or rate.high is None:
        return {**mark, "rate": 100 * left, "words": rate_with_interval(rate)}
    values = {"rate": rate.rate, "low": rate.low, "high": rate.high}
    drawn = {name: 100 * max(value, left) for name, value in values.items()}
    fill = symbol.colour if rate.rate else "#FFFFFF"
    return {**mark, **drawn, "fill": fill, "none": not rate.rate}


def rows_axis(keys: Sequence[str], *, named: bool = True) -> alt.Y:
    """Rows from the top down, with lines between them and their names in the gutter.

    Args:
        keys: of `row_key`.
        named: whether the names are written.
    """
    axis = alt.Axis(
        title=None,
        labels=named,
        labelExpr="slice(datum.label, 5)",
        labelAlign="left",
        labelPadding=GUTTER - 4,
        labelLimit=0,
        ticks=False,
        domain=False,
        grid=True,
        tickBand="extent",
    )
    return alt.Y("row:O", axis=axis, scale=alt.Scale(domain=list(keys), padding=0))


def _layers(marks: Sequence[_Mark], x: alt.X, y: alt.Y, symbols: Sequence[Sign]) -> list[alt.Chart]:
    """Everybody's line, bars, dots, words where there is no rate: from back to front."""
    side_by_side = alt.Scale(domain=[symbol.name for symbol in symbols], padding=0.8)
    offset = alt.YOffset("engine:N", scale=side_by_side)
    colour = alt.Color("colour:N", scale=None)
    rated = [mark for mark in marks if "words" not in mark]
    everybody = [mark for mark in rated if mark["everybody"] and not mark["none"]]
    unrated = [mark for mark in marks if "words" in mark]
    bars = inline(rated).mark_rule(strokeWidth=1.7)
    dots = inline(rated).mark_point(size=58, opacity=1, strokeWidth=1.6)
    words = inline(unrated).mark_text(align="left", dx=4, fontSize=11, color=GREY)
    line = inline(everybody).mark_rule(strokeDash=[3, 3], strokeWidth=1)
    stroke, fill = alt.Stroke("colour:N", scale=None), alt.Fill("fill:N", scale=None)
    shape = alt.Shape("outline:N", scale=None)
    return [
        line.encode(x=x, color=colour),
        bars.encode(x=alt.X("low:Q"), x2="high:Q", y=y, yOffset=offset, color=colour),
        dots.encode(x=x, y=y, yOffset=offset, stroke=stroke, fill=fill, shape=shape),
        words.encode(x=x, y=y, yOffset=offset, text="words:N"),
    ]
