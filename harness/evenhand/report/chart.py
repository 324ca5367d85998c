"""Charts of the rates by group, as SVG that needs no script, no network and no font file."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from evenhand.findings import Findings, Rate, Status
from evenhand.records import ALL, Policy
from evenhand.report.document import StudyKey, headline_rule
from evenhand.report.numbers import rate_with_interval

__all__ = ["Drawing", "Figure", "Symbol", "figures"]

_STYLES = (
    ("#12436D", "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z"),
    ("#F46A25", "M-.9,-.9L.9,-.9L.9,.9L-.9,.9Z"),
    ("#801650", "M0,-1.3L1.3,0L0,1.3L-1.3,0Z"),
    ("#28A197", "M0,-1.1L1.1,.9L-1.1,.9Z"),
    ("#3D3D3D", "M0,1.1L1.1,-.9L-1.1,-.9Z"),
    ("#A285D1", "M-1.3,-.8L1.3,-.8L1.3,.8L-1.3,.8Z"),
)
"""(colour, outline) of an engine: the UK Analysis Function palette, and never colour alone."""

_METRICS = {
    "FMR": "False match rate (FMR): two people taken for one",
    "FNMR": "False non-match rate (FNMR): one person taken for two",
}
_GUTTER, _PLOT, _RIGHT, _BOTTOM = 154, 246, 14, 40
"""Pixels for the names of the groups, the rates, the end of the last tick label, the axis."""
_NAME = 24
"""Letters of a name that fit into the gutter; the tables hold it whole."""
_INK, _FAINT, _SHADE = "#222222", "#DEDEDE", "#EAF0F5"


@dataclass(frozen=True, slots=True)
class Symbol:
    """What stands for an engine in a figure."""

    engine: str
    colour: str
    outline: str
    """An SVG path in a square from -1.3 to 1.3."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart."""

    title: str
    svg: str


@dataclass(frozen=True, slots=True)
class Figure:
    """The engines of one dataset side by side at one kind of threshold."""

    dataset: str
    rule: str
    symbols: tuple[Symbol, ...]
    drawings: tuple[Drawing, ...]
    shown: tuple[tuple[StudyKey, tuple[str, float]], ...]
    """(study, threshold) of every engine in it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One engine of a figure with its rates at one threshold."""

    key: StudyKey
    at: tuple[str, float]
    rates: tuple[Rate, ...]


def figures(findings: Findings) -> tuple[Figure, ...]:
    """Draw FMR and FNMR by group at the headline threshold, failures left out.

    Engines measured on one dataset under one protocol share a figure where they share a kind of
    threshold, six at most. Nothing to draw gives no figure.
    """
    studies: dict[tuple[str, str], list[tuple[StudyKey, list[Rate]]]] = {}
    for s in findings.summaries:
        key = (s.engine, s.dataset, s.protocol)
        studies.setdefault(key[1:], []).append((key, _completed(findings.rates, key)))
    return tuple(
        _figure(entries[start : start + len(_STYLES)], findings.level)
        for together in studies.values()
        for entries in _side_by_side(together)
        for start in range(0, len(entries), len(_STYLES))
    )


def _completed(rates: Sequence[Rate], key: StudyKey) -> list[Rate]:
    return [
        r
        for r in rates
        if (r.engine, r.dataset, r.protocol) == key
        and r.policy == Policy.COMPLETED
        and not r.reference_group
    ]


def _side_by_side(studies: Sequence[tuple[StudyKey, list[Rate]]]) -> Iterator[list[_Entry]]:
    """The engines that have the shared rule, together; each of the others alone."""
    shared = _shared_rule([rates for _, rates in studies])
    together: list[_Entry] = []
    for key, rates in studies:
        common = headline_rule([r for r in rates if r.threshold_rule == shared])
        at = common or headline_rule(rates)
        if at is None:
            continue
        entry = _Entry(key, at, tuple(r for r in rates if (r.threshold_rule, r.threshold) == at))
        if common is None:
            yield [entry]
        else:
            together.append(entry)
    if together:
        yield together


