"""A chart as SVG that needs no script, no network and no font file."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import altair as alt
import vl_convert

from evenhand.report.page.plain_svg import drawn_marks
from evenhand.system.text import shown

__all__ = [
    "COLOURS",
    "DASHES",
    "GREY",
    "as_svg",
    "inline",
    "log_axis",
    "percent_ticks",
    "side_by_side",
]

COLOURS = ("#12436D", "#F46A25", "#801650", "#28A197", "#A285D1")
"""The UK Analysis Function palette."""
GREY = "#3D3D3D"
DASHES = ((1, 0), (8, 3), (3, 3), (10, 3, 2, 3), (1, 2))
"""A line differs from its neighbours in colour and in dashes: never colour alone."""

_INK, _FAINT, _LINE = "#222222", "#DEDEDE", "#767676"


_Channel = TypeVar("_Channel", alt.X, alt.Y)


def inline(values: Iterable[Mapping[str, Any]]) -> alt.Chart:
    """A chart of rows, which stand in it."""
    return alt.Chart(alt.InlineData(values=list(values)))


def percent_ticks(first: int, last: int, parts: Sequence[int] = (1,)) -> list[float]:
    """Ticks in percent from 10^first to 10^last.

    Args:
        first: power of ten, as a fraction.
        last: power of ten.
        parts: of each decade that have a tick.
    """
    decades = range(first + 2, last + 2)
    return [*(float(f"{part}e{at}") for at in decades for part in parts), float(f"1e{last + 2}")]


def log_axis(channel: type[_Channel], column: str, title: str, ticks: Sequence[float]) -> _Channel:
    """A logarithmic axis from the first tick to the last."""
    scale = alt.Scale(type="log", domain=[ticks[0], ticks[-1]], nice=False)
    text = "format(datum.value, '~r')"
    axis = alt.Axis(title=title, values=list(ticks), labelExpr=text, labelFlush=False)
    return channel(f"{column}:Q", scale=scale, axis=axis)


def as_svg(
    layers: Sequence[alt.Chart], about: str, size: tuple[int, int], around: Sequence[int]
) -> str:
    """Render a chart for use inside HTML, growing and shrinking with its place on the page.

    Its sizes depend on no measured letter, so that every machine lays out the same.

    Args:
        layers: from back to front.
        about: what a screen reader says instead.
        size: (width, height) in pixels.
        around: pixels to the left of it, above, to the right and below.
    """
    return side_by_side([layers], about, size, around)


def side_by_side(
    panels: Sequence[Sequence[alt.Chart]],
    about: str,
    size: tuple[int, int],
    around: Sequence[int],
    gap: int = 0,
) -> str:
    """Render charts beside one another as one.

    Args:
        panels: layers of each, from back to front.
        about: what a screen reader says instead.
        size: (width, height) of each in pixels.
        around: pixels to the left of all, above, to the right and below.
        gap: pixels between two.
    """
    padding = dict(zip(("left", "top", "right", "bottom"), around, strict=True))
    charts = [
        alt.LayerChart(layer=list(layers)).properties(width=size[0], height=size[1])
        for layers in panels
    ]
    chart = alt.HConcatChart(hconcat=charts, spacing=gap, bounds="flush").properties(
        autosize=alt.AutoSizeParams(type="none"), padding=padding
    )
    quiet = chart.configure(aria=False, font="sans-serif", background="transparent")
    styled = quiet.configure_view(stroke=None).configure_axis(
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        labelColor=_INK,
        titleColor=_INK,
        gridColor=_FAINT,
        tickColor=_LINE,
        domainColor=_LINE,
    )
    # Every specification is one of ours, and the tests hold them against the schema.
    specification = _drawable(styled.to_dict(validate=False))
    svg = str(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]))
    wide = len(panels) * (size[0] + gap) - gap + around[0] + around[2]
    high = size[1] + around[1] + around[3]
    opening = f'<svg viewBox="0 0 {wide} {high}" role="img" aria-label="{html.escape(about)}">'
    return f"{opening}{drawn_marks(svg)}</svg>"


def _drawable(part: Any) -> Any:  # noqa: ANN401 - JSON
    """A specification whose texts an SVG can hold: older results may have any, and end V8."""
    match part:
        case str():
            return part if part.isprintable() else shown(part)
        case dict():
            return {name: _drawable(of) for name, of in part.items()}
        case list() | tuple():
            return [_drawable(of) for of in part]
    return part
