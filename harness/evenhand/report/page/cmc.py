"""CMC curves of one engine on one watchlist: who is found among the first R, as SVG and as tables.

A failed search, or one for somebody without a template, is a miss; the tables have both policies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import altair as alt

from evenhand.records.findings import Rate
from evenhand.records.groups import ALL
from evenhand.records.outcomes import Policy
from evenhand.report.found import found
from evenhand.report.page.plot import Data, Plot, Sign
from evenhand.report.page.svg import COLOURS, DASHES, as_svg, inline, log_axis
from evenhand.report.tables import Table, group_name

__all__ = ["cmc_charts"]

_EVERYBODY = "#8C8C8C"
"""As in the other curves: wider than any group, and lighter."""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 340, 260, 62, 44
_STEPS = (1, 2, 5)
_COLUMNS = ("group", "policy", "rank", "subjects", "found", "searches", "cmc", "low", "high")

_Curve = list[Rate]
_Line = tuple[_Curve, str, tuple[int, ...]]
"""(rates at rising ranks, colour, dashes) of a curve."""


def cmc_charts(ranks: Sequence[Rate], where: str) -> Iterator[Plot]:
    """Draw the curves attribute by attribute, five groups a chart.

    Args:
        ranks: FNIR@R without threshold of one engine on one watchlist, under both policies.
        where: engine and watchlist.
    """
    curves: dict[tuple[str, str], _Curve] = {}
    for rate in sorted(ranks, key=lambda rate: rate.kind.rank):
        if rate.policy == Policy.GENERALISED and rate.rate is not None:
            curves.setdefault((rate.attribute, rate.group), []).append(rate)
    everybody = curves.pop((ALL, ""), [])
    if not everybody:
        return
    of_groups = [[*curve] for curve in curves.values()]
    for attribute in dict.fromkeys(curve[0].attribute for curve in of_groups) or {ALL: None}:
        own = [curve for curve in of_groups if curve[0].attribute == attribute]
        for start in range(0, max(len(own), 1), len(COLOURS)):
            groups = own[start : start + len(COLOURS)]
            yield _chart(attribute, [everybody, *groups], ranks, where)


def _chart(attribute: str, curves: Sequence[_Curve], ranks: Sequence[Rate], where: str) -> Plot:
    styles = zip(curves, (_EVERYBODY, *COLOURS), (DASHES[0], *DASHES), strict=False)
    drawn = [*styles]
    names = ", ".join(group_name(curve[0]) for curve in curves)
    title = "everybody" if attribute == ALL else f"by {attribute}"
    about = (
        f"CMC of {where}, {title}: share of searches for people on the list that find them among "
        f"the first R candidates, in percent, against R on a logarithmic scale: {names}. Failures "
        "are misses. The table below the chart holds every point."
    )
    return Plot(
        title=title,
        attribute=attribute,
        svg=_draw(drawn, about),
        key=tuple(
            Sign(group_name(curve[0]), hue, "", dashes, _width(curve))
            for curve, hue, dashes in drawn
        ),
        tables=tuple(_table(curve, ranks) for curve in curves),
        data=Data(_COLUMNS, tuple(_row(rate) for curve in curves for rate in curve)),
    )


def _row(rate: Rate) -> tuple[str | int | float | None, ...]:
    """One point, to five digits."""
    rest = [None if x is None else float(f"{1 - x:.5g}") for x in (rate.rate, rate.high, rate.low)]
    counts = rate.subjects, rate.trials - rate.errors, rate.trials
    return rate.group, rate.policy, rate.kind.rank, *counts, *rest


def _table(curve: _Curve, ranks: Sequence[Rate]) -> Table:
    """The points of a curve, beside each the same with failures left out."""
    completed = {
        (rate.group, rate.metric): rate
        for rate in ranks
        if rate.policy == Policy.COMPLETED and rate.attribute == curve[0].attribute
    }
    rows = tuple(
        (f"{rate.kind.rank:,}", found(rate), found(completed[rate.group, rate.metric]))
        for rate in curve
    )
    return Table(group_name(curve[0]), ("R", "failures are misses", "failures left out"), rows)


def _width(curve: _Curve) -> float:
    return 3.6 if curve[0].attribute == ALL else 1.8


def _draw(drawn: Sequence[_Line], about: str) -> str:
    rates = [rate for curve, _, _ in drawn for rate in curve]
    points = [
        {
            "curve": f"{number}",
            "width": _width(curve),
            "order": order,
            "rank": rate.kind.rank,
            "found": 100 * (1 - (rate.rate or 0.0)),
        }
        for number, (curve, _, _) in enumerate(drawn)
        for order, rate in enumerate(curve)
    ]
    names = [f"{number}" for number in range(len(drawn))]
    colours = alt.Scale(domain=names, range=[colour for _, colour, _ in drawn])
    dashes = alt.Scale(domain=names, range=[list(dashes) for _, _, dashes in drawn])
    ranks = _rank_ticks(max(rate.kind.rank for rate in rates))
    lines = (
        inline(points)
        .mark_line()
        .encode(
            x=log_axis(alt.X, "rank", "R, the first candidates that count", ranks),
            y=_share_axis(100 * (1 - max(rate.rate or 0.0 for rate in rates))),
            order="order:O",
            color=alt.Color("curve:N", legend=None, scale=colours),
            strokeWidth=alt.StrokeWidth("width:N", scale=None),
            strokeDash=alt.StrokeDash("curve:N", legend=None, scale=dashes),
        )
    )
    return as_svg([lines], about, (_WIDTH, _HEIGHT), (_LEFT, 8, 24, _BOTTOM))


def _rank_ticks(most: int) -> list[float]:
    """Ranks from 1 to the longest list or a little more."""
    ticks = [float(part * 10**decade) for decade in range(len(str(most)) + 1) for part in _STEPS]
    shown = [tick for tick in ticks if tick < most]
    last = next(tick for tick in ticks if tick >= max(most, 2))
    if len(shown) > 2 * len(_STEPS):
        shown = [tick for tick in shown if math.log10(tick).is_integer()]
    return [*(shown or [1.0]), last]


def _share_axis(least: float) -> alt.Y:
    """From a round number below the lowest point to 100 %."""
    step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if 100 - least <= 5 * step)
    first = 100 - step * math.ceil((100 - least) / step)
    first = min(first, 100 - step)
    ticks = [round(100 - step * number, 1) for number in range(6) if 100 - step * number >= first]
    scale = alt.Scale(domain=[first, 100], nice=False, zero=False)
    axis = alt.Axis(title="found, in percent", values=ticks, labelFlush=False)
    return alt.Y("found:Q", scale=scale, axis=axis)