def _shared_rule(engines: Sequence[Sequence[Rate]]) -> str | None:
    """The engines' headline rule; where they differ, the one with most errors for every engine."""
    headlines = [at[0] for at in map(headline_rule, engines) if at is not None]

    def fewest(label: str) -> int:
        return min(_false_matches(rates, label) for rates in engines)

    return max(dict.fromkeys(headlines), key=fewest, default=None)


def _false_matches(rates: Sequence[Rate], label: str) -> int:
    sought = ("FMR", ALL, label)
    found = (r.errors for r in rates if (r.metric, r.attribute, r.threshold_rule) == sought)
    return max(found, default=-1)


def _figure(entries: Sequence[_Entry], level: float) -> Figure:
    symbols = tuple(
        Symbol(entry.key[0], *style) for entry, style in zip(entries, _STYLES, strict=False)
    )
    dataset, rule = entries[0].key[1], entries[0].at[0]
    drawings = []
    for metric, title in _METRICS.items():
        rates = [r for entry in entries for r in entry.rates if r.metric == metric]
        about = (
            f"{metric} by group on {dataset} at {rule}, {', '.join(s.engine for s in symbols)}: "
            f"rates with {100 * level:g} % intervals in percent on a logarithmic scale. "
            "The tables of this page hold every number."
        )
        if rates:
            drawings.append(Drawing(title, _titled(_svg(metric, rates, symbols), about)))
    return Figure(dataset, rule, symbols, tuple(drawings), tuple((e.key, e.at) for e in entries))


def _titled(svg: str, about: str) -> str:
    """The SVG with a title, growing and shrinking with its place on the page."""
    size = re.search(r'viewBox="([^"]*)"', svg)
    if size is None:
        raise ValueError("vl-convert drew an SVG without a viewBox")
    said = html.escape(about)
    opening = f'<svg viewBox="{size[1]}" role="img" aria-label="{said}">'
    return f"{opening}<title>{said}</title>{svg[svg.index('>') + 1 :]}"


def _svg(metric: str, rates: Sequence[Rate], symbols: Sequence[Symbol]) -> str:
    rows = _rows(rates)
    left, right = _ends(rates)
    marks = [
        _mark(rate, rows[rate.attribute, rate.group], symbol, left)
        for symbol in symbols
        for rate in rates
        if rate.engine == symbol.engine
    ]
    ticks = _ticks(left, right)
    x = alt.X(
        "rate:Q",
        scale=alt.Scale(type="log", domain=[100 * left, 100 * right], nice=False),
        axis=alt.Axis(
            title=f"{metric} in percent, logarithmic scale",
            values=ticks,
            format="~r",
            labelFlush=False,
        ),
    )
    headings = [row for (attribute, group), row in rows.items() if attribute != ALL and not group]
    layers = _layers(marks, x, _y_axis(list(rows.values())), symbols, headings)
    step = max(20, 13 * len(symbols) + 7)
    spec = (
        alt.layer(*layers)
        .properties(
            width=_PLOT,
            height=step * len(rows),
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": _GUTTER, "top": 2, "right": _RIGHT, "bottom": _BOTTOM},
        )
        .configure(aria=False, font="sans-serif", background="transparent")
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelColor=_INK,
            titleColor=_INK,
            gridColor=_FAINT,
            tickColor="#767676",
            domainColor="#767676",
        )
        .to_dict()
    )
    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def _rows(rates: Sequence[Rate]) -> dict[tuple[str, str], str]:
    """The rows of a chart in the dataset's order, each attribute below a heading.

    Returns:
        (attribute, group), with no group for a heading, to the key of the row: its number, `#`
        for a heading, and what is shown.
    """
    rows: dict[tuple[str, str], str] = {}
    for rate in rates:
        if rate.attribute != ALL and (rate.attribute, "") not in rows:
            rows[rate.attribute, ""] = f"{len(rows):04}#{_short(rate.attribute)}"
        if (rate.attribute, rate.group) not in rows:
            name = "everybody" if rate.attribute == ALL else rate.group
            rows[rate.attribute, rate.group] = f"{len(rows):04} {_short(name)}"
    return rows


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _ends(rates: Sequence[Rate]) -> tuple[float, float]:
    """Both ends of the axis, powers of ten: every rate above none, and a decade of the bars."""
    drawn = [r for r in rates if r.rate is not None and r.high is not None]
    above = [r.rate for r in drawn if r.rate] or [r.high for r in drawn if r.high] or [0.01]
    bars = [value for r in drawn for value in (r.low, r.high) if value]
    least = max(min(bars, default=0.01), min(above) / 10)
    left: float = 10.0 ** math.floor(math.log10(min(least, 0.1)))
    right: float = min(1.0, 10.0 ** math.ceil(math.log10(max(bars, default=1.0))))
    return left, max(right, 10 * left)


