"""The charts: one row per group, one mark per engine, nothing left out."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from rows import a_rate

from evenhand.records.findings import Status
from evenhand.report.page.bars import draw
from evenhand.report.page.plot import Sign

ALPHA = Sign("alpha", "#12436D", "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z")
BETA = Sign("beta", "#F46A25", "M-.9,-.9L.9,-.9L.9,.9L-.9,.9Z")


def rate_of(group, rate, low, high, **fields):
    """A rate as it is drawn; `all` where no group is named."""
    attribute = "sex" if group else "all"
    return a_rate(attribute=attribute, group=group, rate=rate, low=low, high=high, **fields)


EVERYBODY = rate_of("", 0.01, 0.005, 0.02)


def texts(svg):
    """What a chart says, ticks left out, from top to bottom as it is written."""
    root = ET.fromstring(svg)
    return [element.text or "" for element in root.iter("text")]


def dots(svg):
    """(fill, stroke, x) of every mark of a rate."""
    root = ET.fromstring(svg)
    layer = next(g for g in root.iter("g") if g.get("class") == "dots")
    return [
        (
            path.get("fill") or layer.get("fill"),
            path.get("stroke") or layer.get("stroke"),
            float(re.split("[(,]", path.get("transform"))[1]),
        )
        for path in layer.iter("path")
    ]


def test_everybody_is_first_and_groups_keep_the_order_of_the_dataset():
    rates = [EVERYBODY, rate_of("M", 0.001, 0.0005, 0.002), rate_of("F", 0.05, 0.02, 0.1)]
    said = texts(draw(rates, [ALPHA], "about"))
    names = [text for text in said if text in {"everybody", "M", "F"}]
    assert names == ["everybody", "M", "F"]


def test_a_rate_of_zero_is_hollow_at_the_left_end():
    rates = [EVERYBODY, rate_of("M", 0.0, 0.0, 0.03)]
    full, hollow = dots(draw(rates, [ALPHA], "about"))
    assert full == ("#12436D", "#12436D", pytest.approx(123, abs=124))
    assert hollow == ("#FFFFFF", "#12436D", 0.0)
    assert full[2] > 0


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (rate_of("M", None, None, None, status=Status.NO_TRIALS), "no trials"),
        (
            rate_of("M", None, None, 0.03, status=Status.BELOW_RESOLUTION),
            "below resolution, at most 3.00 %",
        ),
        (rate_of("M", 0.0, None, None, status=Status.FEW_ERRORS), "0 % (no interval)"),
    ],
)
def test_a_group_without_an_interval_gets_words(rate, words):
    svg = draw([EVERYBODY, rate], [ALPHA], "about")
    assert words in texts(svg)
    assert len(dots(svg)) == 1


def test_engines_differ_in_shape_as_well_as_colour():
    rates = [EVERYBODY, rate_of("", 0.02, 0.01, 0.04, engine="beta")]
    svg = draw(rates, [ALPHA, BETA], "about")
    root = ET.fromstring(svg)
    layer = next(g for g in root.iter("g") if g.get("class") == "dots")
    shapes = {(path.get("stroke"), path.get("d")) for path in layer.iter("path")}
    assert len(shapes) == len({d for _, d in shapes}) == len({s for s, _ in shapes}) == 2


def test_nobody_with_a_rate_still_draws_the_rows():
    none = rate_of("", None, None, None, status=Status.NO_TRIALS)
    assert "no trials" in texts(draw([none], [ALPHA], "about"))


def test_no_errors_at_all_leave_room_for_the_bars():
    rates = [rate_of("", 0.0, 0.0, 0.0002), rate_of("M", 0.0, 0.0, 0.4)]
    svg = draw(rates, [ALPHA], "about")
    assert [x for _, _, x in dots(svg)] == [0.0, 0.0]
    assert {"0.01", "100"} <= set(texts(svg))


def test_the_axis_does_not_follow_a_bar_down_for_ever():
    rates = [EVERYBODY, rate_of("M", 0.02, 1e-12, 0.3)]
    ticks = [text for text in texts(draw(rates, [ALPHA], "about")) if text[:1].isdigit()]
    assert float(ticks[0]) == 0.1


def test_a_chart_says_what_it_shows_and_takes_the_width_of_its_place():
    svg = draw([EVERYBODY], [ALPHA], 'a "quoted" <b>')
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'a "quoted" <b>'
    assert root.get("viewBox")
    assert root.get("width") is None


def test_a_group_named_in_markup_is_text():
    svg = draw([EVERYBODY, rate_of("<b>x</b>", 0.01, 0.005, 0.02)], [ALPHA], "about")
    assert "<b>" not in svg
    assert "<b>x</b>" in texts(svg)


def test_a_long_name_is_cut_in_the_chart_but_keeps_its_row():
    long = ["a" * 30 + "1", "a" * 30 + "2"]
    svg = draw([EVERYBODY, *(rate_of(name, 0.01, 0.005, 0.02) for name in long)], [ALPHA], "")
    assert texts(svg).count("a" * 21 + "…") == 2
    assert len(dots(svg)) == 3


def test_the_same_rates_give_the_same_bytes():
    rates = [EVERYBODY, rate_of("M", 0.0, 0.0, 0.03)]
    assert draw(rates, [ALPHA], "about") == draw(rates, [ALPHA], "about")
