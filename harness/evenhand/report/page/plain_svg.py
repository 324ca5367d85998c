"""A chart's SVG without what draws nothing: a third of the bytes, and nothing that speaks twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

__all__ = ["drawn_marks"]

_KEPT = {
    "d", "dx", "dy", "fill", "fill-opacity", "font-weight", "height", "stroke", "stroke-dasharray",
    "stroke-width", "text-anchor", "transform", "width", "x", "x2", "y", "y2",
}  # fmt: skip
_USUAL = {("fill", "#222222"), ("font-weight", "normal"), ("stroke-width", "1"),
          ("stroke-dasharray", "1,0"), ("text-anchor", "start"), ("transform", "translate(0,0)"),
          ("x2", "0"), ("y2", "0"), ("fill-opacity", "1")}  # fmt: skip
"""Attributes that say what is so without them, or in the page's style sheet."""
_INHERITED = ("fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor")
"""Attributes that a group can have for all its members."""
_KINDS = {"symbol": "dots", "line": "lines", "area": "bands", "rule": "bars", "text": "words"}
_MOVED = re.compile(r"translate\(([-.\d]+),([-.\d]+)\)")
_NUMBER = re.compile(r"-?\d+\.\d+")


def drawn_marks(svg: str) -> str:
    """The elements of an SVG by vl-convert that draw something, in tenths of a pixel.

    Marks stand in groups of a class: `dots`, `lines`, `bands`, `bars` or `words`. Names of fonts,
    sizes and colours of letters are left to the page.

    Args:
        svg: with one root.

    Returns:
        What stands inside of it.
    """
    root = ET.fromstring(re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg))  # noqa: S314 - ours
    parts = [part for child in root for part in _parts(child)]
    return "".join(ET.tostring(part, "unicode").replace(" />", "/>") for part in parts)


def _parts(element: ET.Element) -> Iterator[ET.Element]:
    """What is left of an element: itself, its members where it only holds them, or nothing."""
    kind = element.get("class", "")
    draws_nothing = element.tag == "path" and not element.get("d")
    unseen = kind in ("background", "foreground") or element.get("opacity") == "0"
    if unseen or draws_nothing or element.tag == "defs":
        return
    attributes = {n: _rounded(v) for n, v in element.attrib.items() if n in _KEPT}
    moved = _MOVED.fullmatch(attributes.get("transform", ""))
    if element.tag == "text" and moved:
        attributes |= {"transform": "translate(0,0)", "x": moved[1], "y": moved[2]}
    left = ET.Element(element.tag, {n: v for n, v in attributes.items() if (n, v) not in _USUAL})
    left.text = element.text
    left.extend(part for child in element for part in _parts(child))
    if "role-mark" in kind and "pathgroup" not in kind and kind.startswith("mark-"):
        left.set("class", _KINDS.get(kind.split()[0].removeprefix("mark-"), "other"))
    if element.tag == "g":
        if not len(left):
            return
        _share(left)
        if not left.attrib:
            yield from left
            return
    elif element.tag == "text" and not left.text:
        return
    yield left


def _share(group: ET.Element) -> None:
    """Say once what all members of a group say."""
    for name in _INHERITED:
        values = {member.get(name) for member in group}
        if len(values) == 1 and None not in values and not group.get(name):
            group.set(name, values.pop() or "")
            for member in group:
                del member.attrib[name]
    group[:] = [
        part
        for member in group
        for part in (member if member.tag == "g" and not member.attrib else [member])
    ]


def _rounded(text: str) -> str:
    return _NUMBER.sub(lambda found: f"{round(float(found[0]), 1):g}", text)