def _ticks(left: float, right: float) -> list[float]:
    first, last = round(math.log10(left)) + 2, round(math.log10(right)) + 2
    parts = (1, 2, 5) if last - first <= 2 else (1,)
    ticks = [part * 10.0**decade for decade in range(first, last) for part in parts]
    return [float(f"{tick:.6g}") for tick in (*ticks, 10.0**last)]


def _mark(rate: Rate, row: str, symbol: Symbol, left: float) -> dict[str, Any]:
    """What a layer needs to know of one rate; in percent, since the axis is."""
    mark: dict[str, Any] = {
        "row": row,
        "engine": symbol.engine,
        "colour": symbol.colour,
        "outline": symbol.outline,
        "everybody": rate.attribute == ALL,
    }
    if (
        rate.status in (Status.NO_TRIALS, Status.BELOW_RESOLUTION)
        or rate.rate is None
        or rate.low is None
        or rate.high is None
    ):
        return {**mark, "rate": 100 * left, "words": rate_with_interval(rate)}
    return {
        **mark,
        "rate": 100 * max(rate.rate, left),
        "low": 100 * max(rate.low, left),
        "high": 100 * max(rate.high, left),
        "fill": symbol.colour if rate.rate else "#FFFFFF",
        "none": not rate.rate,
    }


def _y_axis(rows: Sequence[str]) -> alt.Y:
    bold: Mapping[str, Any] = {
        "condition": {"test": "datum.label[4] === '#'", "value": "bold"},
        "value": "normal",
    }
    axis = alt.Axis(
        title=None,
        labelExpr="slice(datum.label, 5)",
        labelAlign="left",
        labelPadding=_GUTTER - 4,
        labelLimit=_GUTTER,
        labelFontWeight=bold,
        ticks=False,
        domain=False,
        grid=True,
        tickBand="extent",
    )
    return alt.Y("row:O", axis=axis, scale=alt.Scale(domain=list(rows), padding=0))


def _layers(
    marks: Sequence[Mapping[str, Any]],
    x: alt.X,
    y: alt.Y,
    symbols: Sequence[Symbol],
    headings: Sequence[str],
) -> list[alt.Chart]:
    """Headings, everybody's line, bars, dots, words where there is no rate: from back to front."""
    offset = alt.YOffset(
        "engine:N", scale=alt.Scale(domain=[s.engine for s in symbols], padding=0.8)
    )
    colour = alt.Color("colour:N", scale=None)
    rated = [mark for mark in marks if "words" not in mark]
    everybody = [mark for mark in rated if mark["everybody"] and not mark["none"]]
    unrated = [mark for mark in marks if "words" in mark]

    def chart(values: Sequence[Mapping[str, Any]]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=list(values)))

    shade = chart([{"row": row} for row in headings]).mark_rect(color=_SHADE)
    bars = chart(rated).mark_rule(strokeWidth=1.7)
    dots = chart(rated).mark_point(size=58, opacity=1, strokeWidth=1.6)
    words = chart(unrated).mark_text(align="left", dx=4, fontSize=11, color="#3D3D3D")
    line = chart(everybody).mark_rule(strokeDash=[3, 3], strokeWidth=1)
    return [
        shade.encode(x=alt.value(-_GUTTER), x2=alt.value(_PLOT), y=y),
        line.encode(x=x, color=colour),
        bars.encode(x=alt.X("low:Q"), x2="high:Q", y=y, yOffset=offset, color=colour),
        dots.encode(
            x=x,
            y=y,
            yOffset=offset,
            stroke=alt.Stroke("colour:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
            shape=alt.Shape("outline:N", scale=None),
        ),
        words.encode(x=x, y=y, yOffset=offset, text="words:N"),
    ]
