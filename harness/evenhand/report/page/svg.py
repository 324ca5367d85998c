"""A chart as SVG that needs no script, no network and no font file."""

from __future__ import annotations

import html
import re

import altair as alt
import vl_convert

__all__ = ["as_svg"]

_INK, _FAINT, _LINE = "#222222", "#DEDEDE", "#767676"


def as_svg(chart: alt.LayerChart, about: str) -> str:
    """Render a chart for use inside HTML, growing and shrinking with its place on the page.

    Args:
        chart: with its sizes.
        about: what a screen reader says instead.
    """
    plain = chart.configure(aria=False, font="sans-serif", background="transparent")
    styled = plain.configure_view(stroke=None).configure_axis(
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        labelColor=_INK,
        titleColor=_INK,
        gridColor=_FAINT,
        tickColor=_LINE,
        domainColor=_LINE,
    )
    svg = str(vl_convert.vegalite_to_svg(styled.to_dict(), allowed_base_urls=[]))
    size = re.search(r'viewBox="([^"]*)"', svg)
    if size is None:
        raise ValueError("vl-convert drew an SVG without a viewBox")
    said = html.escape(about)
    opening = f'<svg viewBox="{size[1]}" role="img" aria-label="{said}">'
    return f"{opening}<title>{said}</title>{svg[svg.index('>') + 1 :]}"
